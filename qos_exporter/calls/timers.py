"""How long the calls wait for what, in nanoseconds."""

from __future__ import annotations

from dataclasses import dataclass

from qos_exporter.units import SECOND_NS


@dataclass(frozen=True, slots=True)
class CallTimers:
    """Every waiting time of the call registry, with its reason."""

    silence_ns: int = 60 * SECOND_NS
    """A call without RTP and SIP for this long is over; its BYE was missed."""
    linger_ns: int = 90 * SECOND_NS
    """An ended call stays visible for this long, so that a scrape sees its last values."""
    setup_ns: int = 180 * SECOND_NS
    """A call that rings may be silent for this long (timer C, RFC 3261 section 16.6)."""
    quiet_ns: int = 1800 * SECOND_NS
    """A call on hold, in T.38 or with media that pass elsewhere may be silent for this long: the
    session interval that RFC 4028 section 4 recommends; a living call shows itself after it."""
    retransmission_ns: int = 32 * SECOND_NS
    """An INVITE with the Call-ID of an ended call is a repetition for this long (64*T1, RFC 3261
    timers B and H)."""
    guard_ns: int = 30 * SECOND_NS
    """RTP to the endpoints of an ended call is its tail for this long."""
    cancel_ns: int = 5 * SECOND_NS
    """A cancelled call that gets no final response for this long ends without one."""
    setup_look_ns: int = 5 * SECOND_NS
    active_look_ns: int = 10 * SECOND_NS
    """How often a call is looked at, for silence and for its media."""
    media_grace_ns: int = 5 * SECOND_NS
    """Media must have begun this long after they were agreed on."""
    short_call_ns: int = 2 * SECOND_NS
    """An answered call that ended sooner is not blamed for having had no media."""
    stopped_ns: int = 10 * SECOND_NS
    """A direction without a packet for this long has stopped; longer than the pauses of talkers
    whose devices send nothing in silence, in all but rare cases."""
    resume_ns: int = 20 * SECOND_NS
    """A step in the numbers of a stream is due to a hold that ended this long before it is told of:
    media go on within seconds, and the step is told at the end of its window."""
    undecided_ns: int = 2 * SECOND_NS
    """A stream that could belong to several calls is looked at again after this."""
