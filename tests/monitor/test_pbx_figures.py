"""What the reports of an Asterisk server say, and where it is shown."""

from __future__ import annotations

import math
from typing import Any

import pytest

from qos_exporter.monitor.pbx.questions import port_of
from qos_exporter.protocols.ami import LinkDown, LinkUp
from qos_exporter.settings import QualitySettings, Settings
from qos_exporter.snapshot import GroupView, StreamView
from tests.monitor.pbx import PARTY, PBX, SERVER, Pbx, heard, say_all, told
from tests.protocols.ami_messages import CHANNEL, report, written

FROM_BOB = "callee_to_caller"
TO_BOB = "caller_to_callee"


def bob(pbx: Pbx, direction: str) -> StreamView:
    return pbx.stream("PJSIP/bob-00000001", direction)


def group(pbx: Pbx, direction: str) -> GroupView:
    """Give the group of a direction whose codec is known."""
    (found,) = [
        each
        for each in pbx.show().groups
        if each.key.direction == direction and each.key.codec == "PCMU"
    ]
    return found


@pytest.mark.pitfall(104)
def test_directions() -> None:
    """What Asterisk sends a report on comes from the party; what it receives one on goes there."""
    pbx = say_all(Pbx(), heard(1), told(1), heard(2, lost=10), told(2, lost=25))
    assert (bob(pbx, FROM_BOB).src, bob(pbx, FROM_BOB).dst) == (
        "10.77.0.2:11746",
        "10.77.0.3:20130",
    )
    assert (bob(pbx, TO_BOB).src, bob(pbx, TO_BOB).dst) == ("10.77.0.3:20130", "10.77.0.2:11746")
    assert bob(pbx, FROM_BOB).packets[:3] == (250, 240, 10)
    assert bob(pbx, TO_BOB).packets[:3] == (250, 225, 25)
    assert bob(pbx, FROM_BOB).loss_ratio == 0.04
    assert bob(pbx, TO_BOB).source == "ami"


def test_windows_are_scored() -> None:
    """Loss and codec of the reports give the score of the E-model.

    G.711 with 4 % random loss: Ie_eff = 95·4/(4 + 25.1) = 13.058, R = 93.2 - 13.058 = 80.148 with
    the exact R of the defaults, 93.206.
    """
    pbx = say_all(Pbx(), heard(1), heard(2, lost=10), heard(3, lost=20)).pass_time(20.0)
    window = bob(pbx, FROM_BOB).last_window
    assert window is not None
    assert window.loss_ratio == pytest.approx(0.04)
    assert window.r_factor == pytest.approx(93.206 - 95 * 4 / (4 + 25.1), abs=0.01)
    assert window.result == "degraded"
    assert pbx.show().totals.with_issues == 1
    by_pbx = group(pbx, FROM_BOB).by_pbx
    assert by_pbx is not None
    assert sum(by_pbx.window_loss_ratio.counts) >= 1
    assert sum(group(pbx, FROM_BOB).window_loss_ratio.counts) == 0
    assert sum(group(pbx, FROM_BOB).window_mos_lq.counts) >= 1
    assert by_pbx.active_loss_ratio_mean == pytest.approx(0.04)
    assert group(pbx, FROM_BOB).active_loss_ratio_mean is None
    assert group(pbx, FROM_BOB).packets.lost == 20


@pytest.mark.pitfall(101)
@pytest.mark.parametrize(
    ("codec", "ticks", "jitter_s"),
    [
        ("(ulaw)", 80, 0.010),
        ("(g722)", 80, 0.010),
        ("(opus)", 480, 0.010),
        ("(slin16)", 160, 0.010),
        ("(ulaw|alaw)", 80, 0.010),
    ],
)
def test_jitter_is_in_ticks_of_the_codec(codec: str, ticks: int, jitter_s: float) -> None:
    """Jitter is divided by the RTP clock of the channel's codec: 8000 for G.722."""
    pbx = say_all(Pbx(codec=codec), heard(1), heard(2, Report0IAJitter=ticks))
    jitter = bob(pbx, FROM_BOB).jitter
    assert jitter is not None
    assert jitter.last == pytest.approx(jitter_s)


