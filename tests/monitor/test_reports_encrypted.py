"""SRTCP is counted and never read; plain RTCP beside SRTP is read (RFC 3711)."""

from __future__ import annotations

import random

import pytest

from tests.dataplane.traffic import Frame
from tests.monitor.recording import Dialogue, Listener, datagram
from tests.monitor.reported import reception, unmatched
from tests.monitor.reporters import Exchange, agreement, block, sr
from tests.protocols.rtcp_builder import encode

CRYPTO = ("crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj",)
ENCRYPTED_BIT = 1 << 31
KEY_IDENTIFIER = b"\x01\x02"
TIMES_S = (2.0, 3.0, 4.0)


def scrambled(plain: bytes, index: int, *, tag: int = 10, identifier: bytes = b"") -> bytes:
    """Encrypt a compound as SRTCP does: all but its first eight octets, then index and tag."""
    noise = random.Random(index)
    hidden = noise.randbytes(len(plain) - 8)
    word = (ENCRYPTED_BIT | index).to_bytes(4)
    return plain[:8] + hidden + word + identifier + noise.randbytes(tag)


def secret_reports(dialogue: Dialogue, *, tag: int = 10, identifier: bytes = b"") -> list[Frame]:
    """Reports of the callee, encrypted."""
    caller, callee = Exchange.of(dialogue).ends
    compounds = [
        encode(sr(dialogue.back.ssrc, at_s, block(dialogue.forth.ssrc, 90))) for at_s in TIMES_S
    ]
    return [
        datagram(callee, caller, scrambled(each, index, tag=tag, identifier=identifier), at_s)
        for index, (each, at_s) in enumerate(zip(compounds, TIMES_S, strict=True))
    ]


def secure(dialogue: Dialogue) -> list[Frame]:
    """Agree on SRTP, and speak."""
    described = agreement(dialogue, offered=CRYPTO, answered=CRYPTO, protocol="RTP/SAVP")
    return [*described, *dialogue.media()]


@pytest.mark.pitfall(72)
@pytest.mark.parametrize(
    ("tag", "identifier"),
    [
        pytest.param(10, b"", id="usual-tag"),
        pytest.param(4, b"", id="short-tag"),
        pytest.param(10, KEY_IDENTIFIER, id="with-a-key-identifier"),
    ],
)
def test_encrypted_reports_are_counted_and_not_read(tag: int, identifier: bytes) -> None:
    """None of their random fields becomes a figure, and they are nobody's error."""
    dialogue = Dialogue()
    listener = Listener().play(
        secure(dialogue), secret_reports(dialogue, tag=tag, identifier=identifier)
    )
    shown = listener.show()
    assert shown.reports.encrypted == len(TIMES_S)
    assert shown.exporter.decode_errors == ()
    assert listener.stream(dialogue.forth).reported is None
    assert unmatched(listener) == {}


@pytest.mark.pitfall(72)
def test_encrypted_reports_without_signalling() -> None:
    """The bit and the index behind the packet tell them also where nothing was agreed on."""
    dialogue = Dialogue()
    listener = Listener().play(dialogue.media(), secret_reports(dialogue))
    assert listener.show().reports.encrypted == len(TIMES_S)
    assert listener.show().exporter.decode_errors == ()


@pytest.mark.pitfall(72)
def test_plain_reports_beside_encrypted_media() -> None:
    """Some telephones encrypt their media and not their reports; those say what they always say."""
    dialogue = Dialogue()
    listener = Listener().play(secure(dialogue), Exchange.of(dialogue).both(*TIMES_S))
    assert reception(listener, dialogue.forth).reports == len(TIMES_S)
    assert listener.show().reports.encrypted == 0


def test_a_call_whose_reports_are_encrypted_lives() -> None:
    """Nobody can read them, but they show that the call goes on."""
    dialogue = Dialogue(talk_s=5.0)
    caller, callee = Exchange.of(dialogue).ends
    plain = encode(sr(dialogue.back.ssrc, 1.0, block(dialogue.forth.ssrc, 90)))
    secrets = [
        datagram(callee, caller, scrambled(plain, index), 10.0 + 10 * index) for index in range(20)
    ]
    listener = Listener().play(secure(dialogue), secrets).pass_time(205.0, step_s=5.0)
    assert listener.call().state == "active"
