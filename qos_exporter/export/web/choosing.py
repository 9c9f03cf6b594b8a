"""Which calls are shown, by what is said of all of them in brief."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Sequence

from qos_exporter.export.text import writable
from qos_exporter.snapshot import CallBrief, Choose, ChosenCalls, Snapshot, brief_of

UNHEARD = frozenset({"one_way", "stopped"})
"""Anomalies in which a party hears nothing, though media pass here; no score knows of them. Where
none pass (`no_rtp`), they may well pass elsewhere."""
SEVERITY = {"bad": 0, "degraded": 1, "good": 2}

TakeCalls = Callable[[Choose], ChosenCalls]


class WorstCalls:
    """Chooses at most `limit` calls that are in some states, worst first.

    First come those where somebody is not heard, then what sounds worst now.
    """

    def __init__(self, states: Collection[str], limit: int) -> None:
        self._states = states
        self._limit = limit
        self.matching = 0
        """How many calls were in these states, when they have been chosen from."""

    def __call__(self, briefs: Sequence[CallBrief]) -> list[int]:
        """Choose, the worst first."""
        found = [position for position, brief in enumerate(briefs) if brief.state in self._states]
        self.matching = len(found)
        return heapq.nsmallest(self._limit, found, lambda position: badness(briefs[position]))


class NamedCall:
    """Chooses the call with a Call-ID as it is written; of several the one that began last."""

    def __init__(self, call_id: str) -> None:
        self._call_id = call_id

    def __call__(self, briefs: Sequence[CallBrief]) -> list[int]:
        """Choose one, or none."""
        found = [
            position
            for position, brief in enumerate(briefs)
            if writable(brief.call_id) == self._call_id
        ]
        return [max(found, key=lambda position: briefs[position].start_s)] if found else []


def badness(call: CallBrief) -> tuple[bool, int, float, float]:
    """Rank by what the network took, as the scores of different scales are not of one measure.

    Among equals by the lowest score, then by age, the oldest first; unscored calls come last.
    """
    is_heard = UNHEARD.isdisjoint(call.anomalies)
    worst = min(
        ((SEVERITY[result], mos_lq) for result, mos_lq in call.scores),
        default=(len(SEVERITY), 0.0),
    )
    return (is_heard, *worst, call.start_s)


def choosing_from(take_snapshot: Callable[[], Snapshot]) -> TakeCalls:
    """Choose among the calls of a whole snapshot, where nothing that takes less time is at hand."""

    def take_calls(choose: Choose) -> ChosenCalls:
        snapshot = take_snapshot()
        positions = choose([brief_of(call) for call in snapshot.calls])
        return ChosenCalls(snapshot.taken_s, tuple(snapshot.calls[each] for each in positions))

    return take_calls
