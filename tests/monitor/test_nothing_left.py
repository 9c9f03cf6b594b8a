"""What a monitor that runs for weeks keeps of calls that are over: nothing."""

from __future__ import annotations

import gc
from dataclasses import replace

import pytest

from qos_exporter.calls.call import Call
from qos_exporter.calls.media import MediaStream
from qos_exporter.settings import Settings, StreamSettings
from tests.dataplane.traffic import Frame, StreamId
from tests.monitor.recording import Dialogue, Listener, message, moved, speech_for, talk

CALL = Dialogue(call_id="left-1", ssrc=0x1EF7_0001)
OTHER_LEG = replace(CALL, call_id="left-2")
CALL_IDS = (CALL.call_id, OTHER_LEG.call_id)


def left() -> list[object]:
    """Find what is still in memory of these calls and their streams."""
    gc.collect()
    known = gc.get_objects()
    calls = [each for each in known if isinstance(each, Call) and each.call_id in CALL_IDS]
    ssrcs = (CALL.forth.ssrc, CALL.back.ssrc)
    streams = [each for each in known if isinstance(each, MediaStream) and each.ssrc in ssrcs]
    return [*calls, *streams]


def recorded(*, until_s: float) -> list[Frame]:
    """Send a copy of the media to a recorder, in a session whose end is missed."""
    offer, answer = CALL.description(CALL.caller), CALL.description(CALL.callee)
    asks = ("Require: siprec",)
    return [
        message("A>B INVITE 1", -0.6, body=offer, call_id=CALL.call_id, headers=asks),
        message("A<B 200 INVITE 1 /b", -0.1, body=answer, call_id=CALL.call_id),
        *speech_for(CALL.forth, until_s),
    ]


LEGS = [*CALL.whole(), *OTHER_LEG.set_up()]
"""Both name the same endpoints; only one of them is ended by a message."""
CROWD = [
    frame
    for number in range(2)
    for frame in talk(StreamId(number, CALL.callee, CALL.caller), [0, 1], start_s=14.0 + number)
]
"""Other streams, for which there is no room."""


@pytest.mark.parametrize(
    ("frames", "until_s"),
    [
        pytest.param(CALL.whole(), 240, id="call"),
        pytest.param([*CALL.set_up(), *CALL.media()], 300, id="call-whose-end-is-missed"),
        pytest.param(CALL.media(), 300, id="call-without-signalling"),
        pytest.param(LEGS, 2100, id="legs-of-which-one-is-never-ended"),
        pytest.param([*LEGS, *CROWD], 2100, id="streams-of-such-legs-give-way-to-others"),
        pytest.param(
            [*LEGS, *moved(CROWD, 10)], 2100, id="streams-of-such-legs-give-way-after-their-window"
        ),
        pytest.param(recorded(until_s=12), 2100, id="copy-for-a-recorder-that-is-never-ended"),
    ],
)
def test_nothing_is_left_of_a_call(frames: list[Frame], until_s: float) -> None:
    """Once a call is over and its linger time too, neither it nor its streams are in memory."""
    listener = Listener(Settings(streams=StreamSettings(table_limit=2))).play(frames)
    assert left() != []
    listener.pass_time(until_s)

    assert listener.show().calls == ()
    assert left() == []
