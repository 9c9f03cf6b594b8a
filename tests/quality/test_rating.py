from __future__ import annotations

import numpy as np
import pytest

from qos_exporter.quality.rating import (
    RATINGS,
    REASONS,
    RESULTS,
    UNRATED,
    rating_codes,
    result_codes,
)


def test_vocabularies() -> None:
    """The words are those of the metrics, in the order of their codes."""
    assert RESULTS == ("good", "degraded", "bad", "unscored")
    assert RATINGS == ("excellent", "good", "fair", "poor", "bad")
    assert set(REASONS) == {
        "",
        "short",
        "codec_change",
        "unknown_codec",
        "comfort_noise",
        "capture_degraded",
    }


@pytest.mark.parametrize(
    ("mos", "rating"),
    [
        pytest.param(4.5, "excellent", id="top"),
        pytest.param(4.3, "excellent", id="just-excellent"),
        pytest.param(4.299, "good", id="not-quite-excellent"),
        pytest.param(4.0, "good", id="just-good"),
        pytest.param(3.999, "fair", id="not-quite-good"),
        pytest.param(3.6, "fair", id="just-fair"),
        pytest.param(3.599, "poor", id="not-quite-fair"),
        pytest.param(3.1, "poor", id="just-poor"),
        pytest.param(3.099, "bad", id="not-quite-poor"),
        pytest.param(1.0, "bad", id="bottom"),
    ],
)
def test_rating(mos: float, rating: str) -> None:
    """A rating begins exactly at its lowest MOS."""
    assert RATINGS[int(rating_codes(mos))] == rating


def test_unrated_is_no_position() -> None:
    """The code of an unrated window cannot be mistaken for a rating."""
    (code,) = rating_codes(np.array([np.nan]))
    assert code == UNRATED
    assert code >= len(RATINGS)


@pytest.mark.parametrize(
    ("points", "result"),
    [
        pytest.param(0.0, "good", id="nothing-taken"),
        pytest.param(9.99, "good", id="just-good"),
        pytest.param(10.0, "degraded", id="degraded-begins"),
        pytest.param(25.0, "degraded", id="degraded-ends"),
        pytest.param(25.01, "bad", id="bad"),
        pytest.param(float("nan"), "unscored", id="unknown"),
    ],
)
def test_result(points: float, result: str) -> None:
    """Good below 10 points, degraded up to 25, then bad."""
    assert RESULTS[int(result_codes(points))] == result
