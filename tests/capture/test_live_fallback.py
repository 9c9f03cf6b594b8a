from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from qos_exporter.capture import fallback
from qos_exporter.capture.bpf import compile_program
from qos_exporter.capture.fallback import FallbackSocket
from qos_exporter.capture.live import LiveOptions, open_live
from qos_exporter.capture.live_source import LiveSource
from qos_exporter.capture.ring_memory import RingMemory
from qos_exporter.dataplane.frames import NO_VLAN
from qos_exporter.errors import CaptureError
from tests.capture.links import NEAR, Links, udp_frame
from tests.capture.reading import Captured, frames_of

pytestmark = pytest.mark.netns

FRAME = udp_frame(b"hello")


def receive(source: LiveSource, *, quiet_s: float = 0.2) -> list[Captured]:
    """Give all frames until none comes for a while."""
    frames: list[Captured] = []
    while found := [frame for batch in source.batches(quiet_s) for frame in frames_of(batch)]:
        frames += found
    return frames


@contextmanager
def fallback_on(interface: str) -> Iterator[FallbackSocket]:
    """Open a plain socket for as long as the test needs it."""
    with closing(FallbackSocket(interface)) as source:
        yield source


def test_every_frame_once(links: Links) -> None:
    """Each frame comes out once, with its bytes and the kernel's time."""
    links.make_pair()
    with fallback_on(NEAR) as source:
        before_ns = time.time_ns()
        links.send(*(udp_frame(number.to_bytes(2, "big")) for number in range(2_000)))
        after_ns = time.time_ns()
        frames = receive(source)

        assert [int.from_bytes(frame.data[-2:], "big") for frame in frames] == list(range(2_000))
        assert {(frame.length, frame.link_type, frame.vlan) for frame in frames} == {
            (44, 1, NO_VLAN)
        }
        # scapy's floating-point seconds are right to a quarter of a microsecond.
        assert before_ns - 500 <= frames[0].timestamp_ns
        assert frames[-1].timestamp_ns <= after_ns + 500
        assert source.take_kernel_drops() == 0


@pytest.mark.pitfall(117)
def test_loopback_counts_once(links: Links) -> None:
    """On the loopback interface each datagram is seen once through a plain socket as well."""
    links.set("lo", "up")
    with (
        fallback_on("lo") as source,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
    ):
        receiver.bind(("127.0.0.1", 0))
        for number in range(100):
            receiver.sendto(bytes([number]), receiver.getsockname())

        assert [frame.data[42] for frame in receive(source)] == list(range(100))


def test_tag_is_in_the_frame(links: Links) -> None:
    """The tag that the kernel took off is back in the frame."""
    links.make_pair()
    with fallback_on(NEAR) as source:
        links.send(udp_frame(b"tagged", tci=42))

        assert [frame.data for frame in receive(source)] == [udp_frame(b"tagged", tci=42)]


def test_filter(links: Links) -> None:
    """The filter works on a plain socket too."""
    program = compile_program("udp port 5060")
    if program is None:
        pytest.skip("libpcap is not installed")
    links.make_pair()
    with closing(FallbackSocket(NEAR, program=program)) as source:
        links.send(udp_frame(b"sip"), udp_frame(b"rtp", port=20_000))

        assert [frame.data[42:] for frame in receive(source)] == [b"sip"]


def test_full_buffer(links: Links, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames that find the buffer full are counted as drops, once."""
    monkeypatch.setattr(fallback, "BUFFER_BYTES", 65_536)
    links.make_pair()
    with fallback_on(NEAR) as source:
        links.send(FRAME, times=2_000)
        drops = source.take_kernel_drops()

        assert 0 < drops < 2_000
        assert len(receive(source)) + drops == 2_000
        assert source.take_kernel_drops() == 0


def test_buffer_size(links: Links) -> None:
    """The kernel may hold 16 MiB for us, of which it says twice as much."""
    links.make_pair()
    with fallback_on(NEAR) as source:
        assert source._packets.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) == 2 * 16 * 1024**2


def test_link_goes_down(links: Links) -> None:
    """When the link goes down the reason is raised."""
    links.make_pair()
    with fallback_on(NEAR) as source:
        links.set(NEAR, "down")

        with pytest.raises(OSError, match="Network is down"):
            receive(source)


def test_unusable_socket_is_closed(links: Links, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket that cannot be prepared is closed, not left behind."""

    def refuse(_: socket.socket) -> None:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    monkeypatch.setattr(fallback, "_enlarge_buffer", refuse)
    links.make_pair()

    with pytest.raises(OSError, match="Cannot allocate memory"):
        FallbackSocket(NEAR)
    assert "promiscuity 0" in links.ip("-d", "link", "show", NEAR)


def test_ring_is_preferred(links: Links) -> None:
    """Where the kernel has a ring it is used."""
    links.make_pair()

    with closing(open_live(NEAR, LiveOptions(ring_bytes=1 << 20, filter="udp"))) as source:
        assert source.method == "ring"


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(errno.ENOPROTOOPT, id="no such option"),
        pytest.param(errno.ENOMEM, id="no memory"),
        pytest.param(errno.EPERM, id="forbidden, as by seccomp"),
        pytest.param(errno.EACCES, id="forbidden, as by a security module"),
    ],
)
def test_without_a_ring(
    number: int, links: Links, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the kernel gives no ring a plain socket takes its place, and the log says so."""

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(RingMemory, "__init__", refuse)
    links.make_pair()

    with closing(open_live(NEAR, LiveOptions(filter="udp"))) as source:
        links.send(FRAME)

        assert source.method == "socket"
        assert [frame.data for frame in receive(source)] == [FRAME]
    assert caplog.messages == [
        (
            f"near0: there is no receive ring ({os.strerror(number)});"
            " capturing through a plain socket, which is slower"
        )
    ]


def test_neither_ring_nor_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be opened the system's reason is told."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr("qos_exporter.capture.ring.hardware_type", lambda _: 1)
    monkeypatch.setattr("qos_exporter.capture.fallback.hardware_type", lambda _: 1)

    with pytest.raises(CaptureError) as caught:
        open_live(NEAR, LiveOptions())

    assert str(caught.value) == (
        "cannot capture on near0: Address family not supported by protocol"
    )


def test_no_right_to_capture(links: Links) -> None:  # noqa: ARG001 -- the namespace
    """Without CAP_NET_RAW the error is the sentence that tells how to get it."""
    program = (
        "from qos_exporter.capture.live import LiveOptions, open_live\n"
        "from qos_exporter.errors import CaptureError\n"
        "try: open_live('lo', LiveOptions())\n"
        "except CaptureError as error: print(error)"
    )
    # The user stays root, who alone may read everything here, but the right is gone.
    command = [
        "setpriv",
        "--bounding-set=-net_raw",
        "--inh-caps=-all",
        sys.executable,
        "-c",
        program,
    ]

    run = subprocess.run(command, capture_output=True, text=True, check=True)

    assert run.stdout.startswith("no right to capture on lo: CAP_NET_RAW is needed")
    assert run.stdout.count("\n") == 1
    assert not run.stderr
