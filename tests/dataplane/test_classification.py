"""What is RTP and what is not (RFC 7983, RFC 5761, RFC 3550 A.1)."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from dataclasses import replace

import pytest

from qos_exporter.dataplane.rows import SLOW_RTCP, SLOW_SIP, SLOW_STUN, SLOW_TCP, SLOW_TUNNEL
from qos_exporter.net import Endpoint
from tests.dataplane.harness import Harness, kernel_settings
from tests.dataplane.scenarios import PACKET_NS, SECOND, START_NS, delayed, speech
from tests.dataplane.traffic import (
    CALLEE,
    CALLER,
    PROTOCOL_TCP,
    Frame,
    StreamId,
    ethernet,
    ip_datagram,
    ipv4,
    rtp,
)
from tests.oracle.packet import Packet

STREAM = StreamId(7, CALLER, CALLEE)
RANDOM = random.Random(7)


def frames_of(payloads: Sequence[bytes], src: Endpoint, dst: Endpoint) -> list[Frame]:
    """Send UDP payloads 20 ms apart."""
    return [
        Frame(ethernet(ip_datagram(src, dst, payload)), START_NS + index * PACKET_NS)
        for index, payload in enumerate(payloads)
    ]


def fed(payloads: Sequence[bytes], *, announced: bool, dst: Endpoint = CALLEE) -> Harness:
    """Let a kernel look at UDP payloads from one endpoint to another."""
    harness = Harness()
    if announced:
        harness.kernel.announce(dst)
    harness.frames(frames_of(payloads, CALLER, dst))
    return harness


STUN = struct.pack("!HHI12s", 0x0001, 0, 0x2112_A442, b"transaction!")
STUN_INDICATION = b"\x00\x11" + STUN[2:]
DTLS = b"\x16\xfe\xfd" + bytes(8) + b"\x00\x20" + bytes(32)
ZRTP = b"\x10\x00\x12\x34ZRTP" + bytes(40)
TURN_CHANNEL = struct.pack("!HH", 0x4001, 172) + rtp(speech([1])[0], 7)
SENDER_REPORT = struct.pack("!BBHI", 0x80, 200, 6, 7) + bytes(20)
FEEDBACK = struct.pack("!BBHII", 0x81, 205, 2, 7, 8)

NOT_MEDIA = [
    pytest.param(STUN_INDICATION, "stun", id="STUN-indication"),
    pytest.param(DTLS, "dtls", id="DTLS"),
    pytest.param(ZRTP, "zrtp", id="ZRTP"),
    pytest.param(TURN_CHANNEL, "turn_channel", id="TURN-channel"),
    pytest.param(b"", "not_rtp", id="empty"),
    pytest.param(b"\x00", "not_rtp", id="one-zero"),
    pytest.param(b"\x80", "not_rtp", id="one-byte-with-version-2"),
    pytest.param(b"\r\n\r\n", "not_rtp", id="keepalive-of-SIP"),
    pytest.param(b"\x40" + bytes(171), "turn_channel", id="version-1"),
    pytest.param(b"\xc0" + bytes(171), "not_rtp", id="version-3"),
    pytest.param(b"\x80" + bytes(10), "bad_rtp_header", id="eleven-bytes"),
]


@pytest.mark.pitfall(20)
@pytest.mark.parametrize(("payload", "reason"), NOT_MEDIA)
def test_other_protocols_on_a_media_port(payload: bytes, reason: str) -> None:
    """On a port that SDP announced, what is not RTP is told by its first bytes and counted so."""
    harness = fed([payload] * 4, announced=True)

    assert harness.streams == []
    undecoded = harness.undecoded()
    assert sum(undecoded.values()) == 4
    if len(payload) > 1:
        assert undecoded == {reason: 4}


@pytest.mark.pitfall(20, 62)
@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        pytest.param(STUN, SLOW_STUN, id="STUN-request"),
        pytest.param(b"\x01\x01" + STUN[2:], SLOW_STUN, id="STUN-success"),
        pytest.param(SENDER_REPORT, SLOW_RTCP, id="RTCP-sender-report"),
        pytest.param(FEEDBACK, SLOW_RTCP, id="RTCP-feedback"),
        pytest.param(struct.pack("!BBHI", 0x80, 192, 1, 7), SLOW_RTCP, id="RTCP-192"),
        pytest.param(struct.pack("!BBHI", 0x80, 223, 1, 7), SLOW_RTCP, id="RTCP-223"),
    ],
)
def test_reports_on_a_media_port(payload: bytes, kind: int) -> None:
    """RTCP and connectivity checks are no media, and are set aside as bytes to be read."""
    harness = fed([payload] * 4, announced=True)

    assert harness.streams == []
    assert harness.undecoded() == {}
    assert [(frame.kind, frame.data) for frame in harness.slow] == [(kind, payload)] * 4


@pytest.mark.pitfall(20)
def test_stream_among_other_protocols() -> None:
    """STUN, DTLS and RTCP on the same ports leave the stream beside them alone."""
    media = [rtp(packet, 7) for packet in speech(range(30))]
    mixed = [payload for packet in media for payload in (packet, STUN, SENDER_REPORT, b"\x00")]
    harness = fed(mixed, announced=False)

    assert harness.streams == [STREAM]
    assert (harness.totals(STREAM).received, harness.totals(STREAM).lost) == (30, 0)


def dns(identifier: int) -> bytes:
    """A query for example.com."""
    return struct.pack("!HHHHHH", identifier, 0x0100, 1, 0, 0, 0) + b"\7example\3com\0\0\1\0\1"


def quic(number: int) -> bytes:
    """A short-header packet: the rest is encrypted."""
    return struct.pack("!B8sH", 0x40 | number & 0x3F, b"connect!", number) + RANDOM.randbytes(1200)


SNMP = bytes.fromhex("302902010104067075626c6963a01c0204") + bytes(24)
WIREGUARD = struct.pack("<IIQ", 4, 99, 0)

OTHER_TRAFFIC = [
    pytest.param([dns(0x8000 + n) for n in range(50)], id="DNS-numbers-in-sequence"),
    pytest.param([dns(RANDOM.randrange(1 << 16)) for n in range(200)], id="DNS"),
    pytest.param([quic(n) for n in range(200)], id="QUIC-short"),
    pytest.param([b"\xc3\0\0\0\1\x08" + RANDOM.randbytes(1194) for n in range(50)], id="QUIC-long"),
    pytest.param([SNMP] * 50, id="SNMP"),
    pytest.param([WIREGUARD + RANDOM.randbytes(80) for n in range(50)], id="WireGuard"),
    pytest.param([RANDOM.randbytes(172) for n in range(2000)], id="random"),
    pytest.param([b"\x80" + RANDOM.randbytes(171) for n in range(2000)], id="random-version-2"),
    pytest.param([bytes(172)] * 50, id="zeros"),
    pytest.param([b"\x80" + bytes(171)] * 50, id="always-the-same"),
]


@pytest.mark.pitfall(16)
@pytest.mark.parametrize("payloads", OTHER_TRAFFIC)
def test_other_traffic_is_no_stream(payloads: list[bytes]) -> None:
    """Traffic that nobody announced and that is not RTP makes no stream, nor stays anywhere."""
    harness = fed(payloads, announced=False)
    harness.finish()

    assert harness.streams == []
    assert len(harness.window_rows()) == 0


PROBATION = [
    pytest.param([5], 0, id="one-packet"),
    pytest.param([5, 5, 5], 0, id="always-the-same"),
    pytest.param([5, 7, 9, 11], 0, id="never-in-sequence"),
    pytest.param([6, 5, 4], 0, id="backwards"),
    pytest.param([5, 6], 2, id="two-in-sequence"),
    pytest.param([65535, 65536], 2, id="over-the-wrap"),
    pytest.param([5, 9, 10, 12], 3, id="from-the-pair-on"),
    pytest.param([5, 5, 6], 2, id="first-one-twice"),
]


@pytest.mark.pitfall(16)
@pytest.mark.parametrize(("numbers", "received"), PROBATION)
def test_two_in_sequence_prove_a_stream(numbers: list[int], received: int) -> None:
    """A source that nobody announced counts from the first of two packets in sequence on."""
    harness = fed([rtp(packet, 7) for packet in speech(numbers)], announced=False)
    harness.finish()

    assert len(harness.streams) == (received > 0)
    if received:
        assert harness.totals(STREAM).received == received


def test_announced_stream_needs_no_proof() -> None:
    """At an endpoint of a call the first packet begins the stream; from one, too."""
    for announced in (CALLEE, CALLER):
        harness = Harness()
        harness.kernel.announce(announced)
        harness.frames(frames_of([rtp(speech([5])[0], 7)], CALLER, CALLEE))

        assert harness.streams == [STREAM]


def test_withdrawn_endpoint_needs_proof_again() -> None:
    """After the call's end a new source at its endpoint has to prove itself."""
    harness = Harness()
    harness.kernel.announce(CALLEE)
    harness.kernel.withdraw(CALLEE)
    harness.frames(frames_of([rtp(speech([5])[0], 7)], CALLER, CALLEE))

    assert harness.streams == []


