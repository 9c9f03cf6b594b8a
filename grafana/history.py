"""History: what became of calls, and whether they get better or worse."""

from __future__ import annotations

from grafana import columns, legends, limits, links, names
from grafana.columns import Column
from grafana.frame import Board, Section
from grafana.panels import Bars, Gauge, Heatmap, Lines, Stat, Table
from grafana.promql import PATH
from grafana.queries import calls, history, objective, quality, traffic
from grafana.query import Query

IN_VIEW = "$__range"
EACH_BAR = "$__interval"
BAR = "5m"
"""The least time that a bar stands for."""
NO_ENDED_CALLS = "No call has ended"

BUDGET = Gauge(
    title="Allowance left, 30 days",
    description="The objective lets a small share of the windows be less than good. This is what "
    "is left of that over the last 30 days: all at 100 %, nothing at 0. Of several exporters the "
    "worst.",
    queries=(Query(objective.budget_left()),),
    unit="percentunit",
    decimals=0,
    bottom=0,
    top=1,
    steps=limits.BUDGET,
    no_data=legends.NO_CALLS,
)
GOOD = Stat(
    title="Good windows, 30 days",
    description="Of the windows that were scored, those from which the network took little.",
    queries=(Query(objective.good_share(over=objective.PERIOD)),),
    unit="percentunit",
    decimals=2,
    steps=limits.GOOD_WINDOWS,
    no_data=legends.NO_CALLS,
    width=6,
    height=8,
)
SPENDERS = Table(
    title="What is left of it on each path, in the time shown",
    description="The objective for each path alone: the good windows in the time that is shown, "
    "and what they leave of the allowance. Below 0 more was used than is allowed.",
    queries=(
        Query(objective.good_share(*PATH, over=IN_VIEW)),
        Query(objective.budget_left(*PATH, over=IN_VIEW)),
    ),
    columns=(
        Column(title="From", label="src_network", link=links.to_path("From", "To")),
        Column(title="To", label="dst_network", link=links.to_path("From", "To")),
        columns.DIRECTION,
        columns.good_windows("A"),
        columns.allowance("B"),
    ),
    sorted_by="Good",
    no_data=legends.NO_CALLS,
    width=12,
)

RATED = Lines(
    title="Ended calls by rating",
    description="By the mean MOS of the worse direction: excellent from 4.3, good from 4.0, fair "
    "from 3.6, poor from 3.1, else bad. Of several exporters the one that saw most.",
    queries=(Query(traffic.calls_by_rating(EACH_BAR), "{{rating}}"),),
    unit="short",
    bottom=0,
    stacked=True,
    bars=True,
    interval=BAR,
    no_data=NO_ENDED_CALLS,
    colours=limits.RATINGS,
)
RATED_TOTAL = Bars(
    title="Ended calls by rating, in the time shown",
    description="The same, all together.",
    queries=(Query(traffic.calls_by_rating(IN_VIEW), "{{rating}}"),),
    unit="short",
    decimals=0,
    bottom=0,
    no_data=NO_ENDED_CALLS,
    width=6,
    colours=limits.RATINGS,
)
ANOMALIES = Bars(
    title="Media not as agreed, in the time shown",
    description="Calls with audio in one direction only (one_way), none at all (no_rtp), audio "
    "that ceased (stopped), or that is captured twice.",
    queries=(Query(traffic.calls_by_anomaly(IN_VIEW), "{{kind}}"),),
    unit="short",
    decimals=0,
    bottom=0,
    steps=limits.NOT_ANY,
    no_data="None",
    width=6,
)
OUTCOMES = Lines(
    title="Calls by outcome",
    description="Calls that were answered, failed, were cancelled; or of which the beginning was "
    "not seen (partial).",
    queries=(Query(traffic.calls_by_outcome(EACH_BAR), "{{outcome}}"),),
    unit="short",
    bottom=0,
    stacked=True,
    bars=True,
    interval=BAR,
    no_data=legends.NO_CALLS,
)
POST_DIAL = Lines(
    title="Post-dial delay",
    description="From an INVITE to the first ringing or answer: the median, and what 95 % do not "
    "exceed.",
    queries=(
        Query(history.post_dial_delay(0.5), "median"),
        Query(history.post_dial_delay(0.95), "95 %"),
    ),
    unit="s",
    bottom=0,
    no_data=legends.NO_CALLS,
)

