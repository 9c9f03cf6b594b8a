"""Overview: whether calls are good right now, and where they are not."""

from __future__ import annotations

from grafana import columns, legends, limits, links, names
from grafana.annotations import NUMBER_FIRING
from grafana.columns import Column
from grafana.frame import Board, Section
from grafana.panels import Bars, Lines, Stat, Table
from grafana.promql import PATH, ROUTE
from grafana.queries import calls, exporter, quality, traffic
from grafana.query import Query

CALLS = Stat(
    title="Calls now",
    description="Calls that have begun and not ended, for each exporter: two that listen to the "
    "same line see the same calls.",
    queries=(Query(traffic.CALLS_ACTIVE, "{{instance}}"),),
    unit="none",
    decimals=0,
    no_data="No exporter",
)
ALERTS = Stat(
    title="Alerts",
    description="Alerts of this project that fire now; a warning that is critical as well counts "
    "once. Needs its alerting rules in Prometheus; "
    "without them it stays 0.",
    queries=(Query(NUMBER_FIRING),),
    unit="none",
    decimals=0,
    steps=limits.NOT_ANY,
    no_data="0",
    width=2,
)
GOOD = Stat(
    title="Good windows",
    description="Of the ten-second windows that were scored, those from which the network took "
    "little, whatever the codec. Orange below the objective. Of several exporters the worst.",
    queries=(Query(quality.good_windows()),),
    unit="percentunit",
    decimals=1,
    steps=limits.GOOD_WINDOWS,
    no_data=legends.NO_CALLS,
    link=links.to(names.HISTORY),
)
MOS = Stat(
    title="Worst MOS",
    description="A tenth of the windows sound worse than this (MOS-LQ). Scales are not comparable: "
    "4.4 is the best that narrowband can be.",
    queries=(Query(quality.mos(0.1), "{{scale}}"),),
    unit="none",
    decimals=1,
    steps=limits.MOS,
    no_data=legends.NO_CALLS,
    with_name=True,
    width=4,
    link=links.to(names.PATHS),
)
LOSS = Stat(
    title="Worst loss",
    description="Packets that did not reach the point of capture, on the path that loses most.",
    queries=(Query(f"topk(1, {quality.loss_before_tap(*ROUTE)})", legends.ROUTE),),
    unit="percentunit",
    decimals=1,
    steps=limits.LOSS,
    no_data=legends.NO_CALLS,
    with_name=True,
    link=links.TO_PATH,
)
JITTER = Stat(
    title="Worst jitter",
    description="Interarrival jitter (RFC 3550) that 95 % of the windows do not exceed, on the "
    "path where that is highest.",
    queries=(Query(f"topk(1, {quality.jitter(0.95, *ROUTE)})", legends.ROUTE),),
    unit="s",
    decimals=0,
    steps=limits.JITTER,
    no_data=legends.NO_CALLS,
    with_name=True,
    link=links.TO_PATH,
)
ROUND_TRIP = Stat(
    title="Worst round trip",
    description="From caller to callee and back, what 95 % do not exceed, on the path where that "
    "is longest. Known from RTCP or STUN only.",
    queries=(Query(f"topk(1, {quality.round_trip(0.95, *ROUTE)})", legends.ROUTE),),
    unit="s",
    decimals=0,
    steps=limits.ROUND_TRIP,
    no_data=legends.NO_ROUND_TRIP,
    with_name=True,
    link=links.TO_PATH,
)
CAPTURE = Stat(
    title="Capture drops",
    description="Frames that the kernel or the network card dropped before the exporter saw them. "
    "While there are any, losses may be the capture's and not the network's.",
    queries=(Query(exporter.dropped()),),
    unit="percentunit",
    decimals=2,
    steps=limits.DROPS,
    no_data="Nothing captured",
    link=links.to(names.EXPORTER),
)

