"""Several sources of frames at once, and the batches in which they come."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from qos_exporter.settings import Settings, StreamSettings
from qos_exporter.snapshot import CaptureView, Snapshot
from tests.dataplane.traffic import StreamId, batch
from tests.monitor.recording import Dialogue, Listener, at_ns, speech_for


def test_signalling_on_one_interface_and_media_on_another() -> None:
    """One call is made of the messages of one interface and the streams of the other."""
    dialogue = Dialogue(talk_s=12.0)
    listener = Listener(sources=("signalling", "media"))
    listener.play(dialogue.set_up())
    listener.play(dialogue.media(), source=1)
    listener.play(dialogue.hang_up())
    listener.pass_time(30.0, source=1)
    call = listener.call()
    assert (call.state, call.outcome) == ("ended", "answered")
    assert [stream.interface for stream in call.streams] == ["media", "media"]
    assert [stream.direction for stream in call.streams] == [
        "caller_to_callee",
        "callee_to_caller",
    ]
    assert [stream.packets.received for stream in call.streams] == [600, 600]
    assert dict(listener.show().totals.by_rating)["excellent"] == 1


def test_each_source_closes_its_own_windows() -> None:
    """The windows of one source end ten seconds after its first frame, not the other's."""
    listener = Listener(sources=("eth0", "eth1"))
    one, other = StreamId(1), StreamId(2)
    listener.play(speech_for(one, 10.02))
    listener.play(speech_for(other, 10.02, start_s=4.0), source=1)
    windows = [listener.stream(each).last_window for each in (one, other)]
    assert [window.end_s - at_ns(0) / 1e9 for window in windows if window] == [10.0, 14.0]


def test_captures_show_each_source() -> None:
    """Sources are shown by name with what they saw, or as they say themselves."""
    listener = Listener(sources=("eth0", "eth1"))
    frames = speech_for(StreamId(1), 1.0)
    listener.play(frames)
    said = CaptureView("eth1", "ring", 7, 700, 1, 2, healthy=False, last_packet_s=None)
    listener.monitor.watch(1, lambda: said)
    first, second = listener.show().captures
    assert second == said
    assert (first.interface, first.packets, first.healthy) == ("eth0", 50, True)
    # Ethernet, IPv4, UDP and RTP headers around 160 bytes of G.711.
    assert first.bytes == 50 * (14 + 20 + 8 + 12 + 160)
    assert first.last_packet_s == pytest.approx(at_ns(0.98) / 1e9)


def test_tables_of_all_sources_add_up() -> None:
    """The stream table is shown as one, with room for what all sources may hold."""
    settings = Settings(streams=StreamSettings(table_limit=10))
    listener = Listener(settings, sources=("eth0", "eth1"))
    listener.play(speech_for(StreamId(1), 1.0)).play(speech_for(StreamId(1), 1.0), source=1)
    streams = listener.show().exporter.tables[0]
    assert (streams.name, streams.entries, streams.limit) == ("streams", 2, 20)


def comparable(snapshot: Snapshot) -> Snapshot:
    """Leave out what tells how long something took."""
    timeless = replace(snapshot.exporter, snapshot_duration_s=0.0, counting_s=0.0)
    return replace(snapshot, exporter=timeless)


@pytest.mark.parametrize("size", [1, 7, 64, 3000])
def test_batches_do_not_matter(size: int) -> None:
    """The same frames give the same picture, however many come at a time."""
    calls = [
        Dialogue(call_id=f"c{n}", port=5000 + 2 * (n % 2), start_s=9.0 * n, talk_s=7.0)
        for n in range(6)
    ]
    frames = [frame for call in calls for frame in call.whole()]
    lone = speech_for(StreamId(9), 25.0)
    expected = Listener().play(frames, lone, size=100)
    actual = Listener().play(frames, lone, size=size)
    assert comparable(actual.show()) == comparable(expected.show())


def test_sources_in_threads_of_their_own() -> None:
    """Two threads that feed two sources lose and mix up nothing."""
    listener = Listener(sources=("eth0", "eth1"))

    def feed(source: int) -> None:
        for number in range(10):
            dialogue = Dialogue(
                call_id=f"{source}-{number}",
                port=5000 + 100 * source + 2 * number,
                start_s=float(number),
                talk_s=5.0,
            )
            frames = sorted(dialogue.whole(), key=lambda frame: frame.timestamp_ns)
            listener.monitor.ingest(source, batch(frames))

    threads = [threading.Thread(target=feed, args=(source,)) for source in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    listener.monitor.finish()
    snapshot = listener.show()
    assert len(snapshot.calls) == 20
    assert {len(call.streams) for call in snapshot.calls} == {2}
    assert sum(group.packets.received for group in snapshot.groups) == 20 * 500
