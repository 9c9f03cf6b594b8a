"""One message to the value that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from qos_exporter.errors import DecodeError
from qos_exporter.protocols.ami import channel_event, report_event
from qos_exporter.protocols.ami.actions import Action
from qos_exporter.protocols.ami.fields import Fields, split_fields
from qos_exporter.protocols.ami.values import (
    ChannelGone,
    ChannelHeld,
    ChannelListed,
    ChannelRenamed,
    ChannelSeen,
    LinkDown,
    LinkUp,
    OtherEvent,
    ReportEvent,
    Response,
    Unreadable,
)

Event: TypeAlias = (
    ReportEvent
    | ChannelSeen
    | ChannelListed
    | ChannelRenamed
    | ChannelHeld
    | ChannelGone
    | OtherEvent
)
Message: TypeAlias = Event | Response


class Answer(NamedTuple):
    """A response with the action that it is to."""

    action: Action
    response: Response


News: TypeAlias = Event | Answer | Unreadable | LinkUp | LinkDown
"""What a connection brings to whoever follows the calls of a server."""

PARSERS: Mapping[str, Callable[[Fields], Event]] = {
    "RTCPReceived": report_event.parse_report,
    "RTCPSent": report_event.parse_report,
    "Newchannel": channel_event.parse_new,
    "Newstate": channel_event.parse_seen,
    "NewCallerid": channel_event.parse_seen,
    "NewConnectedLine": channel_event.parse_seen,
    "BridgeEnter": channel_event.parse_seen,
    "BridgeLeave": channel_event.parse_seen,
    "CoreShowChannel": channel_event.parse_seen,
    "CoreShowChannelsComplete": channel_event.parse_listed,
    "Rename": channel_event.parse_renamed,
    "Hold": channel_event.parse_held,
    "Unhold": channel_event.parse_resumed,
    "Hangup": channel_event.parse_gone,
}
"""The events that are read; all others are `OtherEvent`."""


def parse_message(data: bytes) -> Message:
    """Read one message; raises DecodeError.

    Its reasons are `no_type` for what is neither event nor response, `no_channel` and `bad_address`
    for an event of which nobody knows what it is about.
    """
    fields = split_fields(data)
    name = fields.get("Event")
    if name is not None:
        parse = PARSERS.get(name)
        return OtherEvent(name) if parse is None else parse(fields)
    if "Response" not in fields:
        raise DecodeError("no_type")
    return Response(
        action_id=fields.get("ActionID", ""),
        is_success=fields["Response"] == "Success",
        message=fields.get("Message", ""),
        value=fields.get("Value", ""),
        challenge=fields.get("Challenge", ""),
    )
