"""A call that a PBX told of turns out to be one on the wire: who counts for whom then."""

from __future__ import annotations

from itertools import pairwise

import pytest

from qos_exporter.calls.call import Call


@pytest.mark.parametrize(
    "legs",
    [
        pytest.param(["told"], id="by-itself"),
        pytest.param(["told", "wire"], id="leg-of-it"),
        pytest.param(["told", "other", "wire"], id="leg-of-a-leg-of-it"),
        pytest.param(["wire", "told"], id="whole-of-it"),
        pytest.param(["told", "other"], id="leg-of-another"),
    ],
)
def test_no_call_counts_for_itself_in_a_circle(legs: list[str]) -> None:
    """Both count as the same call, whichever counted for the other before; each leg for the next.

    That is the call on the wire, or the one that neither of the two is and both are legs of.
    """
    calls = {name: Call(name, start_ns=0) for name in ("told", "wire", "other")}
    for leg, whole in pairwise(legs):
        calls[leg].whole = calls[whole]
    calls["wire"].succeed(calls["told"])

    ends = [calls["wire"], calls["told"]]
    for _ in calls:
        ends = [call.whole or call for call in ends]
    counting = "other" if legs == ["told", "other"] else "wire"
    assert ends == [calls[counting], calls[counting]]
    assert all(call.whole is None for call in ends)
