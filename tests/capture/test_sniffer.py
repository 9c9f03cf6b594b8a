from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator

import numpy as np
import pytest

from qos_exporter.capture import sniffer as sniffer_module
from qos_exporter.capture.live_source import LiveSource
from qos_exporter.capture.sniffer import Sniffer
from qos_exporter.dataplane.frames import FRAME, FrameBatch
from qos_exporter.errors import CaptureError
from tests.capture.recording_sink import RecordingSink, eventually


class FakeSource:
    """A capture that gives what `script` holds: counts of frames, or errors to raise."""

    method = "ring"
    latency_ns = 7_000_000_000

    def __init__(self, script: list[int | Exception]) -> None:
        self.script = script
        self.drops = 0
        self.closed = False

    def batches(self, timeout_s: float) -> Iterator[FrameBatch]:
        """Do what the script says next; wait when it is at its end."""
        if not self.script:
            time.sleep(min(timeout_s, 0.02))
            return
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        frames = np.zeros(step, FRAME)
        frames["captured"] = frames["length"] = 60
        frames["timestamp_ns"] = range(1, step + 1)
        yield FrameBatch(bytes(60), frames, step)

    def take_kernel_drops(self) -> int:
        """Give the drops once."""
        drops, self.drops = self.drops, 0
        return drops

    def close(self) -> None:
        """Remember it."""
        self.closed = True