def test_video_is_left_out() -> None:
    """Reports on a channel's video, whose ticks and numbers are others, do not mix with audio's."""
    pbx = Pbx()
    pbx.media["CHANNEL(rtp,src,video)"] = "10.77.0.3:20140"
    here, there = "10.77.0.3:20141", "10.77.0.2:11757"
    video: dict[str, Any] = {"Report0SourceSSRC": "0x0badcafe", "Report0IAJitter": 9000}
    seen = heard(2, lost=200, **video, From=here, To=there)
    said = told(2, lost=200, **video, From=there, To=here)
    say_all(pbx, heard(1), told(1), seen, said, heard(2, lost=10), told(2, lost=25))
    for direction, lost in ((FROM_BOB, 10), (TO_BOB, 25)):
        stream = bob(pbx, direction)
        assert (stream.packets.expected, stream.packets.lost) == (250, lost)
        assert stream.jitter is not None
        assert stream.jitter.max < 0.01


def test_audio_and_video_on_one_port() -> None:
    """Where both share a port nothing tells them apart, and nothing is better than a mixture."""
    pbx = Pbx()
    pbx.media["CHANNEL(rtp,src,video)"] = pbx.media["CHANNEL(rtp,src,audio)"]
    say_all(pbx, heard(1), heard(2, lost=10))
    assert pbx.show().streams == ()


@pytest.mark.parametrize("codec", ["", "(codec2)"], ids=["not-told", "not-known"])
def test_jitter_of_an_unknown_codec(codec: str) -> None:
    """Without a codec there is no jitter and no score, rather than wrong ones."""
    pbx = say_all(Pbx(codec=codec), heard(1), heard(2), heard(3)).pass_time(20.0)
    stream = bob(pbx, FROM_BOB)
    assert stream.jitter is None
    assert stream.mos_lq is None
    assert stream.windows.unscored
    assert stream.packets.expected == 500


def test_jitter_that_cannot_be() -> None:
    """More than ten seconds is no jitter, and counted as rejected."""
    pbx = say_all(Pbx(), heard(1), heard(2, Report0IAJitter=4294967295))
    jitter = bob(pbx, FROM_BOB).jitter
    assert jitter is not None
    assert jitter.max < 0.001
    assert ("jitter", 1) in pbx.show().pbxs[0].rejected


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"Report0FractionLost": 256}, "fraction_lost", id="loss"),
        pytest.param({"Report0SourceSSRC": "?"}, "ssrc", id="ssrc"),
        pytest.param({"Report0IAJitter": "7.5"}, "jitter", id="jitter"),
        pytest.param({"Report0DLSR": ""}, "delay", id="delay"),
    ],
)
def test_a_field_that_cannot_be_costs_nothing_else(changed: dict[str, Any], field: str) -> None:
    """It is counted by its name, and what the next report says makes up for what was left out."""
    pbx = say_all(Pbx(), heard(1), heard(2, lost=4, **changed), heard(3, lost=10))
    stream = bob(pbx, FROM_BOB)
    assert stream.packets[:3] == (500, 490, 10)
    assert stream.jitter is not None
    (server,) = pbx.show().pbxs
    assert {name: count for name, count in server.rejected if count} == {field: 1}
    assert not [count for *_, count in pbx.show().exporter.decode_errors if count]


def test_a_round_trip_without_the_counts() -> None:
    """It counts though loss cannot be read from the same report."""
    pbx = say_all(Pbx(), told(1, RTT="0.0400"), told(2, RTT="0.0500", Report0FractionLost=256))
    trip = pbx.calls()["4066aeac-7323-4f19-9721-8cad967c8e6a"].round_trip
    assert trip is not None
    assert trip.last == 0.05


