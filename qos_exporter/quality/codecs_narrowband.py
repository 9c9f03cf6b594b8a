"""Codec rows on the narrowband scale: `Ie` and `Bpl` of ITU-T G.113, appendix I."""

from __future__ import annotations

from functools import partial

from qos_exporter.quality.codec import (
    BPL_WITHOUT_CONCEALMENT,
    PUBLISHED,
    UNPUBLISHED,
    Codec,
)
from qos_exporter.quality.scale import NARROWBAND

_G711 = "G.113 App. I: G.711 with the concealment of its own App. I"
_NO_BPL = "Ie of G.113 App. I; no Bpl is published, 4.3 (no concealment) assumed"
_NO_VALUE = "no ITU value; not scored until the configuration gives Ie and Bpl"

_row = partial(Codec, clock_rate=8000, scale=NARROWBAND, frame_ms=20.0)
_published = partial(_row, provenance=PUBLISHED)
_without_bpl = partial(_row, bpl=BPL_WITHOUT_CONCEALMENT, provenance=UNPUBLISHED, source=_NO_BPL)
_unscored = partial(_row, provenance=UNPUBLISHED, source=_NO_VALUE)

NARROWBAND_ROWS = (
    _published(name="PCMU", encoding="PCMU", ie=0.0, bpl=25.1, source=_G711),
    _published(name="PCMA", encoding="PCMA", ie=0.0, bpl=25.1, source=_G711),
    _published(
        name="G729",
        encoding="G729",
        ie=11.0,
        bpl=19.0,
        frame_ms=10.0,
        look_ahead_ms=5.0,
        source="G.113 App. I: G.729A with VAD, as packets do not tell the annexes apart",
    ),
    _published(
        name="G723",
        encoding="G723",
        ie=15.0,
        bpl=16.1,
        frame_ms=30.0,
        look_ahead_ms=7.5,
        source="G.113 App. I: G.723.1 at 6.3 kbit/s with VAD",
    ),
    _row(
        name="G723-5.3",
        encoding="G723",
        ie=19.0,
        bpl=16.1,
        frame_ms=30.0,
        look_ahead_ms=7.5,
        provenance=UNPUBLISHED,
        source="Ie of G.113 App. I for 5.3 kbit/s; no Bpl is published, that of 6.3 assumed",
    ),
    _without_bpl(name="G726-40", encoding="G726-40", ie=2.0),
    _without_bpl(name="G726-32", encoding="G726-32", ie=7.0),
    _without_bpl(name="G726-24", encoding="G726-24", ie=25.0),
    _without_bpl(name="G726-16", encoding="G726-16", ie=50.0),
    _without_bpl(name="G728", encoding="G728", ie=7.0),
    _without_bpl(name="GSM", encoding="GSM", ie=20.0),
    _published(name="GSM-EFR", encoding="GSM-EFR", ie=5.0, bpl=10.0, source="G.113 App. I"),
    _without_bpl(name="GSM-HR-08", encoding="GSM-HR-08", ie=23.0, look_ahead_ms=4.4),
    _row(
        name="AMR",
        encoding="AMR",
        ie=5.0,
        bpl=10.0,
        look_ahead_ms=5.0,
        provenance=UNPUBLISHED,
        source="no ITU value; mode 12.2 assumed: the bits of GSM-EFR, hence its values",
    ),
    _unscored(name="AMR-low", encoding="AMR", look_ahead_ms=5.0),
    _unscored(name="iLBC", encoding="ILBC", frame_ms=30.0, look_ahead_ms=10.0),
    _unscored(name="speex", encoding="SPEEX", look_ahead_ms=10.0),
)
"""`AMR-low` is an AMR whose `mode-set` leaves out 12.2: G.113 has nothing about those modes."""
