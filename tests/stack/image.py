"""Carries out the steps of a Dockerfile without Docker, in roots that mmdebstrap makes.

What that proves: that the steps work on the release of Debian that the base image stands on, that
the packages have these names there and hold what is needed, and that what results starts, listens
and is found healthy under the user, the capabilities and the commands that the Dockerfile names.

What it does not: the interpreter of the base image is one that its makers compiled under
/usr/local, and here it is Debian's, of the same minor version. So where libpython lies and how the
interpreter finds it, what else the base image has or lacks, layers, and the reading of the file by
Docker itself are not tested; the last is left to hadolint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tests.stack.dockerfile import Stage, assignments, expand, health_command, stages_of, words
from tests.stack.dockerignore import context_of
from tests.stack.roots import BASE_PATH, MINUTE_S, Root, copy_into, copy_root, make_root

BASE = re.compile(r"python:(?P<python>\d+\.\d+)-slim-(?P<suite>[a-z]+)")
BASE_PACKAGES = ("ca-certificates", "python3", "python3-dev", "python3-pip", "python3-venv")
"""What the base image has: Python with its headers, pip and venv."""
REGISTRY = "/srv/registry"
"""Where pip finds packages inside; how the machine itself reaches a registry is no matter."""
COMPILER = "/srv/cc"


@dataclass(frozen=True, slots=True)
class Base:
    """The base image: a minor version of Python on a release of Debian."""

    python: str
    suite: str


class Image:
    """A stage while it is built, and what it says about running it once it is.

    `build_environment` is there while it is built only; `others` are the stages before.
    """

    def __init__(
        self,
        root: Root,
        *,
        context: Path,
        build_environment: Mapping[str, str],
        others: Mapping[str, Root],
    ) -> None:
        self.root = root
        self.environment = {"PATH": BASE_PATH}
        self.labels: dict[str, str] = {}
        self.user = "0:0"
        self.ports: list[str] = []
        self.health: list[str] = []
        self.entrypoint: list[str] = []
        self._context = context
        self._build_only = dict(build_environment)
        self._others = others
        self._workdir = "/"
        self._actions: dict[str, Callable[[str], None]] = {
            "ARG": self._arg,
            "COPY": self._copy,
            "ENTRYPOINT": self._entrypoint,
            "ENV": self._env,
            "EXPOSE": self._expose,
            "HEALTHCHECK": self._healthcheck,
            "LABEL": self._label,
            "RUN": self._run,
            "USER": self._user,
            "WORKDIR": self._set_workdir,
        }

    def build(self, stage: Stage) -> None:
        """Carry out all steps; raises KeyError for an instruction that is not known here."""
        for step in stage.steps:
            self._actions[step.instruction](step.value)

    def _variables(self) -> dict[str, str]:
        return {**self._build_only, **self.environment}

    def _arg(self, value: str) -> None:
        self._build_only |= assignments(value)

    def _env(self, value: str) -> None:
        self.environment |= assignments(expand(value, self._variables()))

    def _label(self, value: str) -> None:
        self.labels |= assignments(expand(value, self._variables()))

    def _run(self, value: str) -> None:
        assert not value.startswith(("--", "[")), value
        self.root.run(
            *("/bin/sh", "-c", value),
            env=self._variables(),
            cwd=self._workdir,
            timeout_s=5 * MINUTE_S,
        )

    def _copy(self, value: str) -> None:
        *sources, target = value.split()
        place = str(PurePosixPath(self._workdir, target))
        if sources[0].startswith("--from="):
            other = self._others[sources.pop(0).removeprefix("--from=")]
            for source in sources:
                copy_into(self.root, other.inside(source), place)
            return
        for source in sources:
            self._copy_context(source, place, into=target.endswith("/"))

    def _copy_context(self, source: str, place: str, *, into: bool) -> None:
        """Copy a file into a folder, or a folder's content to a folder, as COPY does."""
        assert (self._context / source).is_dir() != into, f"COPY {source} {place}"
        for name in context_of(self._context, source):
            target = name if into else name.relative_to(source)
            copy_into(self.root, self._context / name, f"{place}/{target}")

    def _set_workdir(self, value: str) -> None:
        self._workdir = str(PurePosixPath(self._workdir, value))
        self.root.inside(self._workdir).mkdir(parents=True, exist_ok=True)

    def _user(self, value: str) -> None:
        self.user = value

    def _expose(self, value: str) -> None:
        self.ports += value.split()

    def _healthcheck(self, value: str) -> None:
        self.health = health_command(value)

    def _entrypoint(self, value: str) -> None:
        self.entrypoint = words(value)


def base_of(checkout: Path) -> Base:
    """Tell on which base image all stages of the Dockerfile of a checkout stand."""
    (name,) = {stage.base for stage in stages_of(checkout / "Dockerfile")}
    found = BASE.fullmatch(name)
    assert found, name
    return Base(python=found["python"], suite=found["suite"])


def make_base(checkout: Path, folder: Path, registry: Path) -> Root:
    """Make what stands for the base image, with the registry in it.

    The compiler does not optimise here: that takes the longest of all, and proves nothing.
    """
    root = make_root(folder / "base", suite=base_of(checkout).suite, packages=BASE_PACKAGES)
    copy_into(root, registry, REGISTRY)
    compiler = root.inside(COMPILER)
    compiler.write_text('#!/bin/sh\nexec gcc "$@" -O0\n')
    compiler.chmod(0o755)
    return root


def build_image(checkout: Path, folder: Path, base: Root) -> Image:
    """Build the last stage of the Dockerfile of a checkout; the folder is for all stages."""
    roots: dict[str, Root] = {}
    for number, stage in enumerate(stages_of(checkout / "Dockerfile")):
        image = Image(
            copy_root(base, folder / f"stage{number}"),
            context=checkout,
            build_environment={"PIP_INDEX_URL": f"file://{REGISTRY}", "CC": COMPILER},
            others=roots,
        )
        image.build(stage)
        roots[stage.name] = image.root
    return image
