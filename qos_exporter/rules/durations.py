"""Durations in rule files, all made shorter by one factor: an hour of alerting in a minute."""

from __future__ import annotations

import re

UNITS_MS = {
    "w": 604_800_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}
"""Milliseconds per unit of Prometheus, the largest unit first."""

DURATION = r"\d+(?:ms|[smhdw])"
PLACES = re.compile(
    rf"(?<=\[){DURATION}(?=\])"
    rf"|(?<=offset ){DURATION}\b"
    rf"|(?<=for: ){DURATION}$"
    rf"|(?<=interval: ){DURATION}$"
    rf"|(?<=wait: ){DURATION}$"
    rf"|(?<=timeout: ){DURATION}$",
    re.MULTILINE,
)
"""Where a duration stands in a rule file or in alertmanager.yml; names such as `rate5m` stay."""
PARTS = re.compile(r"(\d+)(\D+)")


def shortened(text: str, time_scale: float) -> str:
    """Divide every duration in the text of a file; 1 leaves it as it is, letter by letter."""
    if time_scale == 1.0:
        return text
    return PLACES.sub(lambda match: _divided(match[0], time_scale), text)


def milliseconds(duration: str) -> int:
    """Give the milliseconds of a duration with one unit; raises ValueError for anything else."""
    match = PARTS.fullmatch(duration)
    if match is None or match[2] not in UNITS_MS:
        raise ValueError(f"{duration!r} is no duration")
    return int(match[1]) * UNITS_MS[match[2]]


def _divided(duration: str, time_scale: float) -> str:
    shorter_ms = max(1, round(milliseconds(duration) / time_scale))
    unit, unit_ms = next(
        (unit, unit_ms) for unit, unit_ms in UNITS_MS.items() if shorter_ms % unit_ms == 0
    )
    return f"{shorter_ms // unit_ms}{unit}"
