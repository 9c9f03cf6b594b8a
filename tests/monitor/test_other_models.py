"""What is shown of streams and calls where another model than the E-model was chosen."""

from __future__ import annotations

import pytest

from qos_exporter.settings import QualityModel, QualitySettings, Settings
from tests.monitor.recording import Dialogue, Listener, speech_for


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
