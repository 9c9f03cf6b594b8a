"""JSON that is always valid: numbers that JSON does not have become null."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from qos_exporter.export.records.figures import Json

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def json_text(value: Json) -> str:
    """Encode on one line, in UTF-8 characters."""
    try:
        return _encode(value)
    except ValueError:  # not a number, or infinite: rare enough to look for it only now
        return _encode(_finite(value))


def _finite(value: Json) -> Json:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
