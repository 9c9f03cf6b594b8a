"""Figures that a far end worked out itself and sent: RTCP-XR, RFC 6035 and the like."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from qos_exporter.reports.figures import RunningFigures

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """One report about one stream, whatever its format; what it does not say is `None`."""

    loss_ratio: float | None = None
    """Lost in the network, of the packets expected (RFC 3611 section 4.7.1)."""
    discard_ratio: float | None = None
    """Arrived, but too late or too early for the receiver's jitter buffer."""
    packets_lost: int | None = None
    jitter_s: float | None = None
    round_trip_s: float | None = None
    """Between the two ends, as the receiver measured it by its own clock."""
    end_system_delay_s: float | None = None
    mos_lq: float | None = None
    mos_cq: float | None = None
    r_factor: float | None = None

    def values(self) -> Iterator[tuple[str, float]]:
        """Each figure that the report has, by name."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                yield field.name, value


class LowestFigures:
    """Running figures of a score, of which the lowest value matters.

    These are few; a value stays what it was, an integer where the far end reports integers.
    """

    __slots__ = ("_total", "count", "last", "max", "min")

    def __init__(self) -> None:
        self.count = 0
        self.last = 0.0
        self.min = 0.0
        self.max = 0.0
        self._total = 0.0

    def add(self, value: float) -> None:
        """Take in one value; none is negative."""
        self.min = value if self.count == 0 else min(self.min, value)
        self.max = max(self.max, value)
        self.count += 1
        self.last = value
        self._total += value

    @property
    def mean(self) -> float:
        """The mean of all values; 0 before the first one."""
        return self._total / self.count if self.count else 0.0


class QualityReports:
    """All reports of one kind about one stream."""

    __slots__ = ("_figures", "_is_hearsay", "count", "last", "round_trip_leg")

    def __init__(self) -> None:
        self.count = 0
        self.last = QualityReport()
        self.round_trip_leg = RunningFigures()
        """In seconds, by our own times; reports bring only what it is worked out from."""
        self._figures: dict[str, LowestFigures] = {}
        self._is_hearsay = True

    def add(self, report: QualityReport) -> None:
        """Take in a report of the stream's receiver; hearsay from before is forgotten."""
        if self._is_hearsay:
            self._is_hearsay = False
            self.count = 0
            self._figures = {}
        self._add(report)

    def add_hearsay(self, report: QualityReport) -> None:
        """Take in what the sender was told; it counts as long as the receiver itself is silent."""
        if self._is_hearsay:
            self._add(report)

    def _add(self, report: QualityReport) -> None:
        self.count += 1
        self.last = report
        for name, value in report.values():
            figures = self._figures.get(name)
            if figures is None:
                figures = self._figures[name] = LowestFigures()
            figures.add(value)

    def figures(self, name: str) -> LowestFigures | None:
        """The figures of a quantity by its name in `QualityReport`; `None` if never reported."""
        return self._figures.get(name)
