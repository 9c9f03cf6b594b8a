from __future__ import annotations

import random

import pytest

from qos_exporter.errors import DecodeError
from qos_exporter.protocols import rtcp
from tests.protocols.rtcp_builder import encode, octets

REPORT = rtcp.SenderReport(
    0xA, 0xE0000000_80000000, 160, 10, 1600, (rtcp.ReceptionReport(0xB, 0, 0, 9, 8, 7, 6),)
)
NAMES = rtcp.SourceDescription((rtcp.DescribedSource(0xA, "alice@10.0.0.1"),))
BYE = rtcp.Goodbye((0xA,), None)
E_BIT = 0x80000000


def encrypt(plain: bytes, *, index: int, tag: int, gcm: bool = False, seed: int = 1) -> bytes:
    """Do what SRTCP does, with noise for a cipher: the first 8 bytes stay readable."""
    noise = random.Random(seed)
    word = octets(E_BIT | index, 4)
    body = noise.randbytes(len(plain) - 8)
    if gcm:
        return plain[:8] + body + noise.randbytes(16) + word
    return plain[:8] + body + word + noise.randbytes(tag)


def reason(data: bytes, *, srtp_negotiated: bool = False) -> str:
    with pytest.raises(DecodeError) as caught:
        rtcp.parse_compound(data, srtp_negotiated=srtp_negotiated)
    return caught.value.reason


@pytest.mark.pitfall(72)
@pytest.mark.parametrize(
    ("tag", "gcm"),
    [
        pytest.param(10, False, id="hmac-80"),
        pytest.param(4, False, id="hmac-32"),
        pytest.param(0, True, id="gcm"),
    ],
)
@pytest.mark.parametrize("index", [0, 1, 65535, 1_000_000])
@pytest.mark.parametrize(
    "values",
    [
        pytest.param((REPORT, NAMES), id="report-and-names"),
        pytest.param((REPORT,), id="report-alone"),
        pytest.param((NAMES, BYE), id="names-and-bye"),
    ],
)
def test_encrypted_compound_gives_no_numbers(
    values: tuple[rtcp.RtcpPacket, ...], index: int, tag: int, *, gcm: bool
) -> None:
    """The word with E tells SRTCP from what a broken device might send, whatever suite it has."""
    plain = b"".join(map(encode, values))
    second = len(encode(values[0]))
    for seed in range(100):
        data = encrypt(plain, index=index, tag=tag, gcm=gcm, seed=seed)
        goes_on = data[second] >> 6 == 2 and 192 <= data[second + 1] <= 223
        # Noise that happens to go on like RTCP is only believed to be SRTCP with a low index.
        assert rtcp.looks_encrypted(data) == (index < 65536 or not goes_on)


@pytest.mark.pitfall(72)
def test_encrypted_compound_has_a_reason_of_its_own() -> None:
    """SRTCP is refused as encrypted, so that it can be counted apart from errors."""
    assert reason(encrypt(encode(REPORT) + encode(NAMES), index=5, tag=10)) == "encrypted"


@pytest.mark.pitfall(72)
@pytest.mark.parametrize("srtp_negotiated", [False, True])
def test_plain_compound_beside_encrypted_media(*, srtp_negotiated: bool) -> None:
    """A chain of packets from first to last byte is plain, also where SRTP was negotiated."""
    data = encode(REPORT) + encode(NAMES) + encode(BYE)
    compound = rtcp.parse_compound(data, srtp_negotiated=srtp_negotiated)
    assert compound == rtcp.Compound((REPORT, NAMES, BYE), ())


@pytest.mark.pitfall(72)
def test_signalling_knows_what_bytes_do_not_tell() -> None:
    """With a key identifier behind the index only the negotiation tells; nothing is read then."""
    data = encrypt(encode(REPORT), index=5, tag=10) + b"\0\0\0\1"
    assert not rtcp.looks_encrypted(data)
    assert reason(data, srtp_negotiated=True) == "encrypted"


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param(bytes(14), id="zeros"),
        pytest.param(octets(5, 4) + bytes(10), id="authenticated-only"),
        pytest.param(octets(E_BIT | 0xC00000, 4) + bytes(10), id="index-like-a-header"),
        pytest.param(octets(E_BIT | 5, 4), id="too-short-for-a-tag"),
    ],
)
def test_plain_compound_with_a_tail(tail: bytes) -> None:
    """What follows a plain packet and is no trailer of SRTCP does not make it encrypted."""
    data = encode(REPORT) + tail
    assert not rtcp.looks_encrypted(data)
    compound = rtcp.parse_compound(data)
    assert compound.packets[0] == REPORT
    assert compound.faults == ("header",)


@pytest.mark.parametrize("size", [0, 3, 4, 8, 30])
def test_what_is_too_short_for_a_trailer(size: int) -> None:
    """Nothing is taken for encrypted whose first packet does not end before the trailer."""
    data = (encode(REPORT)[:8] + octets(E_BIT | 1, 4) * 6)[:size]
    assert not rtcp.looks_encrypted(data)


def test_what_is_no_rtcp_at_all() -> None:
    """Noise is not encrypted RTCP, even with a word that looks like an index."""
    assert not rtcp.looks_encrypted(bytes(40) + octets(E_BIT | 1, 4) + bytes(10))
