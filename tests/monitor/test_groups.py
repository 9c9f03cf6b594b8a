"""Aggregates: they never fall, and they are the sum of what was counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from qos_exporter.monitor import profiles
from qos_exporter.settings import Settings, StreamSettings
from qos_exporter.snapshot import GroupView, PacketCounts, Snapshot
from tests.dataplane.scenarios import MS, SECOND
from tests.dataplane.traffic import Frame, StreamId
from tests.monitor.recording import START_S, Dialogue, Listener, speech_for, talk

STREAMS = tuple(StreamId(ssrc) for ssrc in range(0x100, 0x110))
FATES = PacketCounts._fields


def counters_of(group: GroupView) -> Iterator[tuple[str, float]]:
    """Give everything in a group that may only grow, by name."""
    yield from ((fate, getattr(group.packets, fate)) for fate in FATES)
    yield "bytes", group.bytes
    yield "concealed_s", group.concealed_s
    yield "severely_concealed_s", group.severely_concealed_s
    yield from ((f"{result} {reason}", count) for result, reason, count in group.windows)
    yield from ((f"media {rating}", media_s) for rating, media_s in group.media_s_by_rating)
    for name in ("window_mos_lq", "window_loss_ratio", "delay_variation_s", "loss_run_packets"):
        histogram = getattr(group, name)
        yield f"{name} sum", histogram.sum
        yield from ((f"{name} {place}", count) for place, count in enumerate(histogram.counts))


def all_counters(snapshot: Snapshot) -> dict[tuple[object, str], float]:
    """Give every counter of every group."""
    return {
        (group.key, name): value for group in snapshot.groups for name, value in counters_of(group)
    }


@pytest.mark.pitfall(109)
def test_counters_never_fall() -> None:
    """No counter of a group falls while streams come, end, expire and come again."""
    settings = Settings(streams=StreamSettings(expiry_ns=5 * SECOND, table_limit=8))
    listener = Listener(settings)
    before: dict[tuple[object, str], float] = {}
    for round_number in range(12):
        for position, stream in enumerate(STREAMS[round_number % 4 :: 4]):
            numbers = [n for n in range(400) if n % (20 + position)]
            listener.play(talk(stream, numbers, start_s=12.0 * round_number))
        now = all_counters(listener.show())
        assert before.keys() <= now.keys()
        assert [key for key in before if now[key] < before[key]] == []
        before = now
    assert any(name == "lost" and value > 0 for (_, name), value in before.items())


@pytest.mark.pitfall(109)
def test_what_has_expired_stays_counted() -> None:
    """A stream that is gone from the table is still in the sums, and nowhere else."""
    listener = Listener().play(speech_for(STREAMS[0], 10.0)).pass_time(100.0)
    assert listener.show().streams == ()
    assert listener.group().packets.received == 500
    assert listener.group().streams_active == 0


def test_sums_are_those_of_the_streams() -> None:
    """At the end, each counter of the groups is the sum over the streams, fate by fate."""
    listener = Listener(keep_all=True)
    dialogue = Dialogue(talk_s=25.0)
    lossy = [n for n in range(1250) if n % 33 and not 600 <= n < 607]
    listener.play(
        dialogue.set_up(),
        talk(dialogue.forth, lossy),
        speech_for(dialogue.back, 25.0),
        dialogue.hang_up(),
        [frame for each in STREAMS for frame in talk(each, [n for n in range(700) if n % 50])],
    )
    listener.monitor.finish()
    snapshot = listener.show()
    for fate in FATES:
        grouped = sum(getattr(group.packets, fate) for group in snapshot.groups)
        assert grouped == sum(getattr(stream.packets, fate) for stream in snapshot.streams), fate
    # 1250 less 37 multiples of 33 (0 never went out first) and 7 in a run, of which 600..606 has
    # no multiple of 33 in it; counted from number 1 on.
    forth = listener.stream(dialogue.forth).packets
    assert (forth.expected, forth.lost) == (1249, 37 + 7)


def test_duplicates_and_reordering_reach_the_groups() -> None:
    """Two packets that came twice and one that came late are counted as such, none as lost."""
    frames = speech_for(STREAMS[0], 10.1)
    doubled = [*frames[:50], frames[20], frames[49], *frames[50:]]
    late, next_one = doubled[200], doubled[201]
    doubled[200:202] = [
        replace(next_one, timestamp_ns=late.timestamp_ns),
        replace(late, timestamp_ns=next_one.timestamp_ns),
    ]
    listener = Listener().play(doubled)
    packets = listener.group().packets
    assert (packets.duplicate, packets.reordered, packets.lost) == (2, 1, 0)


def later(frames: Iterable[Frame], by_ms: int) -> list[Frame]:
    """Give the same frames as a slower way would deliver them."""
    return [replace(frame, timestamp_ns=frame.timestamp_ns + by_ms * MS) for frame in frames]


def test_histograms_of_single_packets() -> None:
    """Runs of 1, 3 and 11 lost packets and one packet that is 15 ms late, each in its bucket."""
    lost = {100, *range(200, 203), *range(300, 311)}
    frames = talk(STREAMS[0], [n for n in range(510) if n not in lost])
    group = Listener().play([*frames[:50], *later(frames[50:51], 15), *frames[51:]]).group()
    # The edges are 1 2 3 4 5 7 10 20 50 100 packets, and 5 10 20 50 70 90 120 150 200 300 500 ms.
    assert group.loss_run_packets.counts == (1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0)
    assert group.loss_run_packets.sum == 1 + 3 + 11
    assert group.delay_variation_s.counts == (484, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    assert group.delay_variation_s.sum == pytest.approx(0.015)


def test_histograms_of_windows() -> None:
    """The one window, of G.711 without loss, is an observation of its R, its loss and its jitter.

    Every other packet is 8 ms late, so each of the 499 differences is 8 ms. J begins at 0 and
    nears that by a sixteenth each time, which leaves out 15 times 8 ms of the sum of all J.
    """
    frames = speech_for(STREAMS[0], 10.1)
    uneven = [
        each for pair in zip(frames[::2], later(frames[1::2], 8), strict=False) for each in pair
    ]
    group = Listener().play(uneven).group()
    assert sum(group.window_r_factor.counts) == 1
    assert group.window_r_factor.sum == pytest.approx(93.2, abs=0.01)
    assert (sum(group.window_loss_ratio.counts), group.window_loss_ratio.sum) == (1, 0.0)
    assert sum(group.window_jitter_s.counts) == 1
    assert group.window_jitter_s.sum == pytest.approx(0.008 * (1 - 15 / 499), rel=1e-6)


def test_gauges_are_of_the_running_streams() -> None:
    """Means are over the last windows of the streams that run; the lossy one is the lowest."""
    clean, lossy = STREAMS[:2]
    listener = Listener().play(
        speech_for(clean, 11.0), talk(lossy, [n for n in range(550) if n % 10])
    )
    group = listener.group()
    assert group.streams_active == 2
    # Number 0 never went out, so the lossy one lost 10, 20, ... 490 of its 1 to 499.
    assert group.active_loss_ratio_mean == pytest.approx((0 + 49 / 499) / 2)
    views = [listener.stream(each).last_window for each in (clean, lossy)]
    scores = [view.mos_lq for view in views if view is not None and view.mos_lq is not None]
    assert group.active_mos_lq_min == min(scores)
    assert group.active_mos_lq_mean == pytest.approx(sum(scores) / 2)


def test_gauges_of_nobody_are_absent() -> None:
    """When the last stream of a group has gone, there is no mean of nothing."""
    listener = Listener().play(speech_for(STREAMS[0], 11.0)).pass_time(100.0)
    group = listener.group()
    assert group.streams_active == 0
    assert group.active_mos_lq_mean is None
    assert group.active_loss_ratio_mean is None
    assert group.active_jitter_s_mean is None


def test_streams_have_no_figures_before_their_first_window() -> None:
    """A stream that began within the open window runs, and is neither bad nor good yet."""
    group = Listener().play(speech_for(STREAMS[0], 5.0)).group()
    assert group.streams_active == 1
    assert group.active_mos_lq_mean is None
    assert group.active_mos_lq_min is None
    assert group.active_loss_ratio_mean is None
    assert group.active_jitter_s_mean is None


def test_streams_of_an_ended_call_do_not_run() -> None:
    """With the BYE the streams of the call are over, before their last window is closed."""
    dialogue = Dialogue(talk_s=12.0)
    listener = Listener().play(dialogue.whole())
    assert listener.show().totals.active == 0
    assert sum(group.streams_active for group in listener.show().groups) == 0
    assert not any(stream.active for stream in listener.call().streams)


@pytest.mark.pitfall(116)
def test_a_group_is_there_before_it_counts() -> None:
    """Counters of a group start at zero when its first stream appears, so that rates see all."""
    listener = Listener().play(speech_for(STREAMS[0], 1.0))
    group = listener.group()
    assert group.key.codec == "PCMU"
    assert group.streams_active == 1
    assert group.packets == PacketCounts()
    assert sum(group.window_mos_lq.counts) == 0


def test_exemplars_name_a_call() -> None:
    """The bucket of a window of a call carries the Call-ID, its value and its time."""
    dialogue = Dialogue(talk_s=12.0)
    group = Listener().play(dialogue.whole()).group(direction="caller_to_callee")
    exemplars = [each for each in group.window_mos_lq.exemplars if each is not None]
    assert [each.call_id for each in exemplars] == ["call-1"]
    assert exemplars[0].value == pytest.approx(4.409, abs=0.001)
    assert group.window_mos_lq.exemplars[-1] == exemplars[0]
    # The last of the 500 packets of the window that was over when the call ended.
    assert exemplars[0].timestamp_s == pytest.approx(START_S + 9.98)


def test_streams_without_a_call_make_no_exemplar() -> None:
    """An exemplar leads to a call; where there is none, there is no exemplar."""
    group = Listener().play(speech_for(STREAMS[0], 11.0)).group()
    assert sum(group.window_mos_lq.counts) == 1
    assert set(group.window_mos_lq.exemplars) == {None}


def test_codecs_of_calls_that_describe_them_in_ever_other_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A group's codec is that of its streams, also where more descriptions came than are kept."""
    monkeypatch.setattr(profiles, "PROFILE_LIMIT", 3)
    listener = Listener()
    for number, encoding in enumerate(("PCMU", "X-1", "X-2", "PCMA", "X-3", "G722")):
        attributes = (f"rtpmap:96 {encoding}/8000", f"fmtp:96 session={number}")
        call = Dialogue(
            call_id=f"call-{number}",
            port=5000 + 2 * number,
            start_s=60.0 * number,
            offer="96",
            attributes=attributes,
        )
        media = [
            frame
            for each in (call.forth, call.back)
            for frame in speech_for(each, 12, start_s=call.start_s, payload_type=96)
        ]
        listener.play(call.set_up(), media[:50])
        assert listener.groups(codec="other" if encoding.startswith("X") else encoding)
        listener.play(media[50:], call.hang_up()).pass_time(call.end_s + 40)

    packets = {
        codec: sum(each.packets.received for each in listener.groups(codec=codec))
        for codec in ("PCMU", "PCMA", "G722", "other", "unknown")
    }
    assert packets == {"PCMU": 1200, "PCMA": 1200, "G722": 1200, "other": 3600, "unknown": 0}
