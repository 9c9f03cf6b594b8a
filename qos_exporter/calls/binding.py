"""Keeps streams bound to calls while both come, change and go."""

from __future__ import annotations

from collections.abc import Iterable

from qos_exporter.calls.call import Call
from qos_exporter.calls.claims import (
    Claim,
    ClaimIndex,
    fax_endpoints,
    make_claims,
    make_guesses,
)
from qos_exporter.calls.control import StreamControl
from qos_exporter.calls.dialog import NO_FAX, Dialog
from qos_exporter.calls.legs import note_legs
from qos_exporter.calls.matching import Match, StreamMatcher
from qos_exporter.calls.media import MediaStream
from qos_exporter.calls.pairing import StreamPairing
from qos_exporter.calls.party import Direction
from qos_exporter.calls.payloads import NO_PAYLOADS
from qos_exporter.calls.report_places import ReportPlaces
from qos_exporter.calls.trailing import TrailingMedia
from qos_exporter.net import Endpoint
from qos_exporter.units import SECOND_NS

_OVER_NS = 2 * SECOND_NS
"""A stream that is silent for so long while another call takes its ports is over: longer than most
pauses of talkers who share one pair of ports, and less than it takes to dial."""
_OLDEST = 16
"""So many of the streams of a crowded call are looked at for a silent one."""


