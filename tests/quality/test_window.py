from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.dataplane.rows import FLAG_COMFORT_NOISE
from qos_exporter.quality.codec_table import NO_CODEC
from qos_exporter.quality.codecs import DEFAULT_CODECS
from qos_exporter.quality.models import MODELS
from qos_exporter.quality.rating import RATINGS, REASONS, RESULTS, UNRATED
from qos_exporter.quality.window import HAS_COMFORT_NOISE, score_windows
from tests.quality.rows import index_of, scores, windows


def test_clean_g711() -> None:
    """A G.711 window without loss is 93.2 and 4.41, never the 4.5 of a perfect number."""
    found = scores(windows())
    assert found.r_lq[0] == pytest.approx(93.2, abs=0.01)
    assert found.mos_lq[0] == pytest.approx(4.41, abs=0.005)
    assert RESULTS[found.result[0]] == "good"
    assert RATINGS[found.rating[0]] == "excellent"
    assert REASONS[found.reason[0]] == ""


@pytest.mark.pitfall(42)
def test_loss_is_a_percentage() -> None:
    """5 % random loss costs G.711 15.8 points: 95 * 5 / (5 + 25.1), which is MOS 3.92."""
    found = scores(windows(lost=25, loss_runs=24))
    assert found.loss_ratio[0] == 0.05
    assert found.ie_eff[0] == pytest.approx(15.8, abs=0.05)
    assert round(float(found.mos_lq[0]), 2) == 3.92


@pytest.mark.pitfall(47)
@pytest.mark.parametrize(
    ("lost", "expected", "ie_eff"),
    [
        pytest.param(5, 500, 95.0 / 26.1, id="one-percent"),
        pytest.param(5, 100, 475.0 / 30.1, id="five-percent"),
        pytest.param(20, 2000, 95.0 / 26.1, id="one-percent-of-many"),
    ],
)
def test_count_is_no_percentage(lost: int, expected: int, ie_eff: float) -> None:
    """The same number of lost packets weighs as much as its share of the window."""
    found = scores(windows(lost=lost, expected=expected))
    assert found.ie_eff[0] == pytest.approx(ie_eff)


@pytest.mark.pitfall(46)
def test_next_window_recovers() -> None:
    """Losses in one window leave no trace in the next."""
    found = scores(windows(3, lost=[0, 20, 0], loss_runs=[0, 4, 0]))
    assert found.mos_lq[1] < 4.3
    assert found.mos_lq[2] == found.mos_lq[0]
    assert found.burst_ratio[2] == 1.0


@pytest.mark.pitfall(45)
@pytest.mark.parametrize(
    ("lost", "loss_runs", "burst"),
    [
        pytest.param(0, 0, 1.0, id="no-loss"),
        pytest.param(50, 10, 4.5, id="runs-of-five"),
        pytest.param(400, 400, 1.0, id="more-lost-than-received"),
    ],
)
def test_burst_ratio(lost: int, loss_runs: int, burst: float) -> None:
    """The burst ratio comes from the window's runs of loss."""
    assert scores(windows(lost=lost, loss_runs=loss_runs)).burst_ratio[0] == pytest.approx(burst)


def test_bursts_cost_more() -> None:
    """The same loss in bursts is worse than by single packets."""
    found = scores(windows(2, lost=50, loss_runs=[50, 5]))
    assert found.mos_lq[1] < found.mos_lq[0]


@pytest.mark.pitfall(48)
@pytest.mark.parametrize("codec", [None, "iLBC", "speex", "AMR-low", "opus-low"])
@pytest.mark.parametrize("model", sorted(MODELS))
def test_unknown_codec(codec: str | None, model: str) -> None:
    """A codec without values has no score, whatever the model, but its losses are shown."""
    found = scores(windows(lost=5), codec, model=MODELS[model])
    assert RESULTS[found.result[0]] == "unscored"
    assert REASONS[found.reason[0]] == "unknown_codec"
    assert found.rating[0] == UNRATED
    assert np.isnan(found.mos_lq[0])
    assert found.loss_ratio[0] == 0.01


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        pytest.param(FLAG_COMFORT_NOISE, "comfort_noise", id="comfort-noise"),
        pytest.param(0, "short", id="telephone-events"),
    ],
)
def test_no_codec_before_the_first_speech(flags: int, reason: str) -> None:
    """Who is silent from the first packet on has no unknown codec."""
    found = scores(windows(media_ns=0, payload_types_seen=0, flags=flags), None)
    assert REASONS[found.reason[0]] == reason


