"""The statistics summary block (RFC 3611 section 4.6)."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

_CONTENT = Struct("!IHH6I4B")
_HAS_LOST, _HAS_DUPLICATE, _HAS_JITTER = 0x80, 0x40, 0x20
# Two bits name the kind of hop counts; 0 is none, and 3 may not be sent.
_IP_VERSIONS = (None, 4, 6, None)
_ABSENT = (None, None, None, None)


class StatisticsSummary(NamedTuple):
    """Block type 6: a range of packets of one source. What its flags do not vouch for is `None`.

    Its jitter is the difference of the transit times of neighbouring packets, summed up over the
    range without smoothing, and so another quantity than the interarrival jitter of report blocks.
    """

    ssrc: int
    """The source that is reported on."""
    begin_seq: int
    """The first sequence number of the range, 16 bits."""
    end_seq: int
    """The sequence number after the last one of the range, 16 bits."""
    packets_lost: int | None
    packets_duplicate: int | None
    min_jitter_ticks: int | None
    max_jitter_ticks: int | None
    mean_jitter_ticks: int | None
    deviation_jitter_ticks: int | None
    """The standard deviation."""
    ip_version: int | None
    """4 where the next four fields are of TTL, 6 where they are of Hop Limit."""
    min_hops_left: int | None
    max_hops_left: int | None
    mean_hops_left: int | None
    deviation_hops_left: int | None
    """The standard deviation."""

    @property
    def kind(self) -> str:
        """The name of the block type."""
        return "statistics_summary"


def parse_statistics_summary(content: bytes, flags: int) -> StatisticsSummary:
    """Read the 36 bytes of the block."""
    ssrc, begin, end, lost, duplicate, *figures = _CONTENT.unpack(content)
    ip_version = _IP_VERSIONS[flags >> 3 & 3]
    jitters = figures[:4] if flags & _HAS_JITTER else _ABSENT
    hops = figures[4:] if ip_version else _ABSENT
    return StatisticsSummary._make(
        (
            *(ssrc, begin, end),
            lost if flags & _HAS_LOST else None,
            duplicate if flags & _HAS_DUPLICATE else None,
            *jitters,
            ip_version,
            *hops,
        )
    )
