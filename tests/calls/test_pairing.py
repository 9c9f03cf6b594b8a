"""Calls without signalling."""

from __future__ import annotations

import tracemalloc

import pytest

from qos_exporter.calls import pairing
from qos_exporter.calls.call import Call
from qos_exporter.calls.media import MediaStream
from qos_exporter.calls.multimap import LOOKED_AT
from qos_exporter.calls.pairing import is_company
from qos_exporter.calls.party import Direction
from qos_exporter.calls.registry import CallRegistry
from qos_exporter.net import Endpoint
from tests.calls.recorder import RecordingControl
from tests.calls.scenario import A_TO_B, B_TO_A, NS_PER_S, Scenario


def test_two_opposite_streams_make_a_call() -> None:
    """They are one call, from the side that was heard first, whose name follows from them."""
    scene = Scenario()
    alone = scene.stream(A_TO_B, 0xAA, at_s=0)
    assert scene.calls == []
    other = scene.stream(B_TO_A, 0xBB, at_s=0.5)

    assert [each.call_id for each in scene.calls] == [
        "rtp-10.0.0.1:4000-10.0.0.2:5000-000000aa-000000bb"
    ]
    assert scene.calls[0].streams == (alone, other)
    assert scene.calls[0].state == "active"
    assert alone.direction is Direction.CALLER_TO_CALLEE
    assert other.direction is Direction.CALLEE_TO_CALLER


def test_a_later_stream_goes_the_way_of_its_predecessor() -> None:
    """A new SSRC of the side that was heard first goes from caller to callee like the old one."""
    scene = Scenario()
    first = scene.stream(A_TO_B, 0xAA, at_s=0, until_s=5)
    scene.stream(B_TO_A, 0xBB, at_s=0.5, until_s=60)
    later = scene.stream(A_TO_B, 0xCC, at_s=30)

    assert later.call is first.call
    assert later.direction is Direction.CALLER_TO_CALLEE


def test_name_does_not_depend_on_the_order() -> None:
    """Whichever stream is seen first, the call has the same name."""
    names = []
    for ends in ((A_TO_B, B_TO_A), (B_TO_A, A_TO_B)):
        scene = Scenario()
        for each in ends:
            scene.stream(each, 1 if each == A_TO_B else 2, at_s=0)
        names.append(scene.calls[0].call_id)

    assert names[0] == names[1]


@pytest.mark.parametrize(
    "ends",
    [
        pytest.param(A_TO_B, id="same-direction"),
        pytest.param("10.0.0.2:5001>10.0.0.1:4000", id="other-port"),
        pytest.param("10.0.0.3:5000>10.0.0.1:4000", id="other-host"),
    ],
)
def test_streams_that_are_no_pair(ends: str) -> None:
    """Other streams make no call."""
    scene = Scenario()
    scene.stream(A_TO_B, 1, at_s=0)
    scene.stream(ends, 2, at_s=0)

    assert scene.calls == []


def test_new_ssrc_takes_the_place_of_the_old() -> None:
    """A stream that begins when its forerunner has just ended joins the call, after a moment."""
    scene = Scenario()
    streams = [scene.stream(A_TO_B, 1, at_s=0), scene.stream(B_TO_A, 2, at_s=0)]
    call = scene.calls[0]
    for each in streams:
        scene.hear(each, 10)
    changed = scene.stream(A_TO_B, 3, at_s=10.02, until_s=13)
    scene.hear(streams[1], 13)
    scene.tick(13)

    assert changed.call is call
    assert scene.calls == [call]


def test_second_call_on_the_same_ports() -> None:
    """A further pair between the same endpoints is a call of its own while the first one runs."""
    scene = Scenario()
    first = [scene.stream(A_TO_B, 1, at_s=0), scene.stream(B_TO_A, 2, at_s=0)]
    for each in first:
        scene.hear(each, 10)
    second = [scene.stream(A_TO_B, 3, at_s=10), scene.stream(B_TO_A, 4, at_s=10.01)]

    assert len(scene.calls) == 2
    assert second[0].call is second[1].call is scene.calls[1]


@pytest.mark.parametrize(
    "order",
    [
        pytest.param("A96 A97 B96 B97", id="one-side-first"),
        pytest.param("A97 B96 A96 B97", id="crosswise"),
        pytest.param("A96 B96 A97 B97", id="audio-first"),
        pytest.param("A96 B96 B97", id="one-camera"),
    ],
)
def test_audio_and_video_on_the_same_ports(order: str) -> None:
    """What a browser sends between two ports (BUNDLE) is one call, whatever is heard first."""
    scene = Scenario()
    ways = {"A": A_TO_B, "B": B_TO_A}
    streams = [
        scene.stream(ways[name[0]], ssrc, at_s=ssrc / 10, payload_type=int(name[1:]))
        for ssrc, name in enumerate(order.split())
    ]

    assert [set(call.streams) for call in scene.calls] == [set(streams)]
    assert {each.direction for each in streams if each.src == streams[0].src} == {
        Direction.CALLER_TO_CALLEE
    }


