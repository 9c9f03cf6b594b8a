"""When windows are scored, what they come to, and under which labels they count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qos_exporter.net import Endpoint
from qos_exporter.settings import NetworkSettings, QualitySettings, Settings
from qos_exporter.snapshot import CaptureView, WindowQuality
from tests.dataplane.scenarios import MS, SECOND
from tests.dataplane.traffic import StreamId
from tests.monitor.recording import (
    START_S,
    Dialogue,
    Listener,
    speech_for,
    talk,
    windows_of,
)

STREAM = StreamId(ssrc=0x51)
CLEAN_MOS = pytest.approx(4.409, abs=0.001)
"""G.711 without impairment: R = 93.2 (G.107 default), on the curve of annex B."""


def last_window(listener: Listener, stream: StreamId = STREAM) -> WindowQuality:
    """Show the last window of a stream that has had one."""
    window = listener.stream(stream).last_window
    assert window is not None
    return window


def test_no_score_before_the_first_window_ends() -> None:
    """Ten seconds begin with the first frame; until they are over nothing is scored or counted."""
    listener = Listener().play(speech_for(STREAM, 10.0))
    assert listener.stream(STREAM).last_window is None
    assert listener.stream(STREAM).packets.received == 500
    assert [group.packets.received for group in listener.show().groups] in ([], [0])


def test_the_frame_that_comes_after_closes_the_window() -> None:
    """The window holds the 500 packets of its ten seconds, not the one that ends it."""
    listener = Listener().play(speech_for(STREAM, 10.02))
    window = last_window(listener)
    assert window.end_s == START_S + 10
    assert (window.result, window.reason) == ("good", "")
    assert window.mos_lq == CLEAN_MOS
    assert window.mos_cq is None
    assert listener.group().packets.received == 500


def test_time_alone_closes_the_window() -> None:
    """Where no frame comes, the tick of the silent source ends the window."""
    listener = Listener().play(speech_for(STREAM, 9.0))
    listener.pass_time(9.9)
    assert listener.stream(STREAM).last_window is None
    listener.pass_time(10.0)
    assert last_window(listener).end_s == START_S + 10


def test_the_length_of_windows_can_be_set() -> None:
    """With windows of five seconds, twelve seconds hold two."""
    settings = Settings(quality=QualitySettings(window_ns=5 * SECOND))
    listener = Listener(settings).play(speech_for(STREAM, 12.0))
    assert listener.stream(STREAM).windows.good == 2


def test_windows_without_a_packet_are_not_counted() -> None:
    """A stream that pauses for half a minute gets windows only where it spoke."""
    frames = [*speech_for(STREAM, 10.0), *talk(STREAM, range(500, 1050), start_s=30.0)]
    listener = Listener().play(frames)
    assert listener.stream(STREAM).windows.good == 2
    assert last_window(listener).end_s == START_S + 50


def test_labels_of_a_signalled_call() -> None:
    """Codec and scale come from the session description, direction from who called."""
    networks = (NetworkSettings(name="office", prefixes=("10.0.0.1/32",)),)
    dialogue = Dialogue(offer="96", attributes=("rtpmap:96 PCMA/8000",))
    media = [
        *speech_for(dialogue.forth, 12.0, payload_type=96),
        *speech_for(dialogue.back, 12.0, payload_type=96),
    ]
    listener = Listener(Settings(networks=networks)).play(dialogue.set_up(), media)
    assert {
        (key.codec, key.scale, key.src_network, key.dst_network, key.direction)
        for key in (group.key for group in listener.show().groups)
    } == {
        ("PCMA", "narrowband", "office", "other", "caller_to_callee"),
        ("PCMA", "narrowband", "other", "office", "callee_to_caller"),
    }


def test_labels_of_a_stream_without_signalling() -> None:
    """Its payload type means what RFC 3551 says, its direction is unknown."""
    key = Listener().play(speech_for(STREAM, 11.0, payload_type=9)).group().key
    assert (key.codec, key.scale, key.direction) == ("G722", "wideband", "unknown")


def test_ipv6_streams_count_in_their_network() -> None:
    """A prefix of IPv6 names streams as one of IPv4 does."""
    stream = StreamId(7, Endpoint("2001:db8::1", 4000), Endpoint("2001:db8:1::1", 4000))
    networks = (NetworkSettings(name="six", prefixes=("2001:db8::/48",)),)
    listener = Listener(Settings(networks=networks)).play(speech_for(stream, 11.0))
    assert listener.group().key.src_network == "six"
    assert listener.group().key.dst_network == "other"
    assert listener.stream(stream).src == "[2001:db8::1]:4000"


@pytest.mark.pitfall(46)
def test_a_bad_start_does_not_drag_on() -> None:
    """Twenty losses in the first window cost only that one: the next is as good as new.

    20 of 500 in one run: 4 %, BurstR 20 * 0.96, and G.107 gives Ie,eff 95 * 4 / (4/19.2 + 25.1).
    """
    numbers = [n for n in range(1100) if not 100 <= n < 120]
    listener = Listener().play(talk(STREAM, numbers[:485]))
    listener.play(talk(STREAM, numbers[485:505]))
    first = last_window(listener)
    assert first.loss_ratio == pytest.approx(20 / 500)
    assert first.r_factor == pytest.approx(93.2 - 95 * 4 / (4 / 19.2 + 25.1), abs=0.02)
    listener.play(talk(STREAM, numbers[505:]))
    second = last_window(listener)
    assert second.loss_ratio == 0
    assert second.mos_lq == CLEAN_MOS
    score = listener.stream(STREAM).mos_lq
    assert score is not None
    assert score.min == first.mos_lq
    assert score.mean == pytest.approx(((first.mos_lq or 0) + (second.mos_lq or 0)) / 2)


def test_jitter_of_the_last_window_is_of_that_window() -> None:
    """One packet that is 16 ms late in the first window is no jitter of the second.

    Its two differences of 16 ms bring J from 0 to 1 ms, and from there to 1 + 15/16 ms (A.8).
    """
    frames = speech_for(STREAM, 21.0)
    late = replace(frames[100], timestamp_ns=frames[100].timestamp_ns + 16 * MS)
    listener = Listener().play([*frames[:100], late, *frames[101:501]])
    first = last_window(listener)
    assert first.jitter_max_s == pytest.approx(0.001 * (1 + 15 / 16))
    listener.play(frames[501:])
    assert last_window(listener).jitter_max_s == pytest.approx(0.0, abs=1e-9)


@pytest.mark.pitfall(49)
def test_a_window_with_two_codecs() -> None:
    """The window in which PCMU gave way to PCMA is unscored, the next is PCMA's."""
    frames = [
        *talk(STREAM, range(300)),
        *talk(STREAM, range(300, 1010), payload_type=8),
    ]
    listener = Listener().play(frames)
    assert windows_of(listener.group(codec="PCMA")) == {
        ("unscored", "codec_change"): 1,
        ("good", ""): 1,
    }
    assert listener.stream(STREAM).payload_types == (0, 8)
    assert listener.stream(STREAM).codec == "PCMA"


