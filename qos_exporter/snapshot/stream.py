"""Streams, and the scores of their windows."""

from __future__ import annotations

from typing import NamedTuple

from qos_exporter.snapshot.figures import PacketCounts, Score, Spread
from qos_exporter.snapshot.reported import Reported

RTP_SOURCE = "rtp"
AMI_SOURCE = "ami"
"""Who measured a stream: the tap itself, or a PBX that told of it."""


class LossBursts(NamedTuple):
    """Bursts of loss and the gaps between them (RFC 3611 section 4.7.2, Gmin 16, losses only)."""

    burst_density: float
    """Share of the packets in bursts that were lost; 0 where there was no burst."""
    gap_density: float
    burst_duration_s: float | None
    """The mean; `None` while the media time of a packet is unknown."""
    gap_duration_s: float | None


class WindowCounts(NamedTuple):
    """How many windows ended with which verdict."""

    good: int = 0
    degraded: int = 0
    bad: int = 0
    unscored: int = 0


class WindowQuality(NamedTuple):
    """The last complete window of a stream, scored. Scores are `None` where it was unscored."""

    end_s: float
    result: str
    """`good`, `degraded`, `bad` or `unscored`."""
    reason: str
    """Why it was not scored; empty where it was."""
    mos_lq: float | None
    mos_cq: float | None
    r_factor: float | None
    loss_ratio: float
    discard_ratio: float
    burst_ratio: float
    jitter_s: float | None
    """Mean interarrival jitter; `None` where nothing in the window could be timed."""
    jitter_max_s: float | None
    round_trip_s: float | None = None
    """Of the call, by the legs that were known when the window closed."""
    reported_loss_ratio: float | None = None
    """By the receiver reports that came within the window; `None` without one."""
    reported_jitter_s: float | None = None
    downstream_loss_ratio: float | None = None
    """Lost between our tap and the receiver, by the same reports."""
    downstream_jitter_s: float | None = None
    """The receiver's jitter less that at the tap; never negative."""


class StreamView(NamedTuple):
    """One RTP stream: one SSRC from one endpoint to another."""

    call_id: str | None
    direction: str
    src: str
    dst: str
    ssrc: int
    payload_types: tuple[int, ...]
    codec: str | None
    clock_rate: int | None
    clock_source: str
    """`static`, `sdp`, `estimated` or `unknown`."""
    scale: str | None
    src_network: str
    dst_network: str
    interface: str
    first_s: float
    last_s: float
    packets: PacketCounts
    loss_ratio: float
    discard_ratio: float
    burst_ratio: float
    jitter: Spread | None
    """Interarrival jitter (RFC 3550 A.8) in seconds; `None` while the clock rate is unknown."""
    delay_variation_max_s: float | None
    mos_lq: Score | None
    mos_cq: Score | None
    r_factor: Score | None
    rating: str | None
    windows: WindowCounts
    last_window: WindowQuality | None
    active: bool
    reported: Reported | None = None
    fault: str = "unknown"
    """`before the tap`, `after the tap`, `both`, `clean` or `unknown`."""
    loss_bursts: LossBursts | None = None
    """`None` while no packet was expected."""
    source: str = RTP_SOURCE
    """`rtp`, or `ami` where a PBX told of it; then what it does not tell is as if it were perfect:
    discards, duplicates, reordering and bursts."""
    is_audio: bool = True
    """False where the signalling says that it is something else, as video."""
