from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.errors import DecodeError
from qos_exporter.protocols.ami import MESSAGE_MAX, Framer
from tests.protocols.ami_messages import BANNER, recorded_messages

MESSAGES = [each.message for each in recorded_messages()]
WIRE = BANNER + b"".join(message + b"\r\n\r\n" for message in MESSAGES)


def in_chunks(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000, len(WIRE)])
def test_messages_come_whole_however_they_arrive(size: int) -> None:
    """A recorded connection gives the same messages byte by byte, in odd chunks and at once."""
    framer = Framer()
    found = [message for chunk in in_chunks(WIRE, size) for message in framer.feed(chunk)]
    assert found == MESSAGES
    assert framer.banner == BANNER.rstrip()
    assert len(framer) == 0


@given(st.lists(st.integers(0, len(WIRE)), max_size=30).map(sorted))
def test_any_cuts_give_the_same_messages(cuts: list[int]) -> None:
    """Where the bytes are cut makes no difference."""
    framer = Framer()
    edges = [0, *cuts, len(WIRE)]
    chunks = [WIRE[start:end] for start, end in pairwise(edges)]
    assert [message for chunk in chunks for message in framer.feed(chunk)] == MESSAGES


def test_half_a_message_is_none() -> None:
    """A message whose end has not come waits for it."""
    framer = Framer()
    assert framer.feed(BANNER + b"Event: Hangup\r\nUniq") == []
    assert framer.feed(b"ueid: 1\r\n") == []
    assert framer.feed(b"\r\n") == [b"Event: Hangup\r\nUniqueid: 1"]


@pytest.mark.parametrize(
    "start", [b"", BANNER, b"Asterisk Call Manager"], ids=["nothing", "banner", "half-a-banner"]
)
def test_ten_megabytes_without_an_end(start: bytes) -> None:
    """Whoever never ends a message is found out early, and little of it is held."""
    framer = Framer()
    received = 0

    def receive() -> None:
        nonlocal received
        for chunk in (start, *[b"x" * 4096] * 2560):
            received += len(chunk)
            framer.feed(chunk)
            assert len(framer) <= MESSAGE_MAX

    with pytest.raises(DecodeError) as caught:
        receive()
    assert caught.value.reason in {"too_long", "no_banner"}
    assert received <= MESSAGE_MAX + 8192
    assert len(framer) == 0


def test_another_protocol() -> None:
    """What does not greet like Asterisk is refused with its first bytes."""
    with pytest.raises(DecodeError, match="no_banner"):
        Framer().feed(b"SSH-2.0-OpenSSH_9.2p1\r\n")
