"""A flow, and what a passive observer has to say of it."""

from __future__ import annotations

from typing import NamedTuple

ANSWERED = "answered"
CANCELLED = "cancelled"
FAILED = "failed"
PARTIAL = "partial"
ANY = "any"
"""Streams that belong to one of several calls, it does not matter which."""


class Expected(NamedTuple):
    """One call, worked out from the RFC that describes its flow. Times are those of the flow."""

    call_id: str
    outcome: str
    start_s: float
    answer_s: float | None
    end_s: float | None
    streams: str = ""
    """SSRCs in order, each with `>` (caller to callee) or `<`."""
    anomalies: tuple[str, ...] = ()
    on_hold: bool = False


class Flow(NamedTuple):
    """A flow of an RFC, in our words."""

    name: str
    text: str
    calls: tuple[Expected, ...]
    delays_s: tuple[float, ...] = ()
    """Post-dial delays, one for each call that got as far as that."""


def answered(
    start_s: float, answer_s: float, end_s: float, streams: str, call_id: str = "one"
) -> Expected:
    """Expect a call that was answered and ended, with nothing wrong."""
    return Expected(call_id, ANSWERED, start_s, answer_s, end_s, streams)


def refused(outcome: str, start_s: float, end_s: float, call_id: str = "one") -> Expected:
    """Expect a call that did not come to an answer, nor had media."""
    return Expected(call_id, outcome, start_s, None, end_s)
