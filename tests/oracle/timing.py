"""Interarrival jitter (RFC 3550 appendix A.8) and relative transit times."""

from __future__ import annotations

from dataclasses import dataclass, replace

RTP_TIMESTAMP_MOD = 1 << 32
VIDEO_CLOCK = 90_000
"""Where the marker ends a frame and begins no talkspurt (RFC 3551 sections 4.1 and 5)."""
JUMP_NS = 1_000_000_000
TALKSPURT_NS = 200_000_000
SILENCE_NS = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the timing of a media packet rests on."""

    arrival_ns: int
    rtp_timestamp: int
    marker: bool
    distance: int
    """Steps of the sequence number from the highest so far; 1 where an epoch begins."""
    duplicate: bool
    after_noise: bool
    """Whether it follows comfort noise."""

    @property
    def forward(self) -> bool:
        """Whether the packet is newer than all before it."""
        return self.distance >= 1

    def ticks_since(self, rtp_timestamp: int) -> int:
        """Ticks from `rtp_timestamp` to this packet's, as signed 32 bits."""
        ahead = (self.rtp_timestamp - rtp_timestamp) % RTP_TIMESTAMP_MOD
        return ahead - RTP_TIMESTAMP_MOD if ahead >= RTP_TIMESTAMP_MOD // 2 else ahead

    def media_ns_since(self, rtp_timestamp: int, clock_rate: int) -> int:
        """Media time from `rtp_timestamp` to this packet's; a broken nanosecond is cut off."""
        return int(self.ticks_since(rtp_timestamp) * 1e9 / clock_rate)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The packet that the next one is compared with."""

    arrival_ns: int
    rtp_timestamp: int
    clock_rate: int


class Jitter:
    """J of RFC 3550, in nanoseconds inside and in seconds outside."""

    def __init__(self) -> None:
        self.clock_rate = 0
        self.last_ns = 0.0
        self.sum_ns = 0.0
        self.max_ns = 0.0
        self.count = 0

    def add(self, difference_ns: int, clock_rate: int) -> None:
        """D(i-1, i) of section 6.4.1."""
        self.last_ns += (abs(difference_ns) - self.last_ns) / 16.0
        self.clock_rate = clock_rate
        self.sum_ns += self.last_ns
        self.max_ns = max(self.max_ns, self.last_ns)
        self.count += 1

    def use_clock(self, clock_rate: int) -> None:
        """Another clock is another medium: J starts anew."""
        if clock_rate != self.clock_rate:
            self.last_ns = 0.0
            self.clock_rate = clock_rate

    @property
    def last_s(self) -> float:
        """J now."""
        return self.last_ns / 1e9

    @property
    def mean_s(self) -> float:
        """Mean of J over the packets that changed it."""
        return self.sum_ns / self.count / 1e9 if self.count else 0.0

    @property
    def max_s(self) -> float:
        """The greatest J so far."""
        return self.max_ns / 1e9


class Timing:
    """Compares each media packet with the one that arrived before it."""

    def __init__(self) -> None:
        self.jitter = Jitter()
        self.baseline: Baseline | None = None
        self.forward_timestamp = 0
        """Of the media packet with the highest sequence number."""
        self.transit_ns = 0
        """How much longer the last packet was on its way than the one that this counts from."""
        self.packet_ns = 0
        """Media time of one packet, 0 until two in sequence told."""
        self.media_ns = 0

    def packet(self, sample: Sample, clock_rate: int) -> bool:
        """Take a media packet; says whether transit times count from it on."""
        self.jitter.use_clock(clock_rate)
        before = self.baseline
        self.baseline = Baseline(sample.arrival_ns, sample.rtp_timestamp, clock_rate)
        if before is None or before.clock_rate != clock_rate:
            return self._rebase(sample)
        step_ns = sample.media_ns_since(before.rtp_timestamp, clock_rate)
        difference_ns = sample.arrival_ns - before.arrival_ns - step_ns
        if not sample.after_noise:
            if sample.forward and self._has_jumped(sample, step_ns, difference_ns):
                return self._rebase(sample)
            self.jitter.add(difference_ns, clock_rate)
        self.transit_ns += difference_ns
        if sample.forward:
            self._measure_media(sample, clock_rate)
        return False

    def _has_jumped(self, sample: Sample, step_ns: int, difference_ns: int) -> bool:
        """Whether it did both from the packet before it and from the one ahead of all others."""
        assert self.baseline is not None
        clock_rate = self.baseline.clock_rate
        if clock_rate == VIDEO_CLOCK:
            sample = replace(sample, marker=False)
        ahead_ns = sample.media_ns_since(self.forward_timestamp, clock_rate)
        ahead_difference_ns = difference_ns + step_ns - ahead_ns
        return _timestamps_jumped(sample, step_ns, difference_ns) and _timestamps_jumped(
            sample, ahead_ns, ahead_difference_ns
        )

    def _rebase(self, sample: Sample) -> bool:
        self.forward_timestamp = sample.rtp_timestamp
        self.transit_ns = 0
        return True

    def _measure_media(self, sample: Sample, clock_rate: int) -> None:
        step_ns = sample.media_ns_since(self.forward_timestamp, clock_rate)
        self.forward_timestamp = sample.rtp_timestamp
        if sample.distance == 1 and 0 < step_ns <= SILENCE_NS:
            if self.packet_ns == 0:
                # A stream holds the media of all its packets, not the time from first to last.
                self.media_ns += step_ns
            self.packet_ns = step_ns
        if 0 < step_ns <= SILENCE_NS * sample.distance:
            self.media_ns += step_ns
        elif step_ns > 0:
            self.media_ns += self.packet_ns


def _timestamps_jumped(sample: Sample, step_ns: int, difference_ns: int) -> bool:
    """Whether D tells of the sender's clock, not of the path.

    Timestamps leapt by more than a second, or stood still while the sender was silent.
    """
    leapt = min(step_ns, difference_ns) < -JUMP_NS
    stood_still = sample.marker and difference_ns > TALKSPURT_NS
    return leapt or stood_still
