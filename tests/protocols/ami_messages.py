"""Messages of the manager interface: written by hand, and those of a real Asterisk 22."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

RECORDED = Path(__file__).parents[1] / "data" / "asterisk" / "bridged_call.txt"
BANNER = b"Asterisk Call Manager/11.0.0\r\n"


def written(**fields: object) -> bytes:
    """Write a message without its end, in the order of the fields."""
    return "\r\n".join(f"{name}: {value}" for name, value in fields.items()).encode()


CHANNEL = {
    "Channel": "PJSIP/bob-00000001",
    "ChannelState": 6,
    "CallerIDNum": "bob",
    "ConnectedLineNum": "alice",
    "Exten": "",
    "Uniqueid": "1795235681.1",
    "Linkedid": "1795235681.0",
}
BLOCK = {
    "Report0SourceSSRC": "0xbb3cecf7",
    "Report0FractionLost": 0,
    "Report0CumulativeLost": 0,
    "Report0HighestSequence": 22714,
    "Report0SequenceNumberCycles": 0,
    "Report0IAJitter": 5,
    "Report0LSR": 2648951537,
    "Report0DLSR": "2.4910",
}
REPORT = {
    **CHANNEL,
    "To": "10.77.0.3:20131",
    "From": "10.77.0.2:11747",
    "RTT": "0.0002",
    "MES": "88.1",
    "SSRC": "0xeeab9de6",
    "PT": "200(SR)",
    "ReportCount": 1,
    "SentNTP": "1795235686.283937",
    "SentRTP": 99624,
    "SentPackets": 250,
    "SentOctets": 40000,
    **BLOCK,
}
"""What bob's telephone reported in the recorded call, field by field."""


def report(event: str = "RTCPReceived", /, **changed: object) -> bytes:
    """Write a report; a field that is changed to `None` is left out."""
    fields = {"Event": event, **REPORT, **changed}
    return written(**{name: value for name, value in fields.items() if value is not None})


class Recorded(NamedTuple):
    """A message, and when it came."""

    at_s: float
    message: bytes


def recorded_messages(path: Path = RECORDED) -> list[Recorded]:
    """Read messages that were recorded, each below a line with its time."""
    blocks = path.read_text().strip().split("\n\n")
    parts = (block.partition("\n") for block in blocks)
    return [
        Recorded(float(time.removeprefix("# ")), message.replace("\n", "\r\n").encode())
        for time, _, message in parts
    ]
