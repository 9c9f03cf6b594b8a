"""Windows of streams as the kernel reports them, for tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qos_exporter.dataplane.rows import WINDOW
from qos_exporter.quality.codec_table import NO_CODEC, CodecTable
from qos_exporter.quality.codecs import DEFAULT_CODECS
from qos_exporter.quality.model import Model
from qos_exporter.quality.models import DEFAULT_MODEL
from qos_exporter.quality.window import WindowScores, score_windows

TEN_SECONDS_NS = 10_000_000_000


def windows(count: int = 1, **columns: object) -> NDArray[np.void]:
    """Windows of 500 packets in 10 s, nothing wrong with them but what `columns` say.

    `received` follows from `lost`; loss runs are single packets unless given.
    """
    rows = np.zeros(count, dtype=WINDOW)
    rows["expected"] = 500
    rows["media_ns"] = TEN_SECONDS_NS
    rows["payload_types_seen"] = 1
    rows["playout_delay_s"] = 0.06
    for name, values in columns.items():
        rows[name] = values
    rows["received"] = rows["expected"] - rows["lost"]
    if "loss_runs" not in columns:
        rows["loss_runs"] = rows["lost"]
    return rows


def index_of(name: str, codecs: CodecTable = DEFAULT_CODECS) -> int:
    """The index of a row that must be there."""
    codec = codecs.by_name(name)
    assert codec is not None
    return codecs.index(codec)


def scores(
    rows: NDArray[np.void],
    codec: str | None = "PCMU",
    *,
    codecs: CodecTable = DEFAULT_CODECS,
    model: Model = DEFAULT_MODEL,
    round_trip_s: float = np.nan,
    capture_degraded: bool = False,
) -> WindowScores:
    """Score rows that are all of one codec; `None` is one that the table does not have."""
    index = NO_CODEC if codec is None else index_of(codec, codecs)
    return score_windows(
        rows,
        codec_index=np.full(len(rows), index),
        codecs=codecs,
        model=model,
        round_trip_s=round_trip_s,
        capture_degraded=capture_degraded,
    )
