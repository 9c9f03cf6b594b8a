from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.errors import DecodeError
from qos_exporter.net import Endpoint
from qos_exporter.protocols.sdp import CANDIDATES_MAX, LINE_MAX, REASONS, parse_session
from qos_exporter.protocols.session_description import (
    MediaDescription,
    MediaDirection,
    PayloadFormat,
    SessionDescription,
)

HEAD = ("v=0", "o=alice 1 1 IN IP4 10.0.0.1", "s=-", "t=0 0")
CONNECTION = "c=IN IP4 10.0.0.1"


def parse(*lines: str, line_end: str = "\r\n") -> SessionDescription:
    """Parse a description with the usual first lines."""
    return parse_session(line_end.join((*HEAD, *lines, "")).encode())


def audio(*attributes: str, payloads: str = "0", protocol: str = "RTP/AVP") -> MediaDescription:
    """Parse a description of one audio line at 10.0.0.1:4000."""
    return parse(CONNECTION, f"m=audio 4000 {protocol} {payloads}", *attributes).media[0]


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_media_line_field_by_field(line_end: str) -> None:
    """An `m=` line gives kind, port, protocol and payload types, whatever ends the lines."""
    session = parse(CONNECTION, "m=audio 49170/2 rtp/avp 0 8 0 101", line_end=line_end)
    media = session.media[0]

    assert session.origin == "alice 1 1 IN IP4 10.0.0.1"
    assert (media.terms.kind, media.port, media.terms.protocol) == ("audio", 49170, "RTP/AVP")
    assert media.terms.payload_types == (0, 8, 101)
    assert media.endpoint == Endpoint("10.0.0.1", 49170)
    assert media.terms.direction is MediaDirection.SENDRECV


@pytest.mark.pitfall(86)
@pytest.mark.parametrize(
    ("session_line", "media_line", "expected"),
    [
        pytest.param("c=IN IP4 10.0.0.1", "", "10.0.0.1", id="session"),
        pytest.param("", "c=IN IP4 10.0.0.2", "10.0.0.2", id="media"),
        pytest.param("c=IN IP4 10.0.0.1", "c=IN IP4 10.0.0.2", "10.0.0.2", id="media-wins"),
        pytest.param("c=IN IP4 224.2.1.1/127", "", "224.2.1.1", id="ttl"),
        pytest.param("c=IN IP4 224.2.1.1/127/3", "", "224.2.1.1", id="ttl-and-number"),
        pytest.param("c=IN IP6 2001:DB8:0::1", "", "2001:db8::1", id="ipv6-canonical"),
        pytest.param("c=IN IP6 ::FFFF:192.0.2.1", "", "192.0.2.1", id="ipv4-mapped"),
        pytest.param("c=IN IP6 FF15::101/3", "", "ff15::101", id="ipv6-number"),
        pytest.param("c=IN IP4 pbx.example.com", "", None, id="host-name"),
        pytest.param("", "", None, id="none"),
    ],
)
def test_connection(session_line: str, media_line: str, expected: str | None) -> None:
    """The address comes from the media level, else from the session level."""
    media = parse(session_line, "m=audio 4000 RTP/AVP 0", media_line).media[0]

    assert media.address == expected


@pytest.mark.pitfall(86)
def test_each_line_has_its_own_address_and_label() -> None:
    """Several audio lines, as a recorder gets them, keep apart; video is no audio."""
    session = parse(
        "c=IN IP4 10.0.0.1",
        "m=audio 4000 RTP/AVP 0",
        "a=label:1",
        "m=audio 4002 RTP/AVP 8",
        "c=IN IP4 10.0.0.2",
        "a=label:2",
        "m=video 4004 RTP/AVP 96",
        "a=rtpmap:96 H264/90000",
    )

    assert [(each.terms.kind, each.terms.label, each.endpoint) for each in session.media] == [
        ("audio", "1", Endpoint("10.0.0.1", 4000)),
        ("audio", "2", Endpoint("10.0.0.2", 4002)),
        ("video", "", Endpoint("10.0.0.1", 4004)),
    ]
    assert [len(each.terms.formats) for each in session.media] == [0, 0, 1]


def test_formats() -> None:
    """`rtpmap` and `fmtp` explain payload types; names come in upper case."""
    media = audio(
        "a=rtpmap:96 opus/48000/2",
        "a=fmtp:96 useinbandfec=1; stereo=0",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:18 annexb=no",
        "a=rtpmap:99 unlisted/8000",
        "a=ptime:20",
        payloads="96 101 18",
    )

    assert media.terms.formats == (
        PayloadFormat(96, "OPUS", 48000, 2, "useinbandfec=1; stereo=0"),
        PayloadFormat(101, "TELEPHONE-EVENT", 8000),
    )
    assert (18, "annexb=no") in media.terms.parameters
    assert media.terms.ptime_ms == 20


