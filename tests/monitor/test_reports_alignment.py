"""Loss behind the tap is exact, whatever was lost where and whenever reports come."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.dataplane.traffic import Frame
from tests.monitor.receiver import SEQUENCE_MODULUS, Receiver
from tests.monitor.recording import PACKETS_PER_S, Dialogue, Listener, talk
from tests.monitor.reporters import Exchange, datagram_of, rr

LENGTH = 400
NOT_LAST = st.integers(0, LENGTH - 2)
losses = st.one_of(
    st.sets(NOT_LAST, max_size=60),
    st.builds(
        lambda start, size: set(range(start, min(start + size, LENGTH - 1))),
        NOT_LAST,
        st.integers(1, 60),
    ),
)
firsts = st.sampled_from([1, 30_000, SEQUENCE_MODULUS - 200, SEQUENCE_MODULUS - 1])
"""Two of them wrap; see also `Journey.sounds_deaf`."""
moments = st.lists(NOT_LAST, min_size=1, max_size=8, unique=True)
delays_s = st.sampled_from([0.001, 0.05, 0.39, 1.3])
DIALOGUE = Dialogue()


class Journey:
    """Packets on their way: some are lost before the tap, some of the others behind it.

    The receiver reports after certain numbers and at the end; each report passes the tap later.
    """

    def __init__(self, first: int, lost_before: set[int], lost_after: set[int]) -> None:
        self.last = first + LENGTH - 1
        self.first = first
        self.passed = [first + n for n in range(LENGTH) if n not in lost_before]
        self.heard = [each for each in self.passed if each - first not in lost_after]
        self.highest: list[int] = []
        """The highest number that each report speaks of."""

    def reports(self, after: list[int], delay_s: float, *, twice: set[int]) -> list[Frame]:
        """Let the receiver report; it gets those packets twice."""
        caller, callee = Exchange.of(DIALOGUE).ends
        receiver, sent, left = Receiver(DIALOGUE.forth.ssrc), [], list(self.heard)
        for number in sorted({*(self.first + each for each in after), self.last}):
            while left and left[0] <= number:
                heard = left.pop(0)
                for _ in range(2 if heard - self.first in twice else 1):
                    receiver.hear(heard % SEQUENCE_MODULUS)
                highest = heard
            if receiver.received:
                at_s = (number - self.first) / PACKETS_PER_S + delay_s
                sent.append(datagram_of(callee, caller, at_s, rr(1, receiver.report())))
                self.highest.append(highest)
        return sent

    def downstream(self, reports: list[Frame]) -> float | None:
        """What the monitor makes of it, which has not seen the beginning of the call."""
        listener = Listener().play(DIALOGUE.set_up()[2:], self.media(), reports)
        told = listener.stream(DIALOGUE.forth).reported
        return None if told is None else told.downstream_loss_ratio

    def media(self) -> list[Frame]:
        """The packets as they pass the tap."""
        return talk(DIALOGUE.forth, self.passed, start_s=-self.first / PACKETS_PER_S)

    @property
    def sounds_deaf(self) -> bool:
        """Whether a report speaks of number 0 alone, as those do that have heard nothing."""
        return self.heard[0] % SEQUENCE_MODULUS == 0 and self.heard[0] in self.highest

    @property
    def truth(self) -> float | None:
        """Lost behind the tap from the first report to the last, of the numbers between."""
        since, until = self.highest[0], self.highest[-1]
        dropped = set(self.passed) - set(self.heard)
        lost = sum(since < each <= until for each in dropped)
        return lost / (until - since) if until > since else None


@pytest.mark.pitfall(54)
@settings(max_examples=60, deadline=None)
@given(firsts, losses, losses, moments, delays_s)
def test_downstream_loss_is_exact(
    first: int, lost_before: set[int], lost_after: set[int], after: list[int], delay_s: float
) -> None:
    """It is what was dropped behind the tap, not one packet more or less."""
    journey = Journey(first, lost_before, lost_after)
    reports = journey.reports(after, delay_s, twice=set())
    assume(not journey.sounds_deaf)
    assert journey.downstream(reports) == pytest.approx(journey.truth)


@settings(max_examples=30, deadline=None)
@given(firsts, losses, losses, moments, st.sets(NOT_LAST, max_size=200))
def test_downstream_loss_is_never_negative(
    first: int, lost_before: set[int], lost_after: set[int], after: list[int], twice: set[int]
) -> None:
    """Duplicates behind the tap hide losses in a report, but make nothing out of nothing."""
    journey = Journey(first, lost_before, lost_after)
    reports = journey.reports(after, 0.05, twice=twice)
    assume(not journey.sounds_deaf)
    found = journey.downstream(reports)
    truth = journey.truth
    assert (found is None) is (truth is None)
    if found is not None and truth is not None:
        assert 0.0 <= found <= truth
