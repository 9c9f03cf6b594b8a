from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.errors import DecodeError
from qos_exporter.protocols.sip import LONGEST, REASONS, SipMessage, parse_message
from qos_exporter.protocols.sip_headers import first_values

HEADERS = {
    "Via": "SIP/2.0/UDP pc33.example.com;branch=z9hG4bK776",
    "From": "Alice <sip:alice@example.com>;tag=1928301774",
    "To": "Bob <sip:bob@example.net>",
    "Call-ID": "a84b4c76e66710@pc33.example.com",
    "CSeq": "314159 INVITE",
}


def make(
    first: str = "INVITE sip:bob@example.net SIP/2.0",
    *,
    body: bytes = b"",
    line_end: str = "\r\n",
    **changed: str | None,
) -> bytes:
    """Build a message; a header that is changed to `None` is left out."""
    headers = HEADERS | {
        key.replace("_", "-"): value for key, value in changed.items() if value is not None
    }
    for key, value in changed.items():
        if value is None:
            del headers[key.replace("_", "-")]
    lines = [first, *(f"{key}: {value}" for key, value in headers.items()), "", ""]
    return line_end.join(lines).encode() + body


def test_request_field_by_field() -> None:
    """A request gives its method, URI, dialog identifiers and parties."""
    message = parse_message(make())

    assert message.is_request
    assert message.method == "INVITE"
    assert message.request_uri == "sip:bob@example.net"
    assert message.status_code == 0
    assert message.call_id == "a84b4c76e66710@pc33.example.com"
    assert message.cseq == 314159
    assert message.sender.uri == "sip:alice@example.com"
    assert message.sender.user == "alice"
    assert message.sender.tag == "1928301774"
    assert message.recipient.identity == "bob"
    assert message.recipient.tag == ""
    assert message.header("via") == "SIP/2.0/UDP pc33.example.com;branch=z9hG4bK776"
    assert message.header("subject") == ""


@pytest.mark.parametrize(
    ("first", "status_code", "reason_phrase"),
    [
        pytest.param("SIP/2.0 180 Ringing", 180, "Ringing", id="usual"),
        pytest.param("SIP/2.0 486 Busy Here", 486, "Busy Here", id="words"),
        pytest.param("SIP/2.0 200 ", 200, "", id="empty-reason"),
        pytest.param("SIP/2.0 200", 200, "", id="no-space-after-code"),
        pytest.param("sip/2.0 100 Trying", 100, "Trying", id="lower-case"),
        pytest.param("SIP/2.0 603 D\u00e9clin\u00e9", 603, "D\u00e9clin\u00e9", id="utf-8"),
    ],
)
def test_status_line(first: str, status_code: int, reason_phrase: str) -> None:
    """A response gives its code and phrase, and takes its method from CSeq."""
    message = parse_message(make(first))

    assert (message.status_code, message.reason_phrase) == (status_code, reason_phrase)
    assert message.method == "INVITE"
    assert not message.is_request


@pytest.mark.pitfall(84)
@pytest.mark.parametrize(
    ("changed", "compact"),
    [
        pytest.param("From", "f", id="from"),
        pytest.param("To", "t", id="to"),
        pytest.param("Call-ID", "i", id="call-id"),
        pytest.param("Via", "v", id="via"),
        pytest.param("Call-ID", "CALL-ID", id="upper-case"),
        pytest.param("Call-ID", "call-id", id="lower-case"),
        pytest.param("CSeq", "cSEQ", id="mixed-case"),
        pytest.param("From", "F", id="compact-upper-case"),
    ],
)
def test_header_names_have_several_spellings(changed: str, compact: str) -> None:
    """Compact names and any case give the same message as the long names."""
    plain = parse_message(make())
    other = parse_message(make().replace(f"{changed}:".encode(), f"{compact} \t:".encode()))

    assert other._replace(header_text="") == plain._replace(header_text="")
    assert other.header("via") == plain.header("via")


