"""One stream, counted by all the rules together."""

from __future__ import annotations

from collections.abc import Mapping

from tests.oracle.clock import (
    ClockEstimate,
    ClockSource,
    Kind,
    PayloadFormat,
    PayloadTypes,
    unannounced_kind,
)
from tests.oracle.concealment import SECOND_NS, ConcealedSeconds
from tests.oracle.packet import Packet
from tests.oracle.playout import Playout, PlayoutSettings
from tests.oracle.sequence import SequenceTracker, Step
from tests.oracle.timing import Sample, Timing
from tests.oracle.totals import Totals

CAPTURED_TWICE_RECEIVED = 16


class OracleStream:
    """Counts the packets of one SSRC from one endpoint to another.

    `payloads` is what the receiver's SDP tells of payload types; assigned ones need no entry.
    """

    def __init__(
        self,
        payloads: Mapping[int, PayloadFormat] | None = None,
        playout: PlayoutSettings | None = None,
    ) -> None:
        self.payload_formats = PayloadTypes(payloads or {})
        self.seconds = ConcealedSeconds()
        self.timing = Timing()
        self.playout = Playout(playout or PlayoutSettings())
        self.sequence = SequenceTracker(on_lost=self._conceal_packet)
        self.estimate: ClockEstimate | None = None
        self.first: Packet | None = None
        self.last_ns = 0
        self.bytes = 0
        self.discarded = 0
        self.payload_types: set[int] = set()
        self.media_type: int | None = None
        self.after_noise = False
        self.clock_rate = 0
        self.clock_source = ClockSource.UNKNOWN

    @property
    def captured_twice(self) -> bool:
        """Whether nearly every packet comes twice: the tap sees the path at two places."""
        received, duplicate = self.sequence.received, self.sequence.duplicate
        return received >= CAPTURED_TWICE_RECEIVED and 4 * duplicate > 3 * received

    def set_payloads(self, payloads: Mapping[int, PayloadFormat]) -> None:
        """Let SDP give payload types another meaning, from the next packet on.

        Packets that waited for an estimate of their clock need not wait if it is told now.
        """
        self.payload_formats = PayloadTypes(payloads)
        if self.media_type is None:
            return
        told, source = self.payload_formats.find(self.media_type)
        if told is None or not told.clock_rate:
            return
        estimate = self.estimate
        if told.kind is not Kind.MEDIA:
            if estimate:
                estimate.forget()
            return
        self.estimate = None
        if told.clock_rate != self.clock_rate:
            self.timing.baseline = None
            self.timing.jitter.use_clock(told.clock_rate)
        self.clock_rate, self.clock_source = told.clock_rate, source
        if estimate:
            self._run_held(estimate.held, told.clock_rate)

    def packet(self, packet: Packet) -> None:
        """Count one packet."""
        if self.first is None:
            self.first, self.last_ns = packet, packet.arrival_ns
        self.last_ns = max(self.last_ns, packet.arrival_ns)
        distance = self.sequence.distance(packet.sequence_number)
        step = self.sequence.judge(packet.sequence_number)
        starts = step.begins_epoch or self.sequence.epoch is None
        self.sequence.count(packet.sequence_number, step)
        if step is Step.IGNORED:
            return
        self.seconds.packet(packet.arrival_ns)
        self.bytes += packet.size
        self.payload_types.add(packet.payload_type)
        if step.begins_epoch:
            self._begin_epoch()
        self._payload(packet, step, 1 if starts else distance)

    def _begin_epoch(self) -> None:
        self._discard(self.playout.drop_pending())
        self.timing.baseline = None
        if self.estimate:
            self.estimate.forget()

    def _payload(self, packet: Packet, step: Step, distance: int) -> None:
        found, source = self.payload_formats.find(packet.payload_type)
        kind = found.kind if found else self._guess(packet)
        if kind is Kind.COMFORT_NOISE:
            self.after_noise = True
        if kind is not Kind.MEDIA or (step is Step.DUPLICATE and self.captured_twice):
            return
        if packet.payload_type != self.media_type:
            self.media_type = packet.payload_type
            self.estimate = None
        sample = Sample(
            arrival_ns=packet.arrival_ns,
            rtp_timestamp=packet.rtp_timestamp,
            marker=packet.marker,
            distance=distance,
            duplicate=step is Step.DUPLICATE,
            after_noise=self.after_noise,
        )
        self.after_noise = False
        clock_rate = found.clock_rate if found else 0
        self._media(sample, clock_rate=clock_rate, source=source)

    def _guess(self, packet: Packet) -> Kind:
        return unannounced_kind(packet.payload_type, packet.payload_length, self.media_type)

    def _media(self, sample: Sample, *, clock_rate: int, source: ClockSource) -> None:
        """Measure a media packet as soon as its clock is known."""
        if clock_rate:
            self.clock_rate, self.clock_source = clock_rate, source
            self._timed(sample, clock_rate)
            return
        estimate = self._current_estimate()
        if not estimate.clock_rate:
            self.timing.baseline = None
            self.timing.jitter.use_clock(0)
        self._run_held(estimate.add(sample), estimate.clock_rate)
        self._show_estimate(estimate)

    def _current_estimate(self) -> ClockEstimate:
        if self.estimate is None:
            self.estimate = ClockEstimate()
        return self.estimate

    def _run_held(self, samples: list[Sample], clock_rate: int) -> None:
        for sample in samples:
            self._timed(sample, clock_rate)

    def _show_estimate(self, estimate: ClockEstimate) -> None:
        self.clock_rate = estimate.clock_rate
        known = bool(estimate.clock_rate)
        self.clock_source = ClockSource.ESTIMATED if known else ClockSource.UNKNOWN

    def _timed(self, sample: Sample, clock_rate: int) -> None:
        if self.timing.packet(sample, clock_rate):
            self._discard(self.playout.rebase(sample.arrival_ns))
        if sample.duplicate:
            return
        discarded = self.playout.packet(
            arrival_ns=sample.arrival_ns,
            transit_ns=self.timing.transit_ns,
            rtp_timestamp=sample.rtp_timestamp,
        )
        self._discard(discarded)

    def _discard(self, packets: int) -> None:
        self.discarded += packets
        for _ in range(packets):
            self._conceal_packet()

    def _conceal_packet(self) -> None:
        self.seconds.conceal(self.timing.packet_ns)

    def finish(self) -> None:
        """End the stream: whatever was still open is decided."""
        if self.estimate and not self.estimate.clock_rate:
            held = self.estimate.conclude()
            self._run_held(held, self.estimate.clock_rate)
            self._show_estimate(self.estimate)
        self.sequence.finish()
        self._discard(self.playout.drop_pending())
        self.seconds.close()

    def totals(self) -> Totals:
        """Everything counted so far."""
        if self.first is None:
            raise ValueError("a stream without packets has no totals")
        sequence, jitter, variation = self.sequence, self.timing.jitter, self.playout.variation
        media_type, bursts = self.media_type, sequence.bursts.found
        return Totals(
            payload_types=frozenset(self.payload_types),
            payload_type=self.first.payload_type if media_type is None else media_type,
            clock_rate=self.clock_rate,
            clock_source=self.clock_source,
            first_ns=self.first.arrival_ns,
            last_ns=self.last_ns,
            expected=sequence.expected,
            received=sequence.received,
            lost=sequence.lost,
            duplicate=sequence.duplicate,
            reordered=sequence.reordered,
            discarded=self.discarded,
            ignored=sequence.ignored,
            restarts=sequence.restarts,
            stopped_gaps=sequence.stopped_gaps,
            loss_runs=sequence.runs.count,
            concealed_s=self.seconds.concealed_s,
            severely_concealed_s=self.seconds.severely_concealed_s,
            bursts=len(bursts),
            burst_packets=sum(map(len, bursts)),
            burst_lost="".join(bursts).count("x"),
            packet_ns=self.timing.packet_ns,
            bytes=self.bytes,
            media_ns=self.timing.media_ns,
            jitter_count=jitter.count,
            jitter_last_s=jitter.last_s if jitter.clock_rate == self.clock_rate else 0.0,
            jitter_mean_s=jitter.mean_s,
            jitter_max_s=jitter.max_s,
            delay_variation_max_s=variation.max_ns / SECOND_NS,
            playout_delay_s=self.playout.delay_ns / SECOND_NS,
            delay_variation_histogram=tuple(variation.histogram),
            loss_run_histogram=tuple(sequence.runs.histogram),
        )
