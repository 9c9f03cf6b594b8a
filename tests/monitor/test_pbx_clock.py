"""A server whose calls are followed while the clock of this machine is set."""

from __future__ import annotations

import pytest

from qos_exporter.protocols.ami import ChannelGone
from qos_exporter.protocols.ami.values import Channel
from tests.monitor.pbx import START_S, Pbx, heard
from tests.protocols.ami_messages import CHANNEL, written

BOB = Channel("PJSIP/bob-00000001", "1795235681.1", "1795235681.0", 6, "bob", "alice", "")


@pytest.mark.parametrize(
    "step_s",
    [
        pytest.param(0.0, id="not-set"),
        pytest.param(-3600.0, id="an-hour-back"),
        pytest.param(-365 * 86400.0, id="a-year-back"),
    ],
)
def test_clock_that_is_set_back(step_s: float) -> None:
    """Windows close, calls last and go as before; what is shown is of the clock as it is now."""
    pbx = Pbx()
    pbx.say(0.0, written(Event="Newstate", **CHANNEL))
    for second in range(1, 121):
        at_s = second + (step_s if second > 60 else 0.0)
        pbx.tell(at_s)
        if second % 5 == 0:
            pbx.say(at_s, heard(second // 5))
    (call,) = pbx.show().calls
    (stream,) = call.streams
    assert pbx.show().taken_s == START_S + 120 + step_s
    assert call.duration_s == pytest.approx(120, abs=1)
    assert call.start_s == pytest.approx(START_S + step_s, abs=1)
    assert stream.windows.good == pytest.approx(11, abs=1)
    assert stream.last_s == pytest.approx(START_S + 120 + step_s, abs=1)
    assert stream.last_window is not None
    assert stream.last_window.end_s == pytest.approx(START_S + 115 + step_s, abs=6)

    pbx.tell(121 + step_s, ChannelGone(BOB, 16))
    for second in range(122, 215):
        pbx.tell(second + step_s)
    assert pbx.show().calls == ()
    assert sum(count for _, count in pbx.show().totals.by_rating) == 1
