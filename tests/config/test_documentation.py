"""docs/configuration.md says what the schema says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import yaml

from qos_exporter.config.render import render_settings
from qos_exporter.settings import CodecSettings, Settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"
KEY = re.compile(r"(?P<indent> *)(?P<key>[a-z_<>]+):(?P<rest>.*)")
DEFAULT = re.compile(r"# default = (?P<default>.*)")


def documented() -> Iterator[tuple[str, str | None]]:
    """Give each key of the grammar as a dotted path, with the default that is said of it."""
    path: list[str] = []
    for block in re.findall(r"^```yaml\n(.*?)^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL):
        if "# default" not in block:
            continue  # an example
        for line in block.splitlines():
            if match := KEY.fullmatch(line):
                depth = len(match["indent"]) // 2
                path[depth:] = [match["key"]]
                default = DEFAULT.search(line)
                yield ".".join(path), default["default"].strip() if default else None


def settable() -> dict[str, str]:
    """Give each setting as a dotted path, with its default as YAML."""
    return dict(flattened(yaml.safe_load(render_settings(Settings())), ()))


def flattened(section: dict[str, object], path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for key, value in section.items():
        if isinstance(value, dict) and value:
            yield from flattened(value, (*path, key))
        else:
            text = yaml.safe_dump(value, default_flow_style=True).removesuffix("...\n").strip()
            yield ".".join((*path, key)), text


def test_every_setting_is_documented_with_its_default() -> None:
    """The grammar lists each key that check-config prints, with the same default."""
    said = dict(documented())
    # A mapping by name is empty by default, which is said beside the placeholder for the name.
    expected = {
        f"{key}.<name>" if default == "{}" else key: default for key, default in settable().items()
    }
    assert {key: said.get(key) for key in expected} == expected


def test_nothing_else_is_documented() -> None:
    """The grammar has no key that would be refused."""
    codec_row = {f"quality.codecs.<name>.{field.name}" for field in fields(CodecSettings)} - {
        "quality.codecs.<name>.name"
    }
    known = settable().keys() | codec_row | {"networks.<name>", "quality.codecs.<name>"}
    sections = {parent for key in known for parent in parents(key)}
    assert {key for key, _ in documented()} <= known | sections


def parents(key: str) -> Iterator[str]:
    while key := key.rpartition(".")[0]:
        yield key