GOOD_TREND = Lines(
    title="Good windows, week by week",
    description="Now, and at the same hour of earlier weeks. Below the dashed line the objective "
    "is missed.",
    queries=tuple(Query(quality.good_windows(ago=ago), text) for ago, text in history.WEEKS),
    unit="percentunit",
    top=1,
    steps=limits.GOOD_WINDOWS,
    no_data=legends.NO_CALLS,
    width=8,
)
LOSS_TREND = Lines(
    title="Loss before the tap, week by week",
    description="Packets that did not reach the point of capture, now and at the same hour of "
    "earlier weeks.",
    queries=tuple(Query(quality.loss_before_tap(ago=ago), text) for ago, text in history.WEEKS),
    unit="percentunit",
    bottom=0,
    steps=limits.LOSS,
    no_data=legends.NO_CALLS,
    width=8,
)
MOS_TREND = Lines(
    title="MOS, worst tenth, week by week",
    description="A tenth of the windows sound worse than this (MOS-LQ), now and at the same hour "
    "of earlier weeks, for each scale.",
    queries=tuple(
        Query(quality.mos(0.1, ago=ago), f"{{{{scale}}}}, {text}") for ago, text in history.WEEKS
    ),
    unit="none",
    decimals=2,
    bottom=1,
    top=4.5,
    steps=limits.MOS,
    no_data=legends.NO_CALLS,
    width=8,
)

CODECS = Lines(
    title="Media by codec",
    description="Seconds of media of each codec.",
    queries=(Query(traffic.media_seconds("codec", EACH_BAR), "{{codec}}"),),
    unit="s",
    bottom=0,
    stacked=True,
    bars=True,
    interval=BAR,
    no_data=legends.NO_CALLS,
)
CODEC_TOTAL = Bars(
    title="Media by codec, in the time shown",
    description="Seconds of media of each codec, all together.",
    queries=(Query(traffic.media_seconds("codec", IN_VIEW), "{{codec}}"),),
    unit="s",
    decimals=0,
    bottom=0,
    no_data=legends.NO_CALLS,
    width=6,
)
RATED_MEDIA = Bars(
    title="Media by rating, in the time shown",
    description="Seconds of media in windows that sounded so.",
    queries=(Query(traffic.media_seconds("rating", IN_VIEW), "{{rating}}"),),
    unit="s",
    decimals=0,
    bottom=0,
    no_data=legends.NO_CALLS,
    width=6,
    colours=limits.RATINGS,
)

CALLS_MARKED = "Each dot is a call: its link opens it."
MOS_MAP = Heatmap(
    title="MOS, $scale",
    description="How many windows had which MOS-LQ, one picture for each scale. " + CALLS_MARKED,
    queries=(Query(history.distribution("voip_window_mos_lq"), "{{le}}", exemplars=True),),
    unit="none",
    decimals=1,
    steps=limits.MOS,
    no_data=legends.NO_CALLS,
    width=24,
    repeat="scale",
    interval=BAR,
)
LOSS_MAP = Heatmap(
    title="Loss before the tap",
    description="How many windows lost which share of their packets. " + CALLS_MARKED,
    queries=(
        Query(
            history.distribution("voip_window_loss_ratio", quality.AT_TAP),
            "{{le}}",
            exemplars=True,
        ),
    ),
    unit="percentunit",
    steps=limits.LOSS,
    no_data=legends.NO_CALLS,
    interval=BAR,
)
JITTER_MAP = Heatmap(
    title="Jitter at the tap",
    description="How many windows had which jitter (RFC 3550).",
    queries=(Query(history.distribution("voip_window_jitter_seconds", quality.AT_TAP), "{{le}}"),),
    unit="s",
    steps=limits.JITTER,
    no_data=legends.NO_CALLS,
    interval=BAR,
)
TRIP_MAP = Heatmap(
    title="Round trip",
    description="How many reports told of which round trip. " + CALLS_MARKED,
    queries=(Query(history.distribution("voip_round_trip_seconds"), "{{le}}", exemplars=True),),
    unit="s",
    steps=limits.ROUND_TRIP,
    no_data=legends.NO_ROUND_TRIP,
    interval=BAR,
)

WORST_CALLS = Table(
    title="Worst calls of the time shown",
    description="The ten calls of each scale with the worst window. A click on the Call-ID opens "
    "the call.",
    queries=(Query(calls.worst_within(IN_VIEW)),),
    columns=(
        Column(title="Call-ID", label="call_id", link=links.TO_CALL),
        columns.DIRECTION,
        columns.CALLER,
        columns.CALLEE,
        columns.FROM,
        columns.TO,
        columns.CODEC,
        columns.SCALE,
        columns.mos("A", "MOS, lowest window", width=160),
    ),
    sorted_by="MOS, lowest window",
    no_data="No calls with series of their own",
    width=24,
    height=10,
)

HISTORY_BOARD = Board(
    name=names.HISTORY,
    since="now-7d",
    refresh="5m",
    sections=(
        Section("The objective", (BUDGET, GOOD, SPENDERS)),
        Section("Calls", (RATED, RATED_TOTAL, ANOMALIES, OUTCOMES, POST_DIAL, WORST_CALLS)),
        Section("Better or worse than in earlier weeks", (GOOD_TREND, LOSS_TREND, MOS_TREND)),
        Section("Codecs", (CODECS, CODEC_TOTAL, RATED_MEDIA)),
        Section("Distributions", (MOS_MAP, LOSS_MAP, JITTER_MAP, TRIP_MAP)),
    ),
)
