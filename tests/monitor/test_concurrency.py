"""What runs at the same time: sources, a PBX, readers of every kind, and reloads."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import cycle

import numpy as np
import pytest

from qos_exporter.export.exposition import TEXT, render
from qos_exporter.export.web.choosing import WorstCalls
from qos_exporter.export.web.statistics import statistics
from qos_exporter.monitor.monitor import Monitor
from qos_exporter.net import Endpoint
from qos_exporter.protocols.ami import ChannelGone, ChannelSeen
from qos_exporter.protocols.ami.values import Channel
from qos_exporter.settings import (
    AmiSettings,
    CallSettings,
    NetworkSettings,
    QualitySettings,
    Settings,
    StreamSettings,
)
from qos_exporter.snapshot import Snapshot
from qos_exporter.units import SECOND_NS
from tests.calls.scenario import HOSTS
from tests.dataplane.traffic import Frame, StreamId, batch
from tests.monitor.recording import Dialogue, at_ns, talk

CALLS = 20
PACKETS_PER_STREAM = 100
LONE_STREAMS = 300
"""With two packets each: tables grow, or streams are evicted."""
SETTINGS = Settings(
    ami=(AmiSettings(username="monitor", secret="s"),),  # noqa: S106 -- nobody is logged in at
    calls=CallSettings(series_limit=8, linger_ns=2 * SECOND_NS),
    quality=QualitySettings(window_ns=SECOND_NS),
    streams=StreamSettings(table_limit=100),
)
NETWORKS = [
    (NetworkSettings(name=name, prefixes=(prefix,)),)
    for name, prefix in (("a", "10.0.0.1/32"), ("b", "10.0.0.0/8"), ("c", "192.0.2.0/24"))
]


@pytest.fixture(autouse=True)
def _short_turns() -> Iterator[None]:
    """Let threads interrupt one another nearly anywhere."""
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval_s)


def recording(source: int) -> list[Frame]:
    """Give the frames of one source, in the order of time."""
    frames = []
    for number in range(CALLS):
        call = Dialogue(
            call_id=f"{source}-{number}",
            port=5000 + 1000 * source + 2 * (number % 20),
            start_s=0.2 * number,
            talk_s=PACKETS_PER_STREAM / 50,
            ssrc=0x1000 * (source + 1) + 2 * number,
        )
        frames += call.whole()
    for number in range(LONE_STREAMS):
        ends = (Endpoint(HOSTS[host], 20_000 + 2 * number) for host in "AB")
        lone = StreamId(0x100_0000 * (source + 1) + number, *ends)
        frames += talk(lone, range(2), start_s=12.0 * number / LONE_STREAMS)
    return sorted(frames, key=lambda frame: frame.timestamp_ns)


class Together:
    """Threads that run until the sources have come to their ends; what any of them raises fails."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.failures: list[BaseException] = []
        self.rounds: dict[str, int] = {}

    def again(self, name: str, act: Callable[[], object]) -> threading.Thread:
        """Prepare a thread that does the same over and over."""

        def run() -> None:
            while not self.over.is_set():
                act()
                self.rounds[name] = self.rounds.get(name, 0) + 1

        return threading.Thread(target=self._noting, args=(run,), name=name)

    def once(self, act: Callable[[], object]) -> threading.Thread:
        """Prepare a thread that ends by itself."""
        return threading.Thread(target=self._noting, args=(act,))

    def _noting(self, act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 -- shown by the assertion of the test
            self.failures.append(error)
            self.over.set()


def feed(monitor: Monitor, source: int, over: threading.Event) -> None:
    """Play a recording, then let time pass until all calls are gone."""
    frames = recording(source)
    for start in range(0, len(frames), 100):
        if over.is_set():
            return
        monitor.ingest(source, batch(frames[start : start + 100]))
    for second in range(16, 30):
        monitor.tick(source, at_ns(second))


def look_into_kernels(monitor: Monitor) -> None:
    """Ask for streams while they come and go and the tables grow; those that are gone are told."""
    for source in monitor._parts.sources:
        kernel = source.kernel
        for slot in range(0, kernel.statistics().entries, 7):
            try:
                kernel.totals(np.array([slot], np.uint32))
                kernel.describe(slot)
                kernel.last_packet_ns(slot)
            except IndexError:
                continue


def tell(monitor: Monitor, number: int) -> None:
    """Let a channel of a PBX begin, and the one before end."""
    for each, news in ((number, ChannelSeen), (number - 1, ChannelGone)):
        name, unique = f"PJSIP/a-{each:08x}", f"{each}.0"
        channel = Channel(name, unique, unique, 6, "alice", "", "bob")
        last = {"is_new": True} if news is ChannelSeen else {"cause": 16}
        monitor.take_from_pbx(0, [news(channel, **last)], at_ns(0.0))


def check(snapshot: Snapshot) -> None:
    """See whether what is shown is of one moment."""
    known = {id(stream) for stream in snapshot.streams}
    for call in snapshot.calls:
        assert (call.end_s is not None) == (call.state == "ended")
        assert all(id(stream) in known for stream in call.streams)
    under_way = sum(call.state != "ended" for call in snapshot.calls)
    assert snapshot.totals.active == under_way
    assert all(each.packets.expected >= each.packets.received for each in snapshot.streams)
    assert sum(group.streams_active for group in snapshot.groups) <= len(snapshot.streams)


@pytest.mark.parametrize("keep_all", [False, True], ids=["bounded", "growing"])
def test_everything_at_once(keep_all: bool) -> None:  # noqa: FBT001 -- a parameter
    """Nobody fails or waits for ever, and no packet is lost or counted twice."""
    monitor = Monitor(SETTINGS, ("eth0", "eth1"), keep_all=keep_all)
    together = Together()
    received: list[int] = []
    numbers, networks = cycle(range(1, 1 << 20)), cycle(NETWORKS)

    def scrape() -> None:
        snapshot = monitor.series_snapshot()
        render(snapshot, format_=TEXT)
        statistics(snapshot)
        received.append(sum(group.packets.received for group in snapshot.groups))

    readers = [
        together.again("whole", lambda: check(monitor.snapshot())),
        together.again("scrape", scrape),
        together.again("page", lambda: monitor.chosen_calls(WorstCalls({"active"}, 5))),
        together.again("kernels", lambda: look_into_kernels(monitor)),
        together.again("pbx", lambda: tell(monitor, next(numbers))),
        together.again(
            "reload", lambda: monitor.reconfigure(replace(SETTINGS, networks=next(networks)))
        ),
    ]
    feeders = [together.once(partial(feed, monitor, source, together.over)) for source in (0, 1)]
    for thread in (*feeders, *readers):
        thread.start()
    for thread in feeders:
        thread.join(120)
    together.over.set()
    for thread in readers:
        thread.join(120)
    assert together.failures == []
    assert not any(thread.is_alive() for thread in (*feeders, *readers))
    assert min(together.rounds.values()) > 1
    assert received == sorted(received)
    monitor.finish()
    snapshot = monitor.snapshot()
    frames = sum(len(recording(source)) for source in (0, 1))
    assert sum(capture.packets for capture in snapshot.captures) == frames
    if keep_all:
        media = 2 * (2 * CALLS * PACKETS_PER_STREAM + 2 * LONE_STREAMS)
        assert sum(group.packets.received for group in snapshot.groups) == media
