"""Calls through an Asterisk server that do not stay as they began."""

from __future__ import annotations

from typing import Any

import pytest

from qos_exporter.protocols.ami import ChannelGone, ChannelHeld, ChannelSeen, GetVariable
from qos_exporter.protocols.ami.values import Channel
from tests.monitor.pbx import Pbx, heard, say_all, told
from tests.monitor.test_pbx_calls import UP, begun
from tests.monitor.test_pbx_figures import FROM_BOB, TO_BOB, bob

BOB = UP._replace(name="PJSIP/bob-00000001", uniqueid="1795235681.1", linkedid="1795235681.0")
ANOTHER_SSRC = "0x0badcafe"


def on_hold(pbx: Pbx, at_s: float, *, behind: bool) -> None:
    """Put the call on hold, and take it up again five seconds later."""
    for later_s, is_held in ((0.0, True), (5.0, False)):
        channel = BOB if behind else BOB._replace(uniqueid="1795235681.0", name=UP.name)
        pbx.tell(at_s + later_s, ChannelHeld(channel, is_held=is_held))


@pytest.mark.parametrize("behind", [False, True], ids=["by-the-other", "by-himself"])
def test_a_gap_that_a_hold_has_left(*, behind: bool) -> None:
    """What was never sent while a call was on hold is not lost, though its numbers are missing.

    The numbers of the other party go on meanwhile, and with them what Asterisk forwards afterwards.
    """
    pbx = say_all(Pbx(), heard(1), told(1), heard(2), told(2))
    pbx.tell(16.5, ChannelSeen(BOB._replace(uniqueid="1795235681.0", name=UP.name)))
    on_hold(pbx, 17.0, behind=behind)
    pbx.say(22.5, told(2))
    pbx.say(27.5, told(5, lost=500, Report0FractionLost=160))
    pbx.say(32.5, told(6, lost=510))
    packets = bob(pbx, TO_BOB).packets
    assert (packets.expected, packets.lost) == (500, 10)


def test_losses_without_a_hold() -> None:
    """The same gap is lost where nobody put the call on hold."""
    pbx = say_all(Pbx(), told(1), told(2), told(5, lost=500, Report0FractionLost=160))
    assert bob(pbx, TO_BOB).packets.lost == 500


def test_a_hold_of_a_channel_that_is_not_known() -> None:
    """It changes nothing."""
    pbx = Pbx()
    on_hold(pbx, 1.0, behind=True)
    assert pbx.show().calls == ()


def test_a_party_that_goes_on_about_a_stream_that_is_over() -> None:
    """A telephone may name first, for ever, what it heard before a hold: that is no deafness."""
    pbx = say_all(Pbx(), heard(1), told(1), heard(2), told(2))
    for number in range(3, 8):
        at_s = 5.0 * number + 6.0
        pbx.pass_time(at_s)
        changed: dict[str, Any] = {"SSRC": ANOTHER_SSRC, "SentPackets": 250 * number}
        pbx.say(at_s, heard(number, **changed), told(2))
    assert bob(pbx, TO_BOB).packets.lost == 0
    assert bob(pbx, FROM_BOB).packets.lost == 0


def test_a_codec_that_was_changed() -> None:
    """No event tells of a re-INVITE: the codec is asked for again, and jitter is in its ticks."""
    pbx = say_all(Pbx(codec="(alaw)"), heard(1), heard(2))
    pbx.codec = "(opus)"
    for number in range(3, 6):
        pbx.pass_time(5.0 * number + 1.0)
        pbx.say(5.0 * number + 1.0, heard(number, Report0IAJitter=480))
    stream = bob(pbx, FROM_BOB)
    assert stream.codec == "opus"
    assert stream.jitter is not None
    assert stream.jitter.last == pytest.approx(0.010)


def test_jitter_across_a_change() -> None:
    """Where Asterisk begins another stream the clock is not certain until the codec is told."""
    pbx = say_all(Pbx(codec="(alaw)"), heard(1), heard(2))
    pbx.codec = "(opus)"
    pbx.pass_time(20.0)
    pbx.say(20.0, heard(3, SSRC=ANOTHER_SSRC, Report0IAJitter=4800))
    pbx.say(25.0, heard(4, SSRC=ANOTHER_SSRC, Report0IAJitter=480))
    jitter = bob(pbx, FROM_BOB).jitter
    assert jitter is not None
    assert jitter.max == pytest.approx(0.010)


def test_a_window_with_two_codecs() -> None:
    """It is not scored."""
    pbx = say_all(Pbx(codec="(alaw)"), heard(1), heard(2))
    before = bob(pbx, FROM_BOB).windows.unscored
    pbx.codec = "(ulaw)"
    for number in range(3, 6):
        pbx.pass_time(5.0 * number + 1.0)
        pbx.say(5.0 * number + 1.0, heard(number))
    pbx.pass_time(40.0)
    assert bob(pbx, FROM_BOB).windows.unscored == before + 1


def test_video_that_is_added() -> None:
    """Reports of a port that is not the audio's are left out, and what that is, is asked."""
    pbx = say_all(Pbx(), heard(1), heard(2))
    asked = len(pbx.asked)
    video: dict[str, Any] = {"Report0SourceSSRC": ANOTHER_SSRC, "Report0IAJitter": 9000}
    pbx.say(12.0, heard(40, lost=99, **video, From="10.77.0.3:20141"))
    assert "CHANNEL(rtp,src,video)" in {
        each.variable for each in pbx.asked[asked:] if isinstance(each, GetVariable)
    }
    pbx.say(13.0, heard(3))
    stream = bob(pbx, FROM_BOB)
    assert (stream.packets.expected, stream.packets.lost) == (500, 0)


def test_a_call_is_rated_when_its_last_leg_has_ended() -> None:
    """Whoever called may have transferred the call, which then goes on without him."""
    alice = BOB._replace(name="PJSIP/alice-00000000", uniqueid="1795235681.0", number="alice")
    pbx = begun(Pbx(), alice)
    pbx.tell(0.5, ChannelSeen(BOB, is_new=True))
    leg: dict[str, Any] = {"Channel": alice.name, "Uniqueid": alice.uniqueid}
    for number in range(1, 6):
        pbx.pass_time(5.0 * number)
        pbx.say(5.0 * number, heard(number), heard(number, **leg))
    assert ratings_after(pbx, alice, 26.0) == 0
    assert ratings_after(pbx, BOB, 50.0) == 1


def ratings_after(pbx: Pbx, channel: Channel, at_s: float) -> int:
    """Count the calls that are rated some time after a channel has ended."""
    pbx.pass_time(at_s)
    pbx.tell(at_s, ChannelGone(channel, 16))
    pbx.pass_time(at_s + 15.0)
    return sum(count for _, count in pbx.show().totals.by_rating)
