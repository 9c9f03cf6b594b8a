"""Plain frames of RTP are read by a short cut, which must not be seen in anything that is counted.

The same packets in Linux cooked frames, whose EtherType is the last of the header too, never come
that way.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qos_exporter.dataplane.frames import NO_VLAN
from qos_exporter.dataplane.rows import SLOW_FRAGMENT, SLOW_TCP, SLOW_TUNNEL
from qos_exporter.dataplane.values import SlowFrame
from tests.dataplane.harness import Harness, kernel_settings
from tests.dataplane.scenarios import PACKET_NS, START_NS
from tests.dataplane.traffic import (
    CALLEE,
    CALLER,
    LINKTYPE_SLL,
    Frame,
    ethernet,
    ipv4,
    tagged,
    udp,
)

ADDRESSES = 12
COOKED_START = bytes(14)
"""What stands before the EtherType, in either kind of frame."""
LONGER_BY = len(COOKED_START) - ADDRESSES
WHOLE_FRAMES = {SLOW_FRAGMENT, SLOW_TCP, SLOW_TUNNEL}

IP, UDP, RTP = 14, 34, 42
FIELDS: dict[str, tuple[int, int, list[int]]] = {
    "EtherType": (12, 2, [0x0800, 0x86DD, 0x8100, 0x88A8, 0x0806, 0x8847, 0x05DC]),
    "version and header length": (IP, 1, [0x44, 0x45, 0x46, 0x4F, 0x40, 0x65, 0x05]),
    "type of service": (IP + 1, 1, [0xB8, 0xFF]),
    "total length": (IP + 2, 2, [0, 19, 20, 27, 28, 39, 40, 41, 60, 0xFFFF]),
    "flags and fragment offset": (IP + 6, 2, [0, 0x4000, 0x8000, 0x2000, 0x6000, 1, 0x4001]),
    "protocol": (IP + 9, 1, [17, 6, 1, 4, 41, 47, 58, 132, 0]),
    "source address": (IP + 12, 4, [0, 0x7F00_0001, 0xFFFF_FFFF]),
    "source port": (UDP, 2, [0, 1, 53, 5060, 0xFFFF]),
    "destination port": (UDP + 2, 2, [0, 1, 53, 5060, 2152, 4789, 6081, 37008, 0xFFFF]),
    "UDP length": (UDP + 4, 2, [0, 7, 8, 19, 20, 21, 40, 0xFFFF]),
    "version, padding, extension, sources": (
        RTP,
        1,
        [0x80, 0x81, 0x8F, 0x90, 0xA0, 0xB1, 0xC0, 0x40, 0, 1, 3, 0x10, 0x16, 0x08, 0x30],
    ),
    "marker and payload type": (RTP + 1, 1, [0, 0x80, 191, 192, 200, 223, 224, 255, 72, 96]),
    "sequence number": (RTP + 2, 2, [0, 0xFFFF]),
    "timestamp, or magic cookie of STUN": (RTP + 4, 4, [0, 0x2112_A442]),
    "synchronisation source": (RTP + 8, 4, [0, 1, 0xFFFF_FFFF]),
}
OTHER_PAYLOADS = [
    b"",
    b"\x80",
    bytes(4),
    b"INVITE sip:a SIP/2.0\r\n\r\n",
    b"\x80\xc8\0\1\0\0\0\7",
    struct.pack("!HHI12s", 1, 0, 0x2112_A442, b"transaction!"),
    b"\x16\xfe\xfd" + bytes(30),
    b"\x08\0\0\0\0\0\7\0" + bytes(14),
]


def change_of(place: tuple[int, int, list[int]]) -> st.SearchStrategy[tuple[int, bytes]]:
    """Draw another value for a field, as an offset in the frame and bytes."""
    offset, width, telling = place
    values = st.sampled_from(telling) | st.integers(0, 256**width - 1)
    return values.map(lambda value: (offset, value.to_bytes(width, "big")))


CHANGES = st.one_of(*map(change_of, FIELDS.values()))


def payload(number: int, media: bytes) -> bytes:
    """RTP as a sender of G.711 would send its packet of that number."""
    return struct.pack("!BBHII", 0x80, 0, number, 160 * number, 7) + media


@st.composite
def plain_or_not(draw: st.DrawFn, number: int) -> Frame:
    """Draw a frame that is plain, or differs from that in what it is made of, or in a few bytes."""
    media = payload(number, draw(st.binary(max_size=40)))
    datagram = udp(CALLER.port, CALLEE.port, draw(st.just(media) | st.sampled_from(OTHER_PAYLOADS)))
    options = draw(st.sampled_from([b"", b"", b"", bytes(4)]))
    ip = ipv4(CALLER.address, CALLEE.address, datagram, options=options)
    trailer = draw(st.sampled_from([b"", b"", bytes(1), bytes(18)]))
    tags = draw(st.sampled_from([(), (), (), (5,), (5, 6)]))
    data = bytearray((tagged(ip, *tags) if tags else ethernet(ip)) + trailer)
    for offset, value in draw(st.lists(CHANGES, max_size=3)):
        data[offset : offset + len(value)] = value
    kept = draw(st.just(len(data)) | st.integers(1, len(data)))
    wire = draw(st.just(len(data)) | st.integers(kept, len(data) + 4))
    return Frame(
        bytes(data[:kept]),
        START_NS + number * PACKET_NS,
        vlan=draw(st.sampled_from([NO_VLAN, 0, 5])),
        wire_length=max(kept, wire),
    )


FLOWS = st.integers(1, 6).flatmap(
    lambda length: st.tuples(*(plain_or_not(number) for number in range(length)))
)


def in_cooked(frame: Frame) -> Frame:
    """Put what a frame carries into a cooked one."""
    return replace(
        frame,
        data=COOKED_START + frame.data[ADDRESSES:],
        link_type=LINKTYPE_SLL,
        wire_length=(frame.wire_length or 0) + LONGER_BY,
    )


def counted(frames: Sequence[Frame], *, announced: bool, vlan_in_key: bool) -> Harness:
    """Let a kernel count frames."""
    harness = Harness(kernel_settings(vlan_in_key=vlan_in_key))
    if announced:
        harness.kernel.announce(CALLEE)
    harness.frames(frames)
    return harness


def without_link(frame: SlowFrame, header: int) -> SlowFrame:
    """Take the link header off what left the packet path, where it is there."""
    data = frame.data[header:] if frame.kind in WHOLE_FRAMES else frame.data
    return frame._replace(link_type=0, data=data)


def observed(harness: Harness, header: int) -> tuple[object, ...]:
    """Tell everything that a kernel has made of its frames, but for their link headers."""
    statistics = harness.kernel.statistics()
    totals = harness.kernel.totals([slot for slot, _ in harness.started])
    return (
        statistics.frames,
        statistics.bytes - header * statistics.frames,
        statistics.rtp_packets,
        harness.undecoded(),
        harness.started,
        totals.tobytes(),
        [without_link(frame, header) for frame in harness.slow],
    )


@settings(max_examples=400, deadline=None)
@given(frames=FLOWS, announced=st.booleans(), vlan_in_key=st.booleans())
def test_short_cut(frames: Sequence[Frame], announced: bool, vlan_in_key: bool) -> None:  # noqa: FBT001 - drawn
    """Streams, totals, reasons and what is set aside are the same as by the long way."""
    short = counted(frames, announced=announced, vlan_in_key=vlan_in_key)
    cooked = [in_cooked(frame) for frame in frames]
    long = counted(cooked, announced=announced, vlan_in_key=vlan_in_key)

    assert observed(short, ADDRESSES) == observed(long, ADDRESSES + LONGER_BY)


@pytest.mark.parametrize("name", FIELDS)
def test_each_field(name: str) -> None:
    """Whatever one field of the headers says, both ways make the same of the frame."""
    offset, width, telling = FIELDS[name]
    datagram = udp(CALLER.port, CALLEE.port, payload(1, bytes(20)))
    plain = ethernet(ipv4(CALLER.address, CALLEE.address, datagram))
    for value in telling if width > 1 else range(256):
        changed = plain[:offset] + value.to_bytes(width, "big") + plain[offset + width :]
        frame = Frame(changed, START_NS, wire_length=len(changed))
        short = counted([frame], announced=True, vlan_in_key=False)
        long = counted([in_cooked(frame)], announced=True, vlan_in_key=False)

        assert observed(short, ADDRESSES) == observed(long, ADDRESSES + LONGER_BY), hex(value)
