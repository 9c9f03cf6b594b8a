from __future__ import annotations

import socket
import struct

import pytest

from qos_exporter.capture.bpf import FilterProgram, compile_program
from qos_exporter.errors import CaptureError

pytest.importorskip("scapy")


@pytest.fixture(scope="module", autouse=True)
def _libpcap() -> None:
    """Skip where libpcap is missing."""
    if compile_program("udp") is None:
        pytest.skip("libpcap is not installed")


LOAD_BYTE, RETURN = 0x30, 0x06


@pytest.mark.parametrize(
    ("ethernet", "first"),
    [
        # ldh [12]: the type of an Ethernet frame; ldb [0]: the version of an IP datagram.
        pytest.param(True, (0x28, 12), id="ethernet"),
        pytest.param(False, (0x30, 0), id="bare IP"),
    ],
)
def test_filters_fit_the_frames(*, ethernet: bool, first: tuple[int, int]) -> None:
    """A program looks for the protocol where frames of the interface have it."""
    program = compile_program("ip", ethernet=ethernet)

    assert program is not None
    code, _, _, operand = struct.unpack_from("HBBI", program.instructions)
    assert (code, operand) == first


def test_wrong_expression() -> None:
    """An expression that libpcap does not understand is refused with its reason."""
    with pytest.raises(CaptureError, match=r"the capture filter cannot be used: .*udpp"):
        compile_program("udpp port 5060")


def test_without_libpcap(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Without libpcap there is no filter, and the log says so."""

    def missing(*_: object, **__: object) -> None:
        raise ImportError("libpcap is not available. Cannot compile filter !")

    monkeypatch.setattr("scapy.arch.common.compile_filter", missing)

    assert compile_program("udp") is None
    assert "capturing unfiltered: libpcap" in caplog.text


def test_attaching() -> None:
    """An attached program decides which datagrams a socket gets."""
    # On a UDP socket the program sees the UDP header: let through what has an "a" behind it.
    program = FilterProgram(
        struct.pack("HBBI", LOAD_BYTE, 0, 0, 8)
        + struct.pack("HBBI", 0x15, 0, 1, ord("a"))  # jeq
        + struct.pack("HBBI", RETURN, 0, 0, 65_535)
        + struct.pack("HBBI", RETURN, 0, 0, 0)
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        program.attach(receiver)
        for text in (b"b", b"a", b"c"):
            receiver.sendto(text, receiver.getsockname())

        assert receiver.recv(9) == b"a"
        receiver.settimeout(0)
        with pytest.raises(BlockingIOError):
            receiver.recv(9)


def test_program_that_is_too_long() -> None:
    """A filter that the kernel does not take is named as what is wrong."""
    program = FilterProgram(struct.pack("HBBI", RETURN, 0, 0, 0) * 4_097)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        pytest.raises(CaptureError, match=r"capture filter .* its 4097 instructions \(Invalid"),
    ):
        program.attach(receiver)