@pytest.mark.pitfall(48)
@pytest.mark.parametrize("codec", ["opus", "AMR", "AMR-WB", "GSM"])
def test_not_silently_g711(codec: str) -> None:
    """Other codecs lose more by the same loss than G.711 with concealment does."""
    other, g711 = scores(windows(lost=10), codec), scores(windows(lost=10))
    assert other.ie_eff[0] > g711.ie_eff[0] + 5.0


@pytest.mark.pitfall(49)
def test_codec_change() -> None:
    """A window that two codecs share has no score: their losses cannot be told apart."""
    found = scores(windows(payload_types_seen=2))
    assert REASONS[found.reason[0]] == "codec_change"
    assert np.isnan(found.mos_lq[0])


@pytest.mark.pitfall(50)
def test_scales_differ() -> None:
    """Each row is rated on the scale of its own codec, up to 129 for wideband, 148 for fullband."""
    index = np.array([index_of(name) for name in ("PCMU", "G722", "opus")])
    found = score_windows(windows(3), codec_index=index)
    assert found.r_lq.tolist() == pytest.approx([93.2, 116.0, 137.8], abs=0.01)
    # 116 / 1.29 and 137.8 / 1.48 on the curve of Annex B.
    assert found.mos_lq.tolist() == pytest.approx([4.409, 4.337, 4.408], abs=0.001)


@pytest.mark.pitfall(51)
def test_no_round_trip_no_conversation() -> None:
    """Without round trip there is no MOS-CQ: neither 0 nor MOS-LQ, and an average skips it."""
    found = score_windows(
        windows(3), codec_index=np.zeros(3, dtype=int), round_trip_s=np.array([np.nan, 0.2, np.nan])
    )
    assert np.isnan(found.mos_cq).tolist() == [True, False, True]
    assert np.isnan(found.r_cq).tolist() == [True, False, True]
    assert not np.isnan(found.mos_lq).any()
    assert np.nanmean(found.mos_cq) == found.mos_cq[1]


def test_conversation_has_the_whole_delay() -> None:
    """Half of 200 ms, 60 ms of playout and 20 ms of codec are 180 ms: Idd is 1.35."""
    found = scores(windows(), round_trip_s=0.2)
    assert found.r_lq[0] - found.r_cq[0] == pytest.approx(1.3463, abs=1e-3)


def test_zero_round_trip_is_known() -> None:
    """A round trip of 0 is a measurement and gives a MOS-CQ."""
    assert scores(windows(), round_trip_s=0.0).mos_cq[0] == pytest.approx(4.409, abs=1e-3)


@pytest.mark.pitfall(52)
def test_lost_and_discarded_add_up_once() -> None:
    """10 lost and 15 discarded of 500 are 5 % that the decoder missed."""
    found = scores(windows(lost=10, discarded=15))
    assert found.loss_ratio[0] == 0.02
    assert found.discard_ratio[0] == 0.03
    assert found.ie_eff[0] == pytest.approx(475.0 / 30.1)


def test_conditions_of_the_simplified_model() -> None:
    """2 % lost take 5 points, 50 ms of jitter 4, and 25 discarded none, from 93.2."""
    found = scores(windows(lost=10, discarded=25, jitter_mean_s=0.05), model=MODELS["simplified"])
    assert found.r_factor[0] == pytest.approx(84.2)
    # Half of 200 ms, 60 ms of playout and 20 ms of codec are 180 ms, and 20 too many cost 2 points.
    slow = scores(windows(), model=MODELS["simplified"], round_trip_s=0.2)
    assert slow.r_cq[0] == pytest.approx(91.2)


def test_conditions_of_r_factor_lite() -> None:
    """2 % lost take 4 points and 200 ms of round trip 20, from 100; LQ has the loss alone."""
    found = scores(
        windows(lost=10, jitter_mean_s=0.05), model=MODELS["r_factor_lite"], round_trip_s=0.2
    )
    assert found.r_factor[0] == pytest.approx(76.0)
    assert found.r_lq[0] == pytest.approx(96.0)


@pytest.mark.pitfall(52)
def test_no_more_missed_than_expected() -> None:
    """Discards of packets that an earlier window expected never push the loss past 100 %."""
    found = scores(windows(lost=400, discarded=300))
    assert found.loss_ratio[0] + found.discard_ratio[0] == 1.0


