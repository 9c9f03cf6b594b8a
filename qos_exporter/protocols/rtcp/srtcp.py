"""Telling encrypted RTCP (SRTCP, RFC 3711 section 3.4) from plain RTCP by the bytes alone.

SRTCP leaves the first 8 bytes readable, so it looks like RTCP: the header with the length of the
first packet, and an SSRC. It encrypts all others, and appends a word with the bit E (encrypted) and
an index of 31 bits that counts packets, and a tag.

How sure is it? Plain RTCP is a chain: every packet begins with version and type, and its length
leads exactly to the next one or to the end of the datagram. With the usual tag of 10 bytes SRTCP
never is one, as its length is no multiple of 4. With other tags encrypted bytes would have to form
one by chance, 1 in 32 for version and type times 1 in 65,536 for a length that fits.

A datagram that is no chain is taken for encrypted if the word with E is where one of the usual tags
puts it and has a believable index. What breaks plain chains, such as zeros behind them or a cut,
looks like that in 1 % of cases at most, as random bytes do. SRTCP that is not encrypted but only
authenticated lacks E and is read. With a master key identifier (MKI) behind the index, SRTCP is not
found by its bytes: there it takes the word of the signalling.
"""

from __future__ import annotations

VERSION = 2
FIRST_TYPE, LAST_TYPE = 192, 223
_HEADER_BYTES = 4
_ENCRYPTED = 0x80000000

_INDEX_LIMIT = 0xC00000
"""Indexes begin at 0 or 1 and count packets; nobody sends twelve million in a call. Words above
would begin like an RTCP header, with version 2 and a type of 192 or more."""

_INDEX_LIMIT_OF_CHAIN = 0x10000
"""Where a header seems to follow the first packet, a plain chain that was cut is likelier."""

_INDEX_BYTES = 4
_TRAILERS = (
    (0, 10),  # HMAC-SHA1 of 80 bits, which almost all suites use
    (0, 4),  # HMAC-SHA1 of 32 bits, which some use for RTCP against RFC 4568 section 6.2.2
    (16, 0),  # GCM: its tag is before the index (RFC 7714 section 9.2)
)
"""Bytes of tags before and behind the word with the index."""


def is_header(data: bytes, start: int) -> bool:
    """Whether an RTCP header may begin here: version 2 and a type of RTCP (RFC 5761 section 4)."""
    return data[start] >> 6 == VERSION and FIRST_TYPE <= data[start + 1] <= LAST_TYPE


def looks_encrypted(data: bytes, *, srtp_negotiated: bool = False) -> bool:
    """Tell whether a datagram is SRTCP.

    With `srtp_negotiated`, which signalling knows, everything that is no chain of packets is taken
    for encrypted. A chain is plain also then: there are telephones that send plain RTCP beside
    encrypted RTP, and others whose first or last packets are plain.
    """
    return not is_chain(data) and (srtp_negotiated or _has_trailer(data))


def is_chain(data: bytes) -> bool:
    """Whether the datagram is a row of packets, from its first to its last byte."""
    start, size = 0, len(data)
    while start + _HEADER_BYTES <= size and is_header(data, start):
        start += _packet_bytes(data, start)
    return start == size > 0


def _has_trailer(data: bytes) -> bool:
    if len(data) < _HEADER_BYTES or not is_header(data, 0):
        return False
    first_end = _packet_bytes(data, 0)
    goes_on = first_end + _HEADER_BYTES <= len(data) and is_header(data, first_end)
    limit = _INDEX_LIMIT_OF_CHAIN if goes_on else _INDEX_LIMIT
    for tag_before, tag_behind in _TRAILERS:
        start = len(data) - tag_behind - _INDEX_BYTES
        if start >= first_end + tag_before and 0 <= _index(data, start) < limit:
            return True
    return False


def _index(data: bytes, start: int) -> int:
    """The index in the word at `start`, negative without E."""
    return int.from_bytes(data[start : start + _INDEX_BYTES]) - _ENCRYPTED


def _packet_bytes(data: bytes, start: int) -> int:
    """The length of a packet with its header, from its length word."""
    return _HEADER_BYTES + 4 * int.from_bytes(data[start + 2 : start + 4])
