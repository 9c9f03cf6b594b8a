from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.dataplane.blocks_ring import RingBlock
from qos_exporter.dataplane.frames import FRAME, NO_VLAN

BLOCK_SIZE = 4096
USER = 1
VLAN_VALID = 0x10
HOST, OUTGOING = 0, 4


def frame(
    data: bytes, *, tci: int = 0, status: int = USER, kind: int = HOST, last: bool = False
) -> bytes:
    """Build a frame as the kernel lays it out: header of 48 bytes, address of 20, gap, bytes."""
    link_offset = 82
    size = link_offset + len(data) + -(link_offset + len(data)) % 16
    header = struct.pack(
        "=IIIIIIHHIIHH8x",
        0 if last else size,  # to the next frame
        1_700_000_000,  # s
        123_456_789,  # ns
        len(data),  # kept
        len(data) + 100,  # on the wire
        status,
        link_offset,
        link_offset + 14,
        0xDEAD,  # hash
        tci,
        0x8100,
        0,
    )
    address = struct.pack("=HHiHBB8x", 17, 8, 3, 1, kind, 6)
    return (header + address).ljust(link_offset, b"\xee") + data.ljust(size - link_offset, b"\xee")


def ring(*frames: bytes, status: int = USER, count: int | None = None) -> bytearray:
    """Build a ring of one block."""
    number = len(frames) if count is None else count
    # version, private; status, frames, offset of the first, length; serial, first and last stamp
    head = struct.pack("=IIIIIIQIIII", 3, 48, status, number, 48, 0, 1, 0, 0, 0, 0)
    return bytearray((head + b"".join(frames)).ljust(BLOCK_SIZE, b"\0"))


def block_of(data: bytearray, *, skip_outgoing: bool = False) -> RingBlock:
    """Make the walker of a ring's only block."""
    return RingBlock(
        data, start=0, size=BLOCK_SIZE, link_type=1, interface=5, skip_outgoing=skip_outgoing
    )


def test_a_row_for_each_frame() -> None:
    """Every column of a row is filled from the header that the kernel wrote."""
    data = ring(frame(b"abc"), frame(b"de", last=True))
    block = block_of(data)
    frames = np.zeros(3, FRAME)

    assert block.take()
    assert block.walk(frames) == 2
    assert [row.item() for row in frames] == [
        (48 + 82, 1_700_000_000_123_456_789, 3, 103, 1, NO_VLAN, 5),
        (48 + 96 + 82, 1_700_000_000_123_456_789, 2, 102, 1, NO_VLAN, 5),
        (0, 0, 0, 0, 0, 0, 0),
    ]
    assert block.walk(frames) == 0


def test_block_of_the_kernel() -> None:
    """A block that the kernel still fills is not taken."""
    assert not block_of(ring(frame(b"abc", last=True), status=0)).take()


def test_giving_back() -> None:
    """A block that was given back is the kernel's, and is not taken again."""
    data = ring(frame(b"abc", last=True))
    block = block_of(data)
    block.take()

    block.give_back()

    assert struct.unpack_from("=I", data, 8) == (0,)
    assert not block.take()


def test_more_frames_than_rows() -> None:
    """A walk goes on where the index was full."""
    block = block_of(ring(frame(b"a"), frame(b"b"), frame(b"c", last=True)))
    frames = np.zeros(2, FRAME)
    block.take()

    assert [block.walk(frames), block.walk(frames), block.walk(frames)] == [2, 1, 0]


@pytest.mark.parametrize(
    ("tci", "status", "vlan"),
    [
        pytest.param(42, USER, NO_VLAN, id="no tag"),
        pytest.param(42, USER | VLAN_VALID, 42, id="tag"),
        pytest.param(5 << 13 | 42, USER | VLAN_VALID, 42, id="tag with a priority"),
        pytest.param(5 << 13, USER | VLAN_VALID, NO_VLAN, id="priority tag"),
    ],
)
def test_stripped_tag(tci: int, status: int, vlan: int) -> None:
    """The 802.1Q tag that the kernel took off is its 12 bits of VLAN, if it names one."""
    block = block_of(ring(frame(b"a", tci=tci, status=status, last=True)))
    frames = np.zeros(1, FRAME)
    block.take()
    block.walk(frames)

    assert int(frames[0]["vlan"]) == vlan


@pytest.mark.pitfall(117)
@pytest.mark.parametrize(
    ("skip", "sizes"),
    [pytest.param(True, [2], id="skipped"), pytest.param(False, [1, 2], id="kept")],
)
def test_outgoing_copies(*, skip: bool, sizes: list[int]) -> None:
    """Copies taken on the way out are left out where every frame also comes in."""
    data = ring(frame(b"a", kind=OUTGOING), frame(b"bb", last=True))
    block = block_of(data, skip_outgoing=skip)
    frames = np.zeros(2, FRAME)
    block.take()
    count = block.walk(frames)

    assert [int(row["captured"]) for row in frames[:count]] == sizes


@pytest.mark.parametrize(
    ("start", "size"),
    [
        pytest.param(-8, 4096, id="before the ring"),
        pytest.param(8, 4096, id="beyond the ring"),
        pytest.param(4, 4000, id="unaligned"),
        pytest.param(0, 40, id="smaller than its head"),
    ],
)
def test_block_outside_the_ring(start: int, size: int) -> None:
    """A block has to lie within the ring."""
    with pytest.raises(ValueError, match="within"):
        RingBlock(
            bytearray(4096), start=start, size=size, link_type=1, interface=0, skip_outgoing=False
        )


@given(
    garbage=st.binary(max_size=400),
    count=st.integers(0, 2**32 - 1),
    first=st.integers(0, 2**32 - 1),
)
def test_any_bytes(garbage: bytes, count: int, first: int) -> None:
    """Rows never point outside the block, whatever stands in it."""
    data = ring(garbage, count=count)
    struct.pack_into("=I", data, 16, first)
    block = block_of(data)
    frames = np.zeros(64, FRAME)
    block.take()
    found = block.walk(frames)

    for row in frames[:found]:
        assert int(row["offset"]) + int(row["captured"]) <= BLOCK_SIZE
