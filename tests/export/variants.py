"""Values of a snapshot that differ from others in a few fields."""

from __future__ import annotations

import dataclasses
from typing import TypeVar, cast

V = TypeVar("V")


def replace(value: V, **changes: object) -> V:
    """Copy a value, be it a dataclass or a tuple with named fields, with some fields changed."""
    if isinstance(value, tuple):
        return cast("V", value._replace(**changes))  # type: ignore[attr-defined] # a named tuple
    return dataclasses.replace(value, **changes)  # type: ignore[type-var] # no tuple, a dataclass
