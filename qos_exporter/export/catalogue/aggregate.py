"""The families that say how calls do as a whole: closed label vocabularies, never a call."""

from __future__ import annotations

from functools import partial

from qos_exporter.export.catalogue.family import Family
from qos_exporter.export.catalogue.per_call import PACKET_FATE_HELP, PACKET_FATES
from qos_exporter.snapshot import edges

GROUP_LABELS = ("codec", "scale", "src_network", "dst_network", "direction")
SOURCE_LABELS = (*GROUP_LABELS, "source")

_total = partial(Family, group="aggregate", kind="counter")
_grouped_total = partial(_total, labels=GROUP_LABELS)
_reported_total = partial(_total, unit="packets", labels=SOURCE_LABELS)
_gauge = partial(Family, group="aggregate", kind="gauge", labels=GROUP_LABELS)
_measured = partial(Family, group="aggregate", kind="gauge", labels=SOURCE_LABELS)
_histogram = partial(Family, group="aggregate", kind="histogram", labels=GROUP_LABELS)

CALLS = (
    Family(
        name="voip_calls_active",
        kind="gauge",
        group="aggregate",
        help="Calls that have begun and not ended.",
    ),
    _total(
        name="voip_calls_total",
        labels=("outcome",),
        help="Calls by what became of them: answered, failed, cancelled or partial.",
    ),
    _total(
        name="voip_calls_rated_total",
        labels=("rating",),
        help="Ended calls by the rating of their worse direction.",
    ),
    _total(
        name="voip_media_anomalies_total",
        labels=("kind",),
        help="Calls whose media were not as negotiated, by kind of anomaly.",
    ),
    Family(
        name="voip_post_dial_delay_seconds",
        kind="histogram",
        group="aggregate",
        unit="seconds",
        edges=edges.POST_DIAL_DELAY_S_EDGES,
        help="Time from an INVITE to the first ringing or answer; one observation per call.",
    ),
    _total(
        name="voip_rtcp_reports_total",
        labels=("type",),
        help="RTCP packets read, by type: sr, rr, sdes, bye, app, rtpfb, psfb, xr or unknown.",
    ),
)

ACTIVE = (
    _gauge(name="voip_streams_active", help="RTP streams that are running."),
    _gauge(
        name="voip_active_mos_lq_mean",
        help="Mean MOS-LQ of the last windows of the running streams, each stream counting once.",
    ),
    _gauge(
        name="voip_active_mos_lq_min",
        help="Lowest MOS-LQ among the last windows of the running streams.",
    ),
    _gauge(
        name="voip_active_mos_cq_mean",
        help="Mean MOS-CQ of the last windows of the running streams whose round trip is known.",
    ),
    _measured(
        name="voip_active_loss_ratio_mean",
        unit="ratio",
        help="Mean loss ratio of the last windows of the running streams; rtcp: as reported.",
    ),
    _measured(
        name="voip_active_jitter_seconds_mean",
        unit="seconds",
        help="Mean jitter of the last windows of the running streams; rtcp: as reported.",
    ),
    _gauge(
        name="voip_active_round_trip_seconds_mean",
        unit="seconds",
        help="Mean round trip of the calls of the running streams, where both legs are known.",
    ),
)

COUNTERS = (
    *(
        _grouped_total(
            name=f"voip_packets_{fate}_total", unit="packets", help=f"{PACKET_FATE_HELP[fate]}."
        )
        for fate in PACKET_FATES
    ),
    _grouped_total(
        name="voip_bytes_total", unit="bytes", help="Bytes of the RTP packets received."
    ),
    _grouped_total(
        name="voip_concealed_seconds_total",
        unit="seconds",
        help="Seconds in which a receiver had to conceal a lost or discarded packet.",
    ),
    _grouped_total(
        name="voip_severely_concealed_seconds_total",
        unit="seconds",
        help="Seconds in which more than a twentieth of the media had to be concealed.",
    ),
)

REPORTED = (
    _reported_total(
        name="voip_reported_packets_expected_total",
        help="RTP packets that receivers expected, by the differences of their reports.",
    ),
    _reported_total(
        name="voip_reported_packets_lost_total",
        help="RTP packets that receivers missed, wherever lost, by the differences of reports.",
    ),
    _grouped_total(
        name="voip_downstream_packets_expected_total",
        unit="packets",
        help="RTP packets of which both the receiver's reports and the tap can speak.",
    ),
    _grouped_total(
        name="voip_downstream_packets_lost_total",
        unit="packets",
        help="Those of them that passed the tap, or should have, and were lost behind it.",
    ),
)

BREAKDOWNS = (
    _total(
        name="voip_windows_total",
        labels=(*GROUP_LABELS, "result", "reason"),
        help="Windows of streams by result; reason says why one was not scored.",
    ),
    _total(
        name="voip_media_seconds_total",
        unit="seconds",
        labels=(*GROUP_LABELS, "rating"),
        help="Seconds of media by the rating of the window that they were in.",
    ),
)

HISTOGRAMS = (
    _histogram(
        name="voip_window_mos_lq",
        edges=edges.MOS_EDGES,
        help="MOS-LQ; one observation per stream and scored window.",
    ),
    _histogram(
        name="voip_window_mos_cq",
        edges=edges.MOS_EDGES,
        help="MOS-CQ; one observation per stream and scored window with a known round trip.",
    ),
    _histogram(
        name="voip_window_r_factor",
        edges=edges.R_FACTOR_EDGES,
        help="Rating factor R of the E-model; one observation per stream and scored window.",
    ),
    _histogram(
        name="voip_window_loss_ratio",
        unit="ratio",
        labels=SOURCE_LABELS,
        edges=edges.LOSS_RATIO_EDGES,
        help="Loss ratio; one observation per stream and window, rtcp: if reported.",
    ),
    _histogram(
        name="voip_window_jitter_seconds",
        unit="seconds",
        labels=SOURCE_LABELS,
        edges=edges.JITTER_S_EDGES,
        help="Mean interarrival jitter; one observation per stream and window, rtcp: if reported.",
    ),
    _histogram(
        name="voip_window_downstream_loss_ratio",
        unit="ratio",
        edges=edges.LOSS_RATIO_EDGES,
        help="Loss between tap and receiver; one observation per stream and window with a report.",
    ),
    _histogram(
        name="voip_round_trip_seconds",
        unit="seconds",
        labels=SOURCE_LABELS,
        edges=edges.ROUND_TRIP_S_EDGES,
        help="Round trip between both parties; one observation per report that completes one.",
    ),
    _histogram(
        name="voip_delay_variation_seconds",
        unit="seconds",
        edges=edges.DELAY_VARIATION_S_EDGES,
        help="Delay of a packet beyond the fastest of its stream; one observation per packet.",
    ),
    _histogram(
        name="voip_loss_run_packets",
        unit="packets",
        edges=edges.LOSS_RUN_PACKETS_EDGES,
        help="Packets lost in a row; one observation per run of losses.",
    ),
)

AGGREGATE: tuple[Family, ...] = (
    *CALLS,
    *ACTIVE,
    *COUNTERS,
    *REPORTED,
    *BREAKDOWNS,
    *HISTOGRAMS,
)
