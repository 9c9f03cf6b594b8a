"""Writes settings as a configuration file that reads back as the same settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import yaml

from qos_exporter.config.quantities import format_duration, format_size
from qos_exporter.config.schema import key_of
from qos_exporter.config.source import Data
from qos_exporter.listen import ListenAddress
from qos_exporter.settings import CdrVariableSettings, CodecSettings, NetworkSettings, Settings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

HIDDEN = "<secret>"
"""What stands for a secret: people show others what check-config prints."""
QUANTITIES: dict[str, Callable[[int], str]] = {"ns": format_duration, "bytes": format_size}
"""How an integer is written, by the unit at the end of its name."""


def render_settings(settings: Settings) -> str:
    """Give all of `settings` as YAML."""
    return yaml.safe_dump(_value("", settings), sort_keys=False, allow_unicode=True)


def _value(name: str, value: object) -> Data:
    """Give the YAML for the setting `name`; a secret is not shown."""
    if name == "secret" and value:
        return HIDDEN
    if isinstance(value, ListenAddress):
        return str(value)
    if isinstance(value, tuple):
        return ROWS[name](value) if name in ROWS else [_value("", item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    if isinstance(value, int) and (ending := name.rpartition("_")[2]) in QUANTITIES:
        return QUANTITIES[ending](value)
    if isinstance(value, str | int | float):
        return value
    raise TypeError(f"no way to write a {type(value).__name__}")


def _fields(section: DataclassInstance) -> dict[str, Data]:
    return {
        key_of(field.name): _value(field.name, getattr(section, field.name))
        for field in dataclasses.fields(section)
        if getattr(section, field.name) is not None
    }


def _networks(networks: tuple[NetworkSettings, ...]) -> Data:
    return {network.name: list(network.prefixes) for network in networks}


def _codecs(codecs: tuple[CodecSettings, ...]) -> Data:
    return {
        codec.name: {"scale": codec.scale, "ie": codec.ie, "bpl": codec.bpl} for codec in codecs
    }


def _variables(variables: tuple[CdrVariableSettings, ...]) -> Data:
    return {variable.name: variable.figure for variable in variables}


ROWS: dict[str, Callable[..., Data]] = {
    "networks": _networks,
    "codecs": _codecs,
    "variables": _variables,
}
"""Settings that are tables in the program and mappings by name in the file."""