@pytest.mark.pitfall(84)
@pytest.mark.parametrize(
    ("compact", "name"),
    [
        ("a", "accept-contact"),
        ("b", "referred-by"),
        ("c", "content-type"),
        ("d", "request-disposition"),
        ("e", "content-encoding"),
        ("f", "from"),
        ("i", "call-id"),
        ("j", "reject-contact"),
        ("k", "supported"),
        ("l", "content-length"),
        ("m", "contact"),
        ("n", "identity-info"),
        ("o", "event"),
        ("r", "refer-to"),
        ("s", "subject"),
        ("t", "to"),
        ("u", "allow-events"),
        ("v", "via"),
        ("x", "session-expires"),
        ("y", "identity"),
    ],
)
def test_registered_compact_names(compact: str, name: str) -> None:
    """Each one-letter name of the IANA registry stands for its long name."""
    assert first_values(f"{compact}: 1") == first_values(f"{compact.upper()} : 1") == {name: "1"}


@pytest.mark.pitfall(84)
def test_folded_header() -> None:
    """A header that goes on in indented lines is one value (RFC 3261 section 7.3.1)."""
    message = parse_message(
        make(From="Alice\r\n  <sip:alice@example.com>\r\n\t;tag=77", Subject="I know\r\n you")
    )

    assert message.sender.tag == "77"
    assert message.header("subject") == "I know you"


@pytest.mark.pitfall(84)
@pytest.mark.parametrize(
    "value",
    [
        "1 INVITE",
        "1  INVITE",
        "1\tINVITE",
        "0001 INVITE",
        "1 INVITE  ",
        "1 \r\n INVITE",
        "1 invite",
    ],
)
def test_white_space_in_cseq(value: str) -> None:
    """Any white space may stand around number and method."""
    message = parse_message(make("SIP/2.0 200 OK", CSeq=value))

    assert (message.cseq, message.method) == (1, "INVITE")


@pytest.mark.pitfall(84)
@pytest.mark.parametrize(
    ("value", "uri", "user", "tag"),
    [
        pytest.param("<sip:a@b>;tag=x", "sip:a@b", "a", "x", id="brackets"),
        pytest.param("sip:a@b;tag=x", "sip:a@b", "a", "x", id="no-brackets"),
        pytest.param("<sip:a@b;tag=no>", "sip:a@b;tag=no", "a", "", id="tag-of-the-uri"),
        pytest.param("<sip:a@b;tag=no>;tag=x", "sip:a@b;tag=no", "a", "x", id="both"),
        pytest.param('"O <;tag=n> K" <sip:a@b>;tag=x', "sip:a@b", "a", "x", id="quoted-name"),
        pytest.param('"say \\"hi\\" <" <sip:a@b>;tag=x', "sip:a@b", "a", "x", id="quoted-quote"),
        pytest.param("<sip:a@b> ; TAG = x ;y=1", "sip:a@b", "a", "x", id="spaces-and-case"),
        pytest.param("<sip:a@b>;y=1;tag=x,<sip:c@d>", "sip:a@b", "a", "x", id="other-parameters"),
        pytest.param("<sip:a:pw@b>;tag=x", "sip:a:pw@b", "a", "x", id="password"),
        pytest.param("<tel:+1-201-555;phone-context=x>", "tel:+1-201-555;phone-context=x",
                     "+1-201-555", "", id="tel"),
        pytest.param("<sip:10.0.0.1:5060>;tag=x", "sip:10.0.0.1:5060", "", "x", id="no-user"),
        pytest.param("", "", "", "", id="empty"),
    ],
)  # fmt: skip
def test_name_address(value: str, uri: str, user: str, tag: str) -> None:
    """The tag is a parameter of the header, never of the URI inside the brackets."""
    sender = parse_message(make(From=value)).sender

    assert (sender.uri, sender.user, sender.tag) == (uri, user, tag)
    assert sender.identity == (user or uri)