WHERE = Table(
    title="Where: all paths, worst MOS first",
    description="MOS and loss of the media that go from one network to another, on either side of "
    "the point of capture. MOS: a tenth of the windows is worse; jitter and round trip: 95 % do "
    "not exceed it. A click on a network opens the path.",
    queries=(
        Query(quality.mos(0.1, *PATH)),
        Query(quality.loss_before_tap("scale", *PATH)),
        Query(quality.loss_after_tap("scale", *PATH)),
        Query(quality.jitter(0.95, "scale", *PATH)),
        Query(quality.round_trip(0.95, "scale", *PATH)),
        Query(traffic.streams("scale", *PATH)),
    ),
    columns=(
        Column(title="From", label="src_network", link=links.to_path("From", "To")),
        Column(title="To", label="dst_network", link=links.to_path("From", "To")),
        columns.DIRECTION,
        columns.SCALE,
        columns.mos("A"),
        columns.share_lost("B", "Loss before tap"),
        columns.share_lost("C", "Loss after tap"),
        columns.jitter("D"),
        columns.round_trip("E"),
        columns.streams("F"),
    ),
    sorted_by="MOS",
    no_data=legends.NO_CALLS,
    width=24,
    height=9,
)
WORST_CALLS = Table(
    title="Worst calls now",
    description="The five calls of each scale that sounded worst in their last window. A click on "
    "the Call-ID opens the call.",
    queries=(
        Query(calls.worst_now()),
        Query(calls.loss_of(calls.worst_now())),
        Query(calls.loss_after_tap_of(calls.worst_now())),
        Query(calls.jitter_of(calls.worst_now())),
    ),
    columns=(
        Column(title="Call-ID", label="call_id", link=links.TO_CALL),
        columns.DIRECTION,
        columns.CALLER,
        columns.CALLEE,
        columns.FROM,
        columns.TO,
        columns.CODEC,
        columns.SCALE,
        columns.mos("A"),
        columns.share_lost("B", "Loss before tap"),
        columns.share_lost("C", "Loss after tap"),
        columns.jitter("D"),
    ),
    sorted_by="MOS",
    no_data="No calls with series of their own",
    width=24,
    height=9,
)

LOSS_BEFORE = Bars(
    title="Loss before the tap",
    description="The six paths that lose most between sender and point of capture: look at the "
    "sender's side.",
    queries=(Query(f"topk(6, {quality.loss_before_tap(*ROUTE)})", legends.ROUTE),),
    unit="percentunit",
    bottom=0,
    decimals=1,
    steps=limits.LOSS,
    no_data=legends.NO_CALLS,
    link=links.TO_PATH,
)
LOSS_AFTER = Bars(
    title="Loss after the tap",
    description="The six paths that lose most between point of capture and receiver, as the "
    "receivers report: look at the receiver's side.",
    queries=(Query(f"topk(6, {quality.loss_after_tap(*ROUTE)})", legends.ROUTE),),
    unit="percentunit",
    bottom=0,
    decimals=1,
    steps=limits.LOSS,
    no_data=legends.NO_REPORTS,
    link=links.TO_PATH,
)
RESULTS = Lines(
    title="Windows that are not good",
    description="Of the windows that were scored, those from which the network took much (bad) or "
    "something that is heard (degraded).",
    queries=(Query(quality.not_good(), "{{result}}"),),
    unit="percentunit",
    bottom=0,
    stacked=True,
    colours=limits.RESULTS,
    no_data=legends.NO_CALLS,
    width=8,
)

MOS_LINES = Lines(
    title="MOS, worst tenth",
    description="A tenth of the windows sound worse than this (MOS-LQ), for each scale.",
    queries=(Query(quality.mos(0.1), "{{scale}}"),),
    unit="none",
    decimals=2,
    bottom=1,
    top=4.5,
    steps=limits.MOS,
    no_data=legends.NO_CALLS,
)
LOSS_LINES = Lines(
    title="Loss before the tap, by path",
    description="Packets that did not reach the point of capture, of those that were sent.",
    queries=(Query(quality.loss_before_tap(*ROUTE), legends.ROUTE),),
    unit="percentunit",
    bottom=0,
    steps=limits.LOSS,
    no_data=legends.NO_CALLS,
    link=links.TO_PATH,
)
JITTER_LINES = Lines(
    title="Jitter, by path",
    description="Interarrival jitter at the point of capture that 95 % of the windows do not "
    "exceed.",
    queries=(Query(quality.jitter(0.95, *ROUTE), legends.ROUTE),),
    unit="s",
    bottom=0,
    steps=limits.JITTER,
    no_data=legends.NO_CALLS,
    link=links.TO_PATH,
)
CALL_LINES = Lines(
    title="Calls",
    description="Calls that have begun and not ended, for each exporter.",
    queries=(Query(traffic.CALLS_ACTIVE, "{{instance}}"),),
    unit="none",
    decimals=0,
    bottom=0,
    no_data="No exporter",
)

OVERVIEW_BOARD = Board(
    name=names.OVERVIEW,
    sections=(
        Section("Right now", (CALLS, ALERTS, GOOD, MOS, LOSS, JITTER, ROUND_TRIP, CAPTURE)),
        Section("Where", (WHERE, LOSS_BEFORE, LOSS_AFTER, RESULTS, WORST_CALLS)),
        Section("Since when", (MOS_LINES, LOSS_LINES, JITTER_LINES, CALL_LINES)),
    ),
)
