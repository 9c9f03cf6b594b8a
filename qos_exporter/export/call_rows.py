"""What per-call series are about: directions, reports on them, round trips and their legs.

Each kind of row has its labels; a family takes its series from the rows of one or more kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from qos_exporter.export.call_media import CallMedia, call_media
from qos_exporter.snapshot import AMI_SOURCE, CallView, ReportedQuality, RoundTripLeg, Spread

UNKNOWN = "unknown"
"""The label value for what was not found out."""


class MediaReport(NamedTuple):
    """What a far end worked out of one direction of a call."""

    media: CallMedia
    quality: ReportedQuality


class CallTrip(NamedTuple):
    """The round trip of a call."""

    call_id: str
    figures: Spread
    is_current: bool

    @property
    def current(self) -> Spread | None:
        """The figures, if the last of them still holds."""
        return self.figures if self.is_current else None


class CallLeg(NamedTuple):
    """One leg of a call's round trip."""

    call_id: str
    leg: RoundTripLeg


CallRow: TypeAlias = CallMedia | MediaReport | CallTrip | CallLeg
Label = Callable[[CallRow], str]


@dataclass(frozen=True, slots=True, eq=False)
class RowKind:
    """One kind of rows."""

    labels: Mapping[str, Label]
    """How a row fills the labels that it knows."""


def _scale(row: CallRow) -> str:
    return (row.scored.scale if isinstance(row, CallMedia) else None) or UNKNOWN


DIRECTIONS = RowKind(
    {
        "call_id": attrgetter("call.call_id"),
        "direction": attrgetter("direction"),
        "scale": _scale,
    }
)
TOLD_DIRECTIONS = RowKind(dict(DIRECTIONS.labels))
"""Directions that a PBX has told of."""
REPORTS = RowKind(
    {
        "call_id": attrgetter("media.call.call_id"),
        "direction": attrgetter("media.direction"),
        "source": attrgetter("quality.source"),
    }
)
TRIPS = RowKind({"call_id": attrgetter("call_id")})
LEGS = RowKind(
    {
        "call_id": attrgetter("call_id"),
        "leg": attrgetter("leg.leg"),
        "source": attrgetter("leg.source"),
    }
)

CallRows: TypeAlias = Mapping[RowKind, Sequence[CallRow]]


def call_rows(calls: Iterable[CallView]) -> CallRows:
    """Give the rows of all calls that are admitted to the per-call series."""
    shown = [call for call in calls if call.has_series]
    directions = list(call_media(shown))
    timed = sorted(
        (call for call in shown if call.round_trip_legs or call.round_trip),
        key=attrgetter("start_s"),
    )
    return {
        DIRECTIONS: [media for media in directions if media.scored.source != AMI_SOURCE],
        TOLD_DIRECTIONS: [media for media in directions if media.scored.source == AMI_SOURCE],
        REPORTS: list(_reports(directions)),
        TRIPS: _trips(timed),
        LEGS: _legs(timed),
    }


def _reports(directions: Iterable[CallMedia]) -> Iterator[MediaReport]:
    for media in directions:
        reported = media.current.reported
        if reported is not None:
            for quality in reported.quality:
                yield MediaReport(media, quality)


def _trips(calls: Sequence[CallView]) -> list[CallTrip]:
    """Of several dialogs with one Call-ID, the one that began last is told."""
    last = {
        call.call_id: CallTrip(call.call_id, call.round_trip, call.round_trip_is_current)
        for call in calls
        if call.round_trip is not None
    }
    return [*last.values()]


def _legs(calls: Sequence[CallView]) -> list[CallLeg]:
    last = {
        (call.call_id, leg.leg, leg.source): leg
        for call in calls
        for leg in call.round_trip_legs
        if leg.is_current
    }
    return [CallLeg(call_id, leg) for (call_id, _, _), leg in last.items()]
