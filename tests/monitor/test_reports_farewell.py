"""A sender says goodbye (RFC 3550 section 6.6), and means it or not."""

from __future__ import annotations

import pytest

from qos_exporter.protocols.rtcp import Goodbye
from qos_exporter.snapshot import StreamView
from tests.dataplane.traffic import Frame
from tests.monitor.recording import Dialogue, Listener, speech_for
from tests.monitor.reporters import Exchange, datagram_of, rr


def farewell(dialogue: Dialogue, at_s: float) -> Frame:
    """Let the caller say goodbye."""
    caller, callee = Exchange.of(dialogue).ends
    ssrc = dialogue.forth.ssrc
    return datagram_of(caller, callee, at_s, rr(ssrc), Goodbye((ssrc,), None))


def pair(listener: Listener, dialogue: Dialogue) -> list[StreamView]:
    """Both streams of the only call, from the caller first."""
    (call,) = listener.show().calls
    return sorted(call.streams, key=lambda each: each.ssrc != dialogue.forth.ssrc)


def test_a_goodbye_ends_the_stream() -> None:
    """Who has said goodbye and falls silent has ended, long before silence alone would end it."""
    dialogue = Dialogue()
    listener = Listener().play(
        speech_for(dialogue.forth, 4.0), speech_for(dialogue.back, 20.0), [farewell(dialogue, 4.0)]
    )
    forth, back = pair(listener, dialogue)
    assert (forth.active, back.active) == (False, True)


@pytest.mark.parametrize("more_s", [0.6, 10.0], ids=["for-a-moment", "for-long"])
def test_who_goes_on_has_not_ended(more_s: float) -> None:
    """A goodbye of somebody who goes on sending is not believed: nothing of it is lost."""
    dialogue = Dialogue()
    listener = Listener().play(
        speech_for(dialogue.forth, 4.0 + more_s),
        speech_for(dialogue.back, 8.0),
        [farewell(dialogue, 4.0)],
    )
    forth, _ = pair(listener, dialogue)
    assert forth.packets.received == round((4.0 + more_s) * 50)
    assert forth.active


def test_who_comes_back_is_another_stream() -> None:
    """After its end the same SSRC begins anew, without a gap that nobody lost."""
    dialogue = Dialogue()
    listener = Listener().play(
        speech_for(dialogue.forth, 4.0),
        speech_for(dialogue.back, 30.0),
        [farewell(dialogue, 4.0), farewell(dialogue, 4.0)],
        speech_for(dialogue.forth, 4.0, start_s=14.0),
    )
    streams = [each for each in listener.show().streams if each.ssrc == dialogue.forth.ssrc]
    assert [each.packets.received for each in streams] == [200, 200]
    assert [each.packets.lost for each in streams] == [0, 0]


def test_the_goodbye_of_an_unknown_source() -> None:
    """It ends nothing."""
    dialogue = Dialogue()
    caller, callee = Exchange.of(dialogue).ends
    stranger = datagram_of(caller, callee, 3.0, rr(0x77), Goodbye((0x77, 0x78), "bye"))
    listener = Listener().play(dialogue.media(), [stranger])
    assert [each.active for each in listener.show().streams] == [True, True]
