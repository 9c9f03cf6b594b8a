"""Whether the parties agreed that their call rests: on hold, or while it is a fax."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from qos_exporter.calls.negotiation import Standing
from qos_exporter.protocols.session_description import SessionDescription


class Rest(NamedTuple):
    """Why there may be no audio."""

    on_hold: bool
    is_fax: bool


def rest_of(standing: Iterable[Standing]) -> Rest:
    """Work out hold and fax from what holds now, and from what is proposed.

    Of what is proposed the answer may be missed, and media stop soon after it.
    """
    on_hold = is_fax = False
    for sessions in _rounds(standing):
        is_fax = is_fax or _is_fax(sessions)
        on_hold = on_hold or any(map(_is_held, sessions))
    return Rest(on_hold and not is_fax, is_fax)


def _rounds(standing: Iterable[Standing]) -> list[list[SessionDescription]]:
    """Return the last word of each side on each hop: an answer may differ from early media."""
    rounds: list[list[SessionDescription]] = []
    for exchange in standing:
        if exchange.is_current:
            # What was agreed on before it is over; what follows is proposed.
            rounds.clear()
        said = [each for each in exchange.described if not each.is_early]
        last = {(each.party, each.branch, each.hop): each for each in said}
        rounds.append([each.session for each in last.values()])
    return rounds


def _is_fax(sessions: list[SessionDescription]) -> bool:
    """Whether there is a line for T.38 that nobody refused or left out (RFC 3264 section 6)."""
    shared = min([len(each.media) for each in sessions], default=0)
    return any(all(each.media[line].is_fax for each in sessions) for line in range(shared))


def _is_held(session: SessionDescription) -> bool:
    """Whether audio was described, but none that flows both ways (RFC 3264 section 8.4)."""
    has_audio = False
    for media in session.media:
        if media.terms.is_audio:
            if media.is_two_way:
                return False
            has_audio = True
    return has_audio
