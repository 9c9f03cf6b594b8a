"""From which packet on a source counts (RFC 3550 appendix A.1, MIN_SEQUENTIAL 2)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tests.oracle.packet import Packet
from tests.oracle.sequence import RTP_SEQ_MOD


def proven_packets(packets: Sequence[Packet]) -> Sequence[Packet]:
    """Give one source's packets from the first of two in sequence on; none if none ever are."""
    for index, (first, second) in enumerate(pairwise(packets)):
        if second.sequence_number == (first.sequence_number + 1) % RTP_SEQ_MOD:
            return packets[index:]
    return []
