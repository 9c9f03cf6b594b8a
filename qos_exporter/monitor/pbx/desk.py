"""Takes in what PBXs tell, and says what is to be asked of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qos_exporter.monitor.pbx.cdr import CdrWriter
from qos_exporter.monitor.pbx.figures import Figures
from qos_exporter.monitor.pbx.privileges import check_privileges
from qos_exporter.monitor.pbx.questions import (
    ask_about,
    ask_about_media,
    look_again,
    take_answer,
)
from qos_exporter.monitor.pbx.server import CHANNELS_MAX, PbxServer
from qos_exporter.protocols import ami
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qos_exporter.monitor.decode_errors import DecodeErrors
    from qos_exporter.monitor.pbx.leg import Leg
    from qos_exporter.monitor.pbx.parts import PbxParts
    from qos_exporter.settings import AmiSettings

LIST_EVERY_NS = 60 * SECOND_NS
"""A list of all channels finds those whose end was missed."""
LIST_OFTEN_NS = 10 * SECOND_NS
"""As long as no end has ever been told: the user may not be allowed to hear of them."""
SILENCE_NS = 60 * SECOND_NS
"""A stream that nobody has reported on for so long is over; so is a channel that nobody has spoken
of, where the PBX gives no list of them."""
AWAY_NS = 300 * SECOND_NS
"""After so long without a connection nobody knows what has become of the calls. It takes several
attempts that failed."""


class PbxDesk:
    """Follows the channels of all PBXs. Whoever calls holds the monitor's lock."""

    def __init__(
        self,
        servers: Sequence[AmiSettings],
        parts: PbxParts,
        errors: DecodeErrors,
    ) -> None:
        self.servers = tuple(map(PbxServer, servers))
        self.parts = parts
        self._errors = errors
        self._figures = Figures(parts)
        self._cdr = CdrWriter(parts)
        self._handlers: dict[type, Callable[[PbxServer, Any, int], None]] = {
            ami.ReportEvent: self._take_report,
            ami.ChannelSeen: self._take_channel,
            ami.ChannelListed: self._take_list,
            ami.ChannelRenamed: self._take_name,
            ami.ChannelHeld: self._take_hold,
            ami.ChannelGone: self._take_end,
            ami.OtherEvent: self._take_other,
            ami.Answer: self._take_answer,
            ami.Unreadable: self._take_unreadable,
            ami.LinkUp: self._take_link_up,
            ami.LinkDown: self._take_link_down,
        }

    def take(self, index: int, news: Sequence[ami.News], now_ns: int) -> list[ami.Action]:
        """Take in what a PBX told, in order; gives what is to be asked of it."""
        server = self.servers[index]
        for each in news:
            self._handlers[type(each)](server, each, now_ns)
        return server.take_asked()

    def pass_time(self, now_ns: int) -> bool:
        """Do what is due; says whether a window has closed."""
        is_over = self.parts.scoring.open_next(now_ns)
        if is_over:
            self.parts.close_windows(list(self.parts.streams), now_ns)
        for server in self.servers:
            for leg in list(server.legs.values()):
                self._look_at(leg, server, now_ns)
            check_privileges(server, now_ns)
            if server.link is not None and server.link.is_up:
                self._ask(server, now_ns)
        return is_over

    def _ask(self, server: PbxServer, now_ns: int) -> None:
        self._cdr.pass_time(server, now_ns)
        if server.can_list:
            self._list_again(server, now_ns)

    def _place(self, leg: Leg, server: PbxServer, now_ns: int, *, at_once: bool = False) -> None:
        self.parts.placing.place(leg, server, now_ns, at_once=at_once)
        self._figures.adopt(leg, now_ns)

    def _look_at(self, leg: Leg, server: PbxServer, now_ns: int) -> None:
        self._place(leg, server, now_ns)
        for to_party, stream in list(leg.streams.items()):
            if now_ns - stream.last_ns >= SILENCE_NS:
                self.parts.stop(leg, to_party=to_party, now_ns=now_ns)
        if not server.can_list and now_ns - leg.seen_ns >= SILENCE_NS:
            self._lose(leg, server, leg.seen_ns)
        elif server.away_since_ns is not None and now_ns - server.away_since_ns >= AWAY_NS:
            self._lose(leg, server, server.away_since_ns)

    def _list_again(self, server: PbxServer, now_ns: int) -> None:
        if now_ns >= server.next_list_ns:
            # Not sooner, unless this one is complete: each would take the place of the one before.
            server.next_list_ns = now_ns + LIST_EVERY_NS
            server.unconfirmed = set(server.legs)
            server.ask(ami.ListChannels())

    def _leg(
        self, server: PbxServer, channel: ami.Channel, now_ns: int, *, is_new: bool = False
    ) -> Leg:
        """Bring a channel up to date, and ask what events do not tell of one that is new."""
        known = server.legs.get(channel.uniqueid)
        was_up, linkedid = (known.is_up, known.linkedid) if known else (False, channel.linkedid)
        leg, is_unknown = server.leg_of(channel, now_ns, is_new=is_new)
        if leg.linkedid != linkedid:
            self.parts.placing.link(leg, server)
        if is_unknown:
            ask_about(leg, server)
        elif leg.has_media and leg.is_up and not was_up:
            ask_about_media(leg, server)
        if len(server.legs) > CHANNELS_MAX:
            oldest = next(iter(server.legs.values()))
            self._end(oldest, server, now_ns, cause=None)
        self.parts.placing.describe(leg, now_ns)
        return leg

    def _ask_anew(self, leg: Leg, server: PbxServer) -> None:
        """Ask about a channel again, and write its record again."""
        if leg.record is not None:
            leg.record.written.clear()
        ask_about(leg, server)

    def _take_report(self, server: PbxServer, event: ami.ReportEvent, now_ns: int) -> None:
        server.events["report_received" if event.is_received else "report_sent"] += 1
        server.has_reported = True
        server.rejected.update(event.rejected)
        if event.channel.uniqueid in server.gone:
            return
        leg = self._leg(server, event.channel, now_ns)
        look_again(leg, event, server, now_ns)
        if not leg.is_about_audio(event):
            return
        leg.has_media = True
        self._place(leg, server, now_ns)
        self._figures.take(event, leg, server, now_ns)
        if leg.call is not None:
            leg.call.reported_ns = now_ns

    def _take_channel(self, server: PbxServer, event: ami.ChannelSeen, now_ns: int) -> None:
        server.events["channel"] += 1
        if event.channel.uniqueid not in server.gone:
            self._leg(server, event.channel, now_ns, is_new=event.is_new)

    def _take_list(self, server: PbxServer, _event: ami.ChannelListed, now_ns: int) -> None:
        """What a complete list has not named is gone. The next one is due some time after it."""
        server.events["channel"] += 1
        has_ends = server.events["hangup"] > 0
        server.next_list_ns = now_ns + (LIST_EVERY_NS if has_ends else LIST_OFTEN_NS)
        gone = [server.legs[each] for each in server.unconfirmed if each in server.legs]
        for leg in gone:
            self._end(leg, server, now_ns, cause=None)
        server.unconfirmed.clear()

    def _take_name(self, server: PbxServer, event: ami.ChannelRenamed, _now_ns: int) -> None:
        """A channel with another name may be a masqueraded one, which has another SIP call then."""
        server.events["rename"] += 1
        if event.uniqueid in server.legs:
            leg = server.legs[event.uniqueid]
            server.rename(leg, event.name)
            self._ask_anew(leg, server)

    def _take_hold(self, server: PbxServer, event: ami.ChannelHeld, now_ns: int) -> None:
        """What was heard before a hold and behind it says nothing of the time between, on any leg.

        Whoever put the call on hold was sent nothing, and the others perhaps music.
        """
        server.events["channel"] += 1
        if event.channel.uniqueid in server.legs:
            leg = self._leg(server, event.channel, now_ns)
            if not event.is_held:
                for each in server.linked_to(leg):
                    each.hearing.resume()

    def _take_end(self, server: PbxServer, event: ami.ChannelGone, now_ns: int) -> None:
        server.events["hangup"] += 1
        if event.channel.uniqueid in server.legs:
            leg = self._leg(server, event.channel, now_ns)
            self._end(leg, server, now_ns, cause=event.cause)

    def _take_other(self, server: PbxServer, _event: ami.OtherEvent, _now_ns: int) -> None:
        server.events["other"] += 1

    def _take_unreadable(self, _server: PbxServer, event: ami.Unreadable, _now_ns: int) -> None:
        self._errors.count("ami", event.reason)

    def _take_link_up(self, server: PbxServer, _event: ami.LinkUp, now_ns: int) -> None:
        """Compare nothing from before the gap with what comes behind it, and ask and write anew.

        What was on its way to the server, or from it, when the connection broke is lost.
        """
        for leg in server.legs.values():
            for stream in leg.streams.values():
                stream.reports.rebase()
            self._ask_anew(leg, server)
        server.away_since_ns = None
        server.up_since_ns = now_ns
        server.can_list = True
        server.next_list_ns = 0
        server.faults = dict.fromkeys(server.faults, False)
        self._list_again(server, now_ns)

    def _take_link_down(self, server: PbxServer, _event: ami.LinkDown, now_ns: int) -> None:
        server.away_since_ns = now_ns
        server.unconfirmed.clear()
        server.to_ask.clear()

    def _take_answer(self, server: PbxServer, answer: ami.Answer, now_ns: int) -> None:
        action, response = answer
        if isinstance(action, ami.ListChannels) and not response.is_success:
            server.can_list = False
        elif isinstance(action, ami.SetVariable):
            self._cdr.take_answer(server, answer)
        elif isinstance(action, ami.GetVariable):
            self._take_variable(server, action, response, now_ns)

    def _take_variable(
        self, server: PbxServer, action: ami.GetVariable, response: ami.Response, now_ns: int
    ) -> None:
        leg = server.named(action.channel)
        if leg is not None and take_answer(leg, action.variable, response.value):
            self._place(leg, server, now_ns)

    def _end(self, leg: Leg, server: PbxServer, now_ns: int, *, cause: int | None) -> None:
        self._place(leg, server, now_ns, at_once=True)
        for to_party in list(leg.streams):
            self.parts.stop(leg, to_party=to_party, now_ns=now_ns)
        self.parts.placing.finish(leg, now_ns, cause=cause)
        server.forget(leg)

    def _lose(self, leg: Leg, server: PbxServer, now_ns: int) -> None:
        """End the call of a channel that may be up still: if it is told of again, it is known."""
        self._end(leg, server, now_ns, cause=None)
        del server.gone[leg.uniqueid]
