"""Where the value of each per-call series comes from, family by family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import cast

from qos_exporter.export.call_media import CallMedia
from qos_exporter.export.call_rows import (
    DIRECTIONS,
    LEGS,
    REPORTS,
    TOLD_DIRECTIONS,
    TRIPS,
    UNKNOWN,
    CallRow,
    RowKind,
)
from qos_exporter.export.catalogue import BY_NAME, PER_CALL, Family
from qos_exporter.export.catalogue.per_call import PACKET_FATES
from qos_exporter.snapshot import (
    AMI_SOURCE,
    RTP_SOURCE,
    CallView,
    LossBursts,
    PacketCounts,
    ReportedQuality,
    ReportedScore,
    Spread,
    StreamView,
    WindowQuality,
)

RTCP_SOURCE = "rtcp"
"""The `source` of figures that were made of receiver reports (RFC 3550)."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The part of rows that some values are in."""

    of: Callable[[CallRow], tuple[object, ...] | None]
    """Gives it; `None` where a row has no such part."""
    fields: tuple[str, ...]
    """What it holds, by position."""


@dataclass(frozen=True, slots=True)
class CallValue:
    """How to get the value of one family, of one source.

    It is taken in two steps, so that the first is done once for all families of a part: with
    10,000 calls every step counts.
    """

    family: Family
    kind: RowKind
    """The rows that have a value."""
    part: Part
    field: int
    """The position of the value in the part; it is `None` where it is not known."""
    source: str = ""
    """The label `source`, where it is not the rows that tell it."""

    @property
    def own_labels(self) -> tuple[str, ...]:
        """The labels that the rows tell."""
        return tuple(label for label in self.family.labels if label in self.kind.labels)

    def of(self, row: CallRow) -> float | None:
        """Give the value for one row, `None` where there is nothing to say."""
        part = self.part.of(row)
        return None if part is None else cast("float | None", part[self.field])

    def labels_of(self, row: CallRow) -> tuple[str, ...]:
        """Give the label values of one series in the order of the family's labels."""
        own = (self.kind.labels[label](row) for label in self.own_labels)
        return (*own, self.source) if self.source else (*own,)


def _bursts(row: CallRow) -> LossBursts | None:
    """Give the bursts of loss of a direction that has had any: most have not, and no series."""
    bursts = row.current.loss_bursts if isinstance(row, CallMedia) else None
    return bursts if bursts is not None and bursts.burst_density else None


_window = Part(attrgetter("scored.last_window"), WindowQuality._fields)
_packets = Part(attrgetter("packets"), PacketCounts._fields)
_call = Part(attrgetter("call"), CallView._fields)
_current = Part(attrgetter("current"), StreamView._fields)
_loss_bursts = Part(_bursts, LossBursts._fields)
_quality = Part(attrgetter("quality"), ReportedQuality._fields)
_jitter = Part(attrgetter("quality.jitter"), Spread._fields)
_mos_lq = Part(attrgetter("quality.mos_lq"), ReportedScore._fields)
_mos_cq = Part(attrgetter("quality.mos_cq"), ReportedScore._fields)
_r_factor = Part(attrgetter("quality.r_factor"), ReportedScore._fields)
_round_trip = Part(attrgetter("quality.round_trip"), Spread._fields)
_figures = Part(attrgetter("figures"), Spread._fields)
_current_figures = Part(attrgetter("current"), Spread._fields)
_leg_figures = Part(attrgetter("leg.figures"), Spread._fields)

