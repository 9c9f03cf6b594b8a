from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qos_exporter.quality.codec import Codec
from qos_exporter.quality.codecs import DEFAULT_CODECS
from qos_exporter.quality.model import Conditions, Model, Scores
from qos_exporter.quality.model_r_factor_lite import R_FACTOR_LITE, r_factor_lite
from qos_exporter.quality.model_simplified import SIMPLIFIED
from qos_exporter.quality.models import DEFAULT_MODEL, MODELS
from qos_exporter.quality.rating import RATINGS, RESULTS, UNRATED
from qos_exporter.quality.scale import SCALE_NAMES

# The other models know no codec, so one stands for all.
MODEL_AND_CODEC = [
    *(
        pytest.param(DEFAULT_MODEL, row, id=f"e-model-{row.name}")
        for row in DEFAULT_CODECS.rows
        if row.is_scored
    ),
    pytest.param(SIMPLIFIED, DEFAULT_CODECS.rows[0], id="simplified"),
    pytest.param(R_FACTOR_LITE, DEFAULT_CODECS.rows[0], id="r_factor_lite"),
]
EVERY_MODEL = [pytest.param(model, id=name) for name, model in MODELS.items()]
PCMU = DEFAULT_CODECS.rows[0]

ratios = st.floats(min_value=0.0, max_value=1.0)
delays_s = st.floats(min_value=0.0, max_value=10.0)


def conditions(
    codec: Codec = PCMU,
    *,
    lost: object = 0.0,
    discarded: object = 0.0,
    burst_r: float = 1.0,
    one_way_delay_s: object = math.nan,
    jitter_s: object = 0.0,
) -> Conditions:
    """Conditions as columns as long as the longest of the arguments."""
    lost, discarded, delay, jitter = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(v, np.float64)) for v in (lost, discarded)),
        *(np.atleast_1d(np.asarray(v, np.float64)) for v in (one_way_delay_s, jitter_s)),
    )
    return Conditions(
        scale=np.full(lost.shape, SCALE_NAMES.index(codec.scale), dtype=np.int8),
        ie=codec.ie,
        bpl=codec.bpl,
        lost_percent=100.0 * lost,
        discarded_percent=100.0 * discarded,
        burst_r=burst_r,
        ta_ms=1000.0 * delay,
        round_trip_ms=2000.0 * delay,
        jitter_ms=1000.0 * jitter,
    )


def scored(model: str, made: Conditions) -> Scores:
    return MODELS[model].score(made)


def result(scores: Scores) -> str:
    return RESULTS[int(scores.result[0])]


@pytest.mark.parametrize(
    ("lost", "jitter_s", "delay_s", "r_lq", "r_cq"),
    [
        pytest.param(0.0, 0.0, 0.0, 93.2, 93.2, id="clean"),
        pytest.param(0.04, 0.0, 0.0, 83.2, 83.2, id="2.5-points-per-percent"),
        pytest.param(0.0, 0.03, 0.16, 93.2, 93.2, id="free-of-charge"),
        pytest.param(0.0, 0.05, 0.0, 89.2, 89.2, id="0.2-points-per-ms-of-jitter-over-30"),
        pytest.param(0.0, 0.0, 0.26, 93.2, 83.2, id="0.1-points-per-ms-of-delay-over-160"),
        pytest.param(1.0, 0.0, 0.0, 0.0, 0.0, id="never-below-0"),
    ],
)
def test_simplified(lost: float, jitter_s: float, delay_s: float, r_lq: float, r_cq: float) -> None:
    """The simplified model takes points in straight lines from 93.2."""
    scores = scored("simplified", conditions(lost=lost, jitter_s=jitter_s, one_way_delay_s=delay_s))
    assert scores.r_lq[0] == pytest.approx(r_lq)
    assert scores.r_cq[0] == pytest.approx(r_cq)


@pytest.mark.parametrize(
    ("lost", "delay_s", "word", "rating"),
    [
        pytest.param(0.0, math.nan, "good", "excellent", id="clean"),
        # 12.5 points; MOS of R 80.7 is 1 + 2.8245 + 80.7 * 20.7 * 19.3 * 7e-6 = 4.05
        pytest.param(0.05, math.nan, "degraded", "good", id="loss"),
        # 15 points for delay, of which listening knows nothing
        pytest.param(0.0, 0.31, "degraded", "excellent", id="delay"),
        # 10 points and 16; MOS of R 83.2 is 1 + 2.912 + 83.2 * 23.2 * 16.8 * 7e-6 = 4.14
        pytest.param(0.04, 0.32, "bad", "good", id="both"),
    ],
)
def test_words_of_the_simplified_model(lost: float, delay_s: float, word: str, rating: str) -> None:
    """The result goes by all points taken, delay included, and the rating by MOS-LQ."""
    scores = scored("simplified", conditions(lost=lost, one_way_delay_s=delay_s))
    assert result(scores) == word
    assert RATINGS[int(scores.rating[0])] == rating


