"""Streams by SSRC and end: what is found is right, and what only one stream has is found."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.dataplane.values import StartedStream, StreamKey
from qos_exporter.monitor.stream_index import GONE_LIMIT, StreamIndex
from qos_exporter.monitor.tracked import TrackedStream
from qos_exporter.net import Endpoint

SSRCS = [0, 7]
ENDS = [Endpoint("10.0.0.1", 5000), Endpoint("10.0.0.1", 5002), Endpoint("2001:db8::1", 5000)]
keys = st.builds(
    StreamKey,
    src=st.sampled_from(ENDS),
    dst=st.sampled_from(ENDS),
    ssrc=st.sampled_from(SSRCS),
    vlan=st.just(0),
    payload_type=st.just(0),
)


@dataclass
class Life:
    """A stream and all the ends that it has been given."""

    stream: TrackedStream
    keys: list[StreamKey] = field(default_factory=list)

    @property
    def sources(self) -> set[Endpoint]:
        return {self.keys[0].src, self.keys[-1].src}

    @property
    def destinations(self) -> set[Endpoint]:
        return {self.keys[0].dst, self.keys[-1].dst}


@dataclass(frozen=True)
class Move:
    """NAT moves one of the streams that are there."""

    chosen: int
    to: StreamKey


@dataclass(frozen=True)
class Drop:
    """One of the streams that are there ends."""

    chosen: int


Event = StreamKey | Move | Drop
events = keys | st.builds(Move, st.integers(0, 5), keys) | st.builds(Drop, st.integers(0, 5))


def stream_of(serial: int, key: StreamKey) -> TrackedStream:
    """A stream that begins between the ends of a key."""
    return TrackedStream(StartedStream(slot=serial, serial=serial, first_ns=0, key=key), source=0)


def play(happened: list[Event]) -> tuple[StreamIndex, list[Life], list[Life]]:
    """The index after some events, the streams that are there, and all that ever were."""
    index = StreamIndex()
    there: list[Life] = []
    ever: list[Life] = []
    for serial, event in enumerate(happened):
        if isinstance(event, StreamKey):
            life = Life(stream_of(serial, event), [event])
            index.add(life.stream)
            there.append(life)
            ever.append(life)
        elif event.chosen < len(there):
            if isinstance(event, Drop):
                index.discard(there.pop(event.chosen).stream)
            else:
                life = there[event.chosen]
                to = event.to._replace(ssrc=life.stream.ssrc)
                index.move(life.stream, to)
                life.keys.append(to)
    return index, there, ever


def having(lives: list[Life], ssrc: int, *, src: Endpoint) -> list[TrackedStream]:
    """The streams with an SSRC that were ever sent from an endpoint."""
    return [
        life.stream
        for life in lives
        if life.stream.ssrc == ssrc and src in {key.src for key in life.keys}
    ]


@given(st.lists(events, max_size=14), st.sampled_from(SSRCS), st.sampled_from(ENDS))
def test_what_is_found_is_there(happened: list[Event], ssrc: int, end: Endpoint) -> None:
    """A stream that is found runs under the SSRC, and begins or runs now at the end."""
    index, there, _ = play(happened)
    sent, received = index.sent_from(end, ssrc), index.received_at(end, ssrc)
    fitting = [life for life in there if life.stream.ssrc == ssrc]
    assert sent in {None, *(life.stream for life in fitting if end in life.sources)}
    assert received in {None, *(life.stream for life in fitting if end in life.destinations)}


@given(st.lists(events, max_size=14))
def test_a_stream_alone_at_its_ends_is_found(happened: list[Event]) -> None:
    """It is, at its first and at its present source, if no other ever had that under its SSRC."""
    index, there, ever = play(happened)
    for life in there:
        for end in life.sources:
            if having(ever, life.stream.ssrc, src=end) == [life.stream]:
                assert index.sent_from(end, life.stream.ssrc) is life.stream


@given(st.lists(events, max_size=14), st.sampled_from(SSRCS))
def test_the_only_one_with_an_ssrc(happened: list[Event], ssrc: int) -> None:
    """A stream is given only if it is the only one there; one that never had company always is."""
    index, there, ever = play(happened)
    fitting = [life.stream for life in there if life.stream.ssrc == ssrc]
    only = index.only(ssrc)
    assert only is None or [only] == fitting
    if fitting and len([life for life in ever if life.stream.ssrc == ssrc]) == 1:
        assert only is fitting[0]


@given(st.lists(events, max_size=14))
def test_nothing_stays_behind(happened: list[Event]) -> None:
    """When all streams have gone the index is empty, though it remembers their SSRCs."""
    index, there, ever = play(happened)
    for life in there:
        index.discard(life.stream)
    assert len(index) == 0
    assert all(life.stream.ssrc in index for life in ever)


def test_ssrcs_of_the_past_are_forgotten_at_last() -> None:
    """Of streams that have gone only the latest few thousand SSRCs are remembered."""
    index = StreamIndex()
    for ssrc in range(GONE_LIMIT + 1):
        stream = stream_of(ssrc, StreamKey(ENDS[0], ENDS[1], ssrc, 0, 0))
        index.add(stream)
        index.discard(stream)
    assert 0 not in index
    assert 1 in index


@pytest.mark.pitfall(15)
@pytest.mark.parametrize("moved_first", [True, False], ids=["before", "after"])
def test_a_moved_stream_that_gets_company(*, moved_first: bool) -> None:
    """It is found where it began and where it runs now, whenever another takes the same SSRC."""
    index = StreamIndex()
    begun = StreamKey(ENDS[0], ENDS[2], 7, 0, 0)
    stream, other = stream_of(1, begun), stream_of(2, StreamKey(ENDS[2], ENDS[0], 7, 0, 0))
    elsewhere = begun._replace(src=ENDS[1])
    index.add(stream)
    if moved_first:
        index.move(stream, elsewhere)
    index.add(other)
    if not moved_first:
        index.move(stream, elsewhere)
    assert [index.sent_from(end, 7) for end in ENDS] == [stream, stream, other]
    assert index.received_at(ENDS[2], 7) is stream
    assert list(index.with_an_end_of(elsewhere)) == [stream]
