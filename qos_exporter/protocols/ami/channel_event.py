"""Events about channels."""

from __future__ import annotations

from qos_exporter.errors import DecodeError
from qos_exporter.protocols.ami.fields import Fields, number_of, text
from qos_exporter.protocols.ami.values import (
    Channel,
    ChannelGone,
    ChannelHeld,
    ChannelListed,
    ChannelRenamed,
    ChannelSeen,
)


def channel_of(fields: Fields) -> Channel:
    """Read the description of a channel; raises DecodeError where it cannot be told from others.

    A `Linkedid` that is missing is the channel's own: it is a call of one channel then.
    """
    name, uniqueid = text(fields, "Channel"), text(fields, "Uniqueid")
    if not (name and uniqueid):
        raise DecodeError("no_channel")
    return Channel(
        name=name,
        uniqueid=uniqueid,
        linkedid=text(fields, "Linkedid") or uniqueid,
        state=number_of(text(fields, "ChannelState")) or 0,
        number=text(fields, "CallerIDNum"),
        connected=text(fields, "ConnectedLineNum"),
        exten=text(fields, "Exten"),
    )


def parse_seen(fields: Fields) -> ChannelSeen:
    """Read any event that describes a channel."""
    return ChannelSeen(channel_of(fields))


def parse_new(fields: Fields) -> ChannelSeen:
    """Read `Newchannel`."""
    return ChannelSeen(channel_of(fields), is_new=True)


def parse_listed(fields: Fields) -> ChannelListed:
    """Read the end of a list of channels."""
    return ChannelListed(text(fields, "ActionID"))


def parse_renamed(fields: Fields) -> ChannelRenamed:
    """Read `Rename`."""
    name, uniqueid = text(fields, "Newname"), text(fields, "Uniqueid")
    if not (name and uniqueid):
        raise DecodeError("no_channel")
    return ChannelRenamed(uniqueid, name)


def parse_gone(fields: Fields) -> ChannelGone:
    """Read `Hangup`."""
    return ChannelGone(channel_of(fields), number_of(text(fields, "Cause")) or 0)


def parse_held(fields: Fields) -> ChannelHeld:
    """Read `Hold`."""
    return ChannelHeld(channel_of(fields), is_held=True)


def parse_resumed(fields: Fields) -> ChannelHeld:
    """Read `Unhold`."""
    return ChannelHeld(channel_of(fields), is_held=False)
