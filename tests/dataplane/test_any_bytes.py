"""Whatever bytes come as a frame, nothing breaks and nothing beyond the frame is read."""

from __future__ import annotations

import ctypes
import mmap
import os

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qos_exporter.dataplane.frames import FRAME, NO_VLAN, FrameBatch
from tests.dataplane.harness import Harness
from tests.dataplane.scenarios import speech
from tests.dataplane.traffic import (
    CALLEE,
    CALLEE6,
    CALLER,
    CALLER6,
    LINKTYPE_ETHERNET,
    LINKTYPE_IPV4,
    LINKTYPE_IPV6,
    LINKTYPE_LOOP,
    LINKTYPE_NULL,
    LINKTYPE_RAW,
    LINKTYPE_SLL,
    LINKTYPE_SLL2,
    PROTOCOL_HOP_BY_HOP,
    Frame,
    StreamId,
    cooked,
    cooked2,
    ethernet,
    extension_header,
    ip_datagram,
    ipv4,
    ipv6,
    rtp,
    tagged,
    udp,
)

PROT_NONE = 0
STREAM = StreamId(7, CALLER, CALLEE)
LINK_TYPES = [
    LINKTYPE_NULL,
    LINKTYPE_ETHERNET,
    LINKTYPE_RAW,
    LINKTYPE_LOOP,
    LINKTYPE_SLL,
    LINKTYPE_IPV4,
    LINKTYPE_IPV6,
    LINKTYPE_SLL2,
    9,
    105,
    65535,
]

MEDIA = rtp(speech([1])[0], 7)
IP4 = ip_datagram(CALLER, CALLEE, MEDIA)
IP6 = ip_datagram(CALLER6, CALLEE6, MEDIA)
DATAGRAM = udp(CALLER.port, CALLEE.port, MEDIA)
EXTENDED = ipv6(
    CALLER6.address,
    CALLEE6.address,
    extension_header(PROTOCOL_HOP_BY_HOP, 16) + extension_header(17) + DATAGRAM,
    next_header=PROTOCOL_HOP_BY_HOP,
)
WITH_OPTIONS = ipv4(CALLER.address, CALLEE.address, DATAGRAM, options=bytes(24))
FULL_HEADER = b"\xb3" + MEDIA[1:12] + bytes(12) + b"\xbe\xde\0\1" + bytes(160) + b"\4"
WHOLE = [
    (LINKTYPE_ETHERNET, ethernet(IP4)),
    (LINKTYPE_ETHERNET, ethernet(EXTENDED)),
    (LINKTYPE_ETHERNET, tagged(IP6, 1, 2)),
    (
        LINKTYPE_ETHERNET,
        ethernet(ipv4(CALLER.address, CALLEE.address, DATAGRAM, options=bytes(24))),
    ),
    (LINKTYPE_ETHERNET, ethernet(ip_datagram(CALLER, CALLEE, FULL_HEADER))),
    (LINKTYPE_ETHERNET, ethernet(ip_datagram(CALLER, CALLEE, b"INVITE sip:a SIP/2.0\r\n\r\n"))),
    (LINKTYPE_SLL, cooked(IP4)),
    (LINKTYPE_SLL2, cooked2(IP6)),
    (LINKTYPE_RAW, IP4),
    (LINKTYPE_IPV6, IP6),
    (LINKTYPE_NULL, b"\2\0\0\0" + IP4),
    (LINKTYPE_LOOP, b"\0\0\0\2" + IP4),
]


class GuardedPage:
    """A page of memory with a page behind it that must not be touched."""

    def __init__(self) -> None:
        self.size = mmap.PAGESIZE
        self.memory = mmap.mmap(-1, 2 * self.size)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mprotect(ctypes.c_void_p(start + self.size), self.size, PROT_NONE):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def batch(self, data: bytes, link_type: int, wire_length: int) -> FrameBatch:
        """Lay a frame against the end of the page."""
        offset = self.size - len(data)
        self.memory[offset : self.size] = data
        row = (offset, 1, len(data), wire_length, link_type, NO_VLAN, 0)
        return FrameBatch(self.memory, np.array([row], FRAME), 1)


@pytest.fixture(scope="module")
def page() -> GuardedPage:
    """Give a page whose end is guarded: reading on would end the process."""
    return GuardedPage()


def feed(harness: Harness, page: GuardedPage, link_type: int, data: bytes, wire: int) -> None:
    """Let the kernel count one guarded frame."""
    position = 0
    while position < 1:
        position = harness.kernel.ingest(page.batch(data, link_type, wire), position, harness)


def announced() -> Harness:
    """Make a kernel that takes the first packet of a stream already."""
    harness = Harness()
    harness.kernel.announce(CALLEE)
    harness.kernel.announce(CALLEE6)
    return harness


@settings(max_examples=500, deadline=None)
@given(link_type=st.sampled_from(LINK_TYPES), data=st.binary(max_size=200))
@example(link_type=LINKTYPE_ETHERNET, data=b"")
def test_random_frames(page: GuardedPage, link_type: int, data: bytes) -> None:
    """Random bytes of any link type are counted as a frame, and as media or by a reason."""
    harness = announced()
    feed(harness, page, link_type, data, len(data))
    statistics = harness.kernel.statistics()

    assert statistics.frames == 1
    assert statistics.bytes == len(data)
    assert sum(harness.undecoded().values()) + statistics.rtp_packets <= 1


@pytest.mark.parametrize(("link_type", "data"), WHOLE)
def test_cut_frames(page: GuardedPage, link_type: int, data: bytes) -> None:
    """A frame cut anywhere, by the snapshot length or on the wire, is read up to the cut."""
    for length in range(len(data) + 1):
        for wire in (len(data), length):
            harness = announced()
            feed(harness, page, link_type, data[:length], wire)

            assert harness.kernel.statistics().frames == 1


@settings(max_examples=1000, deadline=None)
@given(
    whole=st.sampled_from(WHOLE),
    changes=st.lists(st.tuples(st.integers(0, 120), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.integers(0, 300),
)
def test_damaged_frames(
    page: GuardedPage, whole: tuple[int, bytes], changes: list[tuple[int, int]], cut: int
) -> None:
    """Frames with some bytes changed, lengths among them, are read no further than they go."""
    link_type, data = whole
    damaged = bytearray(data)
    for place, value in changes:
        damaged[place % len(damaged)] = value
    kept = bytes(damaged[: len(damaged) - cut]) if cut < len(damaged) else bytes(damaged)
    harness = announced()
    feed(harness, page, link_type, kept, len(damaged))

    assert harness.kernel.statistics().frames == 1


@settings(deadline=None)
@given(noise=st.lists(st.tuples(st.sampled_from(LINK_TYPES), st.binary(max_size=100)), max_size=70))
def test_noise_disturbs_no_stream(noise: list[tuple[int, bytes]]) -> None:
    """A stream between frames of noise is counted as if it were alone."""
    packets = speech(range(71))
    frames: list[Frame] = []
    for index, packet in enumerate(packets):
        frames.append(
            Frame(ethernet(ip_datagram(CALLER, CALLEE, rtp(packet, 7))), packet.arrival_ns)
        )
        if index < len(noise):
            link_type, data = noise[index]
            frames.append(Frame(data, packet.arrival_ns, link_type))
    harness = Harness()
    harness.frames(frames)
    totals = harness.totals(STREAM)

    assert (totals.received, totals.lost, totals.duplicate) == (71, 0, 0)