@pytest.mark.pitfall(48)
@pytest.mark.parametrize(
    ("attributes", "codec"),
    [
        pytest.param((), "unknown", id="nobody said what it is"),
        pytest.param(("rtpmap:96 SMARTVOICE/8000",), "other", id="nobody knows its quality"),
    ],
)
def test_an_unknown_codec_gets_no_score(attributes: tuple[str, ...], codec: str) -> None:
    """A payload type that means nothing to us is counted, and is unscored instead of perfect."""
    dialogue = Dialogue(offer="96", attributes=attributes)
    media = speech_for(dialogue.forth, 12.0, payload_type=96)
    group = Listener().play(dialogue.set_up(), media).group()
    assert (group.key.codec, group.key.scale) == (codec, "unknown")
    assert windows_of(group) == {("unscored", "unknown_codec"): 1}
    assert sum(group.window_mos_lq.counts) == 0
    assert group.active_mos_lq_mean is None
    assert group.packets.received > 400


class Capture:
    """Stands in for a live capture that may lose frames."""

    def __init__(self) -> None:
        self.kernel_drops = 0
        self.interface_drops = 0
        self.interruptions = 0

    def view(self) -> CaptureView:
        return CaptureView(
            interface="eth0",
            method="ring",
            packets=1,
            bytes=1,
            kernel_drops=self.kernel_drops,
            interface_drops=self.interface_drops,
            interruptions=self.interruptions,
            healthy=True,
            last_packet_s=None,
        )