@pytest.mark.parametrize(
    ("lost", "round_trip_s", "r_cq", "word", "rating"),
    [
        pytest.param(0.0, 0.0, 100.0, "good", "good", id="clean"),
        pytest.param(0.0, 0.2, 80.0, "good", "good", id="just-good"),
        pytest.param(0.001, 0.2, 79.8, "degraded", "fair", id="not-quite-good"),
        pytest.param(0.05, 0.3, 60.0, "degraded", "fair", id="just-fair"),
        pytest.param(0.051, 0.3, 59.8, "bad", "bad", id="not-quite-fair"),
        pytest.param(0.5, 1.0, 0.0, "bad", "bad", id="never-below-0"),
    ],
)
def test_r_factor_lite(
    lost: float, round_trip_s: float, r_cq: float, word: str, rating: str
) -> None:
    """The lite model takes a point per 10 ms of round trip and two per percent lost from 100."""
    scores = scored("r_factor_lite", conditions(lost=lost, one_way_delay_s=round_trip_s / 2.0))
    assert scores.r_cq[0] == pytest.approx(r_cq)
    assert result(scores) == word
    assert RATINGS[int(scores.rating[0])] == rating


@pytest.mark.parametrize(
    ("round_trip_s", "r_factor"),
    [
        pytest.param(0.2, 78.0, id="known"),
        pytest.param(math.nan, 98.0, id="unknown"),
    ],
)
def test_shown_r_of_r_factor_lite(round_trip_s: float, r_factor: float) -> None:
    """The lite model shows R with the round trip where it is known, and LQ never has it."""
    scores = scored("r_factor_lite", conditions(lost=0.01, one_way_delay_s=round_trip_s / 2.0))
    assert scores.r_factor[0] == pytest.approx(r_factor)
    assert scores.r_lq[0] == pytest.approx(98.0)


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_stream_without_scored_window_is_unrated(model: Model) -> None:
    """What has neither MOS nor R gets no rating word from any model."""
    unknown = np.array([math.nan])
    assert model.rate(unknown, unknown).tolist() == [UNRATED]


def test_r_factor_lite_of_a_call() -> None:
    """For a whole call the largest round trip and the largest loss count."""
    r = r_factor_lite(round_trip_max_s=0.15, loss_ratio_max=0.03)
    assert r == pytest.approx(100.0 - 15.0 - 6.0)


@pytest.mark.parametrize("name", ["simplified", "r_factor_lite"])
@pytest.mark.pitfall(50)
def test_codec_blind_models_are_narrowband(name: str) -> None:
    """A score that knows no codec never appears on the scale of a wideband codec."""
    assert MODELS[name].scale_name("wideband") == "narrowband"
    assert MODELS["e-model"].scale_name("wideband") == "wideband"


@pytest.mark.pitfall(52)
def test_discards_count_once() -> None:
    """A discarded packet weighs as much as a lost one, and the jitter behind it nothing more."""
    lost = scored("e-model", conditions(lost=0.04))
    both = scored("e-model", conditions(lost=0.02, discarded=0.02, jitter_s=0.2))
    assert both.mos_lq[0] == lost.mos_lq[0]

    # The simplified model has a term for jitter, so there the discards themselves stay out.
    jitter_only = scored("simplified", conditions(lost=0.02, jitter_s=0.2))
    with_discards = scored("simplified", conditions(lost=0.02, discarded=0.02, jitter_s=0.2))
    assert with_discards.r_lq[0] == jitter_only.r_lq[0]


@pytest.mark.parametrize(
    ("codec_name", "lost", "delay_s", "word"),
    [
        pytest.param("G729", 0.0, math.nan, "good", id="codec-ceiling-is-not-blamed"),
        pytest.param("GSM", 0.0, math.nan, "good", id="low-ceiling-either"),
        # 95 * 3 / 28.1 = 10.1 points
        pytest.param("PCMU", 0.03, math.nan, "degraded", id="loss"),
        # 95 * 9 / 34.1 = 25.07 points
        pytest.param("PCMU", 0.09, math.nan, "bad", id="much-loss"),
        # Idd(250 ms) = 8.9, Idd(300 ms) = 14.8
        pytest.param("PCMU", 0.0, 0.25, "good", id="some-delay"),
        pytest.param("PCMU", 0.0, 0.3, "degraded", id="delay"),
    ],
)
def test_network_is_blamed_for_what_it_took(
    codec_name: str, lost: float, delay_s: float, word: str
) -> None:
    """The result goes by the points lost on the way, delay included where it is known."""
    codec = DEFAULT_CODECS.by_name(codec_name)
    assert codec is not None
    assert result(scored("e-model", conditions(codec, lost=lost, one_way_delay_s=delay_s))) == word


