"""The tables that the compiled kernel hands out, as numpy record types.

Each type mirrors a packed C struct of `rows.pxd`, column by column; the kernel refuses to load
where the two disagree in size.
"""

from __future__ import annotations

import numpy as np

FLAG_RESTARTED = 1
FLAG_COMFORT_NOISE = 2
FLAG_ENDED = 4
FLAG_STOPPED_GAP = 8
FLAG_CAPTURED_TWICE = 16
FLAG_MUTED = 32
FLAG_EVICTED = 64

CLOCK_SOURCES = ("unknown", "static", "sdp", "estimated")
"""What `clock_source` counts through."""

WINDOW = np.dtype(
    [
        ("slot", "u4"),
        ("serial", "u8"),
        ("group", "u4"),
        ("profile", "u4"),
        ("payload_type", "u1"),
        ("payload_types_seen", "u1"),
        ("flags", "u2"),
        ("first_ns", "i8"),
        ("last_ns", "i8"),
        ("media_ns", "i8"),
        ("expected", "u4"),
        ("received", "u4"),
        ("lost", "u4"),
        ("lost_for_good", "u4"),
        ("duplicate", "u4"),
        ("reordered", "u4"),
        ("discarded", "u4"),
        ("loss_runs", "u4"),
        ("concealed_s", "u2"),
        ("severely_concealed_s", "u2"),
        ("bytes", "u8"),
        ("jitter_last_s", "f8"),
        ("jitter_mean_s", "f8"),
        ("jitter_max_s", "f8"),
        ("delay_variation_max_s", "f8"),
        ("playout_delay_s", "f8"),
        ("delay_variation_sum_s", "f8"),
        ("loss_run_packets", "u4"),
        ("clock_rate", "u4"),
        ("delay_variation_histogram", "u4", (12,)),
        ("loss_run_histogram", "u4", (11,)),
    ],
)
"""One row per stream that was active in a closed window: what happened in that window only.

`lost` and `loss_runs` are the holes of this window as they stood when it closed: they are for
scoring it. `lost_for_good` are the numbers that left the reorder window in its time, and adds up to
the total exactly. `jitter_mean_s` is NaN where nothing was timed."""

TOTALS = np.dtype(
    [
        ("slot", "u4"),
        ("serial", "u8"),
        ("payload_types", "u1", (16,)),
        ("payload_type", "u1"),
        ("clock_source", "u1"),
        ("flags", "u2"),
        ("clock_rate", "u4"),
        ("first_ns", "i8"),
        ("last_ns", "i8"),
        ("expected", "u8"),
        ("received", "u8"),
        ("lost", "u8"),
        ("duplicate", "u4"),
        ("reordered", "u4"),
        ("discarded", "u4"),
        ("ignored", "u4"),
        ("restarts", "u4"),
        ("stopped_gaps", "u4"),
        ("loss_runs", "u4"),
        ("concealed_s", "u4"),
        ("severely_concealed_s", "u4"),
        ("bursts", "u4"),
        ("burst_packets", "u4"),
        ("burst_lost", "u4"),
        ("packet_ns", "u4"),
        ("bytes", "u8"),
        ("media_ns", "i8"),
        ("jitter_count", "u4"),
        ("jitter_last_s", "f8"),
        ("jitter_mean_s", "f8"),
        ("jitter_max_s", "f8"),
        ("delay_variation_max_s", "f8"),
        ("playout_delay_s", "f8"),
    ],
)
"""One row per stream: everything since its first packet.

`bursts` are those of RFC 3611 with Gmin 16, `burst_packets` the packets in them, and `burst_lost`
those of them that are lost. `packet_ns` is the media time of a packet, the last that was seen."""

SLOW_SIP = 1
SLOW_FRAGMENT = 2
SLOW_TCP = 3
SLOW_TUNNEL = 4
SLOW_RTCP = 5
SLOW_STUN = 6
"""What a frame is that leaves the packet path as bytes."""

UNDECODED_REASONS = (
    "link_type",
    "truncated",
    "not_ip",
    "bad_ip_header",
    "icmp",
    "other_transport",
    "bad_udp_length",
    "stun",
    "dtls",
    "zrtp",
    "turn_channel",
    "not_rtp",
    "bad_rtp_header",
    "implausible_rtp",
    "unproven_rtp",
    "after_call",
    "ip_fragment",
    "tcp_sip",
    "tunnel",
)
"""Why a frame was not counted as media, in the order of the kernel's counters."""
