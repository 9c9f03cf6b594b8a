"""All calls: takes in messages and streams, and says which belongs to what.

This is where the parts meet. Which call a message is about is in `recognition`, what it means in
`transactions`, who agreed on what in `negotiation`, where media are awaited in `claims`, whose a
stream is in `matching` and `pairing`, and how a call is looked at and ended in `watch`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from qos_exporter.calls.binding import MediaBinder
from qos_exporter.calls.call import Anomaly, Call, CallState
from qos_exporter.calls.call_table import CallTable
from qos_exporter.calls.control import StreamControl
from qos_exporter.calls.deadlines import Deadlines
from qos_exporter.calls.dialog import ALERTED, ENDED, MEDIA, Arrival, Dialog
from qos_exporter.calls.events import CallEvent, DescriptionRejected, PostDialDelay
from qos_exporter.calls.journal import CallJournal
from qos_exporter.calls.media import MediaStream
from qos_exporter.calls.pairing import call_id_of
from qos_exporter.calls.recognition import Recognition, recognise
from qos_exporter.calls.report_places import ReportPlaces
from qos_exporter.calls.timers import CallTimers
from qos_exporter.calls.told import ToldCalls
from qos_exporter.calls.trailing import TrailingMedia
from qos_exporter.calls.transactions import OFFER_METHODS, receive
from qos_exporter.calls.watch import CallWatch
from qos_exporter.errors import DecodeError
from qos_exporter.net import Endpoint
from qos_exporter.protocols.sdp import parse_session
from qos_exporter.protocols.session_description import SessionDescription
from qos_exporter.protocols.sip import SipMessage
from qos_exporter.tuples import new_tuple

_DESCRIBING = OFFER_METHODS | {"ACK"}


def _is_undecided(stream: MediaStream) -> bool:
    """Whether a stream still waits for its call."""
    return stream.is_live and stream.call is None


class CallRegistry:
    """Follows all calls. `now_ns` is packet time; it must not run backwards but for `restart`."""

    def __init__(
        self,
        control: StreamControl,
        *,
        silence_timeout_ns: int = CallTimers().silence_ns,
        linger_ns: int = CallTimers().linger_ns,
        limit: int | None = None,
        keep_all: bool = False,
        timers: CallTimers | None = None,
    ) -> None:
        """Set up without calls.

        `limit` is how many are kept before the oldest one has to go. With `keep_all` several with
        the same Call-ID are shown, else the last one.
        """
        timers = replace(timers or CallTimers(), silence_ns=silence_timeout_ns, linger_ns=linger_ns)
        self._table = CallTable(timers, keep_all=keep_all)
        self._trailing = TrailingMedia(control, timers.guard_ns)
        self._media = MediaBinder(control, self._trailing)
        self._journal = CallJournal()
        self._watch = CallWatch(self._table, self._media, control, self._journal, limit=limit)
        self._undecided: Deadlines[MediaStream] = Deadlines(is_needed=_is_undecided)
        self.reports: ReportPlaces = self._media.reports
        """Where calls await the reports about their media."""
        self.told = ToldCalls(self._table, self._watch, self._journal)
        """The calls that only a PBX tells of."""

    @property
    def evictions(self) -> int:
        """How many calls went because there were too many."""
        return self._watch.evictions

    def wait_for(self, *, silence_timeout_ns: int, linger_ns: int) -> None:
        """Wait for so long from now on; calls that have ended already go when they would have."""
        self._table.timers = replace(
            self._timers, silence_ns=silence_timeout_ns, linger_ns=linger_ns
        )

    @property
    def _timers(self) -> CallTimers:
        return self._table.timers

    @property
    def calls(self) -> Iterator[Call]:
        """The calls under way, and those that ended less than the linger time ago."""
        return iter(self._table)

    def __len__(self) -> int:
        """How many calls there are to show."""
        return len(self._table)

    def find(self, call_id: str) -> Call | None:
        """Return the signalled call with this Call-ID; it may be over."""
        return self._table.find(call_id)

    def drain(self) -> tuple[CallEvent, ...]:
        """Return what has happened since the last time, in order."""
        return self._journal.drain()

    def on_message(self, message: SipMessage, *, src: Endpoint, dst: Endpoint, now_ns: int) -> None:
        """Take in one SIP message with the endpoints of its datagram."""
        call = self._call_for(message, dst, now_ns)
        if call is None or call.dialog is None:
            return
        session, early = self._sessions_of(message)
        had_outcome = call.outcome is not None
        arrival = new_tuple(Arrival, (message, src, dst, now_ns, session, early))
        change = receive(call.dialog, call, arrival)
        if call.is_recording:
            self._table.hide(call)
        if change & ALERTED and call.dialog.invited_ns is not None:
            delay_ns = max(0, now_ns - call.dialog.invited_ns)
            self._journal.report(call, PostDialDelay(call.call_id, delay_ns, now_ns))
        if not had_outcome:
            self._journal.report_outcome(call, now_ns)
        if change & ENDED:
            self._watch.close(call, now_ns)
        elif change & MEDIA:
            self._follow(call, call.dialog, now_ns)

    def stream_started(self, stream: MediaStream, now_ns: int) -> None:
        """Take in a stream that has just proved to be RTP."""
        if not self._place(stream, now_ns):
            self._undecided.put(now_ns + self._timers.undecided_ns, stream)

    def stream_ended(self, stream: MediaStream) -> None:
        """Take note that a stream is gone from the stream table. Its call goes on."""
        self._media.forget(stream)

    def may_move(self, stream: MediaStream, src: Endpoint, dst: Endpoint) -> bool:
        """Whether a stream that comes between other ends now may be the same one still."""
        return self._media.may_move(stream, (src, dst))

    def stream_between(self, src: Endpoint, dst: Endpoint) -> MediaStream | None:
        """Return the running stream from one end to another; of several the one found first."""
        return self._media.stream_between(src, dst)

    def report_anomaly(self, call: Call, anomaly: Anomaly, now_ns: int) -> None:
        """Take in what was seen in the packets of a call."""
        self._watch.report_anomaly(call, anomaly, now_ns)

    def tick(self, now_ns: int) -> None:
        """Do what is due. Cheap when nothing is: call it as often as you like."""
        for stream in self._undecided.take_due(now_ns):
            if _is_undecided(stream):
                self._media.pairing.discard(stream)
                self._place(stream, now_ns)
        self._watch.tick(now_ns)
        self._trailing.expire(now_ns)
        self._table.expire(now_ns)

    def finish(self, now_ns: int) -> None:
        """Settle what can be settled at the end of a capture. Calls that go on stay open."""
        self.tick(now_ns)
        self._watch.finish(now_ns)

    def restart(self, now_ns: int) -> None:
        """Prepare for frames of another recording, in which the same calls may come again."""
        self.finish(now_ns)
        self._watch.abandon_all(now_ns)
        for call in self._table.known():
            if call.dialog is not None:
                call.dialog.is_past = True
        self._undecided.clear()
        self._trailing.clear()
        self._media.pairing.clear()

    def _call_for(self, message: SipMessage, dst: Endpoint, now_ns: int) -> Call | None:
        """Return the call that a message is about, new if need be; `None` if about none."""
        known = self._table.find(message.call_id)
        # What a PBX has told of is followed on the wire from here on.
        told = known if known is not None and known.dialog is None else None
        call = known if told is None else None
        recognition = recognise(message, call, dst=dst, now_ns=now_ns, timers=self._timers)
        if recognition is Recognition.NEW:
            new = self._new_call(message, now_ns)
            if told is not None and not self._is_past(told, now_ns):
                self.told.hand_over(told, new)
            return new
        if recognition is Recognition.SILENCED and call is not None:
            self._reopen(call, now_ns)
        return None if recognition is Recognition.NOTHING else call

    def _new_call(self, message: SipMessage, now_ns: int) -> Call:
        self._watch.make_room(now_ns)
        call = Call(message.call_id, start_ns=now_ns, dialog=Dialog())
        call.caller, call.callee = message.sender.identity, message.recipient.identity
        self._watch.begin(call, look_ns=now_ns + self._timers.setup_look_ns)
        return call

    def _is_past(self, told: Call, now_ns: int) -> bool:
        """Whether a call is over for so long that messages with its Call-ID are another's."""
        return told.end_ns is not None and now_ns - told.end_ns >= self._timers.retransmission_ns

    def _reopen(self, call: Call, now_ns: int) -> None:
        """Take back the end of a call that was merely silent."""
        call.reopen(now_ns)
        self._watch.begin(call, look_ns=now_ns + self._timers.active_look_ns)
        if call.dialog is not None:
            self._follow(call, call.dialog, now_ns)

    def _sessions_of(
        self, message: SipMessage
    ) -> tuple[SessionDescription | None, SessionDescription | None]:
        """Read the description that a message carries, and that of an early session."""
        if not message.body or message.method not in _DESCRIBING:
            return None, None
        return self._read(message.sdp), self._read(message.early_sdp)

    def _read(self, body: bytes | None) -> SessionDescription | None:
        if body is None:
            return None
        try:
            return parse_session(body)
        except DecodeError as error:
            self._journal.write(DescriptionRejected(error.reason))
            return None

    def _follow(self, call: Call, dialog: Dialog, now_ns: int) -> None:
        for absorbed in self._media.update(call, dialog, now_ns):
            if dialog.invited_ns is None:
                # Its beginning was missed, but not these media of it.
                call.start_ns = min(call.start_ns, absorbed.start_ns)
            absorbed.state = CallState.ENDED
            self._table.remove(absorbed)

    def _place(self, stream: MediaStream, now_ns: int) -> bool:
        """Find the call of a stream, signalled or not; `False` if there is none yet."""
        if self._media.place(stream, now_ns):
            return True
        pairing = self._media.pairing
        if self._media.matcher.is_claimed(stream):
            pairing.add(stream)
            return False
        call = pairing.find_company(stream)
        partner = pairing.find_partner(stream) if call is None else None
        if partner is not None:
            call = self._pair(partner, stream, now_ns)
        elif call is None:
            call = pairing.find_place(stream, now_ns)
        pairing.add(stream)
        if call is None:
            return False
        pairing.join(stream, call)
        pairing.join_company(call)
        return True

    def _pair(self, partner: MediaStream, stream: MediaStream, now_ns: int) -> Call:
        """Make a call of two opposite streams; `stream` itself still has to join it."""
        self._watch.make_room(now_ns)
        # The same endpoints need not be kept twice; there may be very many of them.
        stream.src, stream.dst = partner.dst, partner.src
        start_ns = min(partner.first_ns, stream.first_ns)
        call = Call(call_id_of(partner, stream), start_ns=start_ns)
        self._media.pairing.join(partner, call)
        self._watch.begin(call, look_ns=stream.first_ns + self._timers.active_look_ns)
        return call
