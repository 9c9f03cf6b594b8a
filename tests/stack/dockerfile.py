"""A Dockerfile as stages and steps, with the variables of a step put into it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from dockerfile_parse import DockerfileParser  # type: ignore[import-untyped]

FROM = re.compile(r"(?P<base>\S+)(?:\s+AS\s+(?P<name>\S+))?", re.IGNORECASE)
HEALTHCHECK = re.compile(r"(?P<options>(?:--\S+\s+)*)CMD\s+(?P<command>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction and what it is to work on."""

    instruction: str
    value: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What begins with FROM; a stage without a name is the image."""

    base: str
    name: str
    steps: tuple[Step, ...]


def stages_of(path: Path) -> list[Stage]:
    """Read a Dockerfile; arguments before the first FROM have their default values."""
    steps = [
        Step(line["instruction"], line["value"])
        for line in DockerfileParser(str(path)).structure
        if line["instruction"] != "COMMENT"
    ]
    starts = [number for number, step in enumerate(steps) if step.instruction == "FROM"]
    ends = [*starts[1:], len(steps)]
    arguments = assignments(" ".join(step.value for step in steps[: starts[0]]))
    return [
        _stage(steps[start].value, tuple(steps[start + 1 : end]), arguments)
        for start, end in zip(starts, ends, strict=True)
    ]


def assignments(value: str) -> dict[str, str]:
    """Read what ARG, ENV and LABEL have: `NAME=value` or `NAME="a value"`, one or several."""
    pairs = (word.partition("=") for word in shlex.split(value))
    return {name: text for name, _, text in pairs}


def expand(value: str, variables: Mapping[str, str]) -> str:
    """Put variables into the value of an instruction that no shell reads."""
    return Template(value).substitute(variables)


def health_command(value: str) -> list[str]:
    """Give the command of a HEALTHCHECK, which has to be a list of words."""
    found = HEALTHCHECK.fullmatch(value)
    assert found, value
    return words(found["command"])


def words(value: str) -> list[str]:
    """Read a command that is a list of words in JSON."""
    command = json.loads(value)
    assert isinstance(command, list)
    return command


def _stage(value: str, steps: tuple[Step, ...], arguments: Mapping[str, str]) -> Stage:
    found = FROM.fullmatch(value)
    assert found, value
    return Stage(base=expand(found["base"], arguments), name=found["name"] or "", steps=steps)
