"""What is counted about calls since the start: outcomes, ratings, delays, anomalies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.calls.call import Anomaly, Outcome
from qos_exporter.calls.events import (
    AnomalySeen,
    CallEvent,
    OutcomeKnown,
    PostDialDelay,
)
from qos_exporter.monitor.tallies import Tally
from qos_exporter.monitor.tracked import final_view
from qos_exporter.quality.rating import RATINGS, rating_name
from qos_exporter.snapshot import POST_DIAL_DELAY_S_EDGES, CallTotals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qos_exporter.calls.call import Call

SECOND_NS = 1_000_000_000


class CallBook:
    """Counters over calls. They only grow."""

    def __init__(self) -> None:
        self._outcomes = dict.fromkeys(Outcome, 0)
        self._ratings = dict.fromkeys(RATINGS, 0)
        self._anomalies = dict.fromkeys(Anomaly, 0)
        self._post_dial_delay = Tally(POST_DIAL_DELAY_S_EDGES)
        self._with_issues = 0
        self._troubled: set[Call] = set()
        self._rated: set[Call] = set()

    def note_event(self, event: CallEvent) -> None:
        """Count what happened to a call."""
        if isinstance(event, OutcomeKnown):
            self._outcomes[event.outcome] += 1
        elif isinstance(event, AnomalySeen):
            self._anomalies[event.anomaly] += 1
        elif isinstance(event, PostDialDelay):
            self._post_dial_delay.add_one(event.delay_ns / SECOND_NS)

    def note_issue(self, call: Call) -> None:
        """Count a call with a window that was less than good, or with an anomaly, once."""
        if call not in self._troubled:
            self._troubled.add(call)
            self._with_issues += 1

    def rate(self, call: Call) -> None:
        """Count an ended call, once, by the worst of its streams, as its parties would judge it."""
        if call in self._rated:
            return
        self._rated.add(call)
        views = (final_view(stream) for stream in call.streams)
        means = [view.mos_lq.mean for view in views if view is not None and view.mos_lq]
        rating = rating_name(min(means, default=None))
        if rating is not None:
            self._ratings[rating] += 1

    def keep_only(self, calls: Iterable[Call]) -> None:
        """Forget what was noted of all calls but these."""
        present = set(calls)
        self._troubled &= present
        self._rated &= present

    def totals(self, *, active: int, series_dropped: int) -> CallTotals:
        """Copy the counters."""
        return CallTotals(
            by_outcome=tuple((outcome.value, count) for outcome, count in self._outcomes.items()),
            by_rating=tuple(self._ratings.items()),
            active=active,
            with_issues=self._with_issues,
            anomalies=tuple((kind.value, count) for kind, count in self._anomalies.items()),
            post_dial_delay_s=self._post_dial_delay.view(),
            series_dropped=series_dropped,
        )
