from __future__ import annotations

import pytest

from qos_exporter.errors import DecodeError
from qos_exporter.protocols import rtcp
from qos_exporter.protocols.rtcp.compound import LONGEST
from tests.protocols.rtcp_builder import chunk, encode, item, octets, packet, report_block

BLOCKS = tuple(
    rtcp.ReceptionReport(0xB0 + index, 0, index, 1000, 80, 0x12345678, 65536) for index in range(3)
)
SENDER = rtcp.SenderReport(0xA, 0xE0000000_80000000, 160, 10, 1600, BLOCKS[:1])
RECEIVER = rtcp.ReceiverReport(0xA, BLOCKS)
NAMES = rtcp.SourceDescription((rtcp.DescribedSource(0xA, "alice@10.0.0.1"),))
PING = rtcp.ApplicationPacket(0xA, 0, "PING")
NACK = rtcp.Feedback("rtpfb", 1, 0xA, 0xB)
VENDOR = rtcp.UnknownPacket(209)
BYE = rtcp.Goodbye((0xA,), "over")
EXTENDED = rtcp.ExtendedReport(0xA, (rtcp.ReceiverReferenceTime(0xE0000000_12345678),))

SR, RR, SDES = encode(SENDER), encode(RECEIVER), encode(NAMES)


def kinds(data: bytes) -> list[str]:
    return [part.kind for part in rtcp.parse_compound(data).packets]


def reason(data: bytes) -> str:
    with pytest.raises(DecodeError) as caught:
        rtcp.parse_compound(data)
    return caught.value.reason


@pytest.mark.pitfall(61)
def test_everything_in_one_compound() -> None:
    """Packets of all types are read beside each other, in their order."""
    values = (SENDER, RECEIVER, NAMES, PING, NACK, VENDOR, EXTENDED, EXTENDED, BYE)
    data = b"".join(map(encode, values))
    assert rtcp.parse_compound(data) == rtcp.Compound(values, ())
    assert kinds(data) == ["sr", "rr", "sdes", "app", "rtpfb", "unknown", "xr", "xr", "bye"]


@pytest.mark.parametrize("value", [NAMES, PING, NACK, VENDOR, EXTENDED, BYE])
def test_reduced_size(value: rtcp.RtcpPacket) -> None:
    """A compound may consist of any packet alone, without a report before it (RFC 5506)."""
    assert rtcp.parse_compound(encode(value)) == rtcp.Compound((value,), ())


@pytest.mark.pitfall(61)
@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        pytest.param(packet(200, bytes(20)), "length", id="sender-report-too-short"),
        pytest.param(packet(201), "length", id="receiver-report-without-ssrc"),
        pytest.param(packet(201, bytes(4), count=1), "count", id="block-missing"),
        pytest.param(packet(201, bytes(24), count=1), "count", id="block-too-short"),
        pytest.param(packet(202, bytes(4), count=2), "count", id="chunk-missing"),
        pytest.param(
            packet(202, bytes.fromhex("0000000a 01ff6162"), count=1), "sdes_item", id="long-item"
        ),
        pytest.param(packet(203, bytes(4), count=2), "count", id="source-missing"),
        pytest.param(packet(204, bytes(4)), "length", id="application-without-name"),
        pytest.param(packet(205, bytes(4)), "length", id="feedback-without-media"),
        pytest.param(packet(206), "length", id="empty-feedback"),
        pytest.param(packet(207), "length", id="extended-report-without-ssrc"),
        pytest.param(packet(201, bytes(4), padding=4), "padding", id="padding-not-at-the-end"),
        pytest.param(b"\x40" + packet(201, bytes(4))[1:], "header", id="version-1"),
        pytest.param(packet(72, bytes(4)), "header", id="no-type-of-rtcp"),
    ],
)
def test_malformed_packet_loses_only_itself(broken: bytes, fault: str) -> None:
    """What is before and behind a packet that cannot be read is read; the fault has a name."""
    compound = rtcp.parse_compound(SR + broken + SDES)
    assert compound == rtcp.Compound((SENDER, NAMES), (fault,))


@pytest.mark.pitfall(61)
@pytest.mark.parametrize(
    ("size", "blocks"),
    [
        pytest.param(32, 1, id="behind-the-first"),
        pytest.param(55, 1, id="inside-the-second"),
        pytest.param(79, 2, id="inside-the-last"),
    ],
)
def test_report_that_is_cut(size: int, blocks: int) -> None:
    """Of a report that the end of the datagram cuts off, the blocks before the cut are read."""
    cut = rtcp.ReceiverReport(0xA, BLOCKS[:blocks])
    assert rtcp.parse_compound(RR[:size]) == rtcp.Compound((cut,), ("truncated",))


def test_farewell_that_is_cut_has_no_reason() -> None:
    """What is left of a source's number is not the reason that would come after all of them."""
    whole = packet(203, bytes.fromhex("0000000001000000"), count=2)
    compound = rtcp.parse_compound(whole[:-1])
    assert compound == rtcp.Compound((rtcp.Goodbye((0,), None),), ("truncated",))


