"""RTP streams as the calls see them."""

from qos_exporter.calls.call import Call
from qos_exporter.calls.party import Direction
from qos_exporter.calls.payloads import PayloadMap
from qos_exporter.net import Endpoint

class MediaStream:
    """One SSRC from one endpoint to another, and the call that it was found to belong to.

    Packets are counted elsewhere; this says whose they are.
    """

    serial: int
    """Never used twice, also not when the same endpoints and SSRC come back."""
    source: int
    """Index of the capture source that saw it."""
    src: Endpoint
    dst: Endpoint
    ssrc: int
    payload_type: int
    """Of the first packet."""
    first_ns: int
    call: Call | None
    direction: Direction
    payloads: PayloadMap
    """From the description of the party that receives this stream."""
    is_audio: bool
    """False where a description says that it is something else, as video."""
    is_live: bool
    """False once the stream is gone from the stream table."""

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
    ) -> None: ...
    @property
    def is_heard(self) -> bool:
        """Whether its packets are seen, and not only told of by others."""
