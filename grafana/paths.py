"""Paths: from network to network, each direction for itself."""

from __future__ import annotations

from grafana import columns, legends, limits, names
from grafana.frame import Board, Section
from grafana.panels import Lines, Table
from grafana.promql import PATH, ROUTE
from grafana.queries import quality, traffic
from grafana.query import Query

MATRIX = Table(
    title="Network by network",
    description="All paths in both directions, worst loss first. Loss before the tap happened "
    "between sender and point of capture; loss after it between there and the receiver, as that "
    "reports. MOS is the median, then what a tenth of the windows falls short of.",
    queries=(
        Query(quality.loss_before_tap("scale", *PATH)),
        Query(quality.loss_after_tap("scale", *PATH)),
        Query(quality.discards("scale", *PATH)),
        Query(quality.jitter(0.95, "scale", *PATH)),
        Query(quality.round_trip(0.95, "scale", *PATH)),
        Query(quality.mos(0.5, *PATH)),
        Query(quality.mos(0.1, *PATH)),
        Query(quality.good_windows("scale", *PATH)),
        Query(traffic.streams("scale", *PATH)),
    ),
    columns=(
        columns.FROM,
        columns.TO,
        columns.DIRECTION,
        columns.SCALE,
        columns.share_lost("A", "Loss before tap"),
        columns.share_lost("B", "Loss after tap"),
        columns.share_lost("C", "Too late", width=80),
        columns.jitter("D"),
        columns.round_trip("E"),
        columns.mos("F", "MOS median", width=105),
        columns.mos("G", "MOS tenth", width=100),
        columns.good_windows("H"),
        columns.streams("I"),
    ),
    sorted_by="Loss before tap",
    descending=True,
    no_data=legends.NO_CALLS,
    width=24,
    height=10,
)

BEFORE = Lines(
    title="Loss before the tap",
    description="Packets lost between sender and point of capture, of those that were sent.",
    queries=(Query(quality.loss_before_tap(*PATH), legends.PATH),),
    unit="percentunit",
    bottom=0,
    steps=limits.LOSS,
    no_data=legends.NO_CALLS,
)
AFTER = Lines(
    title="Loss after the tap",
    description="Packets lost between point of capture and receiver: the receiver's loss less "
    "that at the tap, over the same packets.",
    queries=(Query(quality.loss_after_tap(*PATH), legends.PATH),),
    unit="percentunit",
    bottom=0,
    steps=limits.LOSS,
    no_data=legends.NO_REPORTS,
)
REPORTED = Lines(
    title="Loss of the whole way, as reported",
    description="Packets that receivers missed, wherever they were lost, by their RTCP.",
    queries=(Query(quality.loss_reported(*PATH), legends.PATH),),
    unit="percentunit",
    bottom=0,
    steps=limits.LOSS,
    no_data=legends.NO_REPORTS,
    width=8,
)
LATE = Lines(
    title="Too late for the playout buffer",
    description="Packets that arrived, but later than a simulated playout buffer can wait, of "
    "those that were sent. To the listener they are lost.",
    queries=(Query(quality.discards(*PATH), legends.PATH),),
    unit="percentunit",
    bottom=0,
    steps=limits.LOSS,
    no_data=legends.NO_CALLS,
    width=8,
)
RUNS = Lines(
    title="Packets lost in a row",
    description="How long nine in ten losses last at most. One is random loss, which codecs "
    "conceal well; several in a row are heard.",
    queries=(Query(quality.loss_run(0.9, *PATH), legends.PATH),),
    unit="none",
    bottom=0,
    no_data=legends.NO_LOSS,
    width=8,
)

