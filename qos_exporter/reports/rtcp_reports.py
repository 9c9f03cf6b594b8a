"""The receiver reports about one stream: loss, loss behind the tap, jitter and round-trip leg."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qos_exporter.reports.downstream import Downstream
from qos_exporter.reports.figures import RunningFigures
from qos_exporter.reports.loss import NOTHING, Loss, since
from qos_exporter.reports.reception import Reception
from qos_exporter.reports.running_loss import is_plain
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from qos_exporter.protocols.rtcp import ReceptionReport
    from qos_exporter.reports.tap import Tap

REPEATED_NS = SECOND_NS
"""A report that says the same again within a second was captured twice, or sent on by a relay."""
JITTER_MAX_S = 10.0
"""More is the difference of two time stamps that have nothing to do with each other."""


class ReportedWindow(NamedTuple):
    """What the reports that came within one window said; `None` for what they did not say."""

    loss: Loss | None
    downstream: Loss | None
    jitter_s: float | None


NOTHING_REPORTED = ReportedWindow(None, None, None)


def goes_on(before: ReceptionReport, block: ReceptionReport) -> bool:
    """Whether a report may be the next one of the same receiver."""
    sent = block.extended_highest_sequence_number - before.extended_highest_sequence_number
    return is_plain(sent, block.packets_lost - before.packets_lost)


class RtcpReports:
    """What RFC 3550 report blocks say of one stream."""

    __slots__ = (
        "_is_first_receiver",
        "_last",
        "_last_ns",
        "_marked_count",
        "_marked_downstream",
        "_marked_loss",
        "_reporter",
        "_window_jitter_s",
        "_window_jitters",
        "count",
        "downstream",
        "jitter",
        "reception",
        "round_trip_leg",
    )

    def __init__(self) -> None:
        self.count = 0
        self.reception = Reception()
        self.downstream = Downstream()
        self.jitter = RunningFigures()
        """In seconds; without a value while the stream's clock rate is unknown."""
        self.round_trip_leg = RunningFigures()
        """Tap to receiver and back, in seconds."""
        self._last: ReceptionReport | None = None
        self._last_ns = 0
        self._reporter = ""
        """The address of the receiver whose reports are compared with each other."""
        self._is_first_receiver = True
        self._marked_count = 0
        self._marked_loss = NOTHING
        self._marked_downstream = NOTHING
        self._window_jitters = 0
        self._window_jitter_s = 0.0
        """The sum of so many values; of a window nobody asks for more."""

    @property
    def loss_ratio(self) -> float | None:
        """Lost of expected since the first report.

        With a single report there is no difference yet; what it says of the time before itself, in
        its fraction lost, is then all that is known.
        """
        loss = self.reception.loss
        if loss is not None:
            return loss.ratio
        return None if self._last is None else self._last.fraction_lost_ratio

    def listen_to(self, reporter: str, receiver: str, block: ReceptionReport) -> bool:
        """Tell whether a report of an address counts; `receiver` is where the stream goes now.

        A stream may be received by one after the other, as with direct media and a hold, and both
        go on reporting. What one lost is no difference to what the other did, and who receives it
        no more tells of the past. But a receiver may also have another address by now.
        """
        if reporter == self._reporter:
            return True
        if self._reporter == receiver:
            return False
        if self._last is not None and not goes_on(self._last, block):
            self._last = None
            self._is_first_receiver = False
            self.reception.change_receiver()
            self.downstream.change_receiver()
        self._reporter = reporter
        return True

    def is_repeated(self, block: ReceptionReport, now_ns: int) -> bool:
        """Whether this very report has just been taken in."""
        return block == self._last and now_ns - self._last_ns < REPEATED_NS

    def take(
        self,
        block: ReceptionReport,
        tap: Tap,
        *,
        clock_rate: int,
        now_ns: int,
        from_start: bool,
    ) -> None:
        """Take in a report block; `clock_rate` is that of the stream, 0 for unknown."""
        self.count += 1
        self._last, self._last_ns = block, now_ns
        from_start = from_start and self._is_first_receiver
        self.reception.take(block, tap, now_ns=now_ns, from_start=from_start)
        is_deaf = self.reception.is_deaf
        self.downstream.take(block, tap, is_deaf=is_deaf, from_start=from_start)
        if clock_rate and not is_deaf:
            jitter_s = block.interarrival_jitter_ticks / clock_rate
            if jitter_s <= JITTER_MAX_S:
                self.jitter.add(jitter_s)
                self._window_jitters += 1
                self._window_jitter_s += jitter_s

    def rebase(self) -> None:
        """Compare the next report with none before."""
        self.reception.rebase()
        self._last = None

    def close_window(self) -> ReportedWindow:
        """Say what was reported since this was last asked."""
        if self.count == self._marked_count:
            return NOTHING_REPORTED
        loss, marked = self.reception.loss or NOTHING, self._marked_loss
        behind, marked_behind = self.downstream.loss or NOTHING, self._marked_downstream
        count, jitter_s = self._window_jitters, self._window_jitter_s
        self._marked_count, self._marked_loss, self._marked_downstream = self.count, loss, behind
        self._window_jitters, self._window_jitter_s = 0, 0.0
        return ReportedWindow(
            since(loss, marked), since(behind, marked_behind), jitter_s / count if count else None
        )
