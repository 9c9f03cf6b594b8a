from __future__ import annotations

import errno
import socket
import time
from contextlib import closing
from pathlib import Path

import pytest

from qos_exporter.capture.bpf import compile_program
from qos_exporter.capture.ring import RingSocket
from qos_exporter.dataplane.frames import NO_VLAN
from tests.capture.links import FAR, NEAR, Links, udp_frame
from tests.capture.reading import Captured, frames_of
from tests.dataplane.harness import Harness
from tests.dataplane.scenarios import speech
from tests.dataplane.traffic import rtp

pytestmark = pytest.mark.netns

RING_BYTES = 4 * 1024 * 1024
FRAME = udp_frame(b"hello")
UDP_SEGMENT = 103


def receive(ring: RingSocket, *, quiet_s: float = 0.3) -> list[Captured]:
    """Give all frames until none comes for a while."""
    frames: list[Captured] = []
    deadline = time.monotonic() + quiet_s
    while time.monotonic() < deadline:
        for batch in ring.batches(quiet_s):
            frames += frames_of(batch)
            deadline = time.monotonic() + quiet_s
    return frames


@pytest.mark.pitfall(35)
def test_every_frame_once(links: Links) -> None:
    """Each frame comes out once, with its bytes, its length and the kernel's time."""
    links.make_pair()
    with RingSocket(NEAR, ring_bytes=RING_BYTES) as ring:
        before_ns = time.time_ns()
        links.send(*(udp_frame(number.to_bytes(2, "big")) for number in range(10_000)))
        after_ns = time.time_ns()
        frames = receive(ring)

        assert [int.from_bytes(frame.data[-2:], "big") for frame in frames] == list(range(10_000))
        assert {(frame.length, frame.link_type, frame.vlan) for frame in frames} == {
            (44, 1, NO_VLAN)
        }
        assert before_ns <= frames[0].timestamp_ns <= frames[-1].timestamp_ns <= after_ns
        assert any(frame.timestamp_ns % 1_000 for frame in frames)
        assert ring.take_kernel_drops() == 0


def test_both_directions(links: Links) -> None:
    """Frames that leave through the interface are seen as well as those that arrive."""
    links.make_pair()
    with (
        RingSocket(NEAR, ring_bytes=RING_BYTES) as ring,
        RingSocket(FAR, ring_bytes=1 << 20) as far,
    ):
        links.send(FRAME)

        assert [frame.data for frame in receive(ring)] == [FRAME]
        assert [frame.data for frame in receive(far)] == [FRAME]


@pytest.mark.pitfall(117)
def test_loopback_counts_once(links: Links) -> None:
    """On the loopback interface each datagram is seen once, not on its way out and in."""
    links.set("lo", "up")
    with (
        RingSocket("lo", ring_bytes=RING_BYTES) as ring,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
    ):
        receiver.bind(("127.0.0.1", 0))
        for number in range(100):
            receiver.sendto(bytes([number]), receiver.getsockname())

        assert [frame.data[42] for frame in receive(ring)] == list(range(100))


def test_stripped_tag(links: Links) -> None:
    """The tag that the kernel took off comes from the ring's header; the frame is without it."""
    links.make_pair()
    with RingSocket(NEAR, ring_bytes=RING_BYTES) as ring:
        links.send(udp_frame(b"tagged", tci=5 << 13 | 42), udp_frame(b"plain"))
        tagged, plain = receive(ring)

    assert (tagged.vlan, tagged.data) == (42, udp_frame(b"tagged"))
    assert (plain.vlan, plain.data) == (NO_VLAN, udp_frame(b"plain"))


def test_filter(links: Links) -> None:
    """What the filter leaves out never reaches the ring; a tag does not hide what it lets in."""
    program = compile_program("udp port 5060")
    if program is None:
        pytest.skip("libpcap is not installed")
    links.make_pair()
    with RingSocket(NEAR, ring_bytes=RING_BYTES, program=program) as ring:
        links.send(
            udp_frame(b"sip"), udp_frame(b"rtp", port=20_000), udp_frame(b"sip in vlan", tci=42)
        )
        frames = receive(ring)

    assert [frame.data[42:] for frame in frames] == [b"sip", b"sip in vlan"]


def test_full_ring(links: Links) -> None:
    """Frames that find the ring full are counted as drops, once; the rest comes out whole."""
    links.make_pair()
    with RingSocket(NEAR, ring_bytes=64 * 1024) as ring:
        links.send(FRAME, times=5_000)
        drops = ring.take_kernel_drops()
        frames = receive(ring)

        assert 0 < drops < 5_000
        assert {frame.data for frame in frames} == {FRAME}
        assert len(frames) + drops == 5_000
        assert ring.take_kernel_drops() == 0


