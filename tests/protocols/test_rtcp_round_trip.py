from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scapy.contrib import rtcp as scapy_rtcp

from qos_exporter.errors import DecodeError
from qos_exporter.protocols import rtcp
from tests.protocols.rtcp_builder import encode, packet
from tests.protocols.rtcp_values import bits_8, bits_32, packets, sender_reports


def read(data: bytes) -> rtcp.Compound:
    """Read a datagram; an error becomes the fault of a compound without packets."""
    try:
        compound = rtcp.parse_compound(data)
    except DecodeError as error:
        return rtcp.Compound((), (error.reason,))
    assert compound.packets
    return compound


lists_of_packets = st.lists(packets, min_size=1, max_size=4)


@given(values=lists_of_packets)
def test_what_was_built_is_read(values: list[rtcp.RtcpPacket]) -> None:
    """Every value comes back as it was written, in its order, and nothing is found wrong."""
    compound = rtcp.parse_compound(b"".join(map(encode, values)))
    assert compound == rtcp.Compound(tuple(values), ())
    assert [type(value) for value in compound.packets] == [type(value) for value in values]


@given(values=lists_of_packets, padding=st.integers(1, 63).map(lambda words: 4 * words))
def test_padding_of_the_last_packet(values: list[rtcp.RtcpPacket], padding: int) -> None:
    """Padding behind the last packet changes nothing that is read."""
    *others, last = map(encode, values)
    padded = packet(last[1], last[4:], count=last[0] & 31, padding=padding)
    compound = rtcp.parse_compound(b"".join([*others, padded]))
    assert compound == rtcp.Compound(tuple(values), ())


@given(report=sender_reports, cname=st.binary(max_size=127))
def test_second_builder(report: rtcp.SenderReport, cname: bytes) -> None:
    """A report and a name that scapy wrote are read as what it was told to write."""
    blocks = [
        scapy_rtcp.ReceptionReport(
            sourcesync=block.ssrc,
            fraction_lost=block.fraction_lost,
            cumulative_lost=block.packets_lost % 2**24,
            highest_seqnum_recv=block.extended_highest_sequence_number,
            interarrival_jitter=block.interarrival_jitter_ticks,
            last_SR_timestamp=block.last_sr,
            delay_since_last_SR=block.delay_since_last_sr,
        )
        for block in report.reports
    ]
    sender = scapy_rtcp.SenderInfo(
        ntp_timestamp=report.ntp_timestamp,
        rtp_timestamp=report.rtp_timestamp,
        sender_packet_count=report.sender_packet_count,
        sender_octet_count=report.sender_octet_count,
    )
    data = bytes(
        scapy_rtcp.RTCP(
            packet_type=200,
            sourcesync=report.ssrc,
            sender_info=sender,
            count=len(blocks),
            report_blocks=blocks,
        )
    )
    assert rtcp.parse_compound(data).packets == (report,)
    items = [scapy_rtcp.SDESItem(chunk_type=1, value=cname), scapy_rtcp.SDESItem(chunk_type=0)]
    text = bytes(scapy_rtcp.SDESChunk(sourcesync=7, items=items))
    (names,) = rtcp.parse_compound(packet(202, text + bytes(-len(text) % 4), count=1)).packets
    assert names == rtcp.SourceDescription(
        (rtcp.DescribedSource(7, cname.rstrip(b"\0").decode("utf-8", "replace")),)
    )


@given(data=st.binary(max_size=200))
@example(data=b"")
def test_any_bytes(data: bytes) -> None:
    """Whatever comes is a compound or a DecodeError, each with reasons out of the list."""
    check(data)


@given(
    headers=st.lists(st.tuples(st.sampled_from(range(198, 210)), bits_8, st.binary(max_size=60))),
    tail=st.binary(max_size=20),
)
def test_any_bytes_behind_headers(headers: list[tuple[int, int, bytes]], tail: bytes) -> None:
    """The same where types, counts and lengths are such that every parser gets to see noise."""
    parts = [
        packet(packet_type, body + bytes(-len(body) % 4), count=count & 31)
        for packet_type, count, body in headers
    ]
    check(b"".join(parts) + tail)


@given(values=lists_of_packets, position=bits_32, value=bits_8)
def test_any_byte_changed(values: list[rtcp.RtcpPacket], position: int, value: int) -> None:
    """The same where one byte of a good compound has changed on the way."""
    data = bytearray(b"".join(map(encode, values)))
    data[position % len(data)] = value
    check(bytes(data))


def check(data: bytes) -> None:
    compound = read(data)
    assert set(compound.faults) <= set(rtcp.REASONS)


@settings(deadline=None, max_examples=50)
@given(values=lists_of_packets)
def test_cut_at_every_byte(values: list[rtcp.RtcpPacket]) -> None:
    """A datagram that ends early gives all packets that are whole, and nothing that was not sent.

    Of a packet that is cut, what is read is also in the whole packet: blocks, chunks, sources.
    Left out are those few whose last bytes look like SRTCP's.
    """
    parts = [encode(value) for value in values]
    data = b"".join(parts)
    ends = [sum(map(len, parts[: index + 1])) for index in range(len(parts))]
    for size in range(len(data)):
        if rtcp.looks_encrypted(data[:size]):
            continue
        whole = sum(end <= size for end in ends)
        compound = read(data[:size])
        assert set(compound.faults) <= {"too_short", "truncated", "trailing_bytes"}
        assert compound.packets[:whole] == tuple(values[:whole])
        for cut in compound.packets[whole:]:
            assert holds(values[whole], cut)


def holds(sent: object, read: object) -> bool:
    """Whether `read` is `sent`, or has the same beginning where that is a list."""
    if isinstance(sent, tuple) and isinstance(read, tuple):
        assert len(read) <= len(sent)
        return all(map(holds, sent, read))
    return sent == read or read is None


@pytest.mark.pitfall(53)
@given(report=sender_reports)
def test_sign_of_the_lost_count(report: rtcp.SenderReport) -> None:
    """The 24 bits of the lost count are its two's complement, whatever else is in the block."""
    data = encode(report)
    (read,) = rtcp.parse_compound(data).packets
    assert isinstance(read, rtcp.SenderReport)
    for index, block in enumerate(read.reports):
        bits = int.from_bytes(data[28 + 24 * index + 5 :][:3], "big")
        assert block.packets_lost % 2**24 == bits
        assert (block.packets_lost < 0) == (bits >= 2**23)
