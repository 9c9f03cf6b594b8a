"""Where a stream was damaged."""

from __future__ import annotations

import pytest

from qos_exporter.reports.fault import Fault, is_faulty, locate


@pytest.mark.parametrize(
    ("loss_ratio", "jitter_s", "expected"),
    [
        pytest.param(None, None, None, id="nothing-known"),
        pytest.param(0.0, None, False, id="no-loss"),
        pytest.param(0.0049, 0.0299, False, id="below-both-limits"),
        pytest.param(0.005, 0.0, True, id="loss"),
        pytest.param(0.0, 0.030, True, id="jitter"),
        pytest.param(None, 0.030, True, id="jitter-alone-is-known"),
        pytest.param(None, 0.002, None, id="low-jitter-does-not-tell-of-loss"),
        pytest.param(0.0, 0.2, True, id="the-most-that-is-jitter"),
        pytest.param(0.0, 1.2, False, id="jitter-that-cannot-be"),
    ],
)
def test_a_side_is_faulty_from_the_limits_on(
    *, loss_ratio: float | None, jitter_s: float | None, expected: bool | None
) -> None:
    """Half a percent of loss, or thirty milliseconds of jitter; low jitter alone proves nothing."""
    assert is_faulty(loss_ratio, jitter_s) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(False, False, Fault.CLEAN, id="clean"),
        pytest.param(True, False, Fault.BEFORE, id="before"),
        pytest.param(False, True, Fault.AFTER, id="after"),
        pytest.param(True, True, Fault.BOTH, id="both"),
        pytest.param(True, None, Fault.BEFORE, id="before-is-known-without-a-report"),
        pytest.param(False, None, Fault.UNKNOWN, id="no-report"),
    ],
)
def test_the_fault_is_named_by_the_sides_that_have_one(
    *, before: bool, after: bool | None, expected: Fault
) -> None:
    """Without a report nothing is known of the way behind the tap."""
    assert locate(before=before, after=after) is expected