FIRST_OF_TWO = rtcp.ReceiverReport(0xA, BLOCKS[:1])
CNAME = rtcp.SourceDescription((rtcp.DescribedSource(7, "c"),))
TIME = EXTENDED.blocks[0]


@pytest.mark.pitfall(61)
@pytest.mark.parametrize(
    ("tail", "packets"),
    [
        pytest.param(packet(201, RR[4:32], count=1, words=0xFFFF), (FIRST_OF_TWO,), id="reports"),
        pytest.param(packet(201, RR[4:31], count=1, words=0xFFFF), (), id="no-whole-report"),
        pytest.param(packet(202, encode(CNAME)[4:], count=2, words=9), (CNAME,), id="names"),
        pytest.param(
            packet(203, octets(7, 4), count=2, words=2), (rtcp.Goodbye((7,), None),), id="sources"
        ),
        pytest.param(packet(203, b"", count=1, words=1), (), id="no-source"),
        pytest.param(packet(204, bytes(8), words=3), (), id="application"),
        pytest.param(packet(205, bytes(8), words=3), (), id="feedback"),
        pytest.param(
            packet(207, octets(0xA, 4) + encode(TIME) + b"\7\0\0\x08", words=9),
            (EXTENDED,),
            id="blocks",
        ),
        pytest.param(packet(207, octets(0xA, 4), words=9), (), id="no-block"),
        pytest.param(packet(210, bytes(4), words=9), (), id="unknown"),
    ],
)
def test_length_beyond_the_datagram(tail: bytes, packets: tuple[rtcp.RtcpPacket, ...]) -> None:
    """A packet that claims more than there is gives what is whole of it, and one fault."""
    assert rtcp.parse_compound(SR + tail) == rtcp.Compound((SENDER, *packets), ("truncated",))


def test_longer_than_any_path_carries() -> None:
    """A datagram that no compound can be is refused; up to the longest all of it is read."""
    empty = bytes.fromhex("80c9000100000001")
    most = LONGEST // len(empty)

    assert len(rtcp.parse_compound(empty * most).packets) == most
    with pytest.raises(DecodeError) as caught:
        rtcp.parse_compound(empty * (most + 1))
    assert caught.value.reason == "too_long"
    assert caught.value.reason in rtcp.REASONS


@pytest.mark.parametrize("identifier", ["9fcf", "b2d0", "80cb", "80c9", "8fcd"])
def test_question_that_begins_like_rtcp(identifier: str) -> None:
    """A DNS question whose identifier looks like RTCP gives no packet: its flags are no length."""
    question = "0100 0001 0000 0000 0000 03 736970 09 6379626572636974 79 02 646b 00 0001 0001"
    assert reason(bytes.fromhex(identifier + question)) == "truncated"


@pytest.mark.parametrize("count", [1, 2, 3])
def test_bytes_left_over(count: int) -> None:
    """Bytes that are too few for a packet are a fault, and take nothing from what is before."""
    compound = rtcp.parse_compound(SR + bytes(count))
    assert compound == rtcp.Compound((SENDER,), ("trailing_bytes",))


def test_noise_behind_a_packet() -> None:
    """Where neither this nor the next place holds a header, the rest is lost as one fault."""
    compound = rtcp.parse_compound(SR + bytes(16) + SDES)
    assert compound == rtcp.Compound((SENDER,), ("header",))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"", "too_short", id="nothing"),
        pytest.param(b"\x80\xc8\x00", "too_short", id="three-bytes"),
        pytest.param(b"\x40" + SR[1:], "not_rtcp", id="version-1"),
        pytest.param(packet(191, bytes(8)), "not_rtcp", id="type-below"),
        pytest.param(packet(224, bytes(8)), "not_rtcp", id="type-above"),
        pytest.param(b"\x80\x08" + bytes(10), "not_rtcp", id="media"),
        pytest.param(packet(200), "length", id="nothing-but-a-header"),
    ],
)
def test_datagrams_without_any_packet(data: bytes, expected: str) -> None:
    """Where nothing can be read there is no value, only the reason."""
    assert reason(data) == expected


@pytest.mark.parametrize("padding", [4, 8, 252])
def test_padding_is_not_content(padding: int) -> None:
    """Padding is cut off before the packet is read: a BYE does not take it for its reason."""
    data = packet(203, octets(0xA, 4), count=1, padding=padding)
    assert rtcp.parse_compound(data).packets == (rtcp.Goodbye((0xA,), None),)


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(0, id="none"),
        pytest.param(3, id="no-multiple-of-4"),
        pytest.param(12, id="more-than-the-packet"),
    ],
)
def test_padding_of_impossible_length(last: int) -> None:
    """A packet whose padding cannot be what it says is not read."""
    data = b"\xa1" + packet(203, octets(0xA, 4) + octets(last, 4))[1:]
    assert rtcp.parse_compound(SR + data) == rtcp.Compound((SENDER,), ("padding",))
    assert reason(b"\xa0\xcb\0\0") == "padding"


