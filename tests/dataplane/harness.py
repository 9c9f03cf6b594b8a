"""Feeds packets to the compiled kernel as frames, and reads what it counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from qos_exporter.dataplane.kernel import Kernel
from qos_exporter.dataplane.rows import WINDOW
from qos_exporter.dataplane.settings import (
    KIND_COMFORT_NOISE,
    KIND_EVENT,
    KIND_MEDIA,
    KernelSettings,
    PayloadTypeFormat,
)
from qos_exporter.dataplane.settings import PlayoutSettings as KernelPlayoutSettings
from qos_exporter.dataplane.values import SlowFrame, StartedStream, StreamKey
from tests.dataplane.traffic import Frame, StreamId, batch, media_frame
from tests.oracle.clock import Kind, PayloadFormat
from tests.oracle.packet import Packet
from tests.oracle.playout import PlayoutMode, PlayoutSettings
from tests.oracle.totals import Totals

NEVER_NS = 10**15
KINDS = {
    Kind.MEDIA: KIND_MEDIA,
    Kind.EVENT: KIND_EVENT,
    Kind.COMFORT_NOISE: KIND_COMFORT_NOISE,
}


def kernel_settings(
    playout: PlayoutSettings | None = None,
    *,
    window_ns: int = 10_000_000_000,
    idle_ns: int = NEVER_NS,
    candidate_ns: int = NEVER_NS,
    table_limit: int = 1024,
    vlan_in_key: bool = False,
) -> KernelSettings:
    """Settings in which nothing ends by itself, unless told otherwise."""
    chosen = playout or PlayoutSettings()
    return KernelSettings(
        table_limit=table_limit,
        window_ns=window_ns,
        idle_ns=idle_ns,
        candidate_ns=candidate_ns,
        vlan_in_key=vlan_in_key,
        playout=KernelPlayoutSettings(
            adaptive=chosen.mode is PlayoutMode.ADAPTIVE,
            nominal_ns=chosen.nominal_ns,
            min_ns=chosen.min_ns,
            max_ns=chosen.max_ns,
        ),
    )


class Harness:
    """One kernel, everything it said, and streams by name."""

    def __init__(self, settings: KernelSettings | None = None) -> None:
        self.kernel = Kernel(settings or kernel_settings())
        self.windows: list[NDArray[np.void]] = []
        self.slow: list[SlowFrame] = []
        self.started: list[tuple[int, StreamKey]] = []
        self._profiles = 0

    def frames(self, frames: Iterable[Frame]) -> None:
        """Feed frames as one batch, closing windows as they become due."""
        whole = batch(frames)
        position = 0
        while position < whole.count:
            position = self.kernel.ingest(whole, position, self)
            self._collect()

    def packets(self, packets: Iterable[tuple[StreamId, Packet]]) -> None:
        """Feed RTP packets as one batch."""
        self.frames(media_frame(packet, stream) for stream, packet in packets)

    def streams_started(self, streams: Sequence[StartedStream]) -> None:
        """Remember new streams."""
        self.started += [(each.slot, each.key) for each in streams]

    def frame_set_aside(self, frame: SlowFrame) -> None:
        """Remember a frame that is not RTP."""
        self.slow.append(frame)

    def _collect(self) -> None:
        if self.kernel.window_due:
            self.windows.append(self.kernel.roll(self.kernel.window_end_ns))

    def finish(self) -> None:
        """End every stream."""
        self.windows.append(self.kernel.finish())
        self._collect()

    @property
    def streams(self) -> list[StreamId]:
        """The streams that began, in that order."""
        return [StreamId(key.ssrc, key.src, key.dst) for _, key in self.started]

    def set_payloads(
        self, streams: Iterable[StreamId], payloads: Mapping[int, PayloadFormat]
    ) -> None:
        """Give the payload types of some streams a meaning that no stream has had."""
        self._profiles += 1
        self.kernel.put_profile(self._profiles, profile_of(payloads))
        for stream in streams:
            self.kernel.set_profile(self.slot(stream), self._profiles)

    def slot(self, stream: StreamId) -> int:
        """Find where the last stream of that name lives."""
        found = [slot for slot, key in self.started if stream == _name(key)]
        return found[-1]

    def totals(self, stream: StreamId) -> Totals:
        """Read everything that was counted of a stream."""
        row = self.kernel.totals([self.slot(stream)])[0]
        windows = self.window_rows()
        return totals_of(row, windows[windows["serial"] == row["serial"]])

    def window_rows(self) -> NDArray[np.void]:
        """Join the rows of all windows so far."""
        return np.concatenate([np.empty(0, WINDOW), *self.windows])

    def undecoded(self) -> dict[str, int]:
        """Tell the reasons for which frames were not counted, without those that never came up."""
        return {reason: n for reason, n in self.kernel.statistics().undecoded if n}


def _name(key: StreamKey) -> StreamId:
    return StreamId(key.ssrc, key.src, key.dst)


def totals_of(row: np.void, windows: NDArray[np.void]) -> Totals:
    """Translate a row of the kernel, column by column; its windows alone have histograms."""
    columns = {field.name for field in fields(Totals)} & set(row.dtype.names or ())
    values = {name: row[name].item() for name in columns if row[name].ndim == 0}
    bitmap = bytes(row["payload_types"])
    types = frozenset(n for n in range(128) if bitmap[n // 8] >> n % 8 & 1)
    return Totals(
        **values,
        payload_types=types,
        delay_variation_histogram=tuple(windows["delay_variation_histogram"].sum(axis=0).tolist()),
        loss_run_histogram=tuple(windows["loss_run_histogram"].sum(axis=0).tolist()),
    )


def profile_of(payloads: Mapping[int, PayloadFormat]) -> list[PayloadTypeFormat]:
    """Translate a payload map."""
    return [
        PayloadTypeFormat(number, format_.clock_rate, KINDS[format_.kind], announced=True)
        for number, format_ in payloads.items()
    ]


class KernelStream:
    """One stream in a kernel of its own, behind the oracle's interface."""

    def __init__(self, playout: PlayoutSettings | None = None) -> None:
        self.stream = StreamId()
        self.harness = Harness(kernel_settings(playout))
        self.harness.kernel.announce(self.stream.dst)

    def packet(self, packet: Packet) -> None:
        """Count one packet."""
        self.harness.packets([(self.stream, packet)])

    def set_payloads(self, payloads: Mapping[int, PayloadFormat]) -> None:
        """Give the stream's payload types another meaning."""
        self.harness.set_payloads([self.stream], payloads)

    def finish(self) -> None:
        """End the stream."""
        self.harness.finish()

    def totals(self) -> Totals:
        """Tell everything counted so far."""
        return self.harness.totals(self.stream)