def test_candidate_expires() -> None:
    """A packet in sequence that comes long after its predecessor proves nothing."""
    harness = Harness(kernel_settings(candidate_ns=3 * SECOND))
    late = delayed(speech([6]), 60 * SECOND)
    for packet in [*speech([5]), *late]:
        harness.packets([(STREAM, packet)])

    assert harness.streams == []


TUNNEL_PORTS = [2152, 4789, 6081, 37008]


@pytest.mark.pitfall(21)
@pytest.mark.parametrize("port", TUNNEL_PORTS)
@pytest.mark.parametrize("sends", [True, False], ids=["source", "destination"])
def test_media_on_the_port_of_a_tunnel(*, port: int, sends: bool) -> None:
    """RTP whose port happens to be that of a tunnel is RTP."""
    src = Endpoint(CALLER.address, port) if sends else CALLER
    dst = CALLEE if sends else Endpoint(CALLEE.address, port)
    harness = Harness()
    harness.frames(frames_of([rtp(p, 7) for p in speech(range(20))], src, dst))

    assert harness.streams == [StreamId(7, src, dst)]
    assert harness.totals(StreamId(7, src, dst)).received == 20
    assert harness.slow == []


def test_tunnel_leaves_the_packet_path() -> None:
    """What is really encapsulated is handed over as a frame, not counted."""
    inner = ethernet(ip_datagram(CALLER, CALLEE, rtp(speech([1])[0], 7)))
    vxlan = struct.pack("!BBHI", 0x08, 0, 0, 42 << 8) + inner
    harness = fed([vxlan], announced=False, dst=Endpoint(CALLEE.address, 4789))

    assert [frame.kind for frame in harness.slow] == [SLOW_TUNNEL]
    assert harness.undecoded() == {"tunnel": 1}


