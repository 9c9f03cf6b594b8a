"""What a kernel is told when it is made."""

from __future__ import annotations

from dataclasses import dataclass

SECOND_NS = 1_000_000_000

KIND_MEDIA = 1
KIND_EVENT = 2
KIND_COMFORT_NOISE = 3


@dataclass(frozen=True, slots=True)
class PlayoutSettings:
    """The simulated playout buffer, in nanoseconds; a fixed one always has the nominal delay."""

    adaptive: bool = True
    nominal_ns: int = 60_000_000
    min_ns: int = 20_000_000
    max_ns: int = 200_000_000


@dataclass(frozen=True, slots=True)
class PayloadTypeFormat:
    """What one payload type means to the kernel.

    `kind` is one of the `KIND_` numbers, `announced` whether SDP said so (it becomes the stream's
    clock source).
    """

    payload_type: int
    clock_rate: int
    kind: int
    announced: bool = False


STATIC_CLOCK_RATES = {
    **dict.fromkeys((0, 3, 4, 5, 7, 8, 9, 12, 15, 18), 8000),
    6: 16000,
    **dict.fromkeys((10, 11), 44100),
    14: 90000,
    16: 11025,
    17: 22050,
    **dict.fromkeys((25, 26, 28, 31, 32, 33, 34), 90000),
}
"""Media types that RFC 3551 (tables 4 and 5) assigns for good. 1 and 2 are reserved there."""

COMFORT_NOISE_TYPES = (13, 19)
"""RFC 3389, and the number that was used for it before."""

STATIC_FORMATS = (
    *(PayloadTypeFormat(number, rate, KIND_MEDIA) for number, rate in STATIC_CLOCK_RATES.items()),
    *(PayloadTypeFormat(number, 8000, KIND_COMFORT_NOISE) for number in COMFORT_NOISE_TYPES),
)
"""What payload types mean where no signalling was seen."""


@dataclass(frozen=True, slots=True)
class KernelSettings:
    """Sizes and times of one kernel. `table_limit` 0 lets the table grow without end."""

    table_limit: int = 65_536
    window_ns: int = 10 * SECOND_NS
    idle_ns: int = 60 * SECOND_NS
    candidate_ns: int = 3 * SECOND_NS
    vlan_in_key: bool = False
    sip_ports: tuple[int, ...] = (5060,)
    playout: PlayoutSettings = PlayoutSettings()
