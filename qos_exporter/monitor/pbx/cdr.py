"""The quality of a call, written into its call detail record while the call is up.

After the hang-up it is too late: Asterisk has closed the record when it tells of the end. So what
is known is written again and again, whenever it has changed.
"""

from __future__ import annotations

import logging
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from qos_exporter.monitor.pbx.sample import Sampling
from qos_exporter.protocols.ami import Answer, SetVariable
from qos_exporter.reports.figures import RunningFigures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from qos_exporter.monitor.pbx.leg import Leg
    from qos_exporter.monitor.pbx.parts import PbxParts
    from qos_exporter.monitor.pbx.sample import Sample
    from qos_exporter.monitor.pbx.server import PbxServer
    from qos_exporter.settings import CdrFigure, CdrSettings

logger = logging.getLogger(__name__)

NO_PERMISSION = "Permission denied"
USERFIELD = "userfield"
"""What was set on two channels of a call Asterisk writes one after the other into this field."""
RESULTS = {NO_PERMISSION: "refused", "No such channel": "no_channel"}
"""By the message of the answer; any other failure is `failed`."""


class Figure(NamedTuple):
    """A figure as it is written: in which unit, and with how many digits."""

    of: Callable[[Sample], float | None]
    form: str
    factor: float = 1.0
    """From the unit of the sample to that of the record."""


FIGURES: dict[CdrFigure, Figure] = {
    "r_factor_lite": Figure(attrgetter("r_factor_lite"), "{:.1f}"),
    "e-model": Figure(attrgetter("r_factor"), "{:.1f}"),
    "mos_lq": Figure(attrgetter("mos_lq"), "{:.2f}"),
    "mos_cq": Figure(attrgetter("mos_cq"), "{:.2f}"),
    "loss": Figure(attrgetter("loss_ratio"), "{:.2f}", factor=100.0),
    "jitter": Figure(attrgetter("jitter_s"), "{:.1f}", factor=1000.0),
    "rtt": Figure(attrgetter("round_trip_s"), "{:.1f}", factor=1000.0),
}
"""What can be written: loss in percent, jitter and round trip in milliseconds."""


class CdrRecord:
    """What is to be written about one call: means of its samples so far."""

    def __init__(self, now_ns: int) -> None:
        self.sampled_ns = now_ns
        self.next_ns = 0
        self.round_trip_s: float | None = None
        """Of the last interval."""
        self.means: dict[CdrFigure, RunningFigures] = {}
        self.written: dict[str, str] = {}
        """By variable, what the server has been told last."""

    def add(self, sample: Sample) -> None:
        """Take in the figures of one interval."""
        self.round_trip_s = sample.round_trip_s
        for name, figure in FIGURES.items():
            value = figure.of(sample)
            if value is not None:
                self.means.setdefault(name, RunningFigures()).add(figure.factor * value)

    def changed(self, settings: CdrSettings) -> list[tuple[str, str]]:
        """Give what has another text than the one that was written; it counts as written then."""
        texts = [
            (variable.name, FIGURES[variable.figure].form.format(self.means[variable.figure].mean))
            for variable in settings.variables
            if variable.figure in self.means
        ]
        changed = [(name, text) for name, text in texts if self.written.get(name) != text]
        self.written.update(changed)
        return changed


class CdrWriter:
    """Writes into the records of all calls of the servers that ask for it."""

    def __init__(self, parts: PbxParts) -> None:
        self._sampling = Sampling(parts)

    def pass_time(self, server: PbxServer, now_ns: int) -> None:
        """Write what is due: on the channel that gave the call its `Linkedid`, by its name of now.

        On another leg a field of the record would be written twice.
        """
        settings = server.settings.cdr
        if settings is None:
            return
        for leg in server.legs.values():
            if leg.is_up and is_first(leg, server):
                self._write(leg, server, settings, now_ns)

    def _write(self, leg: Leg, server: PbxServer, settings: CdrSettings, now_ns: int) -> None:
        record = leg.record
        if record is None:
            record = leg.record = CdrRecord(leg.since_ns)
        if now_ns < record.next_ns:
            return
        sample = self._sampling.take(
            server.linked_to(leg), record.sampled_ns, now_ns, trip_before_s=record.round_trip_s
        )
        if sample.is_empty:
            return
        record.add(sample)
        record.sampled_ns = now_ns
        record.next_ns = now_ns + settings.interval_ns
        for name, text in record.changed(settings):
            for bearer in bearers(leg, server, name):
                server.ask(SetVariable(bearer.name, f"CDR({name})", text))

    @staticmethod
    def take_answer(server: PbxServer, answer: Answer) -> None:
        """Count what became of a write; one that failed is tried again with the next figures."""
        action, response = answer.action, answer.response
        if not isinstance(action, SetVariable):
            return
        if response.is_success:
            server.writes["written"] += 1
            server.faults["no_call"] = False
            return
        server.writes[RESULTS.get(response.message, "failed")] += 1
        leg = server.named(action.channel)
        if leg is not None and leg.record is not None:
            leg.record.written.pop(action.variable[len("CDR(") : -1], None)
        if response.message == NO_PERMISSION and not server.faults["no_call"]:
            server.faults["no_call"] = True
            logger.warning(
                "%s does not let the user %s write call detail records: give it 'write = call' in "
                "manager.conf",
                server.name,
                server.settings.username,
            )


def is_first(leg: Leg, server: PbxServer) -> bool:
    """Whether a channel is the one that gave its call the `Linkedid`, or stands in for it.

    That may be gone long before the call is over: it was transferred away, or was a local channel.
    """
    if leg.linkedid in server.legs:
        return leg.uniqueid == leg.linkedid
    return next(heirs(leg, server), None) is leg


def bearers(leg: Leg, server: PbxServer, field: str) -> Iterable[Leg]:
    """Give the channels that a field is set on.

    Without the first channel Asterisk goes on in another record, of one of those that are left;
    which one it does not tell. Other fields than `userfield` may be set on all of them.
    """
    is_alone = leg.uniqueid == leg.linkedid or field == USERFIELD
    return (leg,) if is_alone else heirs(leg, server)


def heirs(leg: Leg, server: PbxServer) -> Iterator[Leg]:
    """Give the channels of a call that are up, in the order in which they joined it."""
    return (each for each in server.linked_to(leg) if each.is_up and each.has_media)
