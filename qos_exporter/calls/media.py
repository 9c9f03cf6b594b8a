"""RTP streams as the calls see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.calls.party import Direction
from qos_exporter.calls.payloads import NO_PAYLOADS, PayloadMap
from qos_exporter.net import Endpoint
from qos_exporter.protocols.session_description import PayloadFormat

if TYPE_CHECKING:  # a call holds its streams and a stream names its call
    from qos_exporter.calls.call import Call

__all__ = ["Direction", "MediaStream", "PayloadFormat", "PayloadMap"]


class MediaStream:
    """One SSRC from one endpoint to another, and the call that it was found to belong to.

    Packets are counted elsewhere; this says whose they are.
    """

    __slots__ = (
        "call",
        "direction",
        "dst",
        "first_ns",
        "is_audio",
        "is_live",
        "payload_type",
        "payloads",
        "serial",
        "source",
        "src",
        "ssrc",
    )

    def __init__(
        self,
        *,
        serial: int,
        src: Endpoint,
        dst: Endpoint,
        ssrc: int,
        payload_type: int,
        first_ns: int,
        source: int = 0,
    ) -> None:
        self.serial = serial
        """Never used twice, also not when the same endpoints and SSRC come back."""
        self.source = source
        """Index of the capture source that saw it."""
        self.src = src
        self.dst = dst
        self.ssrc = ssrc
        self.payload_type = payload_type
        """Of the first packet."""
        self.first_ns = first_ns
        self.call: Call | None = None
        self.direction = Direction.UNKNOWN
        self.payloads: PayloadMap = NO_PAYLOADS
        """From the description of the party that receives this stream."""
        self.is_audio = True
        """False where a description says that it is something else, as video."""
        self.is_live = True
        """False once the stream is gone from the stream table."""
