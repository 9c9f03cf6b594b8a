"""On which side of the tap a stream was damaged, by what reports say of its jitter."""

from __future__ import annotations

import pytest

from tests.monitor.recording import Dialogue, Listener, talk
from tests.monitor.reporters import Exchange

SPEECH = 0
DIGIT = 101
DIGITS = range(240, 248)
"""Sequence numbers: a digit of 160 ms, just before the first report."""
JITTERS_TICKS = (505, 7)
"""What baresip 1.0 reported of an even stream with digits in it: 63 ms, and 1 ms at 8 kHz later."""


@pytest.mark.pitfall(22)
@pytest.mark.parametrize(
    ("digit_type", "jitters_ticks", "fault"),
    [
        pytest.param(DIGIT, JITTERS_TICKS, "clean", id="digits-in-speech"),
        pytest.param(SPEECH, JITTERS_TICKS, "after the tap", id="speech-alone"),
        pytest.param(SPEECH, (7, 7), "clean", id="even"),
    ],
)
def test_digits_in_the_jitter_of_a_receiver(
    digit_type: int, jitters_ticks: tuple[int, int], fault: str
) -> None:
    """Digits repeat an old time stamp, which receivers report as jitter: that is nobody's fault."""
    attributes = "rtpmap:0 PCMU/8000", "rtpmap:101 telephone-event/8000"
    dialogue = Dialogue(offer="0 101", attributes=attributes)
    exchange = Exchange.of(dialogue)
    speech = [*range(DIGITS.start), *range(DIGITS.stop, 600)]
    listener = Listener().play(
        dialogue.set_up(),
        talk(dialogue.forth, speech),
        talk(dialogue.forth, DIGITS, payload_type=digit_type),
        talk(dialogue.back, range(600)),
        [
            exchange.from_callee(at_s, jitter_ticks=ticks)
            for at_s, ticks in zip((5.0, 10.0), jitters_ticks, strict=True)
        ],
    )
    assert [listener.stream(each).fault for each in (dialogue.forth, dialogue.back)] == [
        fault,
        "unknown",
    ]