@pytest.mark.pitfall(98)
@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"RTT": "65535.9994"}, id="underflow"),
        pytest.param({"RTT": "61.0000"}, id="a-minute"),
        pytest.param({"RTT": "0.0000"}, id="zero"),
        pytest.param({"RTT": "-0.0010"}, id="negative"),
        pytest.param({"RTT": "0.2500", "Report0LSR": 0, "Report0DLSR": "0.0000"}, id="stale"),
    ],
)
def test_round_trips_that_cannot_be(changed: dict[str, Any]) -> None:
    """A round trip by an underflow or of an earlier report is dropped and counted."""
    pbx = say_all(Pbx(), told(1, RTT="0.0400"), told(2, **changed))
    trip = pbx.calls()["4066aeac-7323-4f19-9721-8cad967c8e6a"].round_trip
    assert trip is not None
    assert (trip.last, trip.max) == (0.04, 0.04)
    assert ("rtt", 1) in pbx.show().pbxs[0].rejected


def test_round_trip() -> None:
    """What Asterisk measured to the party and back is the round trip of that SIP call.

    Mouth to ear is half of it, and the playout buffer: enough for a conversational score.
    """
    pbx = say_all(Pbx(), *(told(number, RTT="0.0400") for number in (1, 2, 3))).pass_time(20.0)
    stream = bob(pbx, TO_BOB)
    assert stream.mos_cq is not None
    assert stream.last_window is not None
    assert stream.last_window.round_trip_s == 0.04
    reports = group(pbx, TO_BOB).reports
    assert reports is not None
    (source, histogram) = reports.round_trip_s[0]
    assert (source, sum(histogram.counts)) == ("ami", 3)


@pytest.mark.pitfall(107)
def test_a_reconnect_in_mid_call() -> None:
    """The call goes on, and the first report behind the gap is compared with nothing."""
    pbx = say_all(Pbx(), heard(1), heard(2, lost=5))
    pbx.reconnect(8.0)
    pbx.say(300.0, heard(60, lost=4000))
    assert bob(pbx, FROM_BOB).packets[:3] == (250, 245, 5)
    assert pbx.show().totals.active == 1
    pbx.say(305.0, heard(61, lost=4010))
    assert bob(pbx, FROM_BOB).packets[:3] == (500, 485, 15)


def test_a_server_that_stays_away() -> None:
    """After five minutes without a connection its calls are over, since the moment it was lost.

    One that is up still when it is back is followed on: known again, with a new baseline, and as a
    call whose beginning was not seen.
    """
    pbx = say_all(Pbx(), heard(1), heard(2, lost=5))
    pbx.tell(8.0, LinkDown())
    pbx.pass_time(307.0)
    assert pbx.show().totals.active == 1
    pbx.pass_time(309.0)
    assert (pbx.show().totals.active, pbx.show().calls) == (0, ())
    assert dict(pbx.show().totals.by_outcome)["partial"] == 1
    before = group(pbx, FROM_BOB).packets

    pbx.tell(4000.0, LinkUp())
    pbx.say(4000.5, written(Event="CoreShowChannel", ActionID="1", **CHANNEL))
    pbx.say(4003.0, heard(800, lost=4000))
    pbx.say(4008.0, heard(801, lost=4010))
    pbx.pass_time(4020.0)
    assert pbx.show().totals.active == 1
    assert bob(pbx, FROM_BOB).packets[:3] == (250, 240, 10)
    after = group(pbx, FROM_BOB).packets
    assert (after.expected - before.expected, after.lost - before.lost) == (250, 10)


def test_another_stream_on_the_same_channel() -> None:
    """A new SSRC begins with a count of its own."""
    pbx = say_all(Pbx(), heard(40), heard(41, lost=5))
    pbx.say(12.0, heard(1, Report0SourceSSRC="0x00000777"))
    pbx.say(17.0, heard(2, Report0SourceSSRC="0x00000777"))
    stream = bob(pbx, FROM_BOB)
    assert stream.ssrc == 0x777
    assert stream.packets[:3] == (500, 495, 5)


