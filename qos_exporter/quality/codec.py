"""What the E-model needs to know of a codec, and where that knowledge comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass

PUBLISHED = "published"
"""Every value that enters the score stands in an ITU-T Recommendation."""
OPERATOR = "operator"
"""Set in the configuration."""
UNPUBLISHED = "unpublished"
"""At least one value is an assumption, and `source` names it; or there is no value at all."""
PROVENANCES = (PUBLISHED, OPERATOR, UNPUBLISHED)

BPL_WITHOUT_CONCEALMENT = 4.3
"""Robustness against loss that G.107 takes by default, and G.113 gives to plain G.711."""

UNKNOWN = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """One row of the codec table."""

    name: str
    """The value of the `codec` label."""
    encoding: str
    """The name in SDP's `rtpmap`, in upper case."""
    clock_rate: int
    """RTP timestamp units in a second, as in `rtpmap`."""
    scale: str
    """`narrowband`, `wideband` or `fullband`: the scale on which `ie` and `bpl` hold."""
    ie: float = UNKNOWN
    """Equipment impairment factor without loss; NaN where nobody has published one."""
    bpl: float = UNKNOWN
    """Packet-loss robustness factor; NaN likewise."""
    frame_ms: float
    """Speech that is collected before a packet can leave. Where frames are shorter than 10 ms this
    is the 20 ms that RFC 3551 packs by default."""
    look_ahead_ms: float = 0.0
    """Speech that the coder waits for beyond its frame."""
    provenance: str
    source: str
    """Where `ie` and `bpl` come from; for an assumption, what is assumed."""

    @property
    def is_scored(self) -> bool:
        """Whether a window of this codec can have a MOS."""
        return not (math.isnan(self.ie) or math.isnan(self.bpl))

    @property
    def delay_ms(self) -> float:
        """What coding adds to the delay from mouth to ear."""
        return self.frame_ms + self.look_ahead_ms
