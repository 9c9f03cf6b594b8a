"""Which streams of a call its series speak of."""

from __future__ import annotations

import pytest

from qos_exporter.export.call_media import call_media
from qos_exporter.snapshot import CallView, PacketCounts, StreamView
from tests.export.snapshots import NOW_S, STREAM, WINDOW, call
from tests.export.variants import replace

BACK = "callee_to_caller"
VIDEO = replace(
    STREAM,
    ssrc=9,
    codec="H264",
    scale=None,
    is_audio=False,
    last_s=NOW_S,
    packets=PacketCounts(expected=9000, received=8000, lost=1000),
    last_window=replace(WINDOW, end_s=NOW_S + 1, mos_lq=None, loss_ratio=0.25),
)


def shown(of: CallView) -> dict[str, tuple[StreamView, StreamView, PacketCounts]]:
    """What each direction of a call is made of."""
    return {row.direction: (row.current, row.scored, row.packets) for row in call_media([of])}


def test_video_beside_audio_is_left_out() -> None:
    """The series are those of the voice, though the video has the newer packet and window."""
    assert shown(call("call-1", VIDEO, STREAM)) == {
        STREAM.direction: (STREAM, STREAM, STREAM.packets)
    }


def test_video_does_not_stand_for_audio_that_is_missing() -> None:
    """A direction in which only the video is seen has no series: nobody is heard there."""
    assert shown(call("call-1", STREAM, replace(VIDEO, direction=BACK))).keys() == {
        STREAM.direction
    }


@pytest.mark.parametrize("order", [1, -1])
def test_worst_passage_of_a_relayed_stream_is_shown(order: int) -> None:
    """Of streams whose windows ended together that is shown to which the network did most harm."""
    clean = replace(STREAM, ssrc=7, last_window=replace(WINDOW, mos_lq=4.4, loss_ratio=0.0))
    lossy = replace(
        STREAM, ssrc=7, last_window=replace(WINDOW, mos_lq=3.4, result="bad", loss_ratio=0.1)
    )
    narrow = replace(STREAM, last_window=replace(WINDOW, mos_lq=3.1, result="degraded"))
    older = replace(STREAM, last_window=replace(WINDOW, end_s=WINDOW.end_s - 10, mos_lq=1.0))
    unscored = replace(STREAM, last_window=replace(WINDOW, mos_lq=None, loss_ratio=0.2))
    begun = replace(STREAM, last_window=None)
    streams = (older, clean, lossy, narrow, unscored, begun)[::order]
    ((_, scored, _),) = shown(call("call-1", *streams)).values()
    assert scored == lossy


@pytest.mark.parametrize("behind_s", [0.001, 0.02, -0.02, -0.9])
def test_passages_of_a_relayed_stream_do_not_take_turns(behind_s: float) -> None:
    """Endpoints are those behind the relay, whichever side had a packet last: labels stay."""
    before = replace(STREAM, src="10.0.0.1:5004", dst="10.0.0.9:6000")
    behind = replace(
        STREAM,
        src="10.0.0.9:6002",
        dst="10.0.0.2:6004",
        first_s=before.first_s + 0.001,
        last_s=before.last_s + behind_s,
    )
    for streams in ((before, behind), (behind, before)):
        ((current, _, _),) = shown(call("call-1", *streams)).values()
        assert current == behind


def test_stream_that_goes_on_is_current() -> None:
    """One that began later, and has been silent for a second, is not."""
    silent = replace(STREAM, ssrc=2, first_s=STREAM.first_s + 30, last_s=STREAM.last_s - 1)
    ((current, _, _),) = shown(call("call-1", silent, STREAM)).values()
    assert current == STREAM


def test_loss_tells_unscored_passages_apart() -> None:
    """Where no window has a score, the one with the larger loss is shown."""
    windows = [replace(WINDOW, mos_lq=None, loss_ratio=ratio) for ratio in (0.0, 0.1, 0.02)]
    streams = [replace(STREAM, last_window=window) for window in windows]
    ((_, scored, _),) = shown(call("call-1", *streams)).values()
    assert scored == streams[1]


def test_call_of_video_alone() -> None:
    """A call that has no audio has the series of its video."""
    assert shown(call("call-1", VIDEO)) == {VIDEO.direction: (VIDEO, VIDEO, VIDEO.packets)}