def test_more_received_than_sent() -> None:
    """Duplicates can make the count of losses negative; nothing is lost then."""
    pbx = say_all(Pbx(), heard(1), heard(2, lost=-1))
    assert bob(pbx, FROM_BOB).packets[:3] == (250, 250, 0)
    assert bob(pbx, FROM_BOB).loss_ratio == 0.0


def test_a_party_that_hears_nothing() -> None:
    """A receiver whose highest number stands still while packets are sent loses all of them."""
    sent = [heard(number, SentPackets=250 * number) for number in range(1, 5)]
    deaf = told(1, Report0HighestSequence=500)
    pbx = Pbx()
    for position, message in enumerate(sent):
        pbx.say(5.0 * position + 1.0, message, deaf)
    assert bob(pbx, TO_BOB).loss_ratio == 1.0


@pytest.mark.parametrize("ahead_s", [1.0, 4.0])
def test_a_party_that_puts_the_call_on_hold(ahead_s: float) -> None:
    """Who sends nothing loses nothing, though his last packets are heard before he tells of them.

    The party sends 50 packets a second for 19.5 s and then only reports, so long before Asterisk's.
    """
    pbx = Pbx()
    for second in range(5, 60, 5):
        pbx.pass_time(second - ahead_s)
        pbx.say(second - ahead_s, told(1, SentPackets=round(50 * min(19.5, second - ahead_s))))
        pbx.pass_time(second)
        pbx.say(second, heard(1, Report0HighestSequence=round(50 * min(19.5, second))))
    stream = bob(pbx, FROM_BOB)
    assert stream.packets[:3] == (725, 725, 0)
    assert not stream.windows.bad


def test_a_party_that_was_on_hold_at_the_login() -> None:
    """What was sent before it was first told of has been heard."""
    sent = [told(number, SentPackets=9000) for number in range(1, 5)]
    standing = [heard(36)] * 4
    pbx = say_all(Pbx(), *(each for pair in zip(standing, sent, strict=True) for each in pair))
    assert bob(pbx, FROM_BOB).packets[:3] == (0, 0, 0)


def test_a_channel_that_rings_or_is_on_hold_longer() -> None:
    """A report without a block says nothing of a stream, and no stream begins."""
    nothing = dict.fromkeys(("Report0SourceSSRC", "Report0FractionLost"))
    pbx = say_all(Pbx(), report("RTCPSent", To=PARTY, From=PBX, RTT=None, **nothing))
    assert pbx.show().streams == ()
    assert pbx.show().totals.active == 1


def test_window_of_another_length() -> None:
    """Windows are as long as for what is captured."""
    settings = Settings(ami=(SERVER,), quality=QualitySettings(window_ns=5_000_000_000))
    pbx = say_all(Pbx(settings), *(heard(number) for number in range(1, 6)))
    assert sum(bob(pbx, FROM_BOB).windows) >= 3


def test_the_mes_is_no_mos() -> None:
    """`MES` is not looked at."""
    scores = {
        bob(
            say_all(Pbx(), *(heard(number, MES=mes) for number in range(1, 4))).pass_time(20.0),
            FROM_BOB,
        ).mos_lq
        for mes in ("88.1", "0.0")
    }
    assert len(scores) == 1
    (score,) = scores
    assert score is not None
    assert math.isclose(score.mean, 4.409, abs_tol=0.001)


@pytest.mark.parametrize(
    ("told", "port"),
    [
        pytest.param("10.0.0.1:4000", 4000, id="endpoint"),
        pytest.param("", 0, id="nothing"),
        pytest.param("10.0.0.1", 0, id="address"),
        pytest.param("10.0.0.1:65536", 0, id="no-port"),
        pytest.param("10.0.0.1:-1", 0, id="negative"),
        pytest.param("10.0.0.1:" + "1" * 5000, 0, id="endless"),
    ],
)
def test_port_of_the_media(told: str, port: int) -> None:
    """What a PBX answers is a port, or none."""
    assert port_of(told) == port
