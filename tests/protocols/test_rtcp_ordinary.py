"""Ordinary compounds are read by a short cut, which must not be seen in what is read."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qos_exporter.errors import DecodeError
from qos_exporter.protocols import rtcp
from qos_exporter.protocols.rtcp.compound import parse_any_compound
from qos_exporter.protocols.rtcp.ordinary import ORDINARY
from tests.protocols import rtcp_values
from tests.protocols.rtcp_builder import chunk, encode, item, packet

one_block = rtcp_values.report_blocks.map(lambda block: (block,))
reports = st.one_of(
    rtcp_values.sender_reports.flatmap(
        lambda report: one_block.map(lambda block: report._replace(reports=block))
    ),
    rtcp_values.receiver_reports.flatmap(
        lambda report: one_block.map(lambda block: report._replace(reports=block))
    ),
)
names = st.builds(
    lambda ssrc, cname, notes: packet(202, chunk(ssrc, item(1, cname), *notes), count=1),
    rtcp_values.bits_32,
    st.binary(max_size=40),
    st.lists(st.builds(item, st.integers(0, 9), st.binary(max_size=20)), max_size=2),
)
ordinary = st.builds(lambda report, name: encode(report) + name, reports, names)
REPORT = encode(
    rtcp.ReceiverReport(1, (rtcp.ReceptionReport(2, 3, -4, 5, 6, 7, 8),)),
)


@st.composite
def nearly_ordinary(draw: st.DrawFn) -> bytes:
    """Draw an ordinary compound of which something is changed, missing or too much."""
    data = bytearray(draw(ordinary))
    for position in draw(st.lists(st.integers(0, len(data) - 1), max_size=3)):
        data[position] = draw(st.integers(0, 255))
    kept = draw(st.just(len(data)) | st.integers(0, len(data)))
    return bytes(data[:kept]) + draw(st.just(b"") | names | st.binary(max_size=8))


def read_short(data: bytes) -> rtcp.Compound | str:
    """Read a datagram, by the short cut if that is possible; of an error give its reason."""
    try:
        return rtcp.parse_compound(data)
    except DecodeError as error:
        return error.reason


def read_long(data: bytes) -> rtcp.Compound | str:
    """Read a datagram the long way."""
    try:
        return parse_any_compound(data, srtp_negotiated=False)
    except DecodeError as error:
        return error.reason


def is_ordinary(data: bytes) -> bool:
    """Whether the short cut reads it."""
    read = ORDINARY.get(data[:4])
    return read is not None and read(data) is not None


@given(report=reports, ssrc=rtcp_values.bits_32, cname=rtcp_values.texts)
def test_ordinary_compound(
    report: rtcp.SenderReport | rtcp.ReceiverReport, ssrc: int, cname: str
) -> None:
    """A report with one block and a description with a usual name are read by the short cut."""
    name = rtcp.SourceDescription((rtcp.DescribedSource(ssrc, cname),))
    data = encode(report) + encode(name)

    assert rtcp.parse_compound(data) == rtcp.Compound((report, name), ())
    assert is_ordinary(data) == (len(encode(name)) <= 4 + 128)


@given(data=ordinary | nearly_ordinary())
@example(REPORT)
@example(REPORT + packet(202, b"", count=1))
@example(REPORT + packet(202, chunk(1, item(1, b"a")), count=1) + b"\0")
@example(REPORT + packet(202, chunk(1, item(1, b"a" * 200)), count=1))
@example(REPORT + packet(202, chunk(1, item(1, b"a")), count=1, padding=4))
@example(REPORT + packet(202, chunk(1, item(1, b"a")) + chunk(2), count=2))
@example(REPORT + packet(202, chunk(1, item(1, b"a")), count=1, words=1))
def test_both_ways_give_the_same(data: bytes) -> None:
    """Values, their types, faults and reasons are those of the long way."""
    short, long = read_short(data), read_long(data)

    assert short == long
    if isinstance(short, rtcp.Compound) and isinstance(long, rtcp.Compound):
        assert list(map(type, short.packets)) == list(map(type, long.packets))


@pytest.mark.parametrize("position", range(len(REPORT) + 8))
def test_each_octet(position: int) -> None:
    """Whatever one octet of a compound says, both ways make the same of it."""
    data = bytearray(REPORT + packet(202, chunk(9, item(1, b"name")), count=1))
    for value in range(256):
        data[position] = value
        assert read_short(bytes(data)) == read_long(bytes(data)), value
