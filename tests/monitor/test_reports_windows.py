"""What reports tell of a window and of a group, and where they put the blame."""

from __future__ import annotations

import pytest

from qos_exporter.snapshot import GroupReports, WindowQuality
from tests.dataplane.traffic import Frame, StreamId
from tests.monitor.recording import Dialogue, Listener, speech_for, talk
from tests.monitor.reported import reception, reported
from tests.monitor.reporters import Exchange, block, datagram_of, rr

EVERY_SECOND = tuple(float(each) for each in range(1, 30))


def blocks_of(dialogue: Dialogue, *rows: tuple[float, int, int]) -> list[Frame]:
    """Reports of the callee: time, highest number, cumulative loss."""
    caller, callee = Exchange.of(dialogue).ends
    return [
        datagram_of(callee, caller, at_s, rr(1, block(dialogue.forth.ssrc, highest, lost=lost)))
        for at_s, highest, lost in rows
    ]


def last_window(listener: Listener, stream: StreamId) -> WindowQuality:
    """The last complete window of a stream."""
    window = listener.stream(stream).last_window
    assert window is not None
    return window


def group_of(listener: Listener, direction: str = "caller_to_callee") -> GroupReports:
    """What was reported of one direction."""
    reports = listener.group(direction=direction).reports
    assert reports is not None
    return reports


@pytest.mark.pitfall(54)
def test_a_window_has_the_losses_between_its_own_reports() -> None:
    """Ten packets lost in one window are that window's, and none of the next one."""
    dialogue = Dialogue(talk_s=30.0)
    rows = [(4.0, 190, 0), (9.0, 440, 10), (14.0, 690, 10), (19.0, 940, 10)]
    listener = Listener().play(dialogue.set_up(), dialogue.media(), blocks_of(dialogue, *rows[:2]))
    first = last_window(
        Listener().play(
            dialogue.set_up(), speech_for(dialogue.forth, 11.0), blocks_of(dialogue, *rows[:2])
        ),
        dialogue.forth,
    )
    assert first.reported_loss_ratio == pytest.approx(10 / 441)
    assert first.downstream_loss_ratio == pytest.approx(10 / 441)
    listener = Listener().play(
        dialogue.set_up(), speech_for(dialogue.forth, 21.0), blocks_of(dialogue, *rows)
    )
    second = last_window(listener, dialogue.forth)
    assert second.reported_loss_ratio == 0.0
    assert second.downstream_loss_ratio == 0.0
    sums = group_of(listener)
    assert (sums.packets_expected, sums.packets_lost) == (941, 10)
    assert (sums.downstream_packets_expected, sums.downstream_packets_lost) == (941, 10)
    assert sum(sums.window_loss_ratio.counts) == 2


def test_a_window_without_reports() -> None:
    """It has no reported figures, rather than zeros."""
    dialogue = Dialogue(talk_s=30.0)
    listener = Listener().play(
        dialogue.set_up(), speech_for(dialogue.forth, 21.0), blocks_of(dialogue, (4.0, 190, 0))
    )
    window = last_window(listener, dialogue.forth)
    assert window.reported_loss_ratio is None
    assert window.downstream_loss_ratio is None
    assert window.reported_jitter_s is None
    assert window.downstream_jitter_s is None


def test_the_last_report_comes_in_a_window_without_packets() -> None:
    """The stream ends with the window that ends at 9.4 s, and its receiver speaks after that."""
    dialogue = Dialogue(talk_s=80.0)
    rows = [(5.0, 240, 0), (9.9, 464, 60)]
    listener = Listener().play(
        dialogue.set_up(),
        speech_for(dialogue.forth, 9.3),
        speech_for(dialogue.back, dialogue.talk_s),
        blocks_of(dialogue, *rows),
    )
    sums = group_of(listener)
    assert (sums.packets_expected, sums.packets_lost) == (465, 60)
    assert (sums.downstream_packets_expected, sums.downstream_packets_lost) == (465, 60)


