"""Call: one call by its Call-ID, every window in both directions."""

from __future__ import annotations

from grafana import columns, legends, limits, names
from grafana.columns import Column
from grafana.frame import Board, Section
from grafana.panels import Lines, Stat, Table
from grafana.promql import select
from grafana.queries import one_call
from grafana.query import Query
from grafana.variables import CALLS, one_label

SIDE = "{{direction}}"
BY_SOURCE = "{{direction}}, {{source}}"
SCORED = "{{direction}}, {{scale}}"
NO_CALL = "Not in this time"
NONE_REPORTED = "The far ends report nothing"

STATE = Stat(
    title="State",
    description="Whether the call is being set up, active, or ended. Its series end a while after "
    "it does (`calls.linger`).",
    queries=(Query(one_call.STATE, "{{state}}"),),
    unit="none",
    no_data="over",
    name_only=True,
)
BEGUN = Stat(
    title="Begun",
    description="When the first message or packet of the call was seen.",
    queries=(Query(one_call.START_MS),),
    unit="dateTimeAsIso",
    no_data=NO_CALL,
    width=5,
)
DURATION = Stat(
    title="Duration",
    description="From the first message to now or to the end, ringing included.",
    queries=(Query(one_call.worst_in_view("voip_call_duration_seconds")),),
    unit="s",
    decimals=0,
    no_data=NO_CALL,
)
LOWEST = Stat(
    title="MOS, lowest window",
    description="The worst window that is shown (MOS-LQ), each direction.",
    queries=(
        Query(one_call.worst_in_view("voip_call_mos_lq", "direction", "scale", low=True), SCORED),
    ),
    unit="none",
    decimals=2,
    steps=limits.MOS,
    no_data="Not scored",
    width=5,
    with_name=True,
)
LOST = Stat(
    title="Lost before the tap",
    description="Packets that did not reach the point of capture, of all in the time that is "
    "shown.",
    queries=(Query(one_call.lost_in_view(), SIDE),),
    unit="percentunit",
    decimals=1,
    steps=limits.LOSS,
    no_data=NO_CALL,
    width=5,
    with_name=True,
)
LONGEST_TRIP = Stat(
    title="Round trip, max",
    description="From caller to callee and back, the longest of the call.",
    queries=(Query(one_call.worst_in_view("voip_call_round_trip_max_seconds")),),
    unit="s",
    decimals=0,
    steps=limits.ROUND_TRIP,
    no_data=legends.NO_ROUND_TRIP,
)
INFO = Table(
    title="Who, where, how",
    description="Both directions of the call, as each exporter saw it. More than one row for a "
    "direction: codec or address changed during the call.",
    queries=(Query(one_call.INFO),),
    columns=(
        columns.DIRECTION,
        columns.CALLER,
        columns.CALLEE,
        columns.CODEC,
        columns.SCALE,
        Column(title="Sender", label="src", width=165),
        Column(title="Receiver", label="dst", width=165),
        columns.FROM,
        columns.TO,
        Column(title="Interface", label="interface"),
        Column(title="Exporter", label="instance"),
    ),
    sorted_by="Direction",
    descending=True,
    no_data=NO_CALL,
    width=24,
    height=5,
)

