"""What far ends reported of a stream."""

from __future__ import annotations

from typing import NamedTuple

from qos_exporter.snapshot.figures import Spread


class ReportedScore(NamedTuple):
    """A score that a far end worked out: the last one, and mean and minimum of all."""

    last: float
    mean: float
    min: float


class ReportedReception(NamedTuple):
    """What receiver reports (RFC 3550) said of one stream, from the first to the last."""

    reports: int
    loss_ratio: float | None
    packets_lost: int | None
    """Since the first report; `None` while there is nothing to take a difference of."""
    jitter: Spread | None
    """In seconds; `None` while the stream's clock rate is unknown."""
    round_trip_leg: Spread | None
    """Tap to receiver and back, in seconds, by our own times."""


class ReportedQuality(NamedTuple):
    """What a far end worked out of one stream and sent: the last word, or figures over all."""

    source: str
    """`rtcp_xr`, `vq_report`, `rtp_stat` or `ami`."""
    reports: int
    loss_ratio: float | None
    discard_ratio: float | None
    packets_lost: int | None
    jitter: Spread | None
    round_trip: Spread | None
    """Between both ends, in seconds, by the far end's own clock."""
    round_trip_leg: Spread | None
    """Tap to receiver and back, in seconds, by our own times (RFC 3611 sections 4.4, 4.5)."""
    end_system_delay_s: float | None
    mos_lq: ReportedScore | None
    mos_cq: ReportedScore | None
    r_factor: ReportedScore | None


class Reported(NamedTuple):
    """Everything that was reported about one stream."""

    cname: str | None
    """What its sender calls itself (RFC 3550 section 6.5.1)."""
    rtcp: ReportedReception | None
    quality: tuple[ReportedQuality, ...]
    downstream_loss_ratio: float | None
    """Lost between our tap and the receiver, over the numbers that both could compare."""
