"""What holds for calls whatever arrives."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from qos_exporter.calls.call import Outcome
from qos_exporter.calls.events import OutcomeKnown
from tests.calls.scenario import Row, Scenario, sdp

MEDIA = [f"10.0.0.{host}:{port}" for host in (1, 2) for port in (4000, 5000)]
BODIES = [
    None,
    b"v=0\r\nm=broken",
    *(sdp(each) for each in MEDIA),
    *(sdp(each, "sendonly") for each in MEDIA[:2]),
    sdp(MEDIA[0], kind="image", protocol="udptl", payloads="t38"),
    sdp("10.0.0.1:0"),
]
LINES = [
    f"{ends} {code}{method} {cseq}{tag}"
    for ends, tags in (
        ("A>B", ("", " /b", " /c")),
        ("A<B", (" /b", " /c")),
        ("B>A", (" b/",)),
        ("B<A", (" b/",)),
        ("A>P", ("", " /b")),
        ("P<B", (" /b", " /c")),
    )
    for code in (
        ("100 ", "180 ", "183 ", "200 ", "401 ", "486 ", "488 ", "487 ") if "<" in ends else ("",)
    )
    for method in ("INVITE", "ACK", "BYE", "CANCEL", "UPDATE", "PRACK", "OPTIONS")
    for cseq in (1, 2)
    for tag in tags
]
MESSAGE = st.tuples(st.sampled_from(LINES), st.sampled_from(BODIES), st.sampled_from("xy"))
STREAM = st.tuples(
    st.sampled_from([f"{src}>{dst}" for src in MEDIA for dst in MEDIA if src != dst]),
    st.integers(0, 3),
)
PAUSE = st.floats(0, 70)
STEP = MESSAGE | STREAM | PAUSE


def drive(scene: Scenario, steps: list[object]) -> float:
    """Play random steps; returns the time when they are over."""
    now_s = 0.0
    for step in steps:
        now_s += 0.01
        match step:
            case (str(line), (bytes() | None) as body, str(call_id)):
                row: Row = (now_s, line, body)
                scene.play(row, call_id=call_id)
            case (str(ends), int(ssrc)):
                scene.stream(ends, ssrc, at_s=now_s)
            case float(pause_s):
                now_s += pause_s
                scene.tick(now_s)
    return now_s


@settings(max_examples=300, deadline=None)
@given(st.lists(STEP, max_size=40))
def test_everything_is_given_back(steps: list[object]) -> None:
    """Any messages and streams: nothing is raised, and when all calls are over nothing is left."""
    scene = Scenario()
    now_s = drive(scene, steps)
    for _ in range(500):
        now_s += 5
        scene.tick(now_s)

    media = scene.registry._media

    assert scene.calls == []
    assert not scene.control.open_endpoints
    assert set(scene.control.announced.values()) <= {0}
    assert not scene.control.muted
    assert scene.registry.find("x") is None
    places = media.reports
    kept = (media.claims, media.guesses, places._elsewhere, places._barred)
    assert [len(each) for each in kept] == [0, 0, 0, 0]


@settings(max_examples=200, deadline=None)
@given(st.lists(STEP, max_size=40))
def test_streams_and_calls_agree(steps: list[object]) -> None:
    """A stream is in the list of the call that it names, once, and in no other."""
    scene = Scenario()
    drive(scene, steps)
    members = [(id(stream), id(call)) for call in scene.calls for stream in call.streams]

    assert len(members) == len(set(members)) == len({stream for stream, _ in members})
    for stream in scene.streams:
        if stream.call is not None and stream.call in scene.calls:
            assert stream in stream.call.streams


@settings(max_examples=200, deadline=None)
@given(st.lists(STEP, max_size=40))
def test_every_ended_call_has_one_outcome(steps: list[object]) -> None:
    """Each call that ended has an outcome, and it was reported once."""
    scene = Scenario(linger_s=10**6)
    now_s = drive(scene, steps)
    scene.tick(now_s + 2000)
    scene.tick(now_s + 4000)
    known = [each.outcome for each in scene.events if isinstance(each, OutcomeKnown)]

    assert all(isinstance(call.outcome, Outcome) for call in scene.calls if call.is_ended)
    assert len(known) >= sum(call.is_ended for call in scene.calls)