MOS = Lines(
    title="MOS of each window",
    description="Listening quality (MOS-LQ). Both directions have the same scale only if they "
    "have codecs of one bandwidth.",
    queries=(Query(one_call.worst("voip_call_mos_lq", "direction", "scale", low=True), SCORED),),
    unit="none",
    decimals=2,
    bottom=1,
    top=4.5,
    steps=limits.MOS,
    no_data="Not scored",
    points=True,
)
MOS_CQ = Lines(
    title="MOS of the conversation",
    description="The same with the delay taken in (MOS-CQ); absent until a round trip is known.",
    queries=(Query(one_call.worst("voip_call_mos_cq", "direction", "scale", low=True), SCORED),),
    unit="none",
    decimals=2,
    bottom=1,
    top=4.5,
    steps=limits.MOS,
    no_data=legends.NO_ROUND_TRIP,
    points=True,
)
LOSS = Lines(
    title="Loss of each window",
    description="Packets lost of those expected: `rtp` is measured at the point of capture, "
    "`rtcp` is what the receiver reports of the whole way.",
    queries=(Query(one_call.worst("voip_call_loss_ratio", "direction", "source"), BY_SOURCE),),
    unit="percentunit",
    bottom=0,
    steps=limits.LOSS,
    no_data=NO_CALL,
    points=True,
)
AFTER = Lines(
    title="Loss after the tap",
    description="Packets lost between point of capture and receiver, as it reports.",
    queries=(Query(one_call.worst("voip_call_downstream_loss_ratio", "direction"), SIDE),),
    unit="percentunit",
    bottom=0,
    steps=limits.LOSS,
    no_data=NONE_REPORTED,
    points=True,
)
LATE = Lines(
    title="Too late for the playout buffer",
    description="Packets that arrived later than a simulated playout buffer can wait.",
    queries=(Query(one_call.worst("voip_call_discard_ratio", "direction"), SIDE),),
    unit="percentunit",
    bottom=0,
    steps=limits.LOSS,
    no_data=NO_CALL,
    points=True,
)
BURSTS = Lines(
    title="Bursts of loss",
    description="How much longer losses last than random loss of the same size would: 1 is random, "
    "more sounds worse than the loss alone says.",
    queries=(Query(one_call.worst("voip_call_burst_ratio", "direction"), SIDE),),
    unit="none",
    decimals=1,
    bottom=1,
    no_data=NO_CALL,
    points=True,
)
DENSITY = Lines(
    title="Share lost in bursts and in gaps",
    description="Bursts (RFC 3611) are stretches in which losses lie close together, gaps what is "
    "between; so far in the call. Much in bursts and little in gaps is an outage now and then; "
    "the same in both is a line that is bad all the time.",
    queries=(
        Query(one_call.worst("voip_call_burst_density_ratio", "direction"), f"{SIDE}, bursts"),
        Query(one_call.worst("voip_call_gap_density_ratio", "direction"), f"{SIDE}, gaps"),
    ),
    unit="percentunit",
    bottom=0,
    no_data="No bursts",
    points=True,
)
R_FACTOR = Lines(
    title="Rating factor R of each window",
    description="What MOS is worked out from: the sum of all impairments, up to 93 narrowband, 129 "
    "wideband, 148 fullband.",
    queries=(Query(one_call.worst("voip_call_r_factor", "direction", "scale", low=True), SCORED),),
    unit="none",
    decimals=0,
    bottom=0,
    no_data="Not scored",
    points=True,
)
JITTER = Lines(
    title="Jitter of each window",
    description="Interarrival jitter (RFC 3550): mean at the point of capture (`rtp`), at the "
    "receiver (`rtcp`), and the highest at the point of capture.",
    queries=(
        Query(one_call.worst("voip_call_jitter_seconds", "direction", "source"), BY_SOURCE),
        Query(one_call.worst("voip_call_jitter_max_seconds", "direction"), f"{SIDE}, highest"),
    ),
    unit="s",
    bottom=0,
    steps=limits.JITTER,
    no_data=NO_CALL,
    points=True,
)
ROUND_TRIP = Lines(
    title="Round trip",
    description="Caller to callee and back, and its legs: from the point of capture to one party "
    "and back.",
    queries=(
        Query(one_call.worst("voip_call_round_trip_seconds"), "whole way"),
        Query(
            one_call.worst("voip_call_round_trip_leg_seconds", "leg", "source"),
            "leg to the {{leg}}, {{source}}",
        ),
    ),
    unit="s",
    bottom=0,
    steps=limits.ROUND_TRIP,
    no_data=legends.NO_ROUND_TRIP,
    points=True,
)
PACKETS = Lines(
    title="Packets",
    description="Packets per second that were received, lost, too late, out of order, twice.",
    queries=tuple(
        Query(one_call.packets(fate), f"{SIDE}, {fate}")
        for fate in ("received", "lost", "discarded", "reordered", "duplicate")
    ),
    unit="pps",
    bottom=0,
    no_data=NO_CALL,
    width=24,
)

REPORTED_MOS = Lines(
    title="MOS that the far ends report",
    description="What the receivers work out by models of their own: compare it with itself only.",
    queries=tuple(
        Query(one_call.worst(f"voip_reported_mos_{kind}", "direction", "source", low=True), text)
        for kind, text in (
            ("lq", f"{BY_SOURCE}, listening"),
            ("cq", f"{BY_SOURCE}, conversation"),
        )
    ),
    unit="none",
    decimals=2,
    bottom=1,
    top=5,
    steps=limits.MOS,
    no_data=NONE_REPORTED,
    width=8,
)
REPORTED_LATE = Lines(
    title="Discards that the far ends report",
    description="Packets that the receivers' own buffers threw away.",
    queries=(
        Query(one_call.worst("voip_reported_discard_ratio", "direction", "source"), BY_SOURCE),
    ),
    unit="percentunit",
    bottom=0,
    steps=limits.LOSS,
    no_data=NONE_REPORTED,
    width=8,
)
REPORTED_TRIP = Lines(
    title="Round trip that the far ends report",
    description="What the receivers measured by their own clocks.",
    queries=(
        Query(one_call.worst("voip_reported_round_trip_seconds", "direction", "source"), BY_SOURCE),
    ),
    unit="s",
    bottom=0,
    steps=limits.ROUND_TRIP,
    no_data=NONE_REPORTED,
    width=8,
)

CALL_BOARD = Board(
    name=names.CALL,
    more_variables=(
        one_label("call_id", "Call-ID", select(CALLS)).description(
            "The SIP Call-ID, of the calls in the time that is shown. The other variables narrow "
            "the list."
        ),
    ),
    refresh="10s",
    since="now-15m",
    sections=(
        Section("The call", (STATE, BEGUN, DURATION, LOWEST, LOST, LONGEST_TRIP, INFO)),
        Section(
            "Window by window, at the tap",
            (
                MOS,
                LOSS,
                AFTER,
                JITTER,
                MOS_CQ,
                ROUND_TRIP,
                LATE,
                R_FACTOR,
                BURSTS,
                DENSITY,
                PACKETS,
            ),
        ),
        Section("What the far ends say", (REPORTED_MOS, REPORTED_LATE, REPORTED_TRIP)),
    ),
)
