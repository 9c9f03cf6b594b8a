"""The Asterisk Manager Interface: bytes of a connection to values, and actions to bytes.

A connection brings a banner and then messages, each a block of `Key: value` lines that an empty
line ends: events, and responses to actions. Only those are read that tell of channels and of RTCP.
"""

from __future__ import annotations

from qos_exporter.protocols.ami.actions import (
    Action,
    Challenge,
    Filter,
    GetVariable,
    ListChannels,
    Login,
    Ping,
    SetVariable,
    answer_to_challenge,
    encode_action,
)
from qos_exporter.protocols.ami.framing import MESSAGE_MAX, Framer
from qos_exporter.protocols.ami.message import Answer, Message, News, parse_message
from qos_exporter.protocols.ami.values import (
    REPORT_FIELDS,
    Channel,
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

__all__ = [
    "MESSAGE_MAX",
    "REPORT_FIELDS",
    "Action",
    "Answer",
    "Challenge",
    "Channel",
    "ChannelGone",
    "ChannelHeld",
    "ChannelListed",
    "ChannelRenamed",
    "ChannelSeen",
    "Filter",
    "Framer",
    "GetVariable",
    "LinkDown",
    "LinkUp",
    "ListChannels",
    "Login",
    "Message",
    "News",
    "OtherEvent",
    "Ping",
    "ReportEvent",
    "Response",
    "SetVariable",
    "Unreadable",
    "answer_to_challenge",
    "encode_action",
    "parse_message",
]
