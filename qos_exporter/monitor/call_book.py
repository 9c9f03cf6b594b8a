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
from qos_exporter.quality.rating import RATINGS
from qos_exporter.snapshot import CallTotals
from qos_exporter.snapshot.edges import POST_DIAL_DELAY_S_EDGES
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from qos_exporter.calls.call import Call
    from qos_exporter.calls.media import MediaStream


class CallBook:
    """Counters over calls. They only grow."""

    def __init__(self) -> None:
        self._outcomes = dict.fromkeys(Outcome, 0)
        self._ratings = dict.fromkeys(RATINGS, 0)
        self._anomalies = dict.fromkeys(Anomaly, 0)
        self._post_dial_delay = Tally(POST_DIAL_DELAY_S_EDGES)
        self._with_issues = 0
        self._unrated: list[Call] = []
        self._legs: dict[Call, Legs] = {}
        """The other legs of calls that a PBX told of."""

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
        call = call.counts_as
        if not call.has_issue:
            call.has_issue = True
            self._with_issues += 1

    def note_media(self, call: Call) -> None:
        """A stream of the call was found: it is to be rated at its end."""
        self._await_end(call)
        if call.whole is not None:
            whole = call.counts_as
            self._legs_of(whole).open[call] = None
            if not whole.is_ended:
                self._await_end(whole)

    def take_over(self, told: Call, call: Call) -> None:
        """Go on with a call as the one on the wire that it turned out to be.

        What was told of its media stays part of its rating, like that of another leg.
        """
        legs = self._legs.pop(told, None)
        if told.is_unrated:
            self._unrated.remove(told)
            told.is_unrated = False
            legs = legs or Legs()
            legs.open[told] = None
        if legs is not None:
            self._await_end(call)
            self._legs_of(call.counts_as).join(legs)
        call.has_issue = call.has_issue or told.has_issue

    def rate_ended(self) -> None:
        """Count each call that is over, and whose last windows are, by its rating.

        It is not over before the last of its legs is: whoever called may have transferred it.
        """
        for others in self._legs.values():
            others.sum_up()
        done = [call for call in self._unrated if self._is_over(call)]
        for call in done:
            call.is_unrated = False
        if done:
            self._unrated = [call for call in self._unrated if call.is_unrated]
        for call in done:
            if call.whole is not None:
                continue
            legs = self._legs.pop(call, None)
            rating = worst_of([*_ratings_of(call), *(legs.ratings if legs else ())])
            if rating is not None:
                self._ratings[rating] += 1
        if self._legs:
            self._legs = {call: self._legs[call] for call in self._legs if call.is_unrated}

    def totals(self, shown: Sequence[Call], *, series_dropped: int) -> CallTotals:
        """Copy the counters; `shown` are the calls that are under way or over since a moment."""
        under_way = [call for call in shown if not call.is_ended]
        undecided = sum(1 for call in under_way if call.outcome is None and call.whole is None)
        return CallTotals(
            by_outcome=tuple((outcome.value, count) for outcome, count in self._outcomes.items()),
            by_rating=tuple(self._ratings.items()),
            active=len({call.counts_as for call in under_way}),
            with_issues=self._with_issues,
            anomalies=tuple((kind.value, count) for kind, count in self._anomalies.items()),
            post_dial_delay_s=self._post_dial_delay.view(),
            series_dropped=series_dropped,
            seen=sum(self._outcomes.values()) + undecided,
        )

    def _await_end(self, call: Call) -> None:
        if not call.is_unrated:
            call.is_unrated = True
            self._unrated.append(call)

    def _legs_of(self, whole: Call) -> Legs:
        return self._legs.setdefault(whole, Legs())

    def _is_over(self, call: Call) -> bool:
        legs = self._legs.get(call)
        return _is_over(call) and not (legs and legs.open)


class Legs:
    """The other legs of one call. Of those that are over no more is kept than how they were.

    A conference that is never empty is one call for weeks, and has had thousands of legs.
    """

    __slots__ = ("open", "ratings")

    def __init__(self) -> None:
        self.open: dict[Call, None] = {}
        self.ratings: tuple[str, ...] = ()
        """The worst one of the legs that are over; none where none had one."""

    def join(self, others: Legs) -> None:
        """Take in the legs of a call that turned out to be this one."""
        self.open.update(others.open)
        self._rate(others.ratings)

    def sum_up(self) -> None:
        """Rate the legs that are over, and forget them."""
        for leg in [leg for leg in self.open if _is_over(leg)]:
            del self.open[leg]
            self._rate(_ratings_of(leg))

    def _rate(self, ratings: Iterable[str]) -> None:
        worst = worst_of([*self.ratings, *ratings])
        self.ratings = () if worst is None else (worst,)


def _own_streams(call: Call) -> list[MediaStream]:
    """The streams that are the call's; they are another's where signalling claimed them later."""
    return [stream for stream in call.streams if stream.call is call]


def _is_over(call: Call) -> bool:
    return call.is_ended and all(final_view(each) is not None for each in _own_streams(call))


def _ratings_of(call: Call) -> Iterator[str]:
    for view in map(final_view, _own_streams(call)):
        if view is not None and view.rating:
            yield view.rating


def worst_of(ratings: Iterable[str]) -> str | None:
    """A call is as good as the worst of its directions and legs, as its parties would judge it."""
    return max(ratings, key=RATINGS.index, default=None)
