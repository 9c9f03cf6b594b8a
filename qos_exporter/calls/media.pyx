"""RTP streams as the calls see them.

Compiled for the sake of memory: there may be very many, and of a plain object each number is an
object of its own, somewhere else.
"""

from qos_exporter.calls.party import Direction
from qos_exporter.calls.payloads import NO_PAYLOADS

cdef object UNKNOWN = Direction.UNKNOWN


cdef class MediaStream:
    """One SSRC from one endpoint to another. See media.pyi for the meaning of its fields."""

    def __init__(self, *, serial, src, dst, ssrc, payload_type, first_ns, source=0):
        self.serial = serial
        self.source = source
        self.src = src
        self.dst = dst
        self.ssrc = ssrc
        self.payload_type = payload_type
        self.first_ns = first_ns
        self.call = None
        self.direction = UNKNOWN
        self.payloads = NO_PAYLOADS
        self.is_audio = True
        self.is_live = True

    @property
    def is_heard(self):
        return True
