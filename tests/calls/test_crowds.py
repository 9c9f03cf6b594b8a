"""What somebody sends in order to fill memory, or to have each message take long."""

from __future__ import annotations

import gc

from qos_exporter.calls.call import KEPT_STREAMS, Call
from qos_exporter.calls.claims import PLACES_MAX
from qos_exporter.calls.deadlines import FEW
from qos_exporter.calls.trailing import GUARDED_MAX, TrailingMedia
from qos_exporter.net import Endpoint
from tests.calls.recorder import RecordingControl
from tests.calls.scenario import A_MEDIA, A_TO_B, B_MEDIA, Scenario, answered_call, sdp

LINES = 32
CANDIDATES = 32


def calls_in_memory() -> int:
    """Count the calls that anything refers to."""
    gc.collect()
    return sum(1 for each in gc.get_objects() if isinstance(each, Call))


def test_calls_beyond_the_limit_are_forgotten() -> None:
    """Calls that had to make room for others do not stay in memory until their time has come."""
    scene = Scenario(limit=10)
    for number in range(4 * FEW):
        scene.play((0, "A>B INVITE 1", None), call_id=f"call-{number}")
    in_memory = calls_in_memory()

    assert scene.registry.evictions == 4 * FEW - 10
    assert in_memory < 2 * FEW


def test_calls_of_one_call_id_are_forgotten() -> None:
    """Nor do those that were refused and tried again under the same Call-ID."""
    scene = Scenario()
    for number in range(1, 4 * FEW, 2):
        scene.play(
            (0, f"A>B INVITE {number}", None), (0, f"A<B 486 INVITE {number} /b{number}", None)
        )
    in_memory = calls_in_memory()

    assert len(scene.outcomes) == 2 * FEW
    assert in_memory < 1.5 * FEW


def crowded_answer(fork: int) -> bytes:
    """Describe as many lines, with as many candidates each, as are read of one message."""
    line = sdp(f"10.1.0.{fork}:4000").decode().partition("m=")[0]
    for number in range(LINES):
        port = 10_000 + 100 * number
        line += f"m=audio {port} RTP/AVP 0\r\n"
        line += "".join(
            f"a=candidate:1 1 udp 1 10.1.0.{fork} {port + each} typ host\r\n"
            for each in range(1, CANDIDATES + 1)
        )
    return line.encode()


def test_places_of_very_many_forks() -> None:
    """However many callees describe however many endpoints, a bounded number is awaited."""
    scene = Scenario()
    scene.play((0, "A>B INVITE 1", sdp(A_MEDIA)))
    for fork in range(1, 11):
        scene.play((fork / 100, f"A<B 183 INVITE 1 /b{fork}", crowded_answer(fork)))

    assert A_MEDIA in scene.control.open_endpoints
    assert len(scene.control.open_endpoints) == PLACES_MAX


def test_lines_that_name_no_endpoint_count_too() -> None:
    """To go through refused lines of very many forks takes time as well."""
    scene = Scenario()
    refused = sdp("10.1.0.1:0") + b"m=audio 0 RTP/AVP 0\r\n" * (LINES - 1)
    scene.play((0, "A>B INVITE 1", None))
    for fork in range(PLACES_MAX // LINES):
        scene.play((0.1, f"A<B 183 INVITE 1 /b{fork}", refused))
    scene.play((0.2, "A<B 183 INVITE 1 /last", sdp(B_MEDIA)))

    assert not scene.control.open_endpoints


def test_new_ssrc_with_every_packet() -> None:
    """Of a sender that never stays with an SSRC, a call keeps a bounded number of streams."""
    scene = Scenario()
    call = scene.play(*answered_call())
    assert call is not None
    for ssrc in range(KEPT_STREAMS + 50):
        scene.stream(A_TO_B, ssrc, at_s=3)
    assert len(call.streams) == KEPT_STREAMS
    assert scene.streams[-1].call is None

    latest = scene.stream(A_TO_B, 1 << 20, at_s=6)

    assert len(call.streams) == KEPT_STREAMS
    assert call.streams[-1] is latest
    # Those that found no room before were tried again meanwhile.
    assert scene.control.released == scene.streams[:51]


def test_endpoints_of_very_many_ended_calls() -> None:
    """Where there are too many, the endpoints that were guarded first are guarded no longer."""
    trailing = TrailingMedia(RecordingControl(), guard_ns=1)
    trailing.guard((Endpoint(f"10.{n >> 16}.0.1", n & 0xFFFF) for n in range(3 << 16)), 0)

    assert len(trailing) == GUARDED_MAX