@pytest.fixture(autouse=True)
def interface(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Pretend an interface: running or not, and how many frames it lost."""
    state = {"running": 1, "lost": 0}
    monkeypatch.setattr(sniffer_module, "is_running", lambda _: bool(state["running"]))
    monkeypatch.setattr(sniffer_module, "lost_frames", lambda _: state["lost"])
    monkeypatch.setattr(sniffer_module, "_DROPS_EVERY_S", 0.01)
    return state


@pytest.fixture
def sink() -> RecordingSink:
    """Give a sink."""
    return RecordingSink()


class Opener:
    """Gives one source after the other; an error is raised instead."""

    def __init__(self, *sources: LiveSource | Exception) -> None:
        self.sources = list(sources)
        self.calls = 0

    def __call__(self) -> LiveSource:
        """Give the next one, the last one over and over."""
        self.calls += 1
        source = self.sources.pop(0) if len(self.sources) > 1 else self.sources[0]
        if isinstance(source, Exception):
            raise source
        return source


def network_is_down() -> OSError:
    return OSError(errno.ENETDOWN, os.strerror(errno.ENETDOWN))


@pytest.fixture
def run(sink: RecordingSink) -> Iterator[Runner]:
    """Give what starts sniffers, and ends them behind the test."""
    runner = Runner(sink)
    yield runner
    for sniffer in runner.sniffers:
        sniffer.stop()
        sniffer.join(5)
        assert not sniffer.is_alive()


class Runner:
    """Starts sniffers that feed one sink."""

    def __init__(self, sink: RecordingSink) -> None:
        self.sniffers: list[Sniffer] = []
        self._sink = sink

    def __call__(self, opener: Opener) -> Sniffer:
        """Start a sniffer of source 3 on eth7."""
        sniffer = Sniffer(3, opener, self._sink, interface="eth7")
        self.sniffers.append(sniffer)
        sniffer.start()
        return sniffer


def test_frames_reach_the_sink(run: Runner, sink: RecordingSink) -> None:
    """Frames are handed over under the number of their source, and counted."""
    sniffer = run(Opener(FakeSource([2, 3])))

    assert eventually(lambda: len(sink.frames) == 5)
    assert eventually(lambda: sniffer.statistics().healthy)
    statistics = sniffer.statistics()
    assert sink.sources == {3}
    assert (statistics.packets, statistics.bytes, statistics.last_packet_ns) == (5, 300, 3)
    assert (statistics.interface, statistics.method) == ("eth7", "ring")


def test_thread_is_named_after_its_interface(run: Runner) -> None:
    """A thread dump shows which interface a thread belongs to, and no thread keeps the process."""
    sniffer = run(Opener(FakeSource([])))

    assert (sniffer.name, sniffer.daemon) == ("sniffer-eth7", True)


def test_idle_time(run: Runner, sink: RecordingSink) -> None:
    """Without frames the sink learns the time, but none that a frame on its way could be older."""
    before_ns = time.time_ns()
    run(Opener(FakeSource([])))

    assert eventually(lambda: len(sink.ticks) >= 2)
    after_ns = time.time_ns()
    latency_ns = FakeSource.latency_ns
    assert all(before_ns <= tick + latency_ns <= after_ns for tick in sink.ticks[:2])
    assert sink.ticks == sorted(sink.ticks)


def test_drops_add_up(run: Runner, interface: dict[str, int]) -> None:
    """Drops are added up, because the kernel forgets them when they are read."""
    source = FakeSource([])
    source.drops = 5
    sniffer = run(Opener(source))
    assert eventually(lambda: sniffer.statistics().kernel_drops == 5)
    source.drops = 2
    interface["lost"] = 9
    assert eventually(lambda: sniffer.statistics().kernel_drops == 7)
    assert eventually(lambda: sniffer.statistics().interface_drops == 9)
    interface["lost"] = 1
    time.sleep(0.1)

    assert sniffer.statistics().interface_drops == 9
    assert sniffer.statistics() == sniffer.statistics()


def test_losses_before_the_start_do_not_count(run: Runner, interface: dict[str, int]) -> None:
    """What the interface lost before we looked is not our loss."""
    interface["lost"] = 1_000
    source = FakeSource([])
    sniffer = run(Opener(source))
    source.drops = 1
    assert eventually(lambda: sniffer.statistics().kernel_drops == 1)

    assert sniffer.statistics().interface_drops == 0


def test_outage(run: Runner, sink: RecordingSink, caplog: pytest.LogCaptureFixture) -> None:
    """When the link goes down the capture is opened again until it works; that is told once."""
    caplog.set_level("INFO")
    first, second = FakeSource([1, network_is_down()]), FakeSource([1])
    opener = Opener(first, network_is_down(), network_is_down(), second)
    sniffer = run(opener)

    assert eventually(lambda: opener.calls >= 2)
    assert sniffer.statistics().healthy is False
    assert first.closed
    assert eventually(lambda: len(sink.frames) == 2)
    assert eventually(lambda: sniffer.statistics().healthy)
    assert eventually(lambda: sniffer.statistics().interruptions == 1)
    assert [record.message for record in caplog.records] == [
        "capturing on eth7 (ring)",
        "capture on eth7 is interrupted: Network is down",
        "capturing on eth7 (ring)",
        "capture on eth7 goes on",
    ]


def test_time_of_an_outage(run: Runner, sink: RecordingSink) -> None:
    """While nothing can be captured the sink learns the time as well, or no call would end."""
    before_ns = time.time_ns()
    run(Opener(*[network_is_down()] * 100))

    assert eventually(lambda: len(sink.ticks) >= 2)
    assert before_ns <= sink.ticks[0] < sink.ticks[1] <= time.time_ns()


def test_lost_carrier(
    run: Runner, interface: dict[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    """A link without a carrier is not healthy, though the kernel reports no error for it."""
    opener = Opener(FakeSource([]))
    sniffer = run(opener)
    assert eventually(lambda: sniffer.statistics().healthy)

    interface["running"] = 0
    assert eventually(lambda: not sniffer.statistics().healthy)
    interface["running"] = 1
    assert eventually(lambda: sniffer.statistics().healthy)

    assert opener.calls == 1
    assert "capture on eth7 is interrupted: Network is down" in caplog.text


def test_defect_of_the_sink(
    run: Runner, sink: RecordingSink, caplog: pytest.LogCaptureFixture
) -> None:
    """A defect of the sink is logged once, with its traceback; the thread goes on, unhealthy."""
    sink.failing = True
    source = FakeSource([1, 1, 1])
    sniffer = run(Opener(source))

    assert eventually(lambda: sink.calls.count("ingest") == 3 and "tick" in sink.calls)
    assert sniffer.statistics().healthy is False
    sink.failing = False
    source.script.append(1)
    assert eventually(lambda: len(sink.frames) == 1)
    assert eventually(lambda: sniffer.statistics().healthy)

    defects = [record for record in caplog.records if record.exc_info]
    assert len(defects) == 1
    assert "ZeroDivisionError: ingest" in caplog.text


def test_defect_of_the_capture(
    run: Runner, sink: RecordingSink, caplog: pytest.LogCaptureFixture
) -> None:
    """A defect of our own closes the capture and opens it anew."""
    first, second = FakeSource([KeyError("defect")]), FakeSource([1])
    sniffer = run(Opener(first, second))

    assert eventually(lambda: len(sink.frames) == 1)
    assert first.closed
    assert eventually(lambda: sniffer.statistics().healthy)
    assert "KeyError: 'defect'" in caplog.text


def test_preparing_opens_the_capture(sink: RecordingSink) -> None:
    """A prepared sniffer starts with the capture that was opened."""
    opener = Opener(FakeSource([1]))
    sniffer = Sniffer(0, opener, sink, interface="eth7")

    sniffer.prepare()
    sniffer.start()

    assert eventually(lambda: len(sink.frames) == 1)
    sniffer.stop()
    sniffer.join(5)
    assert opener.calls == 1


def test_preparing_without_the_right(sink: RecordingSink) -> None:
    """What waiting does not mend is raised before the thread starts."""
    sniffer = Sniffer(0, Opener(CaptureError("no right")), sink, interface="eth7")

    with pytest.raises(CaptureError, match="no right"):
        sniffer.prepare()


def test_preparing_on_an_unknown_interface(sink: RecordingSink) -> None:
    """An interface that does not exist is named, together with those that do."""
    missing = OSError(errno.ENODEV, os.strerror(errno.ENODEV))
    sniffer = Sniffer(0, Opener(missing), sink, interface="qos-none")

    with pytest.raises(CaptureError, match=r"there is no interface qos-none; there are .*lo"):
        sniffer.prepare()


def test_preparing_while_the_link_is_down(
    sink: RecordingSink, caplog: pytest.LogCaptureFixture
) -> None:
    """A link that is down is no reason not to start: it may come up."""
    sniffer = Sniffer(0, Opener(network_is_down()), sink, interface="lo")

    sniffer.prepare()

    assert "capture on lo is interrupted: Network is down" in caplog.text
    assert sniffer.statistics().healthy is False
