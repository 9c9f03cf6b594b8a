"""RTCP: reports about media by those who receive and send them (RFC 3550, RFC 3611).

Contract: `parse_compound` takes the whole UDP payload and returns a `Compound` or raises
`DecodeError` with one of `REASONS`. It does no I/O, knows no time and compares nothing with what
came before: differences, matching and round trips are made elsewhere. Fields have the units and
the range of the wire; properties give them in seconds and ratios. Unknown is absent (`None`).
"""

from __future__ import annotations

from qos_exporter.protocols.rtcp.application import ApplicationPacket
from qos_exporter.protocols.rtcp.compound import (
    REASONS,
    Compound,
    RtcpPacket,
    UnknownPacket,
    parse_compound,
)
from qos_exporter.protocols.rtcp.extended_report import ExtendedReport, UnreadBlock, XrBlock
from qos_exporter.protocols.rtcp.feedback import Feedback
from qos_exporter.protocols.rtcp.goodbye import Goodbye
from qos_exporter.protocols.rtcp.reports import ReceiverReport, ReceptionReport, SenderReport
from qos_exporter.protocols.rtcp.source_description import DescribedSource, SourceDescription
from qos_exporter.protocols.rtcp.srtcp import looks_encrypted
from qos_exporter.protocols.rtcp.xr_reference_time import (
    Dlrr,
    DlrrSubBlock,
    ReceiverReferenceTime,
)
from qos_exporter.protocols.rtcp.xr_statistics import StatisticsSummary
from qos_exporter.protocols.rtcp.xr_voip_metrics import VoipMetrics

__all__ = [
    "REASONS",
    "ApplicationPacket",
    "Compound",
    "DescribedSource",
    "Dlrr",
    "DlrrSubBlock",
    "ExtendedReport",
    "Feedback",
    "Goodbye",
    "ReceiverReferenceTime",
    "ReceiverReport",
    "ReceptionReport",
    "RtcpPacket",
    "SenderReport",
    "SourceDescription",
    "StatisticsSummary",
    "UnknownPacket",
    "UnreadBlock",
    "VoipMetrics",
    "XrBlock",
    "looks_encrypted",
    "parse_compound",
]
