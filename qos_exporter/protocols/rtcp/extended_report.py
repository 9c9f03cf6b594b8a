"""Extended reports: a frame for blocks of several types (RFC 3611 sections 2 and 3)."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import NamedTuple

from qos_exporter.protocols.rtcp.xr_reference_time import (
    SUB_BLOCK_BYTES,
    Dlrr,
    ReceiverReferenceTime,
    parse_dlrr,
    parse_receiver_reference_time,
)
from qos_exporter.protocols.rtcp.xr_statistics import StatisticsSummary, parse_statistics_summary
from qos_exporter.protocols.rtcp.xr_voip_metrics import VoipMetrics, parse_voip_metrics

_SSRC_BYTES = 4
_BLOCK_HEADER = Struct("!BBH")

_UNREAD_KINDS = {1: "loss_rle", 2: "duplicate_rle", 3: "packet_receipt_times"}


class UnreadBlock(NamedTuple):
    """A block that is known to be there, and whose content is not read."""

    block_type: int

    @property
    def kind(self) -> str:
        """The name of the block type (RFC 3611 sections 4.1 to 4.3), or `unknown`."""
        return _UNREAD_KINDS.get(self.block_type, "unknown")


XrBlock = ReceiverReferenceTime | Dlrr | StatisticsSummary | VoipMetrics | UnreadBlock


class ExtendedReport(NamedTuple):
    """XR: the blocks of one reporter. Several packets of this type may stand in one compound."""

    ssrc: int
    """The reporter."""
    blocks: tuple[XrBlock, ...]
    """All blocks but broken ones, in order."""

    @property
    def kind(self) -> str:
        """The name of the packet type."""
        return "xr"

    @property
    def read_blocks(self) -> tuple[XrBlock, ...]:
        """The blocks whose content was read."""
        return tuple(block for block in self.blocks if not isinstance(block, UnreadBlock))


class _BlockLayout(NamedTuple):
    parse: Callable[[bytes, int], XrBlock]
    """From the content of the block, after its header, and the octet of flags in its header."""
    size: int
    """Bytes that the content has (or a multiple of them, for sub-blocks)."""
    repeats: bool = False


_LAYOUTS = {
    4: _BlockLayout(parse_receiver_reference_time, 8),
    5: _BlockLayout(parse_dlrr, SUB_BLOCK_BYTES, repeats=True),
    6: _BlockLayout(parse_statistics_summary, 36),
    7: _BlockLayout(parse_voip_metrics, 32),
}


def parse_extended_report(body: bytes, _count: int, faults: list[str]) -> ExtendedReport:
    """Read all blocks; one that cannot be read loses only itself.

    `faults` gains `xr_block_length` for a block whose length is not that of its type, and
    `xr_block_overrun` for one that is longer than what is left, after which nothing can be found.
    """
    blocks: list[XrBlock] = []
    start = _SSRC_BYTES
    while start + _BLOCK_HEADER.size <= len(body):
        block_type, flags, words = _BLOCK_HEADER.unpack_from(body, start)
        content = start + _BLOCK_HEADER.size
        start = content + 4 * words
        if start > len(body):
            faults.append("xr_block_overrun")
            break
        block = _parse_block(block_type, flags, body[content:start])
        if block is None:
            faults.append("xr_block_length")
        else:
            blocks.append(block)
    return ExtendedReport(int.from_bytes(body[:_SSRC_BYTES]), tuple(blocks))


def _parse_block(block_type: int, flags: int, content: bytes) -> XrBlock | None:
    """Return the block, or `None` where its length is wrong."""
    layout = _LAYOUTS.get(block_type)
    if layout is None:
        return UnreadBlock(block_type)
    fits = len(content) % layout.size == 0 if layout.repeats else len(content) == layout.size
    return layout.parse(content, flags) if fits else None