@pytest.mark.parametrize(
    "attribute",
    [
        "a=rtpmap:x PCMU/8000",
        "a=rtpmap:0 PCMU",
        "a=rtpmap:0 PCMU/0",
        "a=fmtp:",
        "a=ptime:often",
        "a=rtcp:port",
        "a=candidate:1 1",
        "a=candidate:1 1 udp 1 host.local 5000 typ host",
        "a",
        "a=",
        "x=unknown",
        "garbage",
    ],
)
def test_broken_attribute_is_passed_over(attribute: str) -> None:
    """One attribute that cannot be read costs nothing else."""
    assert audio(attribute) == audio()


@pytest.mark.pitfall(79)
@pytest.mark.parametrize(
    ("lines", "is_two_way"),
    [
        pytest.param(("m=audio 4000 RTP/AVP 0",), True, id="default"),
        pytest.param(("m=audio 4000 RTP/AVP 0", "a=sendrecv"), True, id="sendrecv"),
        pytest.param(("m=audio 4000 RTP/AVP 0", "a=sendonly"), False, id="sendonly"),
        pytest.param(("m=audio 4000 RTP/AVP 0", "a=recvonly"), False, id="recvonly"),
        pytest.param(("m=audio 4000 RTP/AVP 0", "a=inactive"), False, id="inactive"),
        pytest.param(("m=audio 0 RTP/AVP 0",), False, id="port-0"),
        pytest.param(("m=audio 4000 RTP/AVP 0", "c=IN IP4 0.0.0.0"), False, id="address-0"),
        pytest.param(("m=audio 4000 RTP/AVP 0", "c=IN IP6 ::"), False, id="address-0-ipv6"),
        pytest.param(("m=audio 9 RTP/AVP 0", "c=IN IP4 0.0.0.0"), True, id="address-of-ice"),
        pytest.param(
            ("m=audio 9 RTP/AVP 0", "c=IN IP4 0.0.0.0", "a=inactive"), False, id="hold-with-ice"
        ),
        pytest.param(("a=sendonly", "m=audio 4000 RTP/AVP 0"), False, id="session-level"),
        pytest.param(
            ("a=inactive", "m=audio 4000 RTP/AVP 0", "a=sendrecv"), True, id="media-level-wins"
        ),
    ],
)
def test_two_way(lines: tuple[str, ...], *, is_two_way: bool) -> None:
    """Hold has many spellings, and none of them is two-way."""
    assert parse(CONNECTION, *lines).media[0].is_two_way is is_two_way


def test_no_endpoint_where_media_are_off() -> None:
    """Port 0 and address 0.0.0.0 are no places to send to."""
    off = parse(CONNECTION, "m=audio 0 RTP/AVP 0", "a=candidate:1 1 udp 9 10.0.0.7 6000 typ host")
    held = parse("c=IN IP4 0.0.0.0", "m=audio 4000 RTP/AVP 0")

    assert off.media[0].media_endpoints == ()
    assert held.media[0].endpoint is None
    assert held.media[0].rtcp_endpoint is None


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        pytest.param("a=sendrecv", Endpoint("10.0.0.1", 4001), id="next-port"),
        pytest.param("a=rtcp:53020", Endpoint("10.0.0.1", 53020), id="port"),
        pytest.param("a=rtcp:53020 IN IP4 10.0.0.7", Endpoint("10.0.0.7", 53020), id="other-host"),
        pytest.param("a=rtcp:53020 IN IP6 2001:DB8::7", Endpoint("2001:db8::7", 53020), id="ipv6"),
        pytest.param("a=rtcp-mux", Endpoint("10.0.0.1", 4000), id="mux"),
    ],
)
def test_rtcp_endpoint(attribute: str, expected: Endpoint) -> None:
    """RTCP goes one port up unless the description says otherwise (RFC 3605, RFC 5761)."""
    assert audio(attribute).rtcp_endpoint == expected


def test_very_many_media() -> None:
    """What a datagram can hold of media lines and candidates is not all followed."""
    many = b"".join(b"m=audio %d RTP/AVP 0\r\n" % (2 * port) for port in range(1000, 3000))
    session = parse_session(b"v=0\r\nc=IN IP4 10.0.0.1\r\n" + many)
    assert [media.port for media in session.media] == [2 * port for port in range(1000, 1032)]

    candidates = (
        f"a=candidate:{port} 1 UDP 1 10.0.0.2 {port} typ host" for port in range(4000, 5000)
    )
    assert len(audio(*candidates).terms.candidates) == CANDIDATES_MAX


@pytest.mark.pitfall(96)
def test_ice_candidates() -> None:
    """Candidates of the RTP component are places where media may arrive."""
    media = audio(
        "a=candidate:1 1 UDP 2130706431 10.0.0.1 4000 typ host",
        "a=candidate:1 2 UDP 2130706430 10.0.0.1 4001 typ host",
        "a=candidate:2 1 udp 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.0.1 rport 4000",
        "a=candidate:3 1 udp 16777215 198.51.100.9 50000 typ relay raddr 192.0.2.3 rport 45664",
        "a=candidate:4 1 TCP 1015021823 10.0.0.1 9 typ host tcptype active",
    )

    assert [each.kind for each in media.terms.candidates] == ["host", "host", "srflx", "relay"]
    assert media.media_endpoints == (
        Endpoint("10.0.0.1", 4000),
        Endpoint("192.0.2.3", 45664),
        Endpoint("198.51.100.9", 50000),
    )