def test_like_goes_with_like() -> None:
    """Of several opposite streams the one of the same payload type is the other half of a call."""
    scene = Scenario()
    first = scene.stream(A_TO_B, 1, at_s=0, payload_type=8)
    second = scene.stream(A_TO_B, 2, at_s=1, payload_type=0)
    third = scene.stream(A_TO_B, 3, at_s=2, payload_type=0)
    last = scene.stream(B_TO_A, 4, at_s=3, payload_type=8)

    assert scene.calls[0].call_id.endswith("-00000001-00000004")
    assert scene.calls[0].streams == (first, last, third)
    assert second.call is None


def test_many_calls_on_the_same_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream finds its place after few looks, also where very many others wait for theirs."""
    scene = Scenario()
    for ssrc in range(0, 600, 2):
        scene.stream(A_TO_B, ssrc, at_s=0)
        scene.stream(B_TO_A, ssrc + 1, at_s=0)
    for ssrc in range(1000, 1300):
        scene.stream(A_TO_B, ssrc, at_s=0)
    looks: list[Call] = []

    def look(stream: MediaStream, call: Call) -> bool:
        looks.append(call)
        return is_company(stream, call)

    monkeypatch.setattr(pairing, "is_company", look)
    scene.stream(B_TO_A, 2000, at_s=0)

    assert len(scene.calls) == 301
    # A few for each stream that is looked at, not one for each call and each stream.
    assert 0 < len(looks) < 6 * LOOKED_AT


@pytest.mark.parametrize(
    "ends",
    [
        pytest.param("10.0.0.1:4999>10.0.0.2:5000", id="source-port"),
        pytest.param("203.0.113.7:61000>10.0.0.2:5000", id="source-address"),
        pytest.param("10.0.0.1:4000>10.0.0.2:5998", id="destination-port"),
    ],
)
def test_endpoint_changes_under_the_same_ssrc(ends: str) -> None:
    """A stream whose other end a NAT has moved stays in its call."""
    scene = Scenario()
    old, _ = scene.stream(A_TO_B, 1, at_s=0, until_s=10), scene.stream(B_TO_A, 2, at_s=0)
    scene.hear(old, 10)
    moved = scene.stream(ends, 1, at_s=10.5, until_s=20)
    scene.tick(13)

    assert moved.call is scene.calls[0]


def test_silence_ends_it() -> None:
    """It ends when nothing was heard of it for a minute, and counts as partial."""
    scene = Scenario()
    streams = [scene.stream(A_TO_B, 1, at_s=0), scene.stream(B_TO_A, 2, at_s=0)]
    for each in streams:
        scene.hear(each, 100)
    for at_s in range(0, 200, 5):
        scene.tick(at_s)

    assert scene.calls[0].is_ended
    assert scene.outcomes == ["partial"]
    assert scene.anomalies == []
    assert set(scene.control.released) == set(streams)


def test_one_direction_stops() -> None:
    """That is an anomaly also without signalling."""
    scene = Scenario()
    streams = [scene.stream(A_TO_B, 1, at_s=0), scene.stream(B_TO_A, 2, at_s=0)]
    for at_s in range(0, 50, 5):
        scene.hear(streams[0], at_s)
        scene.tick(at_s)

    assert scene.anomalies == ["stopped"]


def test_same_streams_after_the_end() -> None:
    """A call that comes again takes the place of the one that is still shown."""
    scene = Scenario()
    for at_s in (0, 75):
        scene.stream(A_TO_B, 1, at_s=at_s)
        scene.stream(B_TO_A, 2, at_s=at_s)
        scene.tick(at_s + 71)
        assert len(scene.calls) == 1

    assert scene.outcomes == ["partial", "partial"]


def test_stream_that_left_the_table() -> None:
    """A stream that is gone is nobody's partner."""
    scene = Scenario()
    stream = scene.stream(A_TO_B, 1, at_s=0)
    scene.end(stream)
    scene.stream(B_TO_A, 2, at_s=2)

    assert scene.calls == []


def test_memory_per_stream() -> None:
    """A stream of a call without signalling takes some 420 bytes, its endpoints included."""
    count = 5_000
    hosts = [f"10.0.0.{number}" for number in range(250)]
    control = RecordingControl()
    registry = CallRegistry(control)
    tracemalloc.start()
    for number in range(count):
        pair = number // 2
        ends = (
            Endpoint(hosts[pair % 250], 10_000 + pair // 250),
            Endpoint("192.0.2.1", 10_000 + pair),
        )
        src, dst = ends if number % 2 else ends[::-1]
        now_ns = NS_PER_S + number
        registry.stream_started(
            MediaStream(
                serial=number, src=src, dst=dst, ssrc=number, payload_type=0, first_ns=now_ns
            ),
            now_ns,
        )
        control.bound.clear()
        registry.drain()
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(registry) == count // 2
    assert used / count < 430
