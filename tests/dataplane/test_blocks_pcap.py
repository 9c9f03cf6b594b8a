from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.dataplane.blocks_common import WalkStatus
from qos_exporter.dataplane.blocks_pcap import Records
from qos_exporter.dataplane.frames import FRAME, NO_VLAN
from tests.capture.building import pcap_record


def records(**form: bool | int) -> Records:
    """Make a walker for little-endian records with microseconds, unless said otherwise."""
    return Records(
        swapped=bool(form.get("swapped", False)),
        fraction_ns=form.get("fraction_ns", 1000),
        link_type=form.get("link_type", 1),
    )


def test_a_row_for_each_record() -> None:
    """Every column of a row is filled, and nothing behind the last row is touched."""
    frames = np.zeros(3, FRAME)
    data = pcap_record(b"abc", seconds=1, fraction=2, length=60) + pcap_record(b"de", seconds=3)

    count, position, status = records(link_type=276).walk(data, 0, frames)

    assert (count, position, status) == (2, len(data), WalkStatus.STARVED)
    assert [row.item() for row in frames] == [
        (16, 1_000_002_000, 3, 60, 276, NO_VLAN, 0),
        (16 + 3 + 16, 3_000_000_000, 2, 2, 276, NO_VLAN, 0),
        (0, 0, 0, 0, 0, 0, 0),
    ]


def test_full_index() -> None:
    """A walk stops when the index is full, and goes on from the position that it gave."""
    frames = np.zeros(2, FRAME)
    data = b"".join(pcap_record(bytes([number])) for number in range(5))
    walker = records()
    found: list[int] = []
    position = 0
    status = WalkStatus.FULL
    while status == WalkStatus.FULL:
        count, position, status = walker.walk(data, position, frames)
        found += [data[int(row["offset"])] for row in frames[:count]]

    assert found == [0, 1, 2, 3, 4]
    assert (position, status) == (len(data), WalkStatus.STARVED)


@pytest.mark.parametrize(
    ("data", "position"),
    [
        pytest.param(b"", 0, id="no data"),
        pytest.param(b"abc", 3, id="at the end"),
        pytest.param(b"abc", 4, id="behind the end"),
        pytest.param(b"abc", -1, id="before the beginning"),
    ],
)
def test_nothing_to_read(data: bytes, position: int) -> None:
    """Where there is no data the walk does not move."""
    walk = records().walk(data, position, np.zeros(1, FRAME))

    assert walk == (0, position, WalkStatus.STARVED)


def test_no_room() -> None:
    """An index without rows is never filled."""
    count, position, _ = records().walk(pcap_record(b"x"), 0, np.zeros(0, FRAME))

    assert (count, position) == (0, 0)


@given(data=st.binary(max_size=600), position=st.integers(-10, 610), swapped=st.booleans())
def test_any_bytes(data: bytes, position: int, *, swapped: bool) -> None:
    """Rows never point outside the data, and a walk never goes back."""
    frames = np.zeros(16, FRAME)

    count, end, status = records(swapped=swapped).walk(data, position, frames)

    assert end >= position
    assert status in {
        WalkStatus.FULL,
        WalkStatus.STARVED,
        WalkStatus.CAPTURED_LENGTH,
        WalkStatus.BLANK,
        WalkStatus.ANOTHER_FILE,
    }
    for row in frames[:count]:
        assert int(row["offset"]) + int(row["captured"]) <= len(data)
