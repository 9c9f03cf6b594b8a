from __future__ import annotations

import ipaddress
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.errors import DecodeError
from qos_exporter.net import Endpoint
from qos_exporter.protocols.stun import REASONS, StunKind, StunMessage, parse_stun

COOKIE = bytes.fromhex("2112a442")
TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")

RFC_5769_IPV4_RESPONSE = bytes.fromhex(
    "0101003c"  # Binding success response, 60 bytes of attributes
    "2112a442"  # magic cookie
    "b7e7a701bc34d686fa87dfae"  # transaction
    "8022000b7465737420766563746f7220"  # SOFTWARE, 11 bytes and a pad
    "002000080001a147e112a643"  # XOR-MAPPED-ADDRESS, IPv4
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"  # MESSAGE-INTEGRITY
    "80280004c07d4c96"  # FINGERPRINT
)


def message(
    message_type: int = 0x0001,
    attributes: bytes = b"",
    *,
    cookie: bytes = COOKIE,
    transaction: bytes = TRANSACTION,
) -> bytes:
    """Build a message from the picture in RFC 8489 section 5."""
    return struct.pack(">HH", message_type, len(attributes)) + cookie + transaction + attributes


def read(data: bytes) -> StunMessage | str:
    try:
        return parse_stun(data)
    except DecodeError as error:
        return error.reason


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack(">HH", kind, len(value)) + value + bytes(-len(value) % 4)


def mapped_address(address: str, port: int, transaction: bytes) -> bytes:
    """Build XOR-MAPPED-ADDRESS with integers of any size, unlike the parser."""
    host = ipaddress.ip_address(address)
    size = host.max_prefixlen // 8
    mask = int.from_bytes((COOKIE + transaction)[:size], "big")
    family = 1 if size == 4 else 2
    masked = (int(host) ^ mask).to_bytes(size, "big")
    return attribute(0x0020, struct.pack(">xBH", family, port ^ 0x2112) + masked)


def test_sample_response() -> None:
    """The IPv4 response of RFC 5769 section 2.2 says 192.0.2.1, port 32853."""
    parsed = parse_stun(RFC_5769_IPV4_RESPONSE)

    assert parsed.kind is StunKind.SUCCESS
    assert parsed.transaction_id == TRANSACTION
    assert parsed.mapped == Endpoint("192.0.2.1", 32853)
    assert not parsed.has_username


def test_sample_response_over_ipv6() -> None:
    """The mapped address of RFC 5769 section 2.3 is unmasked with cookie and transaction."""
    value = bytes.fromhex("0002a1470113a9faa5d3f179bc25f4b5bed2b9d9")

    parsed = parse_stun(message(0x0101, attribute(0x0020, value)))

    assert parsed.mapped == Endpoint("2001:db8:1234:5678:11:2233:4455:6677", 32853)


@pytest.mark.parametrize(
    ("message_type", "kind"),
    [
        pytest.param(0x0001, StunKind.REQUEST, id="request"),
        pytest.param(0x0011, StunKind.INDICATION, id="indication"),
        pytest.param(0x0101, StunKind.SUCCESS, id="success"),
        pytest.param(0x0111, StunKind.ERROR, id="error"),
    ],
)
def test_kinds(message_type: int, kind: StunKind) -> None:
    """Two bits of the type tell request, indication, success and error."""
    assert parse_stun(message(message_type)).kind is kind


def test_check_of_ice() -> None:
    """A USERNAME, wherever it stands, marks a check of ICE."""
    attributes = attribute(0x8022, b"agent") + attribute(0x0006, b"evtj:h6vY")

    assert parse_stun(message(attributes=attributes)).has_username


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "short", id="empty"),
        pytest.param(message()[:19], "short", id="cut-header"),
        pytest.param(message(0x0003), "not_binding", id="allocate"),
        pytest.param(message(0x8001), "not_binding", id="rtp"),
        pytest.param(message(cookie=bytes(4)), "no_cookie", id="rfc-3489"),
        pytest.param(message() + b"\0\0\0\0", "length", id="longer"),
        pytest.param(message(attributes=bytes(8))[:-4], "length", id="cut"),
        pytest.param(message(attributes=bytes(6)), "length", id="not-whole-words"),
    ],
)
def test_refused(data: bytes, reason: str) -> None:
    """What is no whole Binding message is refused by a name."""
    with pytest.raises(DecodeError) as error:
        parse_stun(data)

    assert error.value.reason == reason


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param(b"", id="none"),
        pytest.param(struct.pack(">HH", 0x0020, 64), id="longer-than-the-message"),
        pytest.param(attribute(0x0020, bytes(2)), id="too-short"),
        pytest.param(attribute(0x0020, b"\0\1" + bytes(18)), id="ipv4-of-16-bytes"),
        pytest.param(attribute(0x0020, b"\0\3" + bytes(6)), id="unknown-family"),
    ],
)
def test_no_mapped_address(attributes: bytes) -> None:
    """A mapped address that is not there, or is damaged, is absent and harms nothing else."""
    parsed = parse_stun(message(0x0101, attributes))

    assert parsed.mapped is None
    assert parsed.transaction_id == TRANSACTION


@given(
    address=st.ip_addresses().map(str),
    port=st.integers(0, 65535),
    transaction=st.binary(min_size=12, max_size=12),
    others=st.lists(st.tuples(st.integers(0x8000, 0xFFFF), st.binary(max_size=20))),
)
def test_round_trip(
    address: str, port: int, transaction: bytes, others: list[tuple[int, bytes]]
) -> None:
    """What a builder of its own writes comes back, among any other attributes."""
    before = b"".join(attribute(kind, value) for kind, value in others)
    body = before + mapped_address(address, port, transaction)

    parsed = parse_stun(message(0x0101, body, transaction=transaction))

    assert parsed.transaction_id == transaction
    assert parsed.mapped is not None
    assert parsed.mapped.port == port
    assert parsed.mapped.packed16() == Endpoint(address, port).packed16()


@given(
    st.one_of(st.binary(max_size=80), st.binary(max_size=60).map(lambda data: message() + data))
    | st.binary(max_size=60).map(lambda data: message(0x0101, data + bytes(-len(data) % 4)))
)
def test_any_bytes(data: bytes) -> None:
    """Any bytes give a message, whose attributes can be asked for, or one of the reasons."""
    result = read(data)

    if isinstance(result, str):
        assert result in REASONS
    else:
        assert result.kind in StunKind
        assert isinstance(result.has_username, bool)
        assert result.mapped is None or result.mapped.address