class MediaBinder:
    """Binds streams to calls; what no signalling claims is left in `pairing`."""

    __slots__ = ("_control", "_trailing", "claims", "guesses", "matcher", "pairing", "reports")

    def __init__(self, control: StreamControl, trailing: TrailingMedia) -> None:
        self._control = control
        self._trailing = trailing
        self.claims = ClaimIndex()
        self.guesses = ClaimIndex()
        self.reports = ReportPlaces(self.claims)
        self.matcher = StreamMatcher(self.claims, self.guesses, control)
        self.pairing = StreamPairing(control)

    def place(self, stream: MediaStream, now_ns: int) -> bool:
        """Find the signalled call of a stream, or see that it is a dead call's; else `False`."""
        if not (self.matcher.may_know(stream) or self._trailing.covers(stream)):
            return False
        match = self.matcher.find(stream, now_ns)
        if match is None and self._is_tail(stream):
            # It counts, but makes no call; a description that still comes may claim it.
            self.pairing.discard(stream)
            self.pairing.add(stream)
            return True
        match = match or self.matcher.guess(stream)
        if match is None or not self._has_room(match.call, now_ns):
            return False
        self._attach(stream, match, now_ns)
        return True

    def _has_room(self, call: Call, now_ns: int) -> bool:
        """Whether a call can have one more stream; of very many one that is silent ends for it.

        Some broken devices take a new SSRC for every packet.
        """
        if not call.is_crowded:
            return True
        silent_ns = now_ns - _OVER_NS
        for stream in call.streams[:_OLDEST]:
            if self._control.last_packet_ns(stream) <= silent_ns:
                stream.is_live = False
                self._control.release(stream)
                return True
        return False

    def _is_tail(self, stream: MediaStream) -> bool:
        return self._trailing.covers(stream) and not self.matcher.is_claimed(stream)

    def update(self, call: Call, dialog: Dialog, now_ns: int) -> list[Call]:
        """Follow what the dialog agreed on. Returns the unsignalled calls that it has absorbed."""
        before = {claim.endpoint for claim in dialog.claims}
        fax = fax_endpoints(dialog.negotiation) if dialog.is_fax else NO_FAX
        self._exchange(dialog, make_claims(call, dialog.negotiation, fax=fax))
        if fax != dialog.fax:
            self._exchange_fax(dialog, fax)
        dialog.negotiation.rest()
        after = {claim.endpoint for claim in dialog.claims}
        guessed = {claim.endpoint for claim in dialog.guesses}
        for endpoint in after - before:
            self._trailing.lift(endpoint, now_ns)
        dropped = before - after
        self._trailing.guard((each for each in dropped if each not in self.claims), now_ns)
        self._rebind(call, dropped, now_ns)
        self._take_over(call, after, after - before, now_ns)
        return self._adopt((after - before) | guessed, now_ns)

    def _take_over(
        self, call: Call, own: set[Endpoint], new: Iterable[Endpoint], now_ns: int
    ) -> None:
        """Let go of streams that went silent before this call took both of their ends.

        The end of their call was missed, and the next one may have the same SSRC.
        """
        if self.claims.is_plain:
            return
        claims = [claim for endpoint in new for claim in self.claims.of_few(endpoint)]
        for former in {claim.call for claim in claims if claim.call is not call}:
            if former.dialog is None or former.dialog.heard_ns >= call.start_ns:
                continue
            for stream in former.streams:
                is_silent = self._control.last_packet_ns(stream) <= now_ns - _OVER_NS
                if stream.is_live and is_silent and {stream.src, stream.dst} <= own:
                    stream.is_live = False
                    self._control.release(stream)

    def note_legs(self, call: Call) -> None:
        """Note in a call what is heard of its media in other legs of it, and the reverse."""
        note_legs(call, self.claims, self._control)

    def leave(self, call: Call, now_ns: int) -> None:
        """A message ended the call: what still comes of its media is its tail."""
        endpoints = self._endpoints_of(call)
        self._drop_claims(call)
        self._trailing.guard((each for each in endpoints if each not in self.claims), now_ns)
        for stream in call.streams:
            self.pairing.discard(stream)
            if stream.is_live:
                self._trailing.mute(stream, since_ns=now_ns)

    def abandon(self, call: Call) -> None:
        """The call fell silent: whatever comes from its endpoints is something new."""
        self._drop_claims(call)
        for stream in call.streams:
            self.pairing.discard(stream)
            if stream.is_live:
                stream.is_live = False
                self._control.release(stream)

    def forget(self, stream: MediaStream) -> None:
        """The stream is gone from the stream table."""
        stream.is_live = False
        self.pairing.discard(stream)
        self._trailing.forget(stream)

    def _drop_claims(self, call: Call) -> None:
        if call.dialog is not None:
            self._exchange(call.dialog, ())
            if call.dialog.fax:
                self._exchange_fax(call.dialog, NO_FAX)

    def _exchange_fax(self, dialog: Dialog, fax: frozenset[Endpoint]) -> None:
        """Enter where UDPTL is awaited from now on."""
        for endpoint in fax - dialog.fax:
            self.reports.bar(endpoint, dialog)
        for endpoint in dialog.fax - fax:
            self.reports.unbar(endpoint, dialog)
        dialog.fax = fax

    def _exchange(self, dialog: Dialog, claims: tuple[Claim, ...]) -> None:
        """Enter new claims before the old ones leave, so that what stays is never withdrawn."""
        known = len(dialog.claims)
        if claims[:known] == dialog.claims:
            # An answer, as a rule, only adds to what the offer said.
            self._enter(dialog, claims[known:])
            return
        former, dialog.claims = dialog.claims, ()
        former_guesses, dialog.guesses = dialog.guesses, ()
        self._enter(dialog, claims)
        for claim in former:
            self.reports.discard(claim)
            if self.claims.discard(claim):
                self._control.withdraw(claim.endpoint)
        for claim in former_guesses:
            self.guesses.discard(claim)

    def _enter(self, dialog: Dialog, claims: tuple[Claim, ...]) -> None:
        """Add claims to those that the dialog has."""
        for claim in claims:
            self.reports.add(claim)
            if self.claims.add(claim):
                self._control.announce(claim.endpoint)
        guesses = make_guesses(claims)
        for claim in guesses:
            self.guesses.add(claim)
        dialog.claims += claims
        dialog.guesses += guesses

    def _endpoints_of(self, call: Call) -> set[Endpoint]:
        """Collect where its media were awaited, and where they came from and went to in fact."""
        claims = call.dialog.claims if call.dialog is not None else ()
        endpoints = {claim.endpoint for claim in claims}
        for stream in call.streams:
            endpoints |= {stream.src, stream.dst}
        return endpoints

    def _rebind(self, call: Call, dropped: set[Endpoint], now_ns: int) -> None:
        for stream in call.streams:
            if not stream.is_live:
                continue
            share_ends(stream, call)
            if stream.src in dropped or stream.dst in dropped:
                self._trailing.mute(stream, since_ns=now_ns)
                continue
            match = self.matcher.find_within(stream, call)
            if match and (match.direction, match.payloads) != (stream.direction, stream.payloads):
                self._bind(stream, match)

    def _adopt(self, endpoints: Iterable[Endpoint], now_ns: int) -> list[Call]:
        absorbed: dict[Call, None] = {}
        for endpoint in endpoints:
            for stream in self.pairing.touching(endpoint):
                match = self.matcher.find(stream, now_ns) or self.matcher.guess(stream)
                if match is not None and self._has_room(match.call, now_ns):
                    if stream.call is not None:
                        absorbed[stream.call] = None
                        self._dissolve(stream.call)
                    self._attach(stream, match, now_ns)
        return list(absorbed)

    def _dissolve(self, call: Call) -> None:
        """Set the streams of a call without signalling free: they belong to one that has it."""
        for stream in call.streams:
            stream.call = None
            stream.direction = Direction.UNKNOWN
            stream.payloads = NO_PAYLOADS
            self.pairing.discard(stream)
            if stream.is_live:
                self.pairing.add(stream)

    def _attach(self, stream: MediaStream, match: Match, now_ns: int) -> None:
        self.pairing.discard(stream)
        if match.call.is_recording:
            self._trailing.mute(stream, since_ns=now_ns)
            return
        match.call.add_stream(stream)
        share_ends(stream, match.call)
        self._bind(stream, match)

    def _bind(self, stream: MediaStream, match: Match) -> None:
        stream.call = match.call
        stream.direction = match.direction
        stream.payloads = match.payloads
        stream.is_audio = match.is_audio
        self._control.bind(stream)

    def may_move(self, stream: MediaStream, ends: Iterable[Endpoint]) -> bool:
        """Whether a stream may go on between these ends: not where others await their media."""
        for end in ends:
            claims = () if end in (stream.src, stream.dst) else self.claims.at(end)
            if claims and all(claim.call is not stream.call for claim in claims):
                return False
        return True

    def stream_between(self, src: Endpoint, dst: Endpoint) -> MediaStream | None:
        """Return a running stream from one end to the other."""
        claims = (*self.claims.at(dst), *self.claims.at(src))
        calls = dict.fromkeys([claim.call for claim in claims])
        signalled = [stream for call in calls for stream in call.streams]
        for stream in (*signalled, *self.pairing.touching(dst)):
            if stream.is_live and stream.src == src and stream.dst == dst:
                return stream
        return None


def share_ends(stream: MediaStream, call: Call) -> None:
    """Let a stream refer to the endpoints of its call's claims: very many are not kept twice."""
    for claim in call.dialog.claims if call.dialog is not None else ():
        if claim.endpoint == stream.dst:
            stream.dst = claim.endpoint
        elif claim.endpoint == stream.src:
            stream.src = claim.endpoint
