"""Calls: what is known about one, whether it was signalled or only heard."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from qos_exporter.calls.media import MediaStream

if TYPE_CHECKING:  # a dialog acts on its call
    from qos_exporter.calls.dialog import Dialog


KEPT_STREAMS = 256
"""A call keeps this many streams. No honest one has so many at a time."""


class CallState(StrEnum):
    """Where a call stands."""

    SETUP = "setup"
    ACTIVE = "active"
    ENDED = "ended"


class Outcome(StrEnum):
    """How a call came out."""

    ANSWERED = "answered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PARTIAL = "partial"
    """We did not see enough of its signalling to tell."""


class Anomaly(StrEnum):
    """What can be wrong with the media of an answered call that is not on hold and not a fax."""

    ONE_WAY = "one_way"
    """One direction has media, the other never had any."""
    NO_RTP = "no_rtp"
    """Neither direction ever had media."""
    STOPPED = "stopped"
    """A direction had media and lost them while the call went on."""
    CAPTURED_TWICE = "captured_twice"
    """Nearly every packet of a stream came twice: the mirror shows both sides of a port."""


class Call:
    """One SIP dialog (forks included), or a pair of opposite streams without signalling.

    Times are packet time in nanoseconds; `answer_ns` and `end_ns` are `None` until they happen, and
    for good where that was not seen.
    """

    __slots__ = (
        "anomalies",
        "answer_ns",
        "call_id",
        "callee",
        "caller",
        "dialog",
        "end_ns",
        "former",
        "has_issue",
        "has_series",
        "is_shown",
        "is_unrated",
        "outcome",
        "reported_ns",
        "start_ns",
        "state",
        "streams",
        "whole",
    )

    def __init__(self, call_id: str, *, start_ns: int, dialog: Dialog | None = None) -> None:
        self.call_id = call_id
        self.caller = ""
        """The user part of its address, or the whole URI where there is none."""
        self.callee = ""
        self.state = CallState.SETUP if dialog else CallState.ACTIVE
        self.outcome: Outcome | None = None
        self.start_ns = start_ns
        self.answer_ns: int | None = None
        self.end_ns: int | None = None
        self.reported_ns = start_ns
        """When the last report about its media was seen; a call on hold may send nothing else."""
        self.streams: tuple[MediaStream, ...] = ()
        """All that belong or belonged to it, in order of appearance."""
        self.anomalies: tuple[Anomaly, ...] = ()
        self.dialog = dialog
        """`None` where there is no signalling."""
        self.whole: Call | None = None
        """The call that this one is another leg of, by what a PBX told: it counts for both."""
        self.former: Call | None = None
        """What this call was shown as while only a PBX told of it: what counted there stays so."""
        self.is_shown = False
        """Whether it is under way, or over for less than the linger time."""
        self.is_unrated = False
        """Whether it has media and waits for the rating that it gets at its end."""
        self.has_issue = False
        """Whether it has counted as a call with issues."""
        self.has_series: bool | None = None
        """Whether it has got series of its own; `None` until that is decided."""

    @property
    def counts_as(self) -> Call:
        """The call that counts for this one, or this one itself."""
        call = self
        while call.whole is not None:
            call = call.whole
        return call

    @property
    def is_ended(self) -> bool:
        """Whether the call is over."""
        return self.state is CallState.ENDED

    @property
    def on_hold(self) -> bool:
        """Whether the parties agreed that media do not flow both ways."""
        return self.dialog is not None and self.dialog.on_hold

    @property
    def is_fax(self) -> bool:
        """Whether the parties switched from audio to T.38."""
        return self.dialog is not None and self.dialog.is_fax

    @property
    def is_recording(self) -> bool:
        """Whether this is the copy that a recorder gets of another call (RFC 7866)."""
        return self.dialog is not None and self.dialog.is_recording

    @property
    def is_crowded(self) -> bool:
        """Whether the call has very many streams that are all running."""
        streams = self.streams
        return len(streams) >= KEPT_STREAMS and all(each.is_live for each in streams)

    def add_stream(self, stream: MediaStream) -> None:
        """Make a stream part of the call; of very many, the oldest that is gone is forgotten."""
        if len(self.streams) >= KEPT_STREAMS:
            gone = next((each for each in self.streams if not each.is_live), None)
            if gone is not None:
                self.streams = tuple([each for each in self.streams if each is not gone])
        self.streams += (stream,)

    def begin(self, now_ns: int) -> None:
        """The conversation is under way, though its answer may not have been seen."""
        self.state = CallState.ACTIVE
        if self.dialog is not None:
            self.dialog.media_since_ns = now_ns

    def end(self, at_ns: int, outcome: Outcome) -> None:
        """End the call; an outcome that is already known stays."""
        self.state = CallState.ENDED
        self.end_ns = at_ns
        self.outcome = self.outcome or outcome

    def succeed(self, told: Call) -> None:
        """Go on with a call that a PBX told of: it was this one, and whatever counts counts once.

        Its outcome, where it is known, was counted. By itself it is over.
        """
        self.former = told
        self.start_ns = min(self.start_ns, told.start_ns)
        self.answer_ns = told.answer_ns if self.answer_ns is None else self.answer_ns
        self.outcome = self.outcome or told.outcome
        whole = told.counts_as
        # A channel may have been a leg of this very call before it took its place.
        self.whole = None if whole in (self, told) else whole
        told.whole = self
        told.state = CallState.ENDED

    def reopen(self, now_ns: int) -> None:
        """Take back the end: the call was only silent. Its outcome was counted and stays."""
        self.end_ns = None
        self.begin(now_ns)
        if self.dialog is not None:
            self.dialog.is_silenced = False
