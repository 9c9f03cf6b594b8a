"""What the manager interface tells, as values."""

from __future__ import annotations

from typing import NamedTuple

from qos_exporter.net import Endpoint
from qos_exporter.protocols.rtcp import ReceptionReport

STATE_RING = 4
"""The far end calls, and waits for Asterisk's answer."""
STATE_UP = 6
"""Answered. States between are those of a channel that is being set up."""


class Channel(NamedTuple):
    """A channel as nearly every event describes it."""

    name: str
    """`PJSIP/alice-0000002a`. Changes by renaming and masquerade."""
    uniqueid: str
    """Never changes, and names no other channel of the same system."""
    linkedid: str
    """The `uniqueid` of the first channel of the call; changes where calls are joined."""
    state: int
    """0 to 10: down, reserved, off hook, dialing, ring, ringing, up, busy and so on."""
    number: str
    """Of the party at the channel (its caller identification); empty where it is not known."""
    connected: str
    """Of the party that the channel is connected with."""
    exten: str
    """The extension that the dialplan is at: what was dialled, at the beginning."""


class ChannelSeen(NamedTuple):
    """A channel is there and looks like this."""

    channel: Channel
    is_new: bool = False
    """It has just been made, so that all of it will be seen."""


class ChannelListed(NamedTuple):
    """A list of all channels is complete; they came as `ChannelSeen`, in answer to an action."""

    action_id: str


class ChannelRenamed(NamedTuple):
    """A channel has another name from now on."""

    uniqueid: str
    name: str


class ChannelGone(NamedTuple):
    """A channel has ended."""

    channel: Channel
    cause: int
    """Of ITU-T Q.850: 16 is the normal one, 17 busy, 19 no answer, 21 refused; 0 unknown."""


class ChannelHeld(NamedTuple):
    """The party at a channel has put its call on hold, or has taken it up again."""

    channel: Channel
    is_held: bool


REPORT_FIELDS = (
    "rtt",
    "jitter",
    "fraction_lost",
    "packets_lost",
    "sequence",
    "ssrc",
    "last_sr",
    "delay",
    "packets_sent",
)
"""What of a report may show a number that cannot be."""


class ReportEvent(NamedTuple):
    """RTCP that Asterisk received from, or sent to, the party at a channel.

    A received report says what the party hears of Asterisk; one that was sent says what Asterisk
    hears of the party. `MES` is left out: it is no MOS, knows no codec, and means something else in
    each of the two events.
    """

    channel: Channel
    is_received: bool
    src: Endpoint
    """The RTCP endpoint that sent the report."""
    dst: Endpoint
    round_trip_s: float | None
    """Between Asterisk and the party, as Asterisk worked it out when the report came. `None` where
    the report quotes no sender report: what the event shows then is of an earlier one."""
    packets_sent: int | None
    """By the sender of the report since the beginning; `None` for who sends no media."""
    sent_ssrc: int | None
    """Of the stream that Asterisk sends; `None` in a report that it received, where what is shown
    is something else."""
    block: ReceptionReport | None
    """What the report says of the stream that its sender receives. Asterisk tells of the first
    block only, whatever `ReportCount` announces."""
    rejected: tuple[str, ...] = ()
    """Those of `REPORT_FIELDS` that are there and no number that they can be. The rest counts: a
    jitter that is one of them stands as 0 in the block, and without all of its counts of packets
    there is no block."""


class OtherEvent(NamedTuple):
    """An event that says nothing that is used."""

    name: str


class Response(NamedTuple):
    """The answer to an action."""

    action_id: str
    is_success: bool
    message: str
    value: str
    """What a `GetVariable` asked for."""
    challenge: str
    """What a `Challenge` asked for."""


class Unreadable(NamedTuple):
    """A message that is none, and why."""

    reason: str


class LinkUp(NamedTuple):
    """The connection is there and logged in: what comes next comes after a gap of any length."""


class LinkDown(NamedTuple):
    """The connection is gone; channels may come and go unseen."""
