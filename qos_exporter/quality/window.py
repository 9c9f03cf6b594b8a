"""Scores for the windows of many streams at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qos_exporter.quality.arrays import Codes, FloatArray, Values
from qos_exporter.quality.burst import burst_ratio
from qos_exporter.quality.codec_table import CodecTable
from qos_exporter.quality.codecs import DEFAULT_CODECS
from qos_exporter.quality.delay import absolute_delay_ms
from qos_exporter.quality.loss import ratio
from qos_exporter.quality.model import Conditions, Model, Scores
from qos_exporter.quality.models import DEFAULT_MODEL
from qos_exporter.quality.rating import (
    CAPTURE_DEGRADED,
    CODEC_CHANGE,
    COMFORT_NOISE,
    NO_REASON,
    SHORT,
    UNKNOWN_CODEC,
    UNRATED,
    UNSCORED,
)
from qos_exporter.units import SECOND_NS

MEDIA_MIN_NS = 2 * SECOND_NS
PACKETS_MIN = 50
"""A window with less media or fewer packets says nothing: one lost packet would be a disaster."""

HAS_COMFORT_NOISE = 0x2
"""The bit in a window's `flags` that says that the sender was silent for a while (RFC 3389)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowScores:
    """One element per window. NaN is absent: unscored, or, for CQ, the round trip unknown."""

    r_factor: FloatArray
    """The R that is shown."""
    r_lq: FloatArray
    mos_lq: FloatArray
    r_cq: FloatArray
    mos_cq: FloatArray
    ie_eff: FloatArray
    burst_ratio: FloatArray
    loss_ratio: FloatArray
    """Lost of expected. This one and the two beside it are there for unscored windows as well."""
    discard_ratio: FloatArray
    """Discarded of expected: these packets arrived, so none of them counts as lost too."""
    result: Codes
    """Positions in `RESULTS`."""
    reason: Codes
    """Positions in `REASONS`."""
    rating: Codes
    """Positions in `RATINGS`; `UNRATED` for an unscored window."""


@dataclass(frozen=True, slots=True)
class _Fates:
    """What became of the packets of each window."""

    loss_ratio: FloatArray
    discard_ratio: FloatArray
    burst_ratio: FloatArray


def _column(windows: NDArray[np.void], name: str) -> FloatArray:
    return windows[name].astype(np.float64)


def _fates(windows: NDArray[np.void]) -> _Fates:
    expected, lost = _column(windows, "expected"), _column(windows, "lost")
    loss = ratio(lost, expected)
    # A packet is lost or discarded, never both; discards of packets that were expected in the
    # window before must not push the sum above everything there was.
    discard = np.minimum(ratio(_column(windows, "discarded"), expected), 1.0 - loss)
    burst = burst_ratio(lost=lost, loss_runs=_column(windows, "loss_runs"), expected=expected)
    return _Fates(loss, discard, burst)


def _reasons(
    windows: NDArray[np.void],
    *,
    scored_codec: NDArray[np.bool_],
    capture_degraded: NDArray[np.bool_] | bool,
) -> Codes:
    """Why each window has no score, the first that applies; `NO_REASON` where it has one.

    Comfort noise alone is no reason. It is the reason where it left too little speech.
    """
    packets = np.maximum(windows["expected"], windows["received"])
    short = (windows["media_ns"] < MEDIA_MIN_NS) | (packets < PACKETS_MIN)
    silent = short & ((windows["flags"] & HAS_COMFORT_NOISE) != 0)
    # Before the first speech there is no codec that could be unknown.
    spoken = (windows["payload_types_seen"] > 0) | ~short
    codes = np.full(len(windows), NO_REASON, dtype=np.uint8)
    for code, applies in (
        (SHORT, short),
        (COMFORT_NOISE, silent),
        (UNKNOWN_CODEC, ~scored_codec & spoken),
        (CODEC_CHANGE, windows["payload_types_seen"] > 1),
        (CAPTURE_DEGRADED, capture_degraded),
    ):
        codes = np.where(applies, np.uint8(code), codes)
    return codes


def _conditions(
    windows: NDArray[np.void],
    fates: _Fates,
    *,
    codecs: CodecTable,
    codec_index: NDArray[np.integer],
    round_trip_s: Values,
) -> Conditions:
    ta_ms = absolute_delay_ms(
        round_trip_s=round_trip_s,
        playout_delay_s=_column(windows, "playout_delay_s"),
        codec_delay_ms=codecs.delay_ms[codec_index],
    )
    return Conditions(
        scale=codecs.scale[codec_index],
        ie=codecs.ie[codec_index],
        bpl=codecs.bpl[codec_index],
        lost_percent=100.0 * fates.loss_ratio,
        discarded_percent=100.0 * fates.discard_ratio,
        burst_r=fates.burst_ratio,
        ta_ms=ta_ms,
        round_trip_ms=1000.0 * np.asarray(round_trip_s),
        jitter_ms=1000.0 * np.nan_to_num(_column(windows, "jitter_mean_s")),
    )


def _where_scored(scores: Scores, fates: _Fates, reason: Codes) -> WindowScores:
    """The scores of the windows that have one, and the facts of all."""
    is_scored = reason == NO_REASON

    def kept(values: FloatArray) -> FloatArray:
        return np.where(is_scored, values, np.nan)

    return WindowScores(
        r_factor=kept(scores.r_factor),
        r_lq=kept(scores.r_lq),
        mos_lq=kept(scores.mos_lq),
        r_cq=kept(scores.r_cq),
        mos_cq=kept(scores.mos_cq),
        ie_eff=kept(scores.ie_eff),
        burst_ratio=fates.burst_ratio,
        loss_ratio=fates.loss_ratio,
        discard_ratio=fates.discard_ratio,
        result=np.where(is_scored, scores.result, np.uint8(UNSCORED)),
        reason=reason,
        rating=np.where(is_scored, scores.rating, np.uint8(UNRATED)),
    )


def score_windows(
    windows: NDArray[np.void],
    *,
    codec_index: NDArray[np.integer],
    codecs: CodecTable = DEFAULT_CODECS,
    model: Model = DEFAULT_MODEL,
    round_trip_s: Values = np.nan,
    capture_degraded: NDArray[np.bool_] | bool = False,
) -> WindowScores:
    """Score structured rows, one per stream and window.

    `codec_index` holds each row's position in `codecs.rows` (`NO_CODEC` for none), `round_trip_s`
    the round trip of its call (NaN for unknown), `capture_degraded` whether the capture itself
    dropped packets, so that loss cannot be told from blindness. The columns read are `expected`,
    `received`, `lost`, `discarded`, `loss_runs`, `media_ns`, `payload_types_seen`, `flags`,
    `jitter_mean_s` and `playout_delay_s`.
    """
    fates = _fates(windows)
    reason = _reasons(
        windows, scored_codec=codecs.scored[codec_index], capture_degraded=capture_degraded
    )
    conditions = _conditions(
        windows, fates, codecs=codecs, codec_index=codec_index, round_trip_s=round_trip_s
    )
    return _where_scored(model.score(conditions), fates, reason)