JITTER = Lines(
    title="Jitter at the tap",
    description="Interarrival jitter (RFC 3550) that 95 % of the windows do not exceed.",
    queries=(Query(quality.jitter(0.95, *PATH), legends.PATH),),
    unit="s",
    bottom=0,
    steps=limits.JITTER,
    no_data=legends.NO_CALLS,
)
JITTER_REPORTED = Lines(
    title="Jitter of the whole way, as reported",
    description="Jitter in the RTCP of receivers that 95 % of the windows do not exceed.",
    queries=(Query(quality.jitter(0.95, *PATH, source=quality.BY_RECEIVER), legends.PATH),),
    unit="s",
    bottom=0,
    steps=limits.JITTER,
    no_data=legends.NO_REPORTS,
)
VARIATION = Lines(
    title="Delay variation",
    description="By how much packets take longer than the fastest of their stream; 99 % do not "
    "exceed it. A playout buffer has to be as long.",
    queries=(Query(quality.delay_variation(0.99, *PATH), legends.PATH),),
    unit="s",
    bottom=0,
    no_data=legends.NO_CALLS,
)
ROUND_TRIP = Lines(
    title="Round trip",
    description="From caller to callee and back: the median, and what 95 % do not exceed. Known "
    "where RTCP or STUN passes the point of capture on both sides.",
    queries=(
        Query(quality.round_trip(0.5, *ROUTE), f"{legends.ROUTE}, median"),
        Query(quality.round_trip(0.95, *ROUTE), f"{legends.ROUTE}, 95 %"),
    ),
    unit="s",
    bottom=0,
    steps=limits.ROUND_TRIP,
    no_data=legends.NO_ROUND_TRIP,
)

MOS_LEGEND = f"{legends.PATH}, {{{{scale}}}}"
MEDIAN = Lines(
    title="MOS, median",
    description="Half of the windows sound better than this, half worse (MOS-LQ).",
    queries=(Query(quality.mos(0.5, *PATH), MOS_LEGEND),),
    unit="none",
    decimals=2,
    bottom=1,
    top=4.5,
    steps=limits.MOS,
    no_data=legends.NO_CALLS,
    width=8,
)
TENTH = Lines(
    title="MOS, worst tenth",
    description="A tenth of the windows sound worse than this (MOS-LQ).",
    queries=(Query(quality.mos(0.1, *PATH), MOS_LEGEND),),
    unit="none",
    decimals=2,
    bottom=1,
    top=4.5,
    steps=limits.MOS,
    no_data=legends.NO_CALLS,
    width=8,
)
CONVERSATIONAL = Lines(
    title="MOS of the conversation, worst tenth",
    description="The same with the delay taken in (MOS-CQ), where a round trip is known.",
    queries=(Query(quality.mos_conversational(0.1, *PATH), MOS_LEGEND),),
    unit="none",
    decimals=2,
    bottom=1,
    top=4.5,
    steps=limits.MOS,
    no_data=legends.NO_ROUND_TRIP,
    width=8,
)
GOOD = Lines(
    title="Good windows",
    description="Of the windows that were scored, those from which the network took little.",
    queries=(Query(quality.good_windows(*PATH), legends.PATH),),
    unit="percentunit",
    bottom=0,
    top=1,
    steps=limits.GOOD_WINDOWS,
    no_data=legends.NO_CALLS,
    width=8,
)
UNSCORED = Lines(
    title="Windows without a score",
    description="Of all windows those that could not be scored, by reason.",
    queries=(Query(quality.unscored(), "{{reason}}"),),
    unit="percentunit",
    bottom=0,
    no_data=legends.NO_CALLS,
    width=8,
)
TRAFFIC = Lines(
    title="Media",
    description="Bytes of RTP per second.",
    queries=(Query(traffic.bytes_per_second(*PATH), legends.PATH),),
    unit="Bps",
    bottom=0,
    no_data=legends.NO_CALLS,
    width=8,
)

PATHS_BOARD = Board(
    name=names.PATHS,
    sections=(
        Section("Right now", (MATRIX,)),
        Section("Loss", (BEFORE, AFTER, REPORTED, LATE, RUNS)),
        Section("Jitter and delay", (JITTER, JITTER_REPORTED, VARIATION, ROUND_TRIP)),
        Section("Quality", (MEDIAN, TENTH, CONVERSATIONAL, GOOD, UNSCORED, TRAFFIC)),
    ),
)
