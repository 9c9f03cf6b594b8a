"""The families with one series per call and direction: bounded by the series limit."""

from __future__ import annotations

from functools import partial

from qos_exporter.export.catalogue.family import Family

PACKET_FATES = ("expected", "received", "lost", "duplicate", "reordered", "discarded")
"""What can become of an RTP packet; each is a counter of its own (RFC 3550 A.3)."""

PACKET_FATE_HELP = {
    "expected": "RTP packets that were sent, by their sequence numbers (RFC 3550 A.3)",
    "received": "RTP packets received, each sequence number counted once",
    "lost": "RTP packets lost: numbers that left the reorder window without having arrived",
    "duplicate": "RTP packets received again under a number that had arrived already",
    "reordered": "RTP packets that arrived after one with a higher number, within the window",
    "discarded": "RTP packets that arrived too late for the simulated playout buffer",
}

CALL_LABELS = ("call_id", "direction")
SCORE_LABELS = (*CALL_LABELS, "scale")
SOURCE_LABELS = (*CALL_LABELS, "source")
TRIP_LABELS = ("call_id",)
LEG_LABELS = ("call_id", "leg", "source")
INFO_LABELS = (
    *("call_id", "direction", "caller", "callee", "codec", "scale", "src", "dst"),
    *("src_network", "dst_network", "interface", "state"),
)

_gauge = partial(Family, kind="gauge", group="per-call", labels=CALL_LABELS)
_score = partial(Family, kind="gauge", group="per-call", labels=SCORE_LABELS)
_measured = partial(Family, kind="gauge", group="per-call", labels=SOURCE_LABELS)
_trip = partial(Family, kind="gauge", group="per-call", unit="seconds", labels=TRIP_LABELS)

QUALITY = (
    _score(
        name="voip_call_mos_lq",
        help="Listening quality (MOS-LQE) of the last complete window; absent if it was unscored.",
    ),
    _score(
        name="voip_call_mos_cq",
        help="Conversational quality (MOS-CQE) of the last window; absent without a round trip.",
    ),
    _score(
        name="voip_call_r_factor",
        help="Transmission rating factor R of the E-model in the last complete window.",
    ),
    _measured(
        name="voip_call_loss_ratio",
        unit="ratio",
        help="RTP packets lost of those expected, in the last complete window or report.",
    ),
    _gauge(
        name="voip_call_discard_ratio",
        unit="ratio",
        help="RTP packets too late for the playout buffer, of those expected in the last window.",
    ),
    _gauge(
        name="voip_call_burst_ratio",
        unit="ratio",
        help="Mean loss run over that of random loss (G.107 BurstR), last window; 1 is random.",
    ),
    _measured(
        name="voip_call_jitter_seconds",
        unit="seconds",
        help="Mean interarrival jitter (RFC 3550 A.8) in the last complete window or report.",
    ),
    _gauge(
        name="voip_call_jitter_max_seconds",
        unit="seconds",
        help="Largest interarrival jitter within the last complete window.",
    ),
)

BURSTS = (
    _gauge(
        name="voip_call_burst_density_ratio",
        unit="ratio",
        help="Share lost of the packets in bursts of loss (RFC 3611) so far; absent without any.",
    ),
    _gauge(
        name="voip_call_gap_density_ratio",
        unit="ratio",
        help="Share lost of the packets in gaps around bursts so far; absent without bursts.",
    ),
    _gauge(
        name="voip_call_burst_duration_seconds",
        unit="seconds",
        help="Mean duration of a burst of loss so far; absent without any.",
    ),
    _gauge(
        name="voip_call_gap_duration_seconds",
        unit="seconds",
        help="Mean duration of a gap around bursts of loss so far; absent without bursts.",
    ),
)

DOWNSTREAM = (
    _gauge(
        name="voip_call_downstream_loss_ratio",
        unit="ratio",
        help="Lost between tap and receiver, of packets that both spoke of in the last window.",
    ),
    _gauge(
        name="voip_call_downstream_jitter_seconds",
        unit="seconds",
        help="The receiver's jitter less that at the tap, in the last window; never negative.",
    ),
)

ROUND_TRIPS = (
    _trip(
        name="voip_call_round_trip_seconds",
        help="Caller to callee and back, by the latest legs; absent while one is missing or old.",
    ),
    _trip(
        name="voip_call_round_trip_max_seconds",
        help="The longest round trip of the call so far.",
    ),
    Family(
        name="voip_call_round_trip_leg_seconds",
        kind="gauge",
        group="per-call",
        unit="seconds",
        labels=LEG_LABELS,
        help="From the tap to the caller or callee (leg) and back, latest value; absent when old.",
    ),
)

REPORTED = (
    _measured(
        name="voip_reported_mos_lq",
        help="Listening quality that the receiver worked out itself, by its last report.",
    ),
    _measured(
        name="voip_reported_mos_cq",
        help="Conversational quality that the receiver worked out itself, by its last report.",
    ),
    _measured(
        name="voip_reported_r_factor",
        help="Rating factor R that the receiver worked out itself, by its last report.",
    ),
    _measured(
        name="voip_reported_discard_ratio",
        unit="ratio",
        help="Packets that the receiver's own jitter buffer discarded, by its last report.",
    ),
    _measured(
        name="voip_reported_round_trip_seconds",
        unit="seconds",
        help="Round trip that the receiver measured itself by its own clock, by its last report.",
    ),
)

PACKETS = tuple(
    Family(
        name=f"voip_call_packets_{fate}_total",
        kind="counter",
        group="per-call",
        unit="packets",
        labels=CALL_LABELS,
        help=f"{PACKET_FATE_HELP[fate]}.",
    )
    for fate in PACKET_FATES
)

TIMES = (
    _gauge(
        name="voip_call_start_timestamp_seconds",
        unit="seconds",
        help="When the call began; the same for both directions.",
    ),
    _gauge(
        name="voip_call_duration_seconds",
        unit="seconds",
        help="Time from the first message to now or to the end; the same for both directions.",
    ),
    _gauge(
        name="voip_call_last_packet_timestamp_seconds",
        unit="seconds",
        help="When the last RTP packet of this direction arrived.",
    ),
)

PER_CALL: tuple[Family, ...] = (
    Family(
        name="voip_call_info",
        kind="info",
        group="per-call",
        labels=INFO_LABELS,
        help="Who talks to whom, over which endpoints and codec; always 1.",
    ),
    *QUALITY,
    *BURSTS,
    *DOWNSTREAM,
    *ROUND_TRIPS,
    *REPORTED,
    *PACKETS,
    *TIMES,
)
