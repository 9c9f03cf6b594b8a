"""Snapshots: reading changes nothing, and what is read is of one moment."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from qos_exporter.snapshot import Snapshot
from tests.dataplane.traffic import StreamId, batch
from tests.monitor.recording import Dialogue, Listener, speech_for, talk


def timeless(snapshot: Snapshot) -> Snapshot:
    """Leave out how long it took."""
    return replace(snapshot, exporter=replace(snapshot.exporter, snapshot_duration_s=0.0))


def test_empty() -> None:
    """A monitor that has seen nothing has nothing to show, and says so without failing."""
    snapshot = Listener().show()
    assert (snapshot.calls, snapshot.streams, snapshot.groups) == ((), (), ())
    assert snapshot.totals.seen == 0
    assert snapshot.captures[0].last_packet_s is None
    assert snapshot.exporter.config_reload_successful


def test_two_snapshots_are_equal() -> None:
    """Whoever looks second sees what the first one saw."""
    listener = Listener().play(Dialogue(talk_s=25.0).whole(), speech_for(StreamId(5), 25.0))
    first = listener.show()
    assert timeless(listener.show()) == timeless(first)


def test_looking_does_not_change_what_comes() -> None:
    """With a look after every batch the end is the same as without any."""
    frames = [*Dialogue(talk_s=25.0).whole(), *talk(StreamId(5), [n for n in range(900) if n % 9])]
    watched, alone = Listener(), Listener().play(frames, size=50)
    by_time = sorted(frames, key=lambda frame: frame.timestamp_ns)
    for start in range(0, len(by_time), 50):
        watched.play(by_time[start : start + 50], size=50)
        watched.show()
    seen, expected = watched.show(), alone.show()
    assert replace(seen, exporter=expected.exporter) == expected


def test_streams_of_calls_are_the_same_objects() -> None:
    """A stream is shown once, by its call and in the list of all."""
    listener = Listener().play(Dialogue(talk_s=12.0).whole(), speech_for(StreamId(5), 12.0))
    snapshot = listener.show()
    assert len(snapshot.streams) == 3
    (call,) = snapshot.calls
    assert all(any(stream is each for each in snapshot.streams) for stream in call.streams)


def test_video_is_told_from_audio() -> None:
    """What was described as video is shown as such, also where it shares the port of the audio."""
    dialogue = Dialogue(attributes=("mid:a\r\nm=video 5000 RTP/AVP 99", "rtpmap:99 VP8/90000"))
    video = replace(dialogue.forth, ssrc=0x2000)
    listener = Listener().play(
        dialogue.set_up(),
        speech_for(dialogue.forth, 3.0),
        speech_for(video, 3.0, payload_type=99),
    )
    assert listener.stream(dialogue.forth).is_audio
    assert not listener.stream(video).is_audio


def churn() -> Iterator[Dialogue]:
    """Calls that come and go."""
    for number in range(150):
        yield Dialogue(
            call_id=f"call-{number}",
            port=5000 + 2 * (number % 40),
            start_s=0.7 * number,
            talk_s=8.0,
            ssrc=0x1000 + 2 * number,
        )


def check(snapshot: Snapshot) -> None:
    """What must be true at any moment."""
    known = {id(stream) for stream in snapshot.streams}
    for call in snapshot.calls:
        assert (call.end_s is not None) == (call.state == "ended")
        assert {stream.call_id for stream in call.streams} <= {call.call_id}
        assert all(id(stream) in known for stream in call.streams)
    under_way = sum(1 for call in snapshot.calls if call.state != "ended")
    assert snapshot.totals.active == under_way
    assert snapshot.totals.seen >= len(snapshot.calls)
    assert sum(count for _, count in snapshot.totals.by_rating) <= snapshot.totals.seen
    for stream in snapshot.streams:
        assert stream.packets.expected >= stream.packets.received
        assert stream.last_s >= stream.first_s


@pytest.mark.pitfall(112)
def test_snapshots_during_churn() -> None:
    """Several readers beside a busy writer never fail, and every picture fits together."""
    listener = Listener()
    frames = sorted(
        (frame for call in churn() for frame in call.whole()),
        key=lambda frame: frame.timestamp_ns,
    )
    done = threading.Event()
    failures: list[BaseException] = []
    looks = [0, 0]
    totals: list[list[int]] = [[], []]

    def look(reader: int) -> None:
        try:
            while not done.is_set():
                snapshot = listener.show()
                check(snapshot)
                looks[reader] += 1
                totals[reader].append(sum(group.packets.received for group in snapshot.groups))
        except BaseException as error:  # noqa: BLE001 -- shown by the assertion below
            failures.append(error)

    readers = [threading.Thread(target=look, args=(reader,)) for reader in (0, 1)]
    for reader in readers:
        reader.start()
    for start in range(0, len(frames), 500):
        listener.monitor.ingest(0, batch(frames[start : start + 500]))
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert min(looks) > 3
    assert all(seen == sorted(seen) for seen in totals)
    listener.monitor.finish()
    assert sum(group.packets.received for group in listener.show().groups) == 150 * 800


def test_garbage_collection_is_left_as_it_was() -> None:
    """It pauses for a snapshot, and is on again after it, or off where it was off."""
    listener = Listener()
    listener.show()
    assert gc.isenabled()
    gc.disable()
    try:
        listener.show()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_old_snapshots_stay_as_they_were() -> None:
    """What was shown does not change with what comes later."""
    listener = Listener().play(speech_for(StreamId(5), 12.0))
    before = listener.show()
    received = before.groups[0].packets.received
    counts = before.groups[0].window_mos_lq.counts
    listener.play(talk(StreamId(5), range(600, 2000)))
    assert before.groups[0].packets.received == received
    assert before.groups[0].window_mos_lq.counts == counts
    assert listener.group().packets.received > received