INVITE = b"INVITE sip:bob@example.com SIP/2.0\r\nCall-ID: 1\r\n\r\n"
SIGNALLING = [
    pytest.param(INVITE, 5060, id="request"),
    pytest.param(b"SIP/2.0 200 OK\r\n\r\n", 5060, id="response"),
    pytest.param(INVITE, 7777, id="request-on-any-port"),
    pytest.param(b"SIP/2.0 200 OK\r\n\r\n", 7777, id="response-on-any-port"),
]


@pytest.mark.parametrize(("message", "port"), SIGNALLING)
def test_signalling_leaves_the_packet_path(message: bytes, port: int) -> None:
    """A SIP message is handed over as the payload of its datagram, with its endpoints."""
    harness = fed([message], announced=False, dst=Endpoint(CALLEE.address, port))
    (frame,) = harness.slow

    assert frame.kind == SLOW_SIP
    assert frame.data == message
    assert (frame.src, frame.dst) == (CALLER, Endpoint(CALLEE.address, port))
    assert frame.at_ns == START_NS


def test_signalling_stops_the_batch() -> None:
    """What follows a SIP message in a batch is counted after the message was understood."""
    payloads = [INVITE, rtp(speech([1])[0], 7)]
    harness = Harness()
    whole = frames_of(payloads, CALLER, CALLEE)
    harness.frames(whole[:1])
    harness.kernel.announce(CALLEE)
    harness.frames(whole[1:])

    assert harness.streams == [STREAM]


