from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.dataplane.blocks_common import WalkStatus
from qos_exporter.dataplane.blocks_pcapng import Blocks
from qos_exporter.dataplane.frames import FRAME, NO_VLAN
from tests.capture.building import block, enhanced, interface, section, simple


def blocks(*, swapped: bool = False, interfaces: int = 1) -> Blocks:
    """Make a walker within a section that has described Ethernet interfaces with microseconds."""
    walker = Blocks()
    walker.begin_section(swapped=swapped)
    for _ in range(interfaces):
        walker.add_interface(
            link_type=1, snaplen=0, multiplier=1000, divisor=1, shift=0, offset_ns=0
        )
    return walker


def test_a_row_for_each_frame() -> None:
    """Every column of a row is filled, and nothing behind the last row is touched."""
    frames = np.zeros(3, FRAME)
    data = block(4, b"names") + enhanced(b"abc", ticks=5, length=60) + simple(b"de")

    count, position, status = blocks().walk(data, 0, frames)

    assert (count, position, status) == (2, len(data), WalkStatus.STARVED)
    assert [row.item() for row in frames] == [
        (20 + 28, 5_000, 3, 60, 1, NO_VLAN, 0),
        (20 + 36 + 12, 5_000, 2, 2, 1, NO_VLAN, 0),
        (0, 0, 0, 0, 0, 0, 0),
    ]


@pytest.mark.parametrize(
    ("rare", "status"),
    [
        pytest.param(section(), WalkStatus.SECTION, id="section"),
        pytest.param(section(">"), WalkStatus.SECTION, id="section of the other byte order"),
        pytest.param(interface(), WalkStatus.INTERFACE, id="interface"),
    ],
)
def test_rare_blocks_stop_the_walk(rare: bytes, status: WalkStatus) -> None:
    """A walk stops in front of a block that the caller has to read."""
    before = enhanced(b"abc")

    assert blocks().walk(before + rare, 0, np.zeros(9, FRAME)) == (1, len(before), status)


def test_interfaces_of_other_sections() -> None:
    """An interface of the section before is not one of this section."""
    walker = blocks(interfaces=2)
    walker.begin_section(swapped=False)

    walk = walker.walk(enhanced(b"x", number=0), 0, np.zeros(1, FRAME))

    assert walk == (0, 0, WalkStatus.UNKNOWN_INTERFACE)
    assert walker.interface_count == 2


def test_divisor_of_nought() -> None:
    """A resolution that cannot be divided by is refused before it is used."""
    with pytest.raises(ValueError, match="endless"):
        Blocks().add_interface(
            link_type=1, snaplen=0, multiplier=1, divisor=0, shift=0, offset_ns=0
        )


@given(
    pieces=st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.builds(block, st.sampled_from([2, 3, 4, 6, 99]), st.binary(max_size=60)),
            st.builds(enhanced, st.binary(max_size=30), number=st.integers(0, 2)),
        ),
        max_size=8,
    ),
    position=st.integers(-4, 40),
    swapped=st.booleans(),
)
def test_any_bytes(pieces: list[bytes], position: int, *, swapped: bool) -> None:
    """Rows never point outside the data, and a walk never goes back."""
    data = b"".join(pieces)
    frames = np.zeros(16, FRAME)

    count, end, status = blocks(swapped=swapped).walk(data, position, frames)

    assert end >= position
    assert status in set(WalkStatus)
    for row in frames[:count]:
        assert int(row["offset"]) + int(row["captured"]) <= len(data)