@pytest.mark.parametrize(
    ("protocol", "attribute", "is_encrypted"),
    [
        pytest.param("RTP/AVP", "a=sendrecv", False, id="plain"),
        pytest.param("RTP/SAVP", "a=sendrecv", True, id="savp"),
        pytest.param("RTP/AVP", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x", True, id="crypto"),
        pytest.param("UDP/TLS/RTP/SAVPF", "a=fingerprint:sha-256 AA", True, id="dtls"),
    ],
)
def test_encryption(protocol: str, attribute: str, *, is_encrypted: bool) -> None:
    """SRTP is told by its profile or by keys; it is RTP all the same."""
    media = audio(attribute, protocol=protocol)

    assert media.terms.is_encrypted is is_encrypted
    assert media.terms.is_rtp


def test_calls_share_the_terms_of_their_media() -> None:
    """What devices say alike is there once, though the ports and keys of each call are its own."""
    key = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"
    calls = [
        parse(CONNECTION, f"m=audio {port} RTP/SAVP 0", f"{key}{port}").media[0]
        for port in (4000, 4002)
    ]

    assert calls[0].terms is calls[1].terms
    assert [media.port for media in calls] == [4000, 4002]


@pytest.mark.pitfall(78)
@pytest.mark.parametrize(
    ("line", "is_fax"),
    [
        pytest.param("m=image 4000 udptl t38", True, id="t38"),
        pytest.param("m=image 0 udptl t38", False, id="refused"),
        pytest.param("m=audio 4000 RTP/AVP 0", False, id="audio"),
    ],
)
def test_fax(line: str, *, is_fax: bool) -> None:
    """T.38 in use is an image line over UDPTL with a port; it is no RTP."""
    media = parse(CONNECTION, line).media[0]

    assert media.is_fax is is_fax
    assert media.terms.is_rtp is (media.terms.kind == "audio")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "not_sdp", id="empty"),
        pytest.param(b"hello", "not_sdp", id="text"),
        pytest.param(b"o=x\r\nv=0\r\n", "not_sdp", id="wrong-order"),
        pytest.param(b"v=0\r\nm=audio\r\n", "media_line", id="media-no-port"),
        pytest.param(b"v=0\r\nm=audio 1 " + b"X" * LINE_MAX, "media_line", id="media-too-long"),
        pytest.param(b"v=0\r\nm=audio 70000 RTP/AVP 0\r\n", "media_line", id="port-too-large"),
        pytest.param(b"v=0\r\nm=audio x RTP/AVP 0\r\n", "media_line", id="port-no-number"),
        pytest.param(b"v=0\r\nm=audio 4000\r\n", "media_line", id="no-protocol"),
    ],
)
def test_malformed(data: bytes, reason: str) -> None:
    """What is no description is refused with a reason out of the closed set."""
    with pytest.raises(DecodeError) as caught:
        parse_session(data)

    assert caught.value.reason == reason
    assert reason in REASONS


def read(data: bytes) -> SessionDescription | str:
    """Parse, or give the reason why not."""
    try:
        return parse_session(data)
    except DecodeError as error:
        return error.reason


LINES = st.sampled_from(
    [
        "m=audio 4000 RTP/AVP 0 96",
        "m=image 1 udptl t38",
        "c=IN IP4 10.0.0.1",
        "c=IN IP4 \x00",
        "c=",
        "a=rtpmap:96 opus/48000/2",
        "a=rtcp:1",
        "a=candidate:1 1 udp 1 ::1 1 typ host",
        "a=fmtp:96 x",
        "a=ptime:\u0662",
        "m=audio \u0664 RTP/AVP \u0660",
    ]
)


@given(
    st.binary()
    | st.lists(LINES | st.text(max_size=12)).map(lambda lines: "\n".join(["v=0", *lines]).encode())
)
def test_any_bytes_give_a_description_or_a_reason(data: bytes) -> None:
    """Whatever arrives is a description whose every field can be read, or is refused."""
    session = read(data)

    if isinstance(session, str):
        assert session in REASONS
        return
    for media in session.media:
        assert media.rtcp_endpoint is None or media.rtcp_endpoint.address
        assert all(each.packed16() for each in media.media_endpoints)


@pytest.mark.parametrize("name", ["rtpmap", "fmtp", "label"])
def test_very_long_attributes_are_passed_over(name: str) -> None:
    """What is kept with a call is no longer than any honest line."""
    attributes = ["a=rtpmap:96 opus/48000", "a=fmtp:96 useinbandfec=1", "a=label:1"]
    spoilt = [each + "x" * LINE_MAX if name in each else each for each in attributes]
    terms = audio(*spoilt, payloads="96").terms

    kept = {"rtpmap": bool(terms.formats), "fmtp": bool(terms.parameters), "label": terms.label}
    assert kept == {"rtpmap": True, "fmtp": True, "label": "1"} | {name: type(kept[name])()}