_MEASURED: dict[str, tuple[Part, str]] = {
    "voip_call_mos_lq": (_window, "mos_lq"),
    "voip_call_mos_cq": (_window, "mos_cq"),
    "voip_call_r_factor": (_window, "r_factor"),
    "voip_call_loss_ratio": (_window, "loss_ratio"),
    "voip_call_discard_ratio": (_window, "discard_ratio"),
    "voip_call_burst_ratio": (_window, "burst_ratio"),
    "voip_call_jitter_seconds": (_window, "jitter_s"),
    "voip_call_jitter_max_seconds": (_window, "jitter_max_s"),
    "voip_call_burst_density_ratio": (_loss_bursts, "burst_density"),
    "voip_call_gap_density_ratio": (_loss_bursts, "gap_density"),
    "voip_call_burst_duration_seconds": (_loss_bursts, "burst_duration_s"),
    "voip_call_gap_duration_seconds": (_loss_bursts, "gap_duration_s"),
    "voip_call_downstream_loss_ratio": (_window, "downstream_loss_ratio"),
    "voip_call_downstream_jitter_seconds": (_window, "downstream_jitter_s"),
    **{f"voip_call_packets_{fate}_total": (_packets, fate) for fate in PACKET_FATES},
    "voip_call_start_timestamp_seconds": (_call, "start_s"),
    "voip_call_duration_seconds": (_call, "duration_s"),
    "voip_call_last_packet_timestamp_seconds": (_current, "last_s"),
}

_TOLD_COUNTS = ("expected", "received", "lost")
_TOLD: dict[str, tuple[Part, str]] = {
    name: value
    for name, value in _MEASURED.items()
    if name
    in {
        "voip_call_mos_lq",
        "voip_call_mos_cq",
        "voip_call_r_factor",
        "voip_call_loss_ratio",
        "voip_call_jitter_seconds",
        "voip_call_start_timestamp_seconds",
        "voip_call_duration_seconds",
        "voip_call_last_packet_timestamp_seconds",
        *(f"voip_call_packets_{fate}_total" for fate in _TOLD_COUNTS),
    }
}
"""What a PBX can tell; for all else there would only be zeros that nobody has counted."""

_BY_RTCP: dict[str, tuple[Part, str]] = {
    "voip_call_loss_ratio": (_window, "reported_loss_ratio"),
    "voip_call_jitter_seconds": (_window, "reported_jitter_s"),
}

_BY_OTHER_REPORTS: dict[str, tuple[Part, str]] = {
    "voip_call_loss_ratio": (_quality, "loss_ratio"),
    "voip_call_jitter_seconds": (_jitter, "last"),
    "voip_reported_mos_lq": (_mos_lq, "last"),
    "voip_reported_mos_cq": (_mos_cq, "last"),
    "voip_reported_r_factor": (_r_factor, "last"),
    "voip_reported_discard_ratio": (_quality, "discard_ratio"),
    "voip_reported_round_trip_seconds": (_round_trip, "last"),
}

_OF_TRIPS: dict[str, tuple[Part, str]] = {
    "voip_call_round_trip_seconds": (_current_figures, "last"),
    "voip_call_round_trip_max_seconds": (_figures, "max"),
}

_OF_LEGS: dict[str, tuple[Part, str]] = {
    "voip_call_round_trip_leg_seconds": (_leg_figures, "last"),
}


def _of_family(family: Family) -> list[CallValue]:
    """Give the sources of one family, measured figures first."""
    rtp, told = (RTP_SOURCE, AMI_SOURCE) if "source" in family.labels else ("", "")
    sources = (
        (DIRECTIONS, _MEASURED, rtp),
        (TOLD_DIRECTIONS, _TOLD, told),
        (DIRECTIONS, _BY_RTCP, RTCP_SOURCE),
        (REPORTS, _BY_OTHER_REPORTS, ""),
        (TRIPS, _OF_TRIPS, ""),
        (LEGS, _OF_LEGS, ""),
    )
    return [
        CallValue(family, kind, part, part.fields.index(name), source)
        for kind, values, source in sources
        if family.name in values
        for part, name in (values[family.name],)
    ]


CALL_INFO: Family = BY_NAME["voip_call_info"]
CALL_VALUES: tuple[tuple[Family, tuple[CallValue, ...]], ...] = tuple(
    (family, tuple(_of_family(family))) for family in PER_CALL if family != CALL_INFO
)
"""All per-call families but `voip_call_info`, in the order of the catalogue."""


def info_values(media: CallMedia) -> tuple[str, ...]:
    """Give the label values of `voip_call_info` in the order of its labels."""
    call, stream = media.call, media.current
    return (
        call.call_id,
        media.direction,
        call.caller,
        call.callee,
        stream.codec or UNKNOWN,
        stream.scale or UNKNOWN,
        stream.src,
        stream.dst,
        stream.src_network,
        stream.dst_network,
        stream.interface,
        call.state,
    )
