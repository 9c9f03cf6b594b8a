"""What a kernel is told when it is made."""

from __future__ import annotations

from dataclasses import dataclass

from qos_exporter.payload_types import COMFORT_NOISE, STATIC_PAYLOADS, StaticPayload
from qos_exporter.units import MILLISECOND_NS, SECOND_NS

KIND_MEDIA = 1
KIND_EVENT = 2
KIND_COMFORT_NOISE = 3


@dataclass(frozen=True, slots=True)
class PlayoutSettings:
    """The simulated playout buffer, in nanoseconds; a fixed one always has the nominal delay."""

    adaptive: bool = True
    nominal_ns: int = 60 * MILLISECOND_NS
    min_ns: int = 20 * MILLISECOND_NS
    max_ns: int = 200 * MILLISECOND_NS


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


OLD_COMFORT_NOISE_TYPE = 19
"""What RFC 3389 payloads were sent as before they were given 13; RFC 3551 reserves it for that."""


def static_format(payload_type: int, static: StaticPayload) -> PayloadTypeFormat:
    """Translate an assignment of RFC 3551 for the kernel."""
    kind = KIND_COMFORT_NOISE if static.encoding == COMFORT_NOISE else KIND_MEDIA
    return PayloadTypeFormat(payload_type, static.clock_rate, kind)


STATIC_FORMATS = (
    *(static_format(payload_type, static) for payload_type, static in STATIC_PAYLOADS.items()),
    PayloadTypeFormat(OLD_COMFORT_NOISE_TYPE, 8000, KIND_COMFORT_NOISE),
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
