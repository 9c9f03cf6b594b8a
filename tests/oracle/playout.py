"""A playout buffer: which packets would have come too late to be played."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto

MS = 1_000_000
BUCKET_NS = 5_000 * MS
STEP_NS = 5 * MS
GROW_NS = 20 * MS
PENDING_LIMIT = 2
DELAY_VARIATION_EDGES_NS = tuple(ms * MS for ms in (5, 10, 20, 50, 70, 90, 120, 150, 200, 300, 500))


class PlayoutMode(Enum):
    """Whether the buffer's delay follows the delay variation."""

    FIXED = auto()
    ADAPTIVE = auto()


@dataclass(frozen=True, slots=True)
class PlayoutSettings:
    """The delays of the buffer; `min_ns` and `max_ns` bound the adaptive one."""

    mode: PlayoutMode = PlayoutMode.ADAPTIVE
    nominal_ns: int = 60 * MS
    min_ns: int = 20 * MS
    max_ns: int = 200 * MS


@dataclass(frozen=True, slots=True)
class Pending:
    """Late packets on which the judgement waits: how many, and the last of them."""

    transit_ns: int
    rtp_timestamp: int
    packets: int = 1


@dataclass(slots=True)
class Bucket:
    """The least transit and the greatest variation of this five seconds and of those before."""

    end_ns: int
    peak_before_ns: int
    peak_now_ns: int = 0
    floor_before_ns: int = 0
    floor_now_ns: int = 0

    def set_floor(self, transit_ns: int) -> None:
        """Measure variation from this transit time on, as if there had been no faster one."""
        self.floor_before_ns = self.floor_now_ns = transit_ns

    def turn(self, arrival_ns: int, transit_ns: int) -> None:
        """Begin the next five seconds; what is older than one bucket is forgotten."""
        stale = arrival_ns >= self.end_ns + BUCKET_NS
        self.floor_before_ns = transit_ns if stale else self.floor_now_ns
        self.peak_before_ns = 0 if stale else self.peak_now_ns
        self.floor_now_ns = transit_ns
        self.peak_now_ns = 0
        self.end_ns = arrival_ns + BUCKET_NS


@dataclass(slots=True)
class DelayVariation:
    """How much later than the fastest recent packet each packet came."""

    max_ns: int = 0
    histogram: list[int] = field(default_factory=lambda: [0] * (len(DELAY_VARIATION_EDGES_NS) + 1))

    def add(self, variation_ns: int) -> None:
        """Count one packet."""
        edges_below = [edge for edge in DELAY_VARIATION_EDGES_NS if edge < variation_ns]
        self.histogram[len(edges_below)] += 1
        self.max_ns = max(self.max_ns, variation_ns)


class Playout:
    """Simulates the receiver's buffer on transit times relative to a floor that follows drift."""

    def __init__(self, settings: PlayoutSettings) -> None:
        self.settings = settings
        self.variation = DelayVariation()
        self.bucket: Bucket | None = None
        self.delay_ns = 0
        self.pending: Pending | None = None

    @property
    def adaptive(self) -> bool:
        """Whether the delay follows what the network does."""
        return self.settings.mode is PlayoutMode.ADAPTIVE

    def rebase(self, arrival_ns: int) -> int:
        """Count transit times from this packet on; what was learnt about the path stays.

        Says how many packets that were pending are now discarded.
        """
        if self.bucket is None:
            self.delay_ns = self.settings.nominal_ns
            self.bucket = Bucket(arrival_ns + BUCKET_NS, peak_before_ns=self.settings.nominal_ns)
        self.bucket.set_floor(0)
        return self.drop_pending()

    def packet(self, *, arrival_ns: int, transit_ns: int, rtp_timestamp: int) -> int:
        """Take a packet; says how many are discarded now, of those pending and this one."""
        if self.bucket is None:
            raise ValueError("rebase comes first")
        if arrival_ns >= self.bucket.end_ns:
            self._turn(self.bucket, arrival_ns, transit_ns)
        bucket = self.bucket
        bucket.floor_now_ns = min(bucket.floor_now_ns, transit_ns)
        variation_ns = transit_ns - min(bucket.floor_before_ns, bucket.floor_now_ns)
        self.variation.add(variation_ns)
        bucket.peak_now_ns = max(bucket.peak_now_ns, variation_ns)
        if variation_ns <= self.delay_ns:
            return self.drop_pending()
        return self._late(bucket, Pending(transit_ns, rtp_timestamp))

    def _turn(self, bucket: Bucket, arrival_ns: int, transit_ns: int) -> None:
        if self.adaptive:
            peak_ns = max(bucket.peak_before_ns, bucket.peak_now_ns)
            self.delay_ns = min(max(peak_ns, self.settings.min_ns), self.settings.max_ns)
        bucket.turn(arrival_ns, transit_ns)

    def _late(self, bucket: Bucket, late: Pending) -> int:
        first = self.pending
        if first is not None and abs(late.transit_ns - first.transit_ns) <= STEP_NS:
            return self._late_alike(bucket, first, late)
        discarded = self.drop_pending()
        self.pending = late
        if self.adaptive:
            self.delay_ns = min(self.settings.max_ns, self.delay_ns + GROW_NS)
        return discarded

    def _late_alike(self, bucket: Bucket, first: Pending, late: Pending) -> int:
        """Three packets late by the same amount, sent at different times: the path has moved."""
        if late.rtp_timestamp == first.rtp_timestamp:
            return 1
        if first.packets < PENDING_LIMIT:
            self.pending = replace(late, packets=first.packets + 1)
        else:
            bucket.set_floor(late.transit_ns)
            bucket.peak_now_ns = 0
            self.pending = None
        return 0

    def drop_pending(self) -> int:
        """Nothing forgives the pending packets any more; says how many there were."""
        discarded = 0 if self.pending is None else self.pending.packets
        self.pending = None
        return discarded
