from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.capture.building import (
    enhanced,
    interface,
    obsolete,
    option,
    pcap_header,
    pcap_record,
    section,
    simple,
)
from tests.capture.reading import Captured, read_bytes

PCAP = pcap_header() + b"".join(pcap_record(bytes([n]) * n, seconds=n + 1) for n in range(40))
PCAPNG = (
    section()
    + interface(options=option(9, b"\x8a"))
    + interface(options=option(14, b"\x01" + bytes(7)))
    + b"".join(enhanced(bytes([n]) * n, number=n % 2, ticks=n) for n in range(20))
    + section(">")
    + interface(">")
    + obsolete(b"obsolete", ">", ticks=3)
    + b"".join(simple(bytes([n]) * n, ">") for n in range(20))
)
WHOLE = {"pcap": PCAP, "pcapng": PCAPNG}

names = st.sampled_from(sorted(WHOLE))


def read(content: bytes) -> tuple[list[Captured], str]:
    """Read a file that lives as long as the call."""
    with tempfile.TemporaryDirectory() as folder:
        return read_bytes(content, Path(folder))


@given(name=names, share=st.floats(0, 1), compress=st.booleans())
def test_cuts(name: str, share: float, *, compress: bool) -> None:
    """A file cut anywhere gives its first frames as they were, and one error unless none is cut."""
    whole = WHOLE[name]
    frames, _ = read(whole)
    cut = whole[: int(share * len(whole))]

    found, error = read(gzip.compress(cut) if compress else cut)

    assert found == frames[: len(found)]
    assert not error or error.startswith("x.pcap: ")


@given(
    name=names,
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), max_size=8),
    compress=st.booleans(),
)
@settings(max_examples=300)
def test_flipped_bits(name: str, flips: list[tuple[float, int]], *, compress: bool) -> None:
    """Flipped bits give frames that lie within the file, and at most one error."""
    content = bytearray(WHOLE[name])
    for share, bit in flips:
        content[int(share * len(content))] ^= 1 << bit

    found, error = read(gzip.compress(content) if compress else bytes(content))

    assert sum(len(frame.data) for frame in found) <= len(content)
    assert not error or error.startswith("x.pcap: ")


@given(garbage=st.binary(max_size=400), name=names, compress=st.booleans())
def test_garbage_behind_frames(garbage: bytes, name: str, *, compress: bool) -> None:
    """Garbage behind a good file costs none of the frames of the file."""
    whole = WHOLE[name]
    frames, _ = read(whole)

    found, error = read(gzip.compress(whole + garbage) if compress else whole + garbage)

    assert found[: len(frames)] == frames
    assert not error or error.startswith("x.pcap: ")


@given(
    content=st.binary(max_size=400),
    start=st.sampled_from([b"", b"\x1f\x8b\x08", PCAP[:24], PCAPNG[:48]]),
)
def test_garbage(content: bytes, start: bytes) -> None:
    """Any bytes give frames and at most one error."""
    found, error = read(start + content)

    assert sum(len(frame.data) for frame in found) <= len(content)
    assert not error or error.startswith("x.pcap: ")
