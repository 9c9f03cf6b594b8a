"""SIP header fields (RFC 3261): splitting, unfolding, and the few whose inside matters.

Text in, values out. Nothing here knows about start lines or bodies.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import methodcaller
from typing import NamedTuple
from urllib.parse import unquote

from qos_exporter.errors import DecodeError

COMPACT_NAMES = {
    "a": "accept-contact",  # RFC 3841
    "b": "referred-by",  # RFC 3892
    "c": "content-type",  # RFC 3261
    "d": "request-disposition",  # RFC 3841
    "e": "content-encoding",  # RFC 3261
    "f": "from",  # RFC 3261
    "i": "call-id",  # RFC 3261
    "j": "reject-contact",  # RFC 3841
    "k": "supported",  # RFC 3261
    "l": "content-length",  # RFC 3261
    "m": "contact",  # RFC 3261
    "n": "identity-info",  # RFC 4474
    "o": "event",  # RFC 6665
    "r": "refer-to",  # RFC 3515
    "s": "subject",  # RFC 3261
    "t": "to",  # RFC 3261
    "u": "allow-events",  # RFC 6665
    "v": "via",  # RFC 3261
    "x": "session-expires",  # RFC 4028
    "y": "identity",  # RFC 4474
}
"""One-letter forms of header names (IANA SIP parameters, "Header Fields")."""

_ABBREVIATED = frozenset(COMPACT_NAMES.values())
NAME_MAX = 64
"""No header has a longer name; spellings of those that are asked for are remembered."""
_CALL_NAMES = ("call-id", "cseq", "from", "to", "content-length", "content-type")
_CALL_LETTERS = tuple(short for short, name in COMPACT_NAMES.items() if name in _CALL_NAMES)
_CALL_OPENINGS = frozenset(
    first + second
    for name in _CALL_NAMES + _CALL_LETTERS
    for first in (name[0], name[0].upper())
    for second in ((name[1], name[1].upper()) if name[1:] else ": \t")
)
"""The two letters that the lines of these headers can begin with, and a few others."""

_AT_COLON = methodcaller("partition", ":")
_FOLD = re.compile(r"\r?\n[ \t]+")
_TAG = re.compile(r";[ \t]*tag[ \t]*=[ \t]*([^;,\s]+)", re.IGNORECASE)
_CSEQ = re.compile(r"([0-9]{1,10})\s+([^\s]+)\s*$")
_CSEQ_MODULUS = 2**32
_NUMBER = re.compile(r"((?:\+|%2B)?(?:[0-9*#().-]|%23|%2A)+);", re.IGNORECASE)
_COOKIE = "z9hG4bK"
_BRANCH = re.compile(r"[^\s;,]{1,255}")
_VIA = re.compile(r"\nv(?:ia)?[ \t]*:([^\n]*)", re.IGNORECASE)
_RACK = re.compile(r"[0-9]+\s+([0-9]{1,10})\s+\S+")


class NameAddress(NamedTuple):
    """A From or To header: who, and the tag that makes it one end of a dialog (section 19.3)."""

    uri: str
    """Without angle brackets; URI parameters included."""
    user: str
    """The part before `@`, empty if the URI has none."""
    tag: str
    """Empty where there is none: the request is outside a dialog, or from an RFC 2543 device."""

    @property
    def identity(self) -> str:
        """What people call this party: the user part, or the URI where there is none.

        A number comes without its parameters (`;phone-context=`, `;npdi`, section 19.1.6), and what
        was escaped for the URI as it is meant (`%23` is `#`, section 19.1.2).
        """
        number = _NUMBER.match(self.user)
        name = number[1] if number else self.user
        plain = unquote(name)
        return (plain if plain.isprintable() else name) or self.uri


def first_values(text: str) -> dict[str, str]:
    """Return the values of a header section by name; of a repeated header the first one.

    Names come in lower case and in their long form, values unfolded and stripped. A line without a
    colon is left out: one broken vendor header must not cost us the call.
    """
    return _values_in(_unfolded_lines(text))


def first_values_of_calls(text: str) -> dict[str, str]:
    """Return the same of those headers that every message of a call is read for, and of some more.

    They are told from most others by two letters: splitting all costs half of a parser's time.
    """
    return _values_in([line for line in _unfolded_lines(text) if line[:2] in _CALL_OPENINGS])


def may_have(text: str, name: str) -> bool:
    """Tell whether there is any point in looking for a header (lower case, long form)."""
    return name in _ABBREVIATED or name in text.lower()


def count_vias(text: str) -> int:
    """Count the Via values: how many elements a request has left, or a response has yet to pass.

    Several may stand in one header, after commas (section 7.3.1).
    """
    return sum([1 + values.count(",") for values in _VIA.findall(f"\n{_unfold(text)}")])


def _unfold(text: str) -> str:
    return _FOLD.sub(" ", text) if "\n " in text or "\n\t" in text else text


def _unfolded_lines(text: str) -> list[str]:
    return _unfold(text).split("\n")


def _values_in(lines: list[str]) -> dict[str, str]:
    # From the last to the first, so that the first one stays.
    lines.reverse()
    fields = map(_AT_COLON, lines)
    return {
        _long_name(name): value.strip()
        for name, colon, value in fields
        if colon and len(name) <= NAME_MAX
    }


@lru_cache(maxsize=1024)
def _long_name(name: str) -> str:
    """Bring a header name into its long form in lower case; few spellings occur, and often."""
    key = name.strip().lower()
    return COMPACT_NAMES.get(key, key)


@lru_cache(maxsize=4096)
def parse_name_address(value: str) -> NameAddress:
    """Read a From or To value in either form (name-addr or addr-spec, section 20).

    A `tag` inside the angle brackets is a parameter of the URI and says nothing about the dialog.
    Without brackets, parameters belong to the header (section 20.20), and so does the tag. Cached,
    since all messages of a dialog carry the same two.
    """
    uri, parameters = _split_address(value)
    match = _TAG.search(parameters)
    return NameAddress(uri, _user_part(uri), match.group(1) if match else "")


def _split_address(value: str) -> tuple[str, str]:
    """Return the URI and the header parameters with their leading semicolon."""
    # A quoted display name may hold any character, `<` and `;` included (section 25.1).
    if value.startswith('"'):
        value = _after_quotes(value)
    opening = value.find("<")
    if opening >= 0:
        uri, _, parameters = value[opening + 1 :].partition(">")
        return uri.strip(), parameters
    uri, semicolon, parameters = value.partition(";")
    return uri.strip(), semicolon + parameters


def _after_quotes(value: str) -> str:
    end = value.find('"', 1)
    while end > 0 and value[end - 1] == "\\":
        end = value.find('"', end + 1)
    return value[end + 1 :] if end > 0 else value


def _user_part(uri: str) -> str:
    rest = uri.partition(":")[2]
    user, at, _ = rest.partition("@")
    if at:
        return user.partition(":")[0]
    # A tel URI is all user (RFC 3966).
    return rest.partition(";")[0] if uri[:4].lower() == "tel:" else ""


@lru_cache(maxsize=1024)
def parse_cseq(value: str) -> tuple[int, str]:
    """Read a CSeq value: the number and the method (section 20.16).

    Any run of white space may stand between the two; the RFC has exactly one kind of it, devices
    do not. Raises DecodeError `cseq`.
    """
    match = _CSEQ.match(value)
    if match is None or int(match[1]) >= _CSEQ_MODULUS:
        raise DecodeError("cseq")
    return int(match[1]), match[2].upper()


def parse_rack(value: str) -> int | None:
    """Return the CSeq number of the request that a PRACK is about (RFC 3262 section 7.2)."""
    match = _RACK.match(value)
    return int(match[1]) if match else None


def find_branch(text: str) -> str:
    """Return the branch of the first Via, which names a transaction (RFC 3261 section 8.1.1.7).

    It is known by its cookie, which stands nowhere else. Empty where it has none: a branch of RFC
    2543 names nothing. Of a very long one the first 255 characters.
    """
    start = text.find(_COOKIE)
    match = _BRANCH.match(text, start) if start >= 0 else None
    return match[0] if match else ""
