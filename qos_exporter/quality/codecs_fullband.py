"""Codec rows on the fullband scale.

G.113 has no value for Opus, and only a few for EVS, which we could not read. Both rows take the
constants that the media proxy rtpengine uses for its fullband score. A `Bpl` near 4.3 is what G.113
gives to comparable codecs on the wideband scale; forward error correction is not credited.
"""

from __future__ import annotations

from functools import partial

from qos_exporter.quality.codec import UNPUBLISHED, Codec
from qos_exporter.quality.scale import FULLBAND

_RTPENGINE = "the fullband constants of rtpengine assumed, which names no source"
_NO_VALUE = "no ITU value for less than super-wideband; not scored until configured"

_row = partial(Codec, scale=FULLBAND, frame_ms=20.0, provenance=UNPUBLISHED)
_opus = partial(_row, encoding="OPUS", clock_rate=48000, look_ahead_ms=6.5)
_evs = partial(_row, encoding="EVS", clock_rate=16000, look_ahead_ms=12.0)

FULLBAND_ROWS = (
    _opus(name="opus", ie=10.2, bpl=4.3, source=f"no ITU value; {_RTPENGINE}"),
    _opus(name="opus-low", source=_NO_VALUE),
    _evs(name="EVS", ie=10.2, bpl=4.3, source=f"super-wideband assumed; {_RTPENGINE}"),
    _evs(name="EVS-low", source=_NO_VALUE),
)
"""The `-low` rows are streams whose SDP limits them to narrowband or wideband speech."""
