"""Reads a file of thresholds: YAML whose keys are the names of the flags.

    mos_min: 4.0
    loss_max: {warning: 0.01, critical: 0.03}

A number is the limit of the warning, and what is critical follows from it, as with a flag.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from qos_exporter.config import source
from qos_exporter.errors import ConfigError
from qos_exporter.rules import bounds
from qos_exporter.rules.chosen import ChosenThresholds
from qos_exporter.rules.thresholds import Limit

SEVERITIES = ("warning", "critical")
TWO_NUMBERS = "must be a number, or a mapping with the numbers warning and critical"


def read_thresholds(path: Path) -> ChosenThresholds:
    """Give the thresholds that a file sets; raises ConfigError with a sentence per mistake."""
    try:
        document = source.read_document(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8, from byte {error.start} on.") from error
    chosen = ChosenThresholds()
    faults = list(document.faults)
    if not any(fault.path == () for fault in faults):
        for name, value in _items(document, faults):
            try:
                chosen = _with(chosen, name, value)
            except ValueError as error:
                faults.append(source.Fault((name,), document.line_of((name,)), str(error)))
    if faults:
        raise ConfigError("\n".join(_sentence(path, fault) for fault in faults))
    return chosen


def _items(
    document: source.Document, faults: list[source.Fault]
) -> Iterable[tuple[str, source.Data]]:
    data = {} if document.data is None else document.data
    if isinstance(data, dict):
        return data.items()
    faults.append(source.Fault((), 1, "must be a mapping"))
    return ()


def _with(chosen: ChosenThresholds, name: str, value: source.Data) -> ChosenThresholds:
    """Add one threshold; raises ValueError, with half a sentence, for one that is wrong."""
    if name not in bounds.BY_NAME:
        guesses = difflib.get_close_matches(name, bounds.BY_NAME, n=1)
        hint = f"did you mean {guesses[0]}?" if guesses else f"known: {', '.join(bounds.BY_NAME)}"
        raise ValueError(f"is not a threshold; {hint}")
    if name == "objective":
        return replace(chosen, objective=_number(name, value, otherwise="must be a number"))
    limit = _limit(name, value) if isinstance(value, dict) else _number(name, value)
    return replace(chosen, **{name: limit})  # type: ignore[arg-type] # `objective` is above


def _limit(name: str, value: dict[str, source.Data]) -> Limit:
    if value.keys() != set(SEVERITIES):
        raise ValueError(TWO_NUMBERS)
    limit = Limit(*(_number(name, value[severity]) for severity in SEVERITIES))
    is_worse = (
        limit.critical < limit.warning if name == "mos_min" else limit.critical > limit.warning
    )
    if not is_worse:
        raise ValueError("must be worse where it is critical than where it is a warning")
    return limit


def _number(name: str, value: source.Data, *, otherwise: str = TWO_NUMBERS) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(otherwise)  # noqa: TRY004 -- the file is wrong, not a call
    return bounds.BY_NAME[name].checked(value)


def _sentence(path: Path, fault: source.Fault) -> str:
    subject = ".".join(map(str, fault.path)) or "the file"
    stop = "" if fault.text.endswith("?") else "."
    return f"{path}:{fault.line}: {subject} {fault.text}{stop}"