@pytest.mark.parametrize(
    ("items", "cname"),
    [
        pytest.param([item(1, b"a@b")], "a@b", id="alone"),
        pytest.param([item(6, b"phone 1"), item(1, b"a@b"), item(7, b"x")], "a@b", id="between"),
        pytest.param([item(1, b"first"), item(1, b"second")], "first", id="twice"),
        pytest.param([item(1, b"")], "", id="empty"),
        pytest.param([item(1, b"a@b\0"), item(6, b"x")], "a@b", id="null-that-is-counted"),
        pytest.param([item(1, b"\xff\xfe")], "\ufffd\ufffd", id="not-utf-8"),
        pytest.param([item(2, b"name")], None, id="none"),
        pytest.param([], None, id="no-items"),
    ],
)
@pytest.mark.parametrize("sources", [1, 2])
def test_canonical_names(items: list[bytes], cname: str | None, sources: int) -> None:
    """Every chunk gives its CNAME, wherever it stands, and chunks end at a whole word."""
    data = packet(202, b"".join(chunk(ssrc, *items) for ssrc in range(sources)), count=sources)
    (names,) = rtcp.parse_compound(data).packets
    expected = tuple(rtcp.DescribedSource(ssrc, cname) for ssrc in range(sources))
    assert names == rtcp.SourceDescription(expected)


def test_description_without_end_of_items() -> None:
    """Items that fill the packet need no null behind them, though the RFC demands one."""
    data = packet(202, octets(7, 4) + item(1, b"ab"), count=1)
    assert rtcp.parse_compound(data) == rtcp.Compound(
        (rtcp.SourceDescription((rtcp.DescribedSource(7, "ab"),)),), ()
    )


@pytest.mark.parametrize(
    ("body", "sources", "fault"),
    [
        pytest.param(
            octets(7, 4) + item(1, b"ab") + b"\x06\xff\0\0",
            (rtcp.DescribedSource(7, "ab"),),
            "sdes_item",
            id="after-the-name",
        ),
        pytest.param(
            chunk(7, item(1, b"a")) + octets(8, 4) + b"\x01\x09\0\0",
            (rtcp.DescribedSource(7, "a"),),
            "sdes_item",
            id="in-the-second-chunk",
        ),
        pytest.param(
            chunk(7, item(1, b"a")),
            (rtcp.DescribedSource(7, "a"),),
            "count",
            id="second-chunk-missing",
        ),
        pytest.param(
            octets(7, 4) + item(1, b"ab") + item(2, b"c") + b"\x06",
            (rtcp.DescribedSource(7, "ab"),),
            "sdes_item",
            id="length-missing",
        ),
    ],
)
def test_description_that_breaks_off(
    body: bytes, sources: tuple[rtcp.DescribedSource, ...], fault: str
) -> None:
    """Names that come before the break are kept."""
    compound = rtcp.parse_compound(packet(202, body, count=2))
    assert compound == rtcp.Compound((rtcp.SourceDescription(sources),), (fault,))


@pytest.mark.parametrize(
    ("reason_bytes", "text", "faults"),
    [
        pytest.param(b"", None, (), id="none"),
        pytest.param(b"\4Adjo\0\0\0", "Adjo", (), id="text"),
        pytest.param(b"\0\0\0\0", None, (), id="empty"),
        pytest.param(b"\3abc", "abc", (), id="fills-its-word"),
        pytest.param(b"\2\xff\xfe\0", "\ufffd\ufffd", (), id="not-utf-8"),
        pytest.param(b"\x09abc", None, ("bye_reason",), id="too-long"),
    ],
)
def test_farewell(reason_bytes: bytes, text: str | None, faults: tuple[str, ...]) -> None:
    """A BYE names its sources, and its reason if there is one that is whole."""
    data = packet(203, octets(1, 4) + octets(2, 4) + reason_bytes, count=2)
    assert rtcp.parse_compound(data) == rtcp.Compound((rtcp.Goodbye((1, 2), text),), faults)


def test_application_packet() -> None:
    """An APP packet has a subtype and a name of four characters; what else it has is its own."""
    data = packet(204, octets(7, 4) + b"PI\xffG" + b"anything", count=5)
    assert rtcp.parse_compound(data).packets == (rtcp.ApplicationPacket(7, 5, "PI\ufffdG"),)


@pytest.mark.parametrize(("packet_type", "kind"), [(205, "rtpfb"), (206, "psfb")])
def test_feedback(packet_type: int, kind: str) -> None:
    """Feedback tells who asks whom; what for is not read."""
    data = packet(packet_type, octets(1, 4) + octets(2, 4) + bytes(8), count=15)
    (feedback,) = rtcp.parse_compound(data).packets
    assert feedback == rtcp.Feedback(kind, 15, 1, 2)
    assert feedback.kind == kind


def test_blocks_of_a_report_beside_its_extension() -> None:
    """More blocks than the count says are not blocks: what follows belongs to a profile."""
    body = octets(0xA, 4) + b"".join(map(report_block, BLOCKS))
    compound = rtcp.parse_compound(packet(201, body, count=2))
    assert compound.packets == (rtcp.ReceiverReport(0xA, BLOCKS[:2]),)