@pytest.mark.parametrize(
    ("uri", "identity"),
    [
        pytest.param("sip:alice@x", "alice", id="name"),
        pytest.param("sip:%2B4930123@x;user=phone", "+4930123", id="escaped-plus"),
        pytest.param("sip:*21%23@x", "*21#", id="escaped-hash"),
        pytest.param("sip:J%C3%BCrgen%20B@x", "Jürgen B", id="escaped-utf-8"),
        pytest.param("sip:+4930123;phone-context=x;npdi@x", "+4930123", id="parameters-of-number"),
        pytest.param("sip:%2B49;rn=1@x", "+49", id="escaped-and-parameters"),
        pytest.param("sip:bob;home@x", "bob;home", id="semicolon-in-a-name"),
        pytest.param("sip:a%0Ab@x", "a%0Ab", id="line-end-stays-escaped"),
        pytest.param("sip:100%@x", "100%", id="no-escape"),
        pytest.param("tel:+49-30-123;ext=7", "+49-30-123", id="tel"),
        pytest.param("sip:10.0.0.1", "sip:10.0.0.1", id="no-user"),
    ],
)
def test_identity(uri: str, identity: str) -> None:
    """A party is called as people would call it: a number by its digits, nothing escaped."""
    sender = parse_message(make(From=f"<{uri}>;tag=x")).sender

    assert sender.identity == identity


@pytest.mark.parametrize(
    ("length", "body", "is_truncated"),
    [
        pytest.param("4", b"1234", False, id="exact"),
        pytest.param("2", b"12", False, id="rest-is-discarded"),
        pytest.param(None, b"1234", False, id="absent-means-to-the-end"),
        pytest.param("9", b"1234", True, id="datagram-was-cut"),
        pytest.param("0", b"", False, id="none"),
    ],
)
def test_content_length(length: str | None, body: bytes, *, is_truncated: bool) -> None:
    """The body ends at Content-Length or at the end of the datagram (RFC 3261 section 18.3)."""
    headers = {} if length is None else {"Content_Length": length}
    message = parse_message(make(body=b"1234", **headers))

    assert message.body == body
    assert message.is_truncated is is_truncated


@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
@pytest.mark.parametrize("filler", [b"", b"\r\n\r\n", b"\0\0\0\0", b"\n \t\r\n"])
def test_filler_and_line_ends(line_end: str, filler: bytes) -> None:
    """Keepalives glued to the front and bare line feeds change nothing."""
    data = filler + make(line_end=line_end, body=b"x\r\n\r\ny")

    assert parse_message(data).body == b"x\r\n\r\ny"
    assert parse_message(data).call_id == HEADERS["Call-ID"]


@pytest.mark.pitfall(85)
def test_description_beside_another_part() -> None:
    """A message that carries a description among other parts has that description."""
    body = (
        b"--x\r\nContent-Type: application/isup\r\n\r\n\x01\r\n"
        b"--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--x--\r\n"
    )
    message = parse_message(make(body=body, Content_Type="multipart/mixed;boundary=x"))

    assert message.sdp is not None
    assert message.sdp.strip() == b"v=0"


def test_headers_cut_off() -> None:
    """A message without its empty line is read as far as it goes."""
    message = parse_message(make().rstrip())

    assert message.cseq == 314159
    assert message.body == b""


