"""One PBX: its channels, and what was counted about it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from qos_exporter.monitor.pbx.leg import Leg
from qos_exporter.protocols.ami import REPORT_FIELDS
from qos_exporter.snapshot import PbxView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qos_exporter.protocols.ami import Action, Channel
    from qos_exporter.settings import AmiSettings

CHANNELS_MAX = 16_384
"""More channels at a time than one Asterisk can have; of more, the one seen first is forgotten."""

GONE_MAX = 1024
EVENTS = ("report_received", "report_sent", "channel", "rename", "hangup", "other")
WRITES = ("written", "refused", "no_channel", "failed")
LINK_FAULTS = ("unreachable", "silent", "not_asterisk", "login_refused", "no_secret")
PRIVILEGE_FAULTS = ("no_reporting", "no_call")


class PbxLink(Protocol):
    """How the connection to a PBX fares."""

    @property
    def is_up(self) -> bool:
        """Whether it is logged in."""

    @property
    def fault(self) -> str | None:
        """Why it is not, one of `LINK_FAULTS`."""

    @property
    def reconnects(self) -> int:
        """Logins after the first one."""


class PbxServer:
    """The channels of one PBX, by their `uniqueid`."""

    def __init__(self, settings: AmiSettings) -> None:
        self.settings = settings
        self.name = settings.name
        self.link: PbxLink | None = None
        self.legs: dict[str, Leg] = {}
        self._named: dict[str, Leg] = {}
        self._linked: dict[str, dict[str, Leg]] = {}
        """By `linkedid` and `uniqueid`."""
        self.unconfirmed: set[str] = set()
        """Channels that a list which is under way has not named yet."""
        self.to_ask: list[Action] = []
        self.next_list_ns = 0
        self.can_list = True
        self.up_since_ns = 0
        """When we logged in last."""
        self.away_since_ns: int | None = None
        """When the connection was lost that is not back yet."""
        self.has_reported = False
        """Whether it has ever told of RTCP."""
        self.gone: dict[str, None] = {}
        """Channels that ended last: what is still told of them comes too late."""
        self.faults = dict.fromkeys(PRIVILEGE_FAULTS, False)
        self.events = Counter(dict.fromkeys(EVENTS, 0))
        self.writes = Counter(dict.fromkeys(WRITES, 0))
        self.rejected = Counter(dict.fromkeys(REPORT_FIELDS, 0))

    def leg_of(self, channel: Channel, now_ns: int, *, is_new: bool = False) -> tuple[Leg, bool]:
        """Bring a channel up to date; says too whether it was not known."""
        self.unconfirmed.discard(channel.uniqueid)
        leg = self.legs.get(channel.uniqueid)
        is_unknown = leg is None
        if leg is None:
            leg = self.legs[channel.uniqueid] = Leg(channel, is_new=is_new, now_ns=now_ns)
        else:
            self._take_out_name(leg)
            if leg.linkedid != channel.linkedid:
                self._take_out_link(leg)
            leg.update(channel, now_ns)
        self._named[leg.name] = leg
        self._linked.setdefault(leg.linkedid, {})[leg.uniqueid] = leg
        return leg, is_unknown

    def rename(self, leg: Leg, name: str) -> None:
        """Know a channel by another name."""
        self._take_out_name(leg)
        leg.name = name
        self._named[name] = leg

    def named(self, name: str) -> Leg | None:
        """Give the channel that has a name now."""
        return self._named.get(name)

    def forget(self, leg: Leg) -> None:
        """Follow a channel no longer."""
        del self.legs[leg.uniqueid]
        self._take_out_name(leg)
        self._take_out_link(leg)
        self.gone[leg.uniqueid] = None
        if len(self.gone) > GONE_MAX:
            del self.gone[next(iter(self.gone))]

    def linked_to(self, leg: Leg) -> Iterator[Leg]:
        """Give all legs of the call that a leg is of, in the order in which they joined it."""
        return iter(self._linked.get(leg.linkedid, {}).values())

    def _take_out_link(self, leg: Leg) -> None:
        linked = self._linked[leg.linkedid]
        del linked[leg.uniqueid]
        if not linked:
            del self._linked[leg.linkedid]

    def _take_out_name(self, leg: Leg) -> None:
        # In a masquerade another channel may have taken the name before this one gave it up.
        if self._named.get(leg.name) is leg:
            del self._named[leg.name]

    def ask(self, action: Action) -> None:
        """Have something asked."""
        self.to_ask.append(action)

    def take_asked(self) -> list[Action]:
        """Give what is to be asked."""
        asked, self.to_ask = self.to_ask, []
        return asked

    def view(self) -> PbxView:
        """Copy what is shown of it."""
        link = self.link
        found = None if link is None else link.fault
        faults = {name: name == found for name in LINK_FAULTS}
        return PbxView(
            server=self.name,
            up=link is not None and link.is_up,
            reconnects=0 if link is None else link.reconnects,
            faults=tuple((faults | self.faults).items()),
            events=tuple(self.events.items()),
            rejected=tuple(self.rejected.items()),
            cdr_writes=() if self.settings.cdr is None else tuple(self.writes.items()),
        )