@pytest.mark.pitfall(101)
def test_jitter_behind_the_tap() -> None:
    """The receiver's jitter less the tap's is what came behind it."""
    dialogue = Dialogue(talk_s=21.0)
    exchange = Exchange.of(dialogue)
    reports = [exchange.from_callee(at_s, jitter_ticks=160) for at_s in EVERY_SECOND[:20]]
    listener = Listener().play(dialogue.set_up(), dialogue.media(), reports)
    window = last_window(listener, dialogue.forth)
    assert window.reported_jitter_s == pytest.approx(0.020)
    assert window.jitter_s is not None
    assert window.downstream_jitter_s == pytest.approx(0.020 - window.jitter_s)
    assert sum(group_of(listener).window_jitter_s.counts) == 2
    assert group_of(listener).active_jitter_s_mean == pytest.approx(0.020)


@pytest.mark.pitfall(68, 69)
@pytest.mark.parametrize("highest", [0, 99], ids=["heard-nothing", "hears-nothing-any-more"])
def test_a_deaf_receiver(highest: int) -> None:
    """A receiver that hears nothing lost everything behind the tap, and the fault is there."""
    dialogue = Dialogue(talk_s=21.0)
    caller, callee = Exchange.of(dialogue).ends
    about = block(dialogue.forth.ssrc, highest, lost=1 if not highest else 0)
    reports = [datagram_of(callee, caller, at_s, rr(1, about)) for at_s in EVERY_SECOND[1:20]]
    listener = Listener().play(dialogue.set_up(), dialogue.media(), reports)
    window = last_window(listener, dialogue.forth)
    assert window.reported_loss_ratio == pytest.approx(1.0)
    assert window.downstream_loss_ratio == pytest.approx(1.0)
    stream = listener.stream(dialogue.forth)
    assert stream.fault == "after the tap"
    assert stream.loss_ratio == 0.0
    heard = highest + 1 if highest else 0
    expected = (round(20.0 * 50) - heard) / round(20.0 * 50)
    assert reception(listener, dialogue.forth).loss_ratio == pytest.approx(expected, abs=0.002)
    assert reported(listener, dialogue.forth).downstream_loss_ratio == pytest.approx(
        expected, abs=0.002
    )


@pytest.mark.pitfall(104)
@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        pytest.param(0, 0, "clean", id="nowhere"),
        pytest.param(20, 0, "before the tap", id="before"),
        pytest.param(0, 20, "after the tap", id="after"),
        pytest.param(20, 20, "both", id="both"),
    ],
)
def test_where_it_was_lost(before: int, after: int, fault: str) -> None:
    """What tap and receiver missed both was lost before the tap, the rest behind it."""
    dialogue = Dialogue(talk_s=21.0)
    numbers = [each for each in range(600) if not 200 <= each < 200 + before]
    listener = Listener().play(
        dialogue.set_up(),
        talk(dialogue.forth, numbers),
        speech_for(dialogue.back, 12.0),
        blocks_of(dialogue, (2.0, 90, 0), (11.0, 540, before + after)),
    )
    assert listener.stream(dialogue.forth).fault == fault
    downstream = reported(listener, dialogue.forth).downstream_loss_ratio
    assert downstream == pytest.approx(after / 541)


def test_groups_count_round_trips_with_an_example() -> None:
    """Each round trip is observed once in the group of the stream that completed it."""
    dialogue = Dialogue(talk_s=12.0)
    listener = Listener().play(
        dialogue.set_up(), dialogue.media(), Exchange.of(dialogue).both(2.0, 3.0, 4.0)
    )
    found = [
        (source, histogram)
        for each in listener.show().groups
        if each.reports is not None
        for source, histogram in each.reports.round_trip_s
    ]
    assert {source for source, _ in found} == {"rtcp"}
    assert sum(sum(histogram.counts) for _, histogram in found) >= 3
    for _, histogram in found:
        assert histogram.sum == pytest.approx(0.060 * sum(histogram.counts), rel=0.01)
        examples = [each.call_id for each in histogram.exemplars if each is not None]
        assert examples == ["call-1"]


def test_conversational_scores_name_a_call() -> None:
    """The bucket of MOS-CQ that a window of a call fell into carries its Call-ID and its value."""
    dialogue = Dialogue(talk_s=12.0)
    listener = Listener().play(
        dialogue.set_up(), dialogue.media(), Exchange.of(dialogue).both(2.0, 3.0, 4.0)
    )
    histogram = listener.group(direction="caller_to_callee").window_mos_cq
    examples = [each for each in histogram.exemplars if each is not None]
    assert [each.call_id for each in examples] == ["call-1"]
    assert sum(histogram.counts) == 1
    assert examples[0].value == pytest.approx(histogram.sum)
