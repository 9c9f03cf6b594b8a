"""Messages that are legal and look odd, and such as are not (RFC 4475, RFC 5118), in our words."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from qos_exporter.errors import DecodeError
from qos_exporter.protocols.sdp import parse_session
from qos_exporter.protocols.sip import SipMessage, parse_message

SDP = (
    "v=0",
    "o=- 1 1 IN IP4 192.0.2.3",
    "s=-",
    "c=IN IP4 192.0.2.4",
    "t=0 0",
    "m=audio 49217 RTP/AVP 0 12",
    "m=video 3227 RTP/AVP 31",
)
MEDIA = ("192.0.2.4:49217", "192.0.2.4:3227")
PLAIN = (
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
    "From: <sip:a@example.com>;tag=1",
    "To: <sip:b@example.com>",
    "Call-ID: one",
    "CSeq: 8 INVITE",
)
INVITE = "INVITE sip:b@example.com SIP/2.0"


class Read(NamedTuple):
    """What has to be read from a message."""

    method: str
    cseq: int
    call_id: str
    caller: str
    callee: str
    tags: tuple[str, str]
    media: tuple[str, ...] = ()
    status_code: int = 0


def text(*lines: str, body: tuple[str, ...] = ()) -> bytes:
    """Write a message; with a body it has the type, and no length."""
    head = [*lines, *(["Content-Type: application/sdp"] if body else []), "", ""]
    return ("\r\n".join(head) + "".join(f"{line}\r\n" for line in body)).encode()


def read(message: SipMessage) -> Read:
    """Tell what was read."""
    session = parse_session(message.sdp) if message.sdp else None
    return Read(
        message.method,
        message.cseq,
        message.call_id,
        message.sender.identity,
        message.recipient.identity,
        (message.sender.tag, message.recipient.tag),
        tuple(str(media.endpoint) for media in session.media) if session else (),
        message.status_code,
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            text(
                "INVITE sip:v@example.com;unknownparam SIP/2.0",
                "TO :",
                " sip:v@example.com ;   tag    = 19n",
                'from   : "J R \\\\\\""       <sip:j@example.com>',
                "  ;",
                "  tag = 98a",
                "MaX-fOrWaRdS: 0068",
                "Call-ID: folded@192.0.2.1",
                "cseq: 0009",
                "  INVITE",
                "Via  : SIP  /   2.0",
                " /UDP",
                "    192.0.2.2;branch=390",
                "s :",
                "Unknown: ;;,,;;,;",
                "v:  SIP  / 2.0  / TCP     s.example.com   ;",
                "  branch  =   z9hG4bK9  ,",
                " SIP  /    2.0   / UDP  192.168.255.111",
                'm:"Quoted \\"\\"" <sip:j@example.com> ; newparam =',
                "      newvalue",
                body=SDP,
            ),
            Read("INVITE", 9, "folded@192.0.2.1", "j", "v", ("98a", "19n"), MEDIA),
            id="4475-3.1.1.1-folded-and-spaced",
        ),
        pytest.param(
            text(
                "!odd-Method0_*+`.%it'~ sip:1_u~(a!b)&c't+i$/z?,/;;*:&i+h=1,w!*p$w@example.com"
                " SIP/2.0",
                'To: "BEL:\\\a NUL:\\\0 DEL:\\\x7f" <sip:1_u~(a!b)@example.com>',
                "From: token1~` token2'+_ tok*%!.- <sip:m@example.com>"
                ";from''~+*_!.-%=\"щя;\";tag=_t~1'+`*%!-.",
                "Call-ID: w%Z-!.*_+'@w`~)(><:\\/\"][?}{",
                "CSeq: 139122385 !odd-Method0_*+`.%it'~",
                "Via: SIP/2.0/TCP h.example.com;branch=z9hG4bK-.!%66*_+`'~",
            ),
            Read(
                "!ODD-METHOD0_*+`.%IT'~",
                139122385,
                "w%Z-!.*_+'@w`~)(><:\\/\"][?}{",
                "m",
                "1_u~(a!b)",
                ("_t~1'+`*%!-.", ""),
            ),
            id="4475-3.1.1.2-every-character",
        ),
        pytest.param(
            text(
                "INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0",
                "To: sip:%75se%72@example.com",
                "From: <sip:I%20have%20spaces@example.net>;tag=938",
                "i: escaped",
                "CSeq: 234234 INVITE",
                body=SDP,
            ),
            Read("INVITE", 234234, "escaped", "I have spaces", "user", ("938", ""), MEDIA),
            id="4475-3.1.1.3-escaped",
        ),
        pytest.param(
            text(
                "REGISTER sip:example.com SIP/2.0",
                "To: sip:null-%00-null@example.com",
                "From: sip:null-%00-null@example.com;tag=8",
                "Call-ID: nulls",
                "CSeq: 14398234 REGISTER",
                "L:0",
            ),
            Read("REGISTER", 14398234, "nulls", "null-%00-null", "null-%00-null", ("8", "")),
            id="4475-3.1.1.4-escaped-nulls",
        ),
        pytest.param(
            text(
                "RE%47IST%45R sip:r.example.com SIP/2.0",
                'To: "%Z%45" <sip:resource@example.com>',
                'From: "%Z%45" <sip:resource@example.com>;tag=f2',
                "Call-ID: percent",
                "CSeq: 29344 RE%47IST%45R",
                "C%6Fntact: <sip:alias2@host2.example.com>",
            ),
            Read("RE%47IST%45R", 29344, "percent", "resource", "resource", ("f2", "")),
            id="4475-3.1.1.5-percent-that-escapes-nothing",
        ),
        pytest.param(
            text(
                "OPTIONS sip:user@example.com SIP/2.0",
                "To: sip:user@example.com",
                "From: caller<sip:caller@example.com>;tag=323",
                "Call-ID: no-space",
                "CSeq: 60 OPTIONS",
            ),
            Read("OPTIONS", 60, "no-space", "caller", "user", ("323", "")),
            id="4475-3.1.1.6-no-space-before-the-bracket",
        ),
        pytest.param(
            text(
                INVITE,
                f'To: "{"extreme" * 20}"<sip:b@example.com:6000;long{"name" * 30}=x>',
                f"F: sip:{'long' * 40}@example.net;tag=12{'982' * 50}424;unknown{'p' * 99}=v;w",
                f"Call-ID: {'really' * 30}",
                "CSeq: 3882340 INVITE",
                *(f"{'vViIaA'[n % 2 :: 6]} : SIP/2.0/TCP s{n}.example.com" for n in range(34)),
                body=SDP,
            ),
            Read(
                "INVITE",
                3882340,
                "really" * 30,
                "long" * 40,
                "b",
                (f"12{'982' * 50}424", ""),
                MEDIA,
            ),
            id="4475-3.1.1.7-long-values",
        ),
        pytest.param(
            text(
                "REGISTER sip:example.com SIP/2.0",
                "To: sip:j@example.com",
                "From: sip:j@example.com;tag=43",
                "I: first-of-two",
                "CSeq: 8 REGISTER",
                "Content-Length: 0",
            )
            + text("", INVITE, *PLAIN, body=SDP),
            Read("REGISTER", 8, "first-of-two", "j", "j", ("43", "")),
            id="4475-3.1.1.8-more-octets-in-the-datagram",
        ),
        pytest.param(
            text(
                "SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое",
                "Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923",
                "Call-ID: reason",
                "CSeq: 35 INVITE",
                "From: sip:a@example.com;tag=11",
                "To: sip:b@example.edu;tag=22",
                body=SDP,
            ),
            Read("INVITE", 35, "reason", "a", "b", ("11", "22"), MEDIA, 200),
            id="4475-3.1.1.12-odd-reason",
        ),
        pytest.param(
            text(
                "SIP/2.0 100 ",
                "Call-ID: no-reason",
                "CSeq: 35 INVITE",
                "From: <sip:a@example.com>;tag=39",
                "To: <sip:b@example.edu>;tag=90",
            ),
            Read("INVITE", 35, "no-reason", "a", "b", ("39", "90"), (), 100),
            id="4475-3.1.1.13-no-reason",
        ),
        pytest.param(
            text(
                "REGISTER sip:example.com SIP/2.0",
                "To: isbn:2983792873",
                "From: <http://www.example.com>;tag=3234233",
                "Call-ID: schemes",
                "CSeq: 234902 REGISTER",
            ),
            Read(
                "REGISTER",
                234902,
                "schemes",
                "http://www.example.com",
                "isbn:2983792873",
                ("3234233", ""),
            ),
            id="4475-3.3.4-unknown-schemes",
        ),
        pytest.param(
            text(
                INVITE,
                "From: <sip:+13035551111@ift.example.net;user=phone>",
                "To: sip:+16505552222@ss1.example.net;user=phone",
                "Call-ID: old",
                "CSeq: 56 INVITE",
                body=SDP,
            ),
            Read("INVITE", 56, "old", "+13035551111", "+16505552222", ("", ""), MEDIA),
            id="4475-3.4.1-rfc-2543",
        ),
        pytest.param(
            text(
                "INVITE sip:user@[2001:db8::10]:5070 SIP/2.0",
                "To: sip:user@[2001:db8::10];tag=t",
                "From: <sip:caller@[2001:db8::20]:6000>;tag=81",
                "Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3",
                "Call-ID: v6@[2001:db8::1]",
                "CSeq: 8612 INVITE",
                body=(
                    "v=0",
                    "o=- 9 0 IN IP6 2001:db8::20",
                    "s=-",
                    "t=0 0",
                    "m=audio 6000 RTP/AVP 0",
                    "c=IN IP6 2001:0DB8:0:0::1",
                    "m=audio 6024 RTP/AVP 8",
                    "c=IN IP4 192.0.2.1",
                ),
            ),
            Read(
                "INVITE",
                8612,
                "v6@[2001:db8::1]",
                "caller",
                "user",
                ("81", "t"),
                ("[2001:db8::1]:6000", "192.0.2.1:6024"),
            ),
            id="5118-4-ipv6",
        ),
    ],
)
def test_valid(data: bytes, expected: Read) -> None:
    """What is legal is read, however odd it looks."""
    assert read(parse_message(data)) == expected


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(
            text(INVITE, *PLAIN, "Content-Length: -999", body=SDP),
            "content_length",
            id="4475-3.1.2.3-negative-length",
        ),
        pytest.param(
            text(INVITE, *PLAIN[:4], "CSeq: 36893488147419103232 INVITE"),
            "cseq",
            id="4475-3.1.2.4-number-beyond-32-bits",
        ),
        pytest.param(
            text("INVITE sip:b@example.com; lr SIP/2.0", *PLAIN),
            "start_line",
            id="4475-3.1.2.8-space-in-the-uri",
        ),
        pytest.param(
            text("OPTIONS sip:b@example.org SIP/7.0", *PLAIN),
            "start_line",
            id="4475-3.1.2.16-unknown-version",
        ),
        pytest.param(
            text("SIP/2.0 4294967301 too much", *PLAIN),
            "start_line",
            id="4475-3.1.2.19-status-beyond-three-digits",
        ),
        pytest.param(
            text(INVITE, "CSeq: 193942 INVITE", "Via: SIP/2.0/UDP 192.0.2.95", body=SDP),
            "missing_header",
            id="4475-3.3.1-missing-fields",
        ),
    ],
)
def test_invalid(data: bytes, reason: str) -> None:
    """What cannot be read is an error with its name."""
    with pytest.raises(DecodeError) as caught:
        parse_message(data)

    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(
            text(INVITE, *PLAIN[1:], "Via: SIP/2.0/UDP 192.0.2.15;;,;,,", body=SDP),
            id="4475-3.1.2.1-empty-parameters",
        ),
        pytest.param(
            text(INVITE, *PLAIN, "Content-Length: 9999", body=SDP),
            id="4475-3.1.2.2-length-beyond-the-datagram",
        ),
        pytest.param(
            text(INVITE, *PLAIN[:2], 'To: "B. <sip:b@example.com>', *PLAIN[3:], body=SDP),
            id="4475-3.1.2.6-open-quotes",
        ),
        pytest.param(
            text("INVITE <sip:b@example.com> SIP/2.0", *PLAIN, body=SDP),
            id="4475-3.1.2.7-brackets-around-the-uri",
        ),
        pytest.param(
            text("INVITE  sip:b@example.com  SIP/2.0  ", *PLAIN, body=SDP),
            id="4475-3.1.2.9-and-10-more-spaces",
        ),
        pytest.param(
            text(INVITE, *PLAIN[:2], "To: W, T < sip:b@example.com >", *PLAIN[3:], body=SDP),
            id="4475-3.1.2.14-and-15-spaces-and-bare-commas-in-a-name",
        ),
        pytest.param(
            text(INVITE, *PLAIN, "CSeq: 59 INVITE", "Call-ID: two", "To: sip:c@x.org", body=SDP),
            id="4475-3.3.8-twice-what-is-there-once",
        ),
    ],
)
def test_invalid_and_understood(data: bytes) -> None:
    """What a telephone may refuse shows its call all the same: the refusal comes after it."""
    expected = Read("INVITE", 8, "one", "a", "b", ("1", ""), MEDIA)
    assert read(parse_message(data)) == expected