def test_ring_goes_round(links: Links) -> None:
    """Blocks go back to the kernel, so that a small ring takes any number of frames."""
    links.make_pair()
    with RingSocket(NEAR, ring_bytes=256 * 1024) as ring:
        frames = 0
        for _ in range(20):
            links.send(FRAME, times=500)
            frames += len(receive(ring, quiet_s=0.1))

        assert (frames, ring.take_kernel_drops()) == (10_000, 0)


def test_promiscuous_membership(links: Links) -> None:
    """The interface is promiscuous while the ring is open, unless that is not wanted."""
    links.make_pair()

    def promiscuity() -> str:
        return links.ip("-d", "link", "show", NEAR).split("promiscuity ")[1].split()[0]

    with RingSocket(NEAR, ring_bytes=RING_BYTES):
        assert promiscuity() == "1"
    with RingSocket(NEAR, ring_bytes=RING_BYTES, promiscuous=False):
        assert promiscuity() == "0"
    assert promiscuity() == "0"


def take_three_times(ring: RingSocket, seen: list[bytes]) -> None:
    """Wait for frames: one that is there before anybody waits leaves the error to a later wait."""
    for _ in range(3):
        seen += [frame.data for batch in ring.batches(1) for frame in frames_of(batch)]


def test_link_goes_down(links: Links) -> None:
    """When the link goes down the frames before are still given, then the reason is raised."""
    links.make_pair()
    with RingSocket(NEAR, ring_bytes=RING_BYTES) as ring:
        links.send(FRAME)
        links.set(NEAR, "down")

        seen: list[bytes] = []
        with pytest.raises(OSError, match="Network is down") as caught:
            take_three_times(ring, seen)
        assert caught.value.errno == errno.ENETDOWN
        assert seen == [FRAME]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        pytest.param("lo", errno.ENETDOWN, id="down"),
        pytest.param("qos-none", errno.ENODEV, id="missing"),
    ],
)
def test_no_link(name: str, number: int, links: Links) -> None:  # noqa: ARG001 -- the namespace
    """An interface that is down or missing is no place for a ring."""
    with pytest.raises(OSError, match=r".") as caught:
        RingSocket(name, ring_bytes=RING_BYTES)

    assert caught.value.errno == number


def test_closing_twice(links: Links) -> None:
    """A ring may be closed twice, and while a batch is still looked at."""
    links.make_pair()
    ring = RingSocket(NEAR, ring_bytes=RING_BYTES)
    links.send(FRAME)
    batches = ring.batches(1)
    batch = next(batches)
    start = int(batch.frames[0]["offset"])
    view = memoryview(batch.data)

    ring.close()
    ring.close()

    assert bytes(view[start:][: len(FRAME)]) == FRAME


def test_functions_of_scapy(links: Links) -> None:
    """The ring is a socket of scapy's, whose functions read from it and dissect."""
    from scapy.layers.inet import UDP
    from scapy.sendrecv import sniff

    links.make_pair()
    with closing(RingSocket(NEAR, ring_bytes=RING_BYTES)) as ring:
        links.send(udp_frame(b"first"), udp_frame(b"second"))
        before_s = time.time()
        packets = sniff(opened_socket=ring, count=2, timeout=5)

        assert [bytes(packet[UDP].payload) for packet in packets] == [b"first", b"second"]
        assert abs(float(packets[0].time) - before_s) < 1
        assert ring.recv() is None


def test_interface_without_ethernet_header(links: Links) -> None:
    """Of a tunnel the frames are bare IP datagrams."""
    import fcntl
    import struct

    if not Path("/dev/net/tun").exists():
        pytest.skip("no /dev/net/tun")
    with open("/dev/net/tun", "r+b", buffering=0) as tunnel:  # noqa: PTH123 -- a device
        # TUNSETIFF with IFF_TUN | IFF_NO_PI
        fcntl.ioctl(tunnel, 0x400454CA, struct.pack("16sH22x", b"tun7", 0x1001))
        links.ip("link", "set", "tun7", "addrgenmode", "none")
        links.set("tun7", "up")
        with RingSocket("tun7", ring_bytes=RING_BYTES) as ring:
            tunnel.write(FRAME[14:])
            frames = receive(ring)

    assert [(frame.link_type, frame.data) for frame in frames] == [(101, FRAME[14:])]


@pytest.mark.pitfall(120)
def test_bursts_that_are_sent_at_once(links: Links) -> None:
    """What a program sends with UDP_SEGMENT is one frame in the ring; its packets all count."""
    links.set("lo", "up")
    harness = Harness()
    frames = 0
    with (
        RingSocket("lo", ring_bytes=RING_BYTES) as ring,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", 0))
        sender.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 172)
        for first in range(0, 100, 5):
            burst = b"".join(rtp(packet, 7) for packet in speech(range(first, first + 5)))
            sender.sendto(burst, receiver.getsockname())
        for batch in ring.batches(1.0):
            frames += batch.count
            position = 0
            while position < batch.count:
                position = harness.kernel.ingest(batch, position, harness)

    assert frames == 20
    assert harness.kernel.statistics().rtp_packets == 100