@pytest.mark.parametrize(
    ("via", "transaction"),
    [
        pytest.param(
            "SIP/2.0/UDP pc33.example.com;branch=z9hG4bK776asdhds",
            "z9hG4bK776asdhds",
            id="rfc-3261",
        ),
        pytest.param(
            "SIP/2.0/UDP [2001:db8::9]:5060 ; Branch = z9hG4bK7;rport", "z9hG4bK7", id="spaces"
        ),
        pytest.param(
            "SIP/2.0/UDP p;branch=z9hG4bK2,SIP/2.0/UDP a;branch=z9hG4bK1",
            "z9hG4bK2",
            id="first-of-two",
        ),
        pytest.param("SIP/2.0/UDP pc33.example.com;branch=1", "", id="without-the-cookie"),
        pytest.param("SIP/2.0/UDP pc33.example.com", "", id="rfc-2543"),
    ],
)
def test_transaction(via: str, transaction: str) -> None:
    """A request is told from others by the branch of its topmost Via (section 8.1.1.7)."""
    assert parse_message(make(Via=via)).transaction == transaction


EARLY = "Content-Disposition: early-session\r\n\r\nv=0\r\no=early"
SESSION = "Content-Disposition: session;handling=optional\r\n\r\nv=0\r\no=session"


@pytest.mark.parametrize(
    ("parts", "session", "early"),
    [
        pytest.param((SESSION, EARLY), b"v=0\r\no=session", b"v=0\r\no=early", id="both"),
        pytest.param((EARLY, SESSION), b"v=0\r\no=session", b"v=0\r\no=early", id="early-first"),
        pytest.param((EARLY,), None, b"v=0\r\no=early", id="early-only"),
        pytest.param((SESSION,), b"v=0\r\no=session", None, id="session-only"),
    ],
)
def test_early_session(parts: tuple[str, ...], session: bytes | None, early: bytes | None) -> None:
    """A description is of the session unless its disposition says otherwise (RFC 3959)."""
    body = "".join(f"--x\r\nContent-Type: application/sdp\r\n{each}\r\n" for each in parts)
    message = parse_message(
        make(body=f"{body}--x--\r\n".encode(), Content_Type="multipart/mixed;boundary=x")
    )

    assert (message.sdp, message.early_sdp) == (session, early)


@pytest.mark.parametrize("disposition", ["early-session", "early-session; handling=required"])
def test_early_session_by_itself(disposition: str) -> None:
    """A body that is no multipart has its disposition in the message."""
    message = parse_message(
        make(body=b"v=0", Content_Type="application/sdp", Content_Disposition=disposition)
    )

    assert (message.sdp, message.early_sdp) == (None, b"v=0")


@pytest.mark.parametrize(
    ("via", "hops"),
    [
        pytest.param("SIP/2.0/UDP a;branch=z9hG4bK1", 1, id="next-to-the-caller"),
        pytest.param("SIP/2.0/UDP p;branch=z9hG4bK2\r\nv: SIP/2.0/UDP a", 2, id="two-headers"),
        pytest.param("SIP/2.0/UDP p , SIP/2.0/UDP a", 2, id="one-header"),
        pytest.param("SIP / 2.0 / UDP q,\r\n SIP/2.0/UDP p,\r\n\tSIP/2.0/UDP a", 3, id="folded"),
        pytest.param("SIP/2.0/UDP a\r\nVideo: a,b\r\nX-Via: c", 1, id="other-headers"),
    ],
)
def test_hops(via: str, hops: int) -> None:
    """Every element that a request has left put its Via on top (section 16.6)."""
    assert parse_message(make(Via=via)).hops == hops


def test_line_without_colon_is_passed_over() -> None:
    """One broken header line does not cost the message."""
    assert parse_message(make(Subject="x\r\nnonsense")).cseq == 314159


