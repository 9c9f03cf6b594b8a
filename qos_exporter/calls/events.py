"""What happened to calls, as values for those who count."""

from __future__ import annotations

from typing import NamedTuple

from qos_exporter.calls.call import Anomaly, Outcome


class OutcomeKnown(NamedTuple):
    """It is decided how the call came out. Once per call.

    For answered calls that is at the answer, not at the end, so that shares of outcomes compare
    calls that were set up at the same time.
    """

    call_id: str
    outcome: Outcome
    at_ns: int


class PostDialDelay(NamedTuple):
    """How long the caller waited for the first sign that the far end was reached."""

    call_id: str
    delay_ns: int
    at_ns: int


class AnomalySeen(NamedTuple):
    """Something is wrong with the media of the call. Once per call and kind."""

    call_id: str
    anomaly: Anomaly
    at_ns: int


class CallEnded(NamedTuple):
    """The call is over; its streams count no further."""

    call_id: str
    at_ns: int


class DescriptionRejected(NamedTuple):
    """A message carried a session description that cannot be read; for `reason` see `sdp`."""

    reason: str


CallEvent = OutcomeKnown | PostDialDelay | AnomalySeen | CallEnded | DescriptionRejected
