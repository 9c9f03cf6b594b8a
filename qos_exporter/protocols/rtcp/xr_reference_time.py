"""Round trips for receivers that send nothing: RRTR and DLRR blocks (RFC 3611, 4.4 and 4.5).

A receiver sends its time, and the other side quotes it with the delay since, as a report block
quotes a sender report.
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from qos_exporter.protocols.rtcp.ntp import middle_bits

_SUB_BLOCK = Struct("!3I")
SUB_BLOCK_BYTES = _SUB_BLOCK.size


class ReceiverReferenceTime(NamedTuple):
    """RRTR, block type 4: when the extended report was sent, by the reporter's clock."""

    ntp_timestamp: int
    """64 bits, seconds in the upper 32."""

    @property
    def kind(self) -> str:
        """The name of the block type."""
        return "receiver_reference_time"

    @property
    def ntp_middle(self) -> int:
        """What the other side writes into `last_rr` when it quotes this block."""
        return middle_bits(self.ntp_timestamp)


class DlrrSubBlock(NamedTuple):
    """The quotation of one receiver's last reference time."""

    ssrc: int
    """The receiver that is quoted."""
    last_rr: int
    """LRR: the middle 32 bits of its timestamp, and 0 if none came."""
    delay_since_last_rr: int
    """DLRR: the time between that block and this one, in 1/65536 s."""


class Dlrr(NamedTuple):
    """DLRR, block type 5: quotations for one or more receivers."""

    sub_blocks: tuple[DlrrSubBlock, ...]

    @property
    def kind(self) -> str:
        """The name of the block type."""
        return "dlrr"


def parse_receiver_reference_time(content: bytes, _flags: int) -> ReceiverReferenceTime:
    """Read the 8 bytes of the block."""
    return ReceiverReferenceTime(int.from_bytes(content))


def parse_dlrr(content: bytes, _flags: int) -> Dlrr:
    """Read sub-blocks of 12 bytes, which may also be none."""
    return Dlrr(tuple(map(DlrrSubBlock._make, _SUB_BLOCK.iter_unpack(content))))
