"""What is shown of streams and calls where another model than the E-model was chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qos_exporter.settings import QualityModel, QualitySettings, Settings
from tests.monitor.recording import Dialogue, Listener, speech_for
from tests.monitor.reporters import Exchange


def choosing(model: QualityModel) -> Settings:
    """The settings with another model."""
    return Settings(quality=QualitySettings(model=model))


@pytest.mark.pitfall(50)
@pytest.mark.parametrize(
    ("model", "scale"),
    [("e-model", "wideband"), ("simplified", "narrowband"), ("r_factor_lite", "narrowband")],
)
def test_scores_are_on_the_scale_of_the_model(model: QualityModel, scale: str) -> None:
    """Models that know no codec give narrowband scores, and their series say so."""
    dialogue = Dialogue(offer="9")
    media = speech_for(dialogue.forth, 11.0, payload_type=9)
    listener = Listener(choosing(model)).play(dialogue.set_up(), media)
    group = listener.group(codec="G722")
    assert sum(group.window_mos_lq.counts) == 1
    assert group.key.scale == scale
    assert listener.stream(dialogue.forth).scale == scale


def test_the_round_trip_counts_in_r_factor_lite() -> None:
    """A round trip of 450 ms takes 45 points of 100: R is 55, which is bad (below 60)."""
    dialogue = Dialogue(talk_s=22.0)
    exchange = replace(Exchange.of(dialogue), leg_s=(0.250, 0.200))
    listener = Listener(choosing("r_factor_lite")).play(
        dialogue.whole(), exchange.both(2.0, 3.0, 4.0)
    )
    listener.pass_time(40.0)
    stream = listener.stream(dialogue.forth)
    assert stream.r_factor is not None
    assert stream.r_factor.mean == pytest.approx(55.0, abs=0.1)
    assert stream.rating == "bad"
    assert dict(listener.show().totals.by_rating)["bad"] == 1
    histogram = listener.group(direction="caller_to_callee").window_r_factor
    assert histogram.sum == pytest.approx(55.0 * sum(histogram.counts), abs=0.5)


@pytest.mark.parametrize(
    ("every", "rating"),
    [
        pytest.param(12, "good", id="a-twelfth-takes-17-points"),
        pytest.param(6, "fair", id="a-sixth-takes-33-points"),
        pytest.param(4, "bad", id="a-quarter-takes-50-points"),
    ],
)
def test_the_worst_window_rates_in_r_factor_lite(every: int, rating: str) -> None:
    """Two points for each percent lost in one window of three, whatever the mean of them."""
    dialogue = Dialogue()
    media = [
        frame
        for number, frame in enumerate(speech_for(dialogue.forth, 31.0))
        if number > 500 or number % every != 1
    ]
    listener = Listener(choosing("r_factor_lite")).play(dialogue.set_up(), media)
    assert listener.stream(dialogue.forth).rating == rating