@pytest.mark.pitfall(113)
@pytest.mark.parametrize("counter", ["kernel_drops", "interface_drops", "interruptions"])
def test_frames_that_the_capture_lost_make_no_quality(counter: str) -> None:
    """A window in which the capture itself was blind is unscored; the next one counts again."""
    capture = Capture()
    listener = Listener()
    listener.monitor.watch(0, capture.view)
    listener.play(talk(STREAM, range(499)))
    setattr(capture, counter, 3)
    listener.play(talk(STREAM, range(499, 1001)))
    assert windows_of(listener.group()) == {
        ("unscored", "capture_degraded"): 1,
        ("good", ""): 1,
    }


@pytest.mark.pitfall(113)
def test_frames_that_were_lost_in_silence_blame_nobody_later() -> None:
    """A drop belongs to the window in which it happened, also if that window had no stream."""
    capture = Capture()
    listener = Listener()
    listener.monitor.watch(0, capture.view)
    listener.monitor.tick(0, int(START_S) * SECOND)
    capture.kernel_drops = 1
    listener.pass_time(10.0)
    listener.play(speech_for(STREAM, 11.0, start_s=10.0))
    assert windows_of(listener.group()) == {("good", ""): 1}


def test_short_windows_are_not_scored() -> None:
    """Forty packets say nothing about quality, and still count as packets."""
    listener = Listener().play(talk(STREAM, range(40)))
    listener.monitor.finish()
    assert windows_of(listener.group()) == {("unscored", "short"): 1}
    assert listener.group().packets.received == 40


@pytest.mark.parametrize(
    ("packets", "windows"),
    [(99, {("unscored", "short"): 1}), (100, {("good", ""): 1})],
    ids=["less", "two seconds"],
)
def test_two_seconds_of_media_are_scored(packets: int, windows: dict[tuple[str, str], int]) -> None:
    """A hundred packets of 20 ms are two seconds, though the last comes 1.98 s after the first."""
    listener = Listener().play(talk(STREAM, range(packets)))
    listener.monitor.finish()
    assert windows_of(listener.group()) == windows


def test_a_stream_that_ends_is_scored_to_its_last_packet() -> None:
    """The window that is open when everything ends is closed and scored."""
    listener = Listener(keep_all=True).play(speech_for(STREAM, 15.0))
    listener.monitor.finish()
    view = listener.stream(STREAM)
    assert view.windows.good == 2
    assert not view.active
    assert listener.group().packets.received == 750


def test_concealed_seconds_and_media_time_add_up() -> None:
    """Twenty seconds of clean speech are twenty seconds of excellent media, none concealed."""
    listener = Listener(keep_all=True).play(speech_for(STREAM, 20.0))
    listener.monitor.finish()
    group = listener.group()
    assert dict(group.media_s_by_rating)["excellent"] == pytest.approx(20.0, abs=0.05)
    assert (group.concealed_s, group.severely_concealed_s) == (0, 0)


def test_numbers_are_plain_numbers() -> None:
    """Whoever reads a snapshot finds the types that it names, not those of an array library."""
    listener = Listener().play(speech_for(STREAM, 11.0))
    view = listener.stream(STREAM)
    assert {type(count) for count in (view.windows.good, view.windows.unscored)} == {int}
    assert {type(number) for number in view.payload_types} == {int}
    assert type(listener.group().key.direction) is str


def test_the_end_of_a_silent_stream_is_no_window() -> None:
    """A stream that expires after a minute of silence had the windows in which it was heard."""
    listener = Listener(keep_all=True).play(speech_for(STREAM, 20.0)).pass_time(200.0)
    windows = listener.show().streams[0].windows
    assert (windows.good, windows.unscored) == (2, 0)
    assert sum(listener.group().window_jitter_s.counts) == 2
    assert sum(listener.group().window_loss_ratio.counts) == 2


def test_the_rest_of_a_call_does_not_hide_its_last_window() -> None:
    """A call that ends a second into a window still shows the complete one before it."""
    listener = Listener().play(Dialogue(talk_s=21.0).whole()).pass_time(40.0)
    call = listener.show().calls[0]
    assert [each.last_window.result for each in call.streams if each.last_window] == ["good"] * 2
    assert [each.last_window.mos_lq for each in call.streams if each.last_window] == [CLEAN_MOS] * 2
    assert [each.windows.unscored for each in call.streams] == [1, 1]


def test_a_window_of_digits_has_no_jitter() -> None:
    """Where nothing could be timed the jitter is absent, and not a jitter of zero."""
    listener = Listener().play(talk(STREAM, range(600), payload_type=13))
    assert last_window(listener).jitter_s is None
    assert last_window(listener).jitter_max_s is None
    assert sum(listener.group().window_jitter_s.counts) == 0
