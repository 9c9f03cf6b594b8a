"""Thresholds as far as somebody has chosen them, in a file or by flags."""

from __future__ import annotations

from dataclasses import dataclass, fields

from qos_exporter.rules.thresholds import DEFAULTS, Limit, Thresholds, thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenThresholds:
    """What was not chosen is `None`. Times are in seconds."""

    mos_min: float | Limit | None = None
    loss_max: float | Limit | None = None
    jitter_max: float | Limit | None = None
    round_trip_max: float | Limit | None = None
    objective: float | None = None

    def thresholds(self, beneath: ChosenThresholds) -> Thresholds:
        """Put these over those `beneath`, and both over the defaults."""
        return thresholds(
            mos_min=_first(self.mos_min, beneath.mos_min, DEFAULTS.mos_min),
            loss_max=_first(self.loss_max, beneath.loss_max, DEFAULTS.loss_max),
            jitter_max_s=_first(self.jitter_max, beneath.jitter_max, DEFAULTS.jitter_max_s),
            round_trip_max_s=_first(
                self.round_trip_max, beneath.round_trip_max, DEFAULTS.round_trip_max_s
            ),
            good_windows_min=next(
                objective
                for objective in (self.objective, beneath.objective, DEFAULTS.good_windows_min)
                if objective is not None
            ),
        )


THRESHOLDS = tuple(field.name for field in fields(ChosenThresholds))
"""The names of flags, and of keys in a file."""


def _first(over: float | Limit | None, beneath: float | Limit | None, last: Limit) -> float | Limit:
    if over is not None:
        return over
    return last if beneath is None else beneath