def test_signalling_over_tcp_leaves_the_packet_path() -> None:
    """A TCP segment on a SIP port is handed over as a frame; other TCP is not."""
    harness = Harness()
    for port in (5060, 80):
        segment = struct.pack("!HHIIBBHHH", 40_000, port, 1, 1, 0x50, 0x18, 100, 0, 0) + INVITE
        ip = ipv4(CALLER.address, CALLEE.address, segment, protocol=PROTOCOL_TCP)
        harness.frames([Frame(ethernet(ip), START_NS)])

    assert [frame.kind for frame in harness.slow] == [SLOW_TCP]
    assert harness.undecoded() == {"tcp_sip": 1, "other_transport": 1}


def header(packet: Packet, *, csrcs: int = 0, extension: int = -1, padding: int = 0) -> bytes:
    """Make RTP with CSRCs, an extension of so many words (none if negative), and padding."""
    plain = rtp(packet, 7)
    first = 0x80 | csrcs | (0x10 if extension >= 0 else 0) | (0x20 if padding else 0)
    extended = b""
    if extension >= 0:
        extended = struct.pack("!HH", 0xBEDE, extension) + bytes(4 * extension)
    tail = bytes(padding - 1) + bytes([padding]) if padding else b""
    return bytes([first]) + plain[1:12] + bytes(4 * csrcs) + extended + plain[12:] + tail


SIZES = [
    pytest.param({}, id="plain"),
    pytest.param({"csrcs": 2}, id="CSRCs"),
    pytest.param({"extension": 0}, id="empty-extension"),
    pytest.param({"extension": 2}, id="extension"),
    pytest.param({"padding": 4}, id="padding"),
    pytest.param({"csrcs": 15, "extension": 3, "padding": 200}, id="all"),
]


@pytest.mark.pitfall(19)
@pytest.mark.parametrize("parts", SIZES)
def test_payload_size_without_its_surroundings(parts: dict[str, int]) -> None:
    """CSRCs, extension and padding are no payload: four bytes beside speech remain a digit."""
    media = speech(range(10))
    digit = replace(speech(range(11))[10], payload_type=101, payload_length=4, rtp_timestamp=1)
    harness = fed([*(rtp(p, 7) for p in media), header(digit, **parts)], announced=True)

    assert harness.totals(STREAM).received == 11
    assert harness.totals(STREAM).payload_type == 0


@pytest.mark.pitfall(19)
@pytest.mark.parametrize("last", [0, 255], ids=["padding-of-nothing", "more-than-there-is"])
def test_padding_that_is_encrypted(last: int) -> None:
    """SRTP ends in an authentication tag, not in a count: a packet of a known stream counts."""
    payloads = [rtp(packet, 7) for packet in speech(range(11))]
    payloads[5] = b"\xa0" + payloads[5][1:-1] + bytes([last])
    harness = fed(payloads, announced=False)

    assert (harness.totals(STREAM).received, harness.totals(STREAM).lost) == (11, 0)
    assert harness.undecoded() == {}


BROKEN = [
    pytest.param(b"\x8f" + bytes(20), id="CSRCs-beyond-the-end"),
    pytest.param(b"\x90" + bytes(13), id="extension-header-beyond-the-end"),
    pytest.param(b"\x90" + bytes(11) + b"\0\0\xff\xff" + bytes(100), id="extension-beyond-the-end"),
    pytest.param(b"\xa0" + bytes(20) + b"\xff", id="more-padding-than-payload"),
    pytest.param(b"\xa0" + bytes(20) + b"\x00", id="padding-of-nothing"),
]


@pytest.mark.pitfall(19)
@pytest.mark.parametrize("payload", BROKEN)
def test_header_that_does_not_fit(payload: bytes) -> None:
    """A header that claims more than the datagram holds is counted as broken."""
    harness = fed([payload] * 3, announced=True)

    assert harness.streams == []
    assert harness.undecoded() == {"bad_rtp_header": 3}
