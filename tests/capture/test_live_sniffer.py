from __future__ import annotations

import gc
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from qos_exporter.capture.live import LiveOptions, open_live
from qos_exporter.capture.sniffer import Sniffer
from tests.capture.links import FAR, NEAR, Links, udp_frame
from tests.capture.recording_sink import RecordingSink, eventually

pytestmark = pytest.mark.netns

FRAME = udp_frame(b"hello")


@contextmanager
def sniffing(sink: RecordingSink, interface: str, options: LiveOptions) -> Iterator[Sniffer]:
    """Run a sniffer on an interface."""
    sniffer = Sniffer(0, partial(open_live, interface, options), sink, interface=interface)
    sniffer.prepare()
    sniffer.start()
    yield sniffer
    sniffer.stop()
    sniffer.join(5)
    assert not sniffer.is_alive()


@contextmanager
def garbage_kept() -> Iterator[None]:
    """Leave objects that refer to each other where they are."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def rings() -> int:
    """Count the open packet sockets in the namespace of the test."""
    return len(Path("/proc/net/packet").read_text().splitlines()) - 1


OPTIONS = LiveOptions(ring_bytes=4 * 1024 * 1024)


def test_frames_and_statistics(links: Links) -> None:
    """What goes over the wire reaches the sink, and is counted."""
    links.make_pair()
    sink = RecordingSink()
    with sniffing(sink, NEAR, OPTIONS) as sniffer:
        links.send(FRAME, times=1_000)
        assert eventually(lambda: len(sink.frames) == 1_000)
        assert eventually(lambda: bool(sink.ticks))
        statistics = sniffer.statistics()

    assert (statistics.interface, statistics.method) == (NEAR, "ring")
    assert (statistics.packets, statistics.bytes) == (1_000, 1_000 * len(FRAME))
    assert (statistics.kernel_drops, statistics.healthy) == (0, True)
    assert statistics.last_packet_ns == sink.frames[-1].timestamp_ns
    assert sink.ticks[0] >= sink.frames[-1].timestamp_ns


def test_kernel_drops(links: Links) -> None:
    """Frames that the ring had no room for are counted, and add up with those that came."""
    links.make_pair()
    sink = RecordingSink()
    options = LiveOptions(ring_bytes=64 * 1024)
    sniffer = Sniffer(0, partial(open_live, NEAR, options), sink, interface=NEAR)
    sniffer.prepare()
    links.send(FRAME, times=5_000)
    sniffer.start()

    def all_accounted_for() -> bool:
        return len(sink.frames) + sniffer.statistics().kernel_drops == 5_000

    assert eventually(all_accounted_for)
    assert sniffer.statistics().kernel_drops > 0
    sniffer.stop()
    sniffer.join(5)


@pytest.mark.parametrize("name", [pytest.param(NEAR, id="ours"), pytest.param(FAR, id="the other")])
def test_link_down_and_up(name: str, links: Links) -> None:
    """A link that goes down or loses its carrier is not healthy; capture goes on once it is up."""
    links.make_pair()
    sink = RecordingSink()
    with sniffing(sink, NEAR, OPTIONS) as sniffer:
        assert eventually(lambda: sniffer.statistics().healthy)

        links.set(name, "down")
        assert eventually(lambda: not sniffer.statistics().healthy)
        links.set(name, "up")
        assert eventually(lambda: sniffer.statistics().healthy)

        links.send(FRAME)
        assert eventually(lambda: [frame.data for frame in sink.frames] == [FRAME])


def flap(links: Links) -> None:
    links.set(NEAR, "down")


def remove(links: Links) -> None:
    links.ip("link", "del", NEAR)


def rename(links: Links) -> None:
    links.ip("link", "set", NEAR, "name", "away0")


@pytest.mark.parametrize(
    "break_link",
    [
        pytest.param(flap, id="down"),
        pytest.param(remove, id="removed"),
        pytest.param(rename, id="renamed"),
    ],
)
def test_ring_of_a_link_that_fails(break_link: Callable[[Links], None], links: Links) -> None:
    """It goes back to the kernel at once: a link that fails again and again takes one ring.

    The memory is the kernel's, so nothing here may wait for the search for circular garbage.
    """
    links.make_pair()
    with garbage_kept(), sniffing(RecordingSink(), NEAR, OPTIONS) as sniffer:
        assert eventually(lambda: sniffer.statistics().healthy)
        links.send(FRAME)
        assert eventually(lambda: sniffer.statistics().packets == 1)
        assert rings() == 1

        break_link(links)
        assert eventually(lambda: not sniffer.statistics().healthy)
        assert eventually(lambda: rings() == 0)


def test_interface_gone_and_back(links: Links) -> None:
    """An interface that is removed and made anew, under another index, is captured on again."""
    links.make_pair()
    sink = RecordingSink()
    with sniffing(sink, NEAR, OPTIONS) as sniffer:
        assert eventually(lambda: sniffer.statistics().healthy)
        index = socket.if_nametoindex(NEAR)

        links.ip("link", "del", NEAR)
        assert eventually(lambda: not sniffer.statistics().healthy)
        links.make_pair()
        assert eventually(lambda: sniffer.statistics().healthy)

        assert socket.if_nametoindex(NEAR) != index
        links.send(FRAME)
        assert eventually(lambda: [frame.data for frame in sink.frames] == [FRAME])


def test_another_interface_takes_the_name(links: Links) -> None:
    """Where an interface is renamed and another one gets its name, that one is captured on.

    A socket stays with its interface, whose frames would go on to count under the old name.
    """
    links.make_pair()
    sink = RecordingSink()
    with sniffing(sink, NEAR, OPTIONS) as sniffer:
        assert eventually(lambda: sniffer.statistics().healthy)

        links.ip("link", "set", NEAR, "name", "away0")
        links.ip("link", "set", FAR, "name", "away1")
        links.make_pair()
        assert eventually(lambda: sniffer.statistics().interruptions == 1)

        links.send(FRAME)
        assert eventually(lambda: [frame.data for frame in sink.frames] == [FRAME])


def test_starting_before_the_link_is_up(links: Links) -> None:
    """A sniffer may be started while the link is down."""
    links.make_pair()
    links.set(NEAR, "down")
    sink = RecordingSink()
    with sniffing(sink, NEAR, OPTIONS) as sniffer:
        assert sniffer.statistics().healthy is False

        links.set(NEAR, "up")
        assert eventually(lambda: sniffer.statistics().healthy)
        links.send(FRAME)
        assert eventually(lambda: [frame.data for frame in sink.frames] == [FRAME])