def test_first_of_repeated_headers_counts() -> None:
    """Where a header that occurs once is repeated, the first one is taken."""
    assert parse_message(make(X="1\r\nCall-ID: second")).call_id == HEADERS["Call-ID"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "keepalive", id="empty"),
        pytest.param(b"\r\n\r\n", "keepalive", id="crlf"),
        pytest.param(b"\0\0\0\0", "keepalive", id="nul"),
        pytest.param(b"DBREGISTER", "start_line", id="junk"),
        pytest.param(make("INVITE sip:bob@example.net SIP/3.0"), "start_line", id="version"),
        pytest.param(make("SIP/2.0 99 Low"), "start_line", id="code-too-low"),
        pytest.param(make("SIP/2.0 700 High"), "start_line", id="code-too-high"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "start_line", id="http"),
        pytest.param(make(Call_ID=None), "missing_header", id="call-id"),
        pytest.param(make(Call_ID=""), "missing_header", id="empty-call-id"),
        pytest.param(make(CSeq=None), "missing_header", id="cseq"),
        pytest.param(make(From=None), "missing_header", id="from"),
        pytest.param(make(To=None), "missing_header", id="to"),
        pytest.param(make(CSeq="INVITE 1"), "cseq", id="cseq-swapped"),
        pytest.param(make(CSeq="4294967296 INVITE"), "cseq", id="cseq-too-large"),
        pytest.param(make(Content_Length="-1"), "content_length", id="negative"),
        pytest.param(make(Content_Length="ten"), "content_length", id="word"),
        pytest.param(make(Content_Length="1" * 5000), "content_length", id="endless"),
        pytest.param(make(Call_ID="1" * (LONGEST + 1)), "too_long", id="long-call-id"),
        pytest.param(make(From=f"<sip:{'1' * LONGEST}>"), "too_long", id="long-from"),
        pytest.param(make(To=f"<sip:b@c>;tag={'1' * LONGEST}"), "too_long", id="long-tag"),
        pytest.param(make(CSeq=f"1 {'X' * LONGEST}"), "too_long", id="long-method"),
        pytest.param(make(f"SIP/2.0 200 {'O' * LONGEST}"), "too_long", id="long-status-line"),
    ],
)
def test_malformed(data: bytes, reason: str) -> None:
    """What is no message is refused with a reason out of the closed set."""
    with pytest.raises(DecodeError) as caught:
        parse_message(data)

    assert caught.value.reason == reason
    assert reason in REASONS


def test_long_but_kept() -> None:
    """Up to its longest a Call-ID is a Call-ID, and other headers may be of any length."""
    call_id = "1" * LONGEST
    message = parse_message(make(Call_ID=call_id, Contact="1" * 5000, Via="SIP/2.0/UDP b;x=" * 99))

    assert message.call_id == call_id


def test_branch_of_any_length() -> None:
    """Of the branch, which is kept with the call, the beginning is compared."""
    branch = "z9hG4bK" + "1" * 60_000

    assert len(parse_message(make(Via=f"SIP/2.0/UDP b;branch={branch}")).transaction) == 255


def test_no_header_has_a_very_long_name() -> None:
    """A line whose name is longer than any is no header."""
    assert first_values("To: b\r\n" + "T" * 60_000 + ": c\r\nFrom: a") == {"to": "b", "from": "a"}


def read(data: bytes) -> SipMessage | str:
    """Parse, or give the reason why not."""
    try:
        return parse_message(data)
    except DecodeError as error:
        return error.reason


LINES = st.sampled_from(
    [
        b"INVITE sip:b@x SIP/2.0",
        b"SIP/2.0 200 OK",
        b"From: <sip:a@x>;tag=1",
        b"To: sip:b@x",
        b"i: 1",
        b"CSeq: 1 INVITE",
        b"l: 5",
        b" folded",
        b"c: multipart/mixed;boundary=b",
        b"--b",
        b"--b--",
        b"",
        b"v=0",
    ]
)


@given(st.binary() | st.lists(LINES | st.binary(max_size=20)).map(b"\r\n".join))
def test_any_bytes_give_a_message_or_a_reason(data: bytes) -> None:
    """Whatever arrives is a message or is refused with a known reason, and its body can be read."""
    result = read(data)

    if isinstance(result, str):
        assert result in REASONS
    else:
        assert result.sdp is None or isinstance(result.sdp, bytes)
        assert 0 <= result.status_code < 700
