"""The codec of a channel, from the name that Asterisk has for it."""

from __future__ import annotations

from qos_exporter.calls.payloads import NO_PAYLOADS, PayloadMap
from qos_exporter.protocols.session_description import PayloadFormat

PAYLOAD_TYPE = 96
"""Any number will do: what it means is said beside it."""

ENCODINGS = {
    "ulaw": ("PCMU", 8000),
    "alaw": ("PCMA", 8000),
    "gsm": ("GSM", 8000),
    "g722": ("G722", 8000),
    "g723": ("G723", 8000),
    "g726": ("G726-32", 8000),
    "g726aal2": ("AAL2-G726-32", 8000),
    "g729": ("G729", 8000),
    "ilbc": ("ILBC", 8000),
    "speex": ("SPEEX", 8000),
    "speex16": ("SPEEX", 16000),
    "siren7": ("G7221", 16000),
    "siren14": ("G7221", 32000),
    "slin": ("L16", 8000),
    "slin16": ("L16", 16000),
    "opus": ("OPUS", 48000),
}
"""By Asterisk's name: the encoding name of SDP, and the clock of its RTP time stamps. That of G.722
is 8000 though it samples twice as often (RFC 3551 section 4.5.2)."""


def first_format(formats: str) -> str:
    """Give the first of a list as `CHANNEL(audionativeformat)` writes it: `(ulaw|alaw)`."""
    return formats.strip("() ").partition("|")[0].strip()


def payloads_of(name: str) -> PayloadMap:
    """Give what `PAYLOAD_TYPE` means for a format; the empty map for one that is not known."""
    known = ENCODINGS.get(name)
    if known is None:
        return NO_PAYLOADS
    encoding, clock_rate = known
    return PayloadMap((PayloadFormat(PAYLOAD_TYPE, encoding, clock_rate),))


def clock_rate_of(name: str) -> int:
    """Give the RTP clock of a format, 0 for unknown."""
    known = ENCODINGS.get(name)
    return 0 if known is None else known[1]
