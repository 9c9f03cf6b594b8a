"""RTCP keeps a call on hold alive, of which nothing else is heard."""

from __future__ import annotations

import pytest

from qos_exporter.settings import CallSettings, Settings
from tests.calls.scenario import sdp
from tests.dataplane.scenarios import SECOND
from tests.dataplane.traffic import Frame
from tests.monitor.recording import Dialogue, Listener, message
from tests.monitor.reporters import Exchange, agreement, datagram_of, rr, sr

IMPATIENT = Settings(calls=CallSettings(silence_timeout_ns=30 * SECOND))
EVERY_S = 25.0
LATER_S = 150.0
"""More than a call is given of which nothing is heard."""
MUCH_LATER_S = 2_500.0
"""More than even a call on hold is given."""


def hold(dialogue: Dialogue) -> list[Frame]:
    """Put the call on hold after ten seconds."""
    offer = sdp(str(dialogue.caller), "sendonly")
    answer = sdp(str(dialogue.callee), "recvonly")
    return [
        message("A>B INVITE 2 /b", 10.0, body=offer),
        message("A<B 200 INVITE 2 /b", 10.1, body=answer),
        message("A>B ACK 2 /b", 10.2),
    ]


def times(until_s: float) -> list[float]:
    """When reports are sent, beginning when the media stop."""
    return [10.0 + EVERY_S * number for number in range(round(until_s / EVERY_S))]


def is_active(frames: list[Frame], *, at_s: float) -> bool:
    """Whether the call is still active at some time."""
    listener = Listener(IMPATIENT).play(frames).pass_time(at_s, step_s=20.0)
    return [call.state for call in listener.show().calls] == ["active"]


def is_held(reports: list[Frame]) -> bool:
    """Whether a call whose media stop when it is put on hold is still there very much later."""
    dialogue = Dialogue(talk_s=10.0)
    frames = [*dialogue.set_up(), *dialogue.media(), *hold(dialogue), *reports]
    return is_active(frames, at_s=MUCH_LATER_S)


def test_without_reports_it_is_given_up() -> None:
    """A call on hold of which nothing is heard for long enough is over."""
    assert not is_held([])


@pytest.mark.pitfall(65)
@pytest.mark.parametrize("kind", ["sr", "rr"])
def test_reports_keep_it_alive(kind: str) -> None:
    """Reports of either kind do, also those that report on nobody."""
    caller, callee = Exchange.of(Dialogue()).ends
    reports = [
        datagram_of(callee, caller, at_s, sr(0x99, at_s) if kind == "sr" else rr(0x99))
        for at_s in times(MUCH_LATER_S)
    ]
    assert is_held(reports)


@pytest.mark.pitfall(65)
def test_when_the_reports_stop_it_is_given_up() -> None:
    """It lives as long as it is reported on, and not for ever."""
    assert not is_held(Exchange.of(Dialogue()).both(15.0))


def reported_by_one_end(dialogue: Dialogue, *, by: int) -> list[Frame]:
    """Reports to the caller, from an end that nobody named."""
    caller, _ = Exchange.of(dialogue, by=by).ends
    elsewhere = Exchange.of(dialogue, by=70).ends[1]
    return [datagram_of(elsewhere, caller, at_s, rr(0x99)) for at_s in times(LATER_S)]


@pytest.mark.pitfall(63)
@pytest.mark.parametrize(
    ("offered", "answered", "by", "expected"),
    [
        pytest.param((), (), 1, True, id="never-offered"),
        pytest.param(("rtcp-mux",), (), 1, True, id="refused"),
        pytest.param(("rtcp-mux",), (), 0, False, id="refused-and-done-nevertheless"),
        pytest.param(("rtcp-mux",), ("rtcp-mux",), 0, True, id="agreed"),
        pytest.param(("rtcp-mux",), ("rtcp-mux",), 1, False, id="agreed-and-not-done"),
        pytest.param(("rtcp:5070", "rtcp-mux"), (), 70, True, id="refused-with-another-port"),
    ],
)
def test_where_reports_are_awaited(
    offered: tuple[str, ...], answered: tuple[str, ...], by: int, *, expected: bool
) -> None:
    """Only with both sides' consent reports run on the ports of the media, else where they were."""
    dialogue = Dialogue(talk_s=10.0)
    set_up = agreement(dialogue, offered=offered, answered=answered)
    frames = [*set_up, *dialogue.media(), *reported_by_one_end(dialogue, by=by)]
    assert is_active(frames, at_s=LATER_S) is expected
