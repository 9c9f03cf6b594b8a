"""What payload types mean, as numbers that the kernel and the scoring can work with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from qos_exporter.calls.payloads import NO_PAYLOADS, PayloadMap
from qos_exporter.dataplane.settings import (
    KIND_COMFORT_NOISE,
    KIND_EVENT,
    KIND_MEDIA,
    PayloadTypeFormat,
)
from qos_exporter.payload_types import COMFORT_NOISE
from qos_exporter.quality.codec_table import NO_CODEC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from qos_exporter.dataplane.kernel import Kernel
    from qos_exporter.protocols.session_description import PayloadFormat
    from qos_exporter.quality.codec_table import CodecTable

PAYLOAD_TYPES = 128
PROFILE_LIMIT = 4096
"""Different descriptions that are told apart at a time; with more in use, streams fall back to RFC
3551's types."""
MISSES_MAX = 1024
"""Where all numbers are in use, so many more are asked for before the streams are looked through
again."""

KINDS = {
    "TELEPHONE-EVENT": KIND_EVENT,
    "TONE": KIND_EVENT,
    COMFORT_NOISE: KIND_COMFORT_NOISE,
}
"""Upper-case encodings that accompany a codec (RFC 3389, RFC 4733); everything else is media.

Their packets are counted in the sequence, yet they are no change of codec and carry no speech to be
scored.
"""


def kernel_format(known: PayloadFormat) -> PayloadTypeFormat:
    """Translate one announced format for the kernel.

    G.722 has a clock of 8000 on the wire whatever `rtpmap` says (RFC 3551 section 4.5.2), and Opus
    48000 (RFC 7587 section 4.1).
    """
    encoding = known.encoding.upper()
    fixed = {"G722": 8000, "OPUS": 48000}
    return PayloadTypeFormat(
        known.payload_type,
        fixed.get(encoding, known.clock_rate),
        KINDS.get(encoding, KIND_MEDIA),
        announced=True,
    )


class CodecLabels(NamedTuple):
    """What a codec is called, and the scale of its scores; each `None` where it is not known."""

    codec: str | None
    scale: str | None


class Profiled(Protocol):
    """A stream whose payload types have a meaning."""

    @property
    def profile(self) -> int:
        """Its number in `Profiles`."""


class Profiles:
    """Gives every payload map a number, the same one in all kernels; 0 is the empty map.

    When there are no more numbers, those that no stream has any more are given anew.
    """

    def __init__(self, codecs: CodecTable, kernels: Iterable[Kernel]) -> None:
        self._codecs = codecs
        self._kernels = tuple(kernels)
        self._numbers: dict[PayloadMap, int] = {NO_PAYLOADS: 0}
        self._maps: list[PayloadMap] = [NO_PAYLOADS]
        self.codec_index: NDArray[np.int32] = self._codec_row(NO_PAYLOADS)[np.newaxis]
        """Position in the codec table, by profile and payload type."""
        self._labels: dict[tuple[int, int], CodecLabels] = {}
        self.generation = 0
        """Another one wherever numbers have got another meaning."""
        self._users: list[Callable[[], Iterable[Profiled]]] = []
        self._free: list[int] = []
        self._misses_left = 0

    def serve(self, streams: Callable[[], Iterable[Profiled]]) -> None:
        """Let the numbers that these streams have keep their meaning."""
        self._users.append(streams)

    def use(self, codecs: CodecTable) -> None:
        """Look all codecs up in another table."""
        self._codecs = codecs
        self.codec_index = np.stack([self._codec_row(payloads) for payloads in self._maps])
        self._labels.clear()

    def number_of(self, payloads: PayloadMap) -> int:
        """Give the number of a map, a new one to a map that is not known."""
        if payloads is NO_PAYLOADS:
            return 0
        number = self._numbers.get(payloads)
        if number is None:
            number = self._take_number()
            if number:
                self._enter(number, payloads)
        return number

    def format_of(self, profile: int, payload_type: int) -> PayloadFormat | None:
        """Tell what a payload type means in a profile; `None` where nobody said."""
        return self._maps[profile].find(payload_type)

    def labels_of(self, profile: int, payload_type: int) -> CodecLabels:
        """Name the codec as its row in the table does, else as SDP called it, and its scale."""
        labels = self._labels.get((profile, payload_type))
        if labels is None:
            labels = self._labels[profile, payload_type] = self._look_up(profile, payload_type)
        return labels

    def _look_up(self, profile: int, payload_type: int) -> CodecLabels:
        index = int(self.codec_index[profile, payload_type])
        if index != NO_CODEC:
            row = self._codecs.rows[index]
            return CodecLabels(row.name, row.scale)
        known = self.format_of(profile, payload_type)
        return CodecLabels(None if known is None else known.encoding, None)

    def _take_number(self) -> int:
        """Give a number that means nothing now; 0 where there is none."""
        if len(self._maps) < PROFILE_LIMIT:
            return len(self._maps)
        if not self._free:
            self._reclaim()
        return self._free.pop() if self._free else 0

    def _reclaim(self) -> None:
        """Find the numbers that no stream has any more."""
        self._misses_left -= 1
        if self._misses_left > 0:
            return
        used = {stream.profile for streams in self._users for stream in streams()}
        self._free = [number for number in range(1, len(self._maps)) if number not in used]
        for number in self._free:
            del self._numbers[self._maps[number]]
        self._misses_left = 0 if self._free else MISSES_MAX
        self._labels.clear()
        self.generation += 1

    def _enter(self, number: int, payloads: PayloadMap) -> None:
        """Let a number mean a map."""
        formats = [
            kernel_format(known)
            for known in payloads.known
            if 0 <= known.payload_type < PAYLOAD_TYPES
        ]
        for kernel in self._kernels:
            kernel.put_profile(number, formats)
        row = self._codec_row(payloads)
        if number == len(self._maps):
            self._maps.append(payloads)
            self.codec_index = np.vstack([self.codec_index, row])
        else:
            self._maps[number] = payloads
            self.codec_index[number] = row
        self._numbers[payloads] = number

    def _codec_row(self, payloads: PayloadMap) -> NDArray[np.int32]:
        row = np.full(PAYLOAD_TYPES, NO_CODEC, dtype=np.int32)
        for payload_type in range(PAYLOAD_TYPES):
            known = payloads.find(payload_type)
            if known is not None:
                codec = self._codecs.find(known.encoding, known.clock_rate, known.fmtp)
                row[payload_type] = self._codecs.index(codec)
        return row