@pytest.mark.pitfall(43)
@pytest.mark.parametrize(("model", "codec"), MODEL_AND_CODEC)
@settings(max_examples=20)
@given(
    losses=st.lists(ratios, min_size=2, max_size=30),
    delay_s=delays_s,
    burst_r=st.floats(min_value=1.0, max_value=50.0),
)
def test_never_rises_with_loss(
    model: Model, codec: Codec, losses: list[float], delay_s: float, burst_r: float
) -> None:
    """From 0 to 100 % loss, at any delay and burst ratio, MOS never rises."""
    scores = model.score(
        conditions(
            codec, lost=[0.0, *sorted(losses), 1.0], one_way_delay_s=delay_s, burst_r=burst_r
        )
    )
    assert np.all(np.diff(scores.mos_lq) <= 1e-9)
    assert np.all(np.diff(scores.mos_cq) <= 1e-9)


@pytest.mark.pitfall(43)
@pytest.mark.parametrize(("model", "codec"), MODEL_AND_CODEC)
@settings(max_examples=20)
@given(delays=st.lists(delays_s, min_size=2, max_size=30), lost=ratios)
def test_never_rises_with_delay(
    model: Model, codec: Codec, delays: list[float], lost: float
) -> None:
    """From 0 to 10 s of one-way delay, at any loss, MOS-CQ never rises, and MOS-LQ never moves."""
    scores = model.score(conditions(codec, lost=lost, one_way_delay_s=[0.0, *sorted(delays), 10.0]))
    assert np.all(np.diff(scores.mos_cq) <= 1e-9)
    assert np.all(np.diff(scores.mos_lq) == 0.0)
    assert np.all(scores.mos_cq <= scores.mos_lq + 1e-9)


@pytest.mark.pitfall(44)
@pytest.mark.parametrize(("model", "codec"), MODEL_AND_CODEC)
@settings(max_examples=20)
@given(lost=ratios, delay_s=delays_s, jitter_s=delays_s)
def test_stays_in_range(
    model: Model, codec: Codec, lost: float, delay_s: float, jitter_s: float
) -> None:
    """MOS lies within 1 and 4.5 and R is never negative, on every scale."""
    scores = model.score(conditions(codec, lost=lost, one_way_delay_s=delay_s, jitter_s=jitter_s))
    for mos in (scores.mos_lq[0], scores.mos_cq[0]):
        assert 1.0 <= mos <= 4.5
    assert scores.r_lq[0] >= scores.r_cq[0] >= 0.0


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_unknown_jitter(model: Model) -> None:
    """Jitter that cannot be measured takes nothing; it does not make the score unknown."""
    scores = model.score(conditions(jitter_s=math.nan))
    assert scores.r_lq[0] == pytest.approx(model.score(conditions(jitter_s=0.0)).r_lq[0])


@pytest.mark.parametrize("model", EVERY_MODEL)
@given(lost=ratios, discarded=ratios, delay_s=st.none() | delays_s, burst_r=st.floats(1.0, 9.0))
def test_one_or_many(
    model: Model, lost: float, discarded: float, delay_s: float | None, burst_r: float
) -> None:
    """A number alone gives the same scores as the same number in a column."""
    delay = math.nan if delay_s is None else delay_s
    one = Conditions(
        scale=np.int8(0),
        ie=11.0,
        bpl=19.0,
        lost_percent=100.0 * lost,
        discarded_percent=100.0 * discarded,
        burst_r=burst_r,
        ta_ms=1000.0 * delay,
        round_trip_ms=2000.0 * delay,
        jitter_ms=0.0,
    )
    g729 = DEFAULT_CODECS.by_name("G729")
    assert g729 is not None
    many = conditions(
        g729,
        lost=[lost] * 3,
        discarded=[discarded] * 3,
        one_way_delay_s=delay,
        burst_r=burst_r,
    )
    single, column = model.score(one), model.score(many)
    for name in ("r_lq", "mos_lq", "r_cq", "mos_cq", "ie_eff", "result", "rating"):
        found, alone = np.asarray(getattr(column, name)), np.full(3, getattr(single, name))
        # Columns go through other instructions than numbers, which may differ in the last bit.
        np.testing.assert_allclose(found, alone, rtol=1e-12, atol=1e-12, err_msg=name)


@pytest.mark.parametrize(("model", "codec"), MODEL_AND_CODEC)
def test_terms_explain_the_rating(model: Model, codec: Codec) -> None:
    """The terms that are shown to people add up to the R that is shown beside them."""
    given_to = Conditions(
        scale=np.int8(SCALE_NAMES.index(codec.scale)),
        ie=codec.ie,
        bpl=codec.bpl,
        lost_percent=0.5,
        discarded_percent=0.25,
        burst_r=1.2,
        ta_ms=210.0,
        round_trip_ms=300.0,
        jitter_ms=40.0,
    )
    terms = {term.key: term.value for term in model.explain(given_to)}
    assert all(term.key == term.key.lower().replace(" ", "_") for term in model.explain(given_to))
    if "ro" in terms:
        r = terms["ro"] - terms["is"] - terms["id"] - terms["ie_eff"] + terms["a"]
    else:
        r = terms.pop("r_clean") - sum(terms.values())
    assert float(model.score(given_to).r_cq) == pytest.approx(max(r, 0.0))
