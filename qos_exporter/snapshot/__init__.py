"""What the monitor shows to the world: one immutable picture of calls, streams and counters.

Everything that is exported (metrics, web page, JSON, tables) is made from these values and from
nothing else. Times are seconds since the epoch, or since the start of the clock that the capture
file used. Unknown is `None`, never a number that looks real.

Calls, streams and their parts are tuples with named fields: a snapshot of many calls is made of a
hundred thousand of them, and a tuple is made in a fraction of the time that a dataclass takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from qos_exporter.snapshot.brief import CallBrief, Choose, ChosenCalls, brief_of
from qos_exporter.snapshot.call import CallTotals, CallView, RoundTripLeg
from qos_exporter.snapshot.exporter import (
    CaptureView,
    ExporterView,
    PbxView,
    ReportTotals,
    TableView,
)
from qos_exporter.snapshot.figures import Exemplar, Histogram, PacketCounts, Score, Spread
from qos_exporter.snapshot.group import GroupHeard, GroupKey, GroupReports, GroupView
from qos_exporter.snapshot.reported import (
    Reported,
    ReportedQuality,
    ReportedReception,
    ReportedScore,
)
from qos_exporter.snapshot.stream import (
    AMI_SOURCE,
    RTP_SOURCE,
    LossBursts,
    StreamView,
    WindowCounts,
    WindowQuality,
)

__all__ = [
    "AMI_SOURCE",
    "RTP_SOURCE",
    "CallBrief",
    "CallTotals",
    "CallView",
    "CaptureView",
    "Choose",
    "ChosenCalls",
    "Exemplar",
    "ExporterView",
    "GroupHeard",
    "GroupKey",
    "GroupReports",
    "GroupView",
    "Histogram",
    "LossBursts",
    "PacketCounts",
    "PbxView",
    "ReportTotals",
    "Reported",
    "ReportedQuality",
    "ReportedReception",
    "ReportedScore",
    "RoundTripLeg",
    "Score",
    "Snapshot",
    "Spread",
    "StreamView",
    "TableView",
    "WindowCounts",
    "WindowQuality",
    "brief_of",
]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole picture at one moment."""

    taken_s: float
    calls: tuple[CallView, ...]
    """Active calls and those that ended less than the linger time ago, or those of them that have
    series of their own, if no others were asked for."""
    streams: tuple[StreamView, ...]
    """Every visible stream, those of the calls included (the same objects), or those only."""
    groups: tuple[GroupView, ...]
    totals: CallTotals
    captures: tuple[CaptureView, ...]
    exporter: ExporterView
    reports: ReportTotals = field(default_factory=ReportTotals)
    pbxs: tuple[PbxView, ...] = ()
