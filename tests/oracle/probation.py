"""From which packet on a source counts (RFC 3550 appendix A.1, MIN_SEQUENTIAL 2)."""

from __future__ import annotations

from collections.abc import Sequence

from tests.oracle.packet import Packet
from tests.oracle.sequence import RTP_SEQ_MOD


def proven_packets(packets: Sequence[Packet]) -> Sequence[Packet]:
    """Give one source's packets from the first of two in sequence on; none if none ever are.

    The first one may come twice before the second does.
    """
    candidate = 0
    for index in range(1, len(packets)):
        step = (packets[index].sequence_number - packets[candidate].sequence_number) % RTP_SEQ_MOD
        if step == 1:
            return packets[candidate:]
        if step != 0:
            candidate = index
    return []
