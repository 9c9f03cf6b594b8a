"""What a record of a capture file is made of in these tests, and how one is written."""

from __future__ import annotations

import io

from qos_exporter.export.records import WRITERS, CaptureSummary, RecordFormat
from qos_exporter.snapshot import Score, Snapshot
from tests.export.snapshots import NOW_S, STREAM
from tests.export.variants import replace

CAPTURE = CaptureSummary("calls.pcap", 12_345, NOW_S - 60, NOW_S)

BAD = replace(STREAM, mos_lq=Score(1.5, 1.0), rating="bad", ssrc=0xBAD, src="10.0.0.9:9")
FAIR = replace(STREAM, mos_lq=Score(3.7, 3.5), rating="fair", ssrc=0xFA12, src="10.0.0.8:8")
UNSCORED = replace(STREAM, mos_lq=None, mos_cq=None, r_factor=None, rating=None, ssrc=7)


def written(
    format_: RecordFormat,
    shown: Snapshot,
    *,
    top: int | None = None,
    capture: CaptureSummary = CAPTURE,
) -> str:
    """Write a record of a snapshot and give its text."""
    out = io.StringIO()
    WRITERS[format_](shown, capture, out, top=top)
    return out.getvalue()
