"""Codec rows on the wideband scale: `Ie,wb` and `Bpl,wb` of ITU-T G.113, quoted second-hand.

For AMR-WB the values for listening with both ears are used: only those come with a `Bpl,wb`.
"""

from __future__ import annotations

from functools import partial

from qos_exporter.quality.codec import (
    BPL_WITHOUT_CONCEALMENT,
    UNPUBLISHED,
    Codec,
)
from qos_exporter.quality.scale import WIDEBAND

_DIOTIC = "G.113, both ears, quoted second-hand"
_NO_BPL = "Ie,wb of G.113, quoted second-hand; no Bpl,wb is published, 4.3 assumed"
_NO_VALUE = "no ITU value; not scored until the configuration gives Ie and Bpl"

_row = partial(Codec, clock_rate=16000, scale=WIDEBAND, frame_ms=20.0)
_without_bpl = partial(_row, bpl=BPL_WITHOUT_CONCEALMENT, provenance=UNPUBLISHED, source=_NO_BPL)
_amr_wb = partial(_row, encoding="AMR-WB", look_ahead_ms=5.0)
_amr_wb_quoted = partial(
    _amr_wb, provenance=UNPUBLISHED, source=f"{_DIOTIC}; assumed to be quoted right"
)
_amr_wb_without_bpl = partial(
    _amr_wb, bpl=BPL_WITHOUT_CONCEALMENT, provenance=UNPUBLISHED, source=_NO_BPL
)

WIDEBAND_ROWS = (
    _row(
        name="G722",
        encoding="G722",
        clock_rate=8000,
        ie=13.0,
        bpl=BPL_WITHOUT_CONCEALMENT,
        look_ahead_ms=1.5,
        provenance=UNPUBLISHED,
        source=f"{_NO_BPL}; 64 kbit/s assumed",
    ),
    _without_bpl(name="G7221-32", encoding="G7221", ie=13.0, look_ahead_ms=20.0),
    _without_bpl(name="G7221-24", encoding="G7221", ie=19.0, look_ahead_ms=20.0),
    _amr_wb(
        name="AMR-WB",
        ie=20.0,
        bpl=4.3,
        provenance=UNPUBLISHED,
        source=f"{_DIOTIC}; mode 12.65 assumed, as payloads are not read",
    ),
    _amr_wb_without_bpl(name="AMR-WB-6.60", ie=56.0),
    _amr_wb_without_bpl(name="AMR-WB-8.85", ie=41.0),
    _amr_wb_quoted(name="AMR-WB-12.65", ie=20.0, bpl=4.3),
    _amr_wb_without_bpl(name="AMR-WB-15.85", ie=17.0),
    _amr_wb_quoted(name="AMR-WB-23.05", ie=8.0, bpl=4.6),
    _amr_wb_quoted(name="AMR-WB-23.85", ie=10.0, bpl=4.9),
    _row(
        name="speex-wb",
        encoding="SPEEX",
        look_ahead_ms=14.0,
        provenance=UNPUBLISHED,
        source=_NO_VALUE,
    ),
)