@pytest.mark.pitfall(18)
@pytest.mark.parametrize(
    ("columns", "codec", "reason"),
    [
        pytest.param({"media_ns": 2_000_000_000}, "PCMU", "", id="exactly-two-seconds"),
        pytest.param({"media_ns": 1_999_999_999}, "PCMU", "short", id="less-than-two-seconds"),
        pytest.param({"expected": 50}, "PCMU", "", id="exactly-fifty-packets"),
        pytest.param({"expected": 49}, "PCMU", "short", id="less-than-fifty-packets"),
        pytest.param({"expected": 0, "media_ns": 0}, "PCMU", "short", id="nothing"),
        pytest.param({"lost": 490}, "PCMU", "", id="heavy-loss-is-not-short"),
        pytest.param({"flags": FLAG_COMFORT_NOISE}, "PCMU", "", id="a-pause-in-much-speech"),
        pytest.param(
            {"flags": FLAG_COMFORT_NOISE, "expected": 20}, "PCMU", "comfort_noise", id="a-listener"
        ),
        pytest.param({"expected": 20}, None, "unknown_codec", id="unknown-and-short"),
        pytest.param(
            {"payload_types_seen": 2, "expected": 20}, None, "codec_change", id="changed-and-short"
        ),
    ],
)
def test_reasons(columns: dict[str, int], codec: str | None, reason: str) -> None:
    """A window needs 2 s and 50 packets of one known codec; the most telling reason is given."""
    found = scores(windows(**columns), codec)
    assert REASONS[found.reason[0]] == reason
    assert (RESULTS[found.result[0]] == "unscored") is bool(reason)
    assert bool(np.isnan(found.mos_lq[0])) is bool(reason)


def test_blind_capture() -> None:
    """Where the capture dropped packets itself, no window is scored, for whatever other reason."""
    found = score_windows(
        windows(3, payload_types_seen=[1, 2, 1]),
        codec_index=np.array([0, 0, NO_CODEC]),
        capture_degraded=np.array([True, True, False]),
    )
    assert [REASONS[code] for code in found.reason] == [
        "capture_degraded",
        "capture_degraded",
        "unknown_codec",
    ]


def test_comfort_noise_bit() -> None:
    """The flag is read where the dataplane writes it."""
    assert HAS_COMFORT_NOISE == FLAG_COMFORT_NOISE


def test_no_windows() -> None:
    """An empty table gives empty scores."""
    found = score_windows(windows(0), codec_index=np.zeros(0, dtype=int))
    assert len(found.mos_lq) == len(found.result) == 0


counts = st.integers(min_value=0, max_value=2000)


@given(
    st.lists(st.tuples(counts, counts, counts, counts), min_size=1, max_size=20),
    st.integers(min_value=-1, max_value=len(DEFAULT_CODECS.rows) - 1),
    st.none() | st.floats(min_value=0.0, max_value=10.0),
    st.sampled_from(sorted(MODELS)),
)
def test_one_or_many(
    rows: list[tuple[int, int, int, int]], codec: int, round_trip_s: float | None, model: str
) -> None:
    """Whatever the counts, scores are in range, and a row scores alike alone and among others."""
    table = windows(len(rows))
    table["expected"], table["lost"], table["discarded"], table["loss_runs"] = zip(
        *rows, strict=True
    )
    delay = np.nan if round_trip_s is None else round_trip_s
    index = np.full(len(rows), codec)
    many = score_windows(table, codec_index=index, round_trip_s=delay, model=MODELS[model])

    scored = many.reason == 0
    assert np.all((many.mos_lq[scored] >= 1.0) & (many.mos_lq[scored] <= 4.5))
    assert np.all(np.isnan(many.mos_lq[~scored]))
    assert np.all(many.burst_ratio >= 1.0)
    for at in range(len(rows)):
        one = score_windows(
            table[at : at + 1],
            codec_index=index[at : at + 1],
            round_trip_s=delay,
            model=MODELS[model],
        )
        # Columns go through other instructions than numbers, which may differ in the last bit.
        np.testing.assert_allclose(one.mos_lq, many.mos_lq[at : at + 1], rtol=1e-12)
        np.testing.assert_allclose(one.mos_cq, many.mos_cq[at : at + 1], rtol=1e-12)
        np.testing.assert_array_equal(one.result, many.result[at : at + 1])


def test_a_hundred_thousand_windows() -> None:
    """A large window closes in well under the time in which its packets arrive."""
    count = 100_000
    table = windows(count, lost=np.arange(count) % 100)
    index = np.arange(count) % len(DEFAULT_CODECS.rows)
    round_trip_s = np.full(count, 0.1)
    spent_s = []
    for _ in range(5):
        start = time.perf_counter()
        score_windows(table, codec_index=index, round_trip_s=round_trip_s)
        spent_s.append(time.perf_counter() - start)
    assert min(spent_s) < 0.2


def test_import_stays_light() -> None:
    """Scoring needs numpy and nothing else that is slow to load."""
    heavy = ("scapy", "pydantic", "prometheus_client", "starlette", "rich")
    code = (
        f"import sys, qos_exporter.quality.window; print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
