"""The VoIP metrics block: what a telephone thinks of the call (RFC 3611 section 4.7)."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import NamedTuple

_UNAVAILABLE = 127
_R_MAX = 100
_MOS_MIN, _MOS_MAX = 10, 50
_CONCEALMENTS = (None, "disabled", "enhanced", "standard")
# 1 is reserved.
_JITTER_BUFFERS = (None, None, "fixed", "adaptive")


class VoipMetrics(NamedTuple):
    """Block type 7. All figures are since the beginning of reception; unknown ones are `None`."""

    ssrc: int
    """The source that is reported on."""
    loss_rate: float
    """The ratio of packets that were lost in the network, 0 to 255/256."""
    discard_rate: float
    """The ratio of packets that came too late or too early for the jitter buffer."""
    burst_density: float
    """The ratio of packets that were lost or discarded, within bursts."""
    gap_density: float
    """The ratio of packets that were lost or discarded, between bursts."""
    burst_duration_ms: int
    """The mean length of a burst."""
    gap_duration_ms: int
    """The mean length of a gap."""
    round_trip_delay_ms: int | None
    """Between the RTP interfaces of both ends. 0 on the wire is `None`: it says that there is no
    estimate yet, and cannot be told from a round trip under half a millisecond."""
    end_system_delay_ms: int | None
    """In the reporting end: coding, jitter buffer, decoding. 0 on the wire is `None`."""
    signal_level_dbm: int | None
    """-128 to 126, relative to 0 dBm."""
    noise_level_dbm: int | None
    """-128 to 126, relative to 0 dBm."""
    rerl_db: int | None
    """The residual echo return loss."""
    gmin: int
    """The number of packets in a row that must arrive to end a burst; 16 is recommended."""
    r_factor: int | None
    """Of this segment, 0 to 100."""
    ext_r_factor: int | None
    """Of another network that the call goes through, 0 to 100."""
    mos_lq: float | None
    """Estimated listening quality, 1.0 to 5.0."""
    mos_cq: float | None
    """Estimated conversational quality, which delay and echo affect, 1.0 to 5.0."""
    rx_config: int
    """The octet that `packet_loss_concealment`, `jitter_buffer` and `jitter_buffer_rate` are in."""
    jb_nominal_ms: int
    """The jitter buffer's present delay for a packet that arrives in time."""
    jb_maximum_ms: int
    """The jitter buffer's present delay for the earliest packet that is not discarded."""
    jb_abs_max_ms: int
    """What `jb_maximum_ms` can grow to; 65535 also means more."""

    @property
    def kind(self) -> str:
        """The name of the block type."""
        return "voip_metrics"

    @property
    def packet_loss_concealment(self) -> str | None:
        """`standard`, `enhanced` or `disabled` (silence); `None` where unspecified."""
        return _CONCEALMENTS[self.rx_config >> 6]

    @property
    def jitter_buffer(self) -> str | None:
        """`adaptive` or `fixed`; `None` where unknown."""
        return _JITTER_BUFFERS[self.rx_config >> 4 & 3]

    @property
    def jitter_buffer_rate(self) -> int:
        """How slowly an adaptive buffer adjusts: 0 to 15, in twice the length of a frame."""
        return self.rx_config & 15


def _plain(value: int) -> int:
    return value


def _ratio(value: int) -> float:
    return value / 256


def _unless_zero(value: int) -> int | None:
    return value or None


def _available(value: int) -> int | None:
    return None if value == _UNAVAILABLE else value


def _r_factor(value: int) -> int | None:
    """127 is unavailable, and others out of range have to be ignored (section 4.7.5)."""
    return value if value <= _R_MAX else None


def _mos(tenths: int) -> float | None:
    """127 is unavailable, and others out of range have to be ignored (section 4.7.5)."""
    return tenths / 10 if _MOS_MIN <= tenths <= _MOS_MAX else None


_FIELDS: tuple[tuple[str, Callable[[int], float | None]], ...] = (
    ("I", _plain),  # ssrc
    *[("B", _ratio)] * 4,  # rates and densities
    *[("H", _plain)] * 2,  # lengths of bursts and gaps
    *[("H", _unless_zero)] * 2,  # delays
    *[("b", _available)] * 2,  # levels, signed
    ("B", _available),  # rerl_db
    ("B", _plain),  # gmin
    *[("B", _r_factor)] * 2,
    *[("B", _mos)] * 2,
    ("Bx", _plain),  # rx_config and a reserved octet
    *[("H", _plain)] * 3,  # the jitter buffer
)
"""How each field of `VoipMetrics` is read: its format and what makes the value of it."""

_CONTENT = Struct("!" + "".join(code for code, _ in _FIELDS))


def parse_voip_metrics(content: bytes, _flags: int) -> VoipMetrics:
    """Read the 32 bytes of the block."""
    wire = _CONTENT.unpack(content)
    values = (convert(value) for (_, convert), value in zip(_FIELDS, wire, strict=True))
    return VoipMetrics._make(values)
