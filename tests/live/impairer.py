"""A bridge in user space that loses, delays, reorders and duplicates RTP, and records all it did.

    python -m tests.live.impairer PROFILES.json TRUTH.jsonl INTERFACE INTERFACE...

A kernel without netem needs something of the kind, and netem could not tell the fate of each
packet. Media is every RTP-like UDP payload on the ports that no signalling uses. Signalling and
RTCP get the delay only, and signalling never overtakes the media sent before it, so that no media
trails its BYE. Everything else passes untouched. Needs CAP_NET_RAW.

A frame's time counts from when the kernel took it in, so that a bridge that is served late delays
nothing more than it has to. How long RTCP really took is recorded too (`delays.py`).
"""

from __future__ import annotations

import heapq
import itertools
import json
import random
import signal
import struct
import sys
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.live.bridge import Arrival, Bridge, Datagram, read_datagram
from tests.live.delays import Passage, delays_beside
from tests.live.impairment import Impairment, load
from tests.live.truth import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DUPLICATE_AFTER_S = 0.0005
IDLE_S = 0.2


@dataclass(frozen=True, slots=True, order=True)
class Departure:
    """A frame that waits to leave; `order` keeps those of equal time in the order they came."""

    due_s: float
    order: int
    frame: bytes
    entered: str
    note: Callable[[], None] | None
    """What to write down when it has left."""


class Impairer:
    """Decides the fate of every frame and sends it off in its time."""

    def __init__(self, bridge: Bridge, impairments: Sequence[Impairment], truth: Path) -> None:
        """Take profiles (the first that covers a packet counts) and the file for the record."""
        self._bridge = bridge
        self._impairments = impairments
        self._truth = truth.open("w")
        self._delays = delays_beside(truth).open("w")
        self._random = random.Random(1)
        self._waiting: list[Departure] = []
        self._order = itertools.count()
        self._in_burst: dict[tuple[object, ...], bool] = {}
        self._last_due_s: dict[tuple[object, ...], float] = {}
        self._last_due_from_s: dict[str, float] = {}

    def run(self) -> None:
        """Work until a signal raises SystemExit."""
        try:
            while True:
                wait_s = self._waiting[0].due_s - time.time() if self._waiting else IDLE_S
                for arrival in self._bridge.arrivals(min(max(wait_s, 0.0), IDLE_S)):
                    self._bridge.learn(arrival.frame, arrival.entered)
                    self._take(arrival)
                self._release()
        finally:
            self._truth.close()
            self._delays.close()

    def _take(self, arrival: Arrival) -> None:
        """Pass a frame on at once, or give it its time."""
        datagram = read_datagram(arrival.frame)
        if datagram is None or not (datagram.is_signalling or datagram.is_rtp or datagram.is_rtcp):
            self._bridge.send(arrival.frame, arrival.entered)
            return
        impairment = self._find(datagram, arrival.entered)
        due_s = arrival.arrived_s + impairment.delay_ms / 1000
        if datagram.is_signalling:
            self._wait(max(due_s, self._last_due_from_s.get(arrival.entered, 0.0)), arrival)
        elif datagram.is_rtp:
            self._take_media(arrival, datagram, impairment)
        else:
            self._wait(due_s, arrival, partial(self._write_delay, datagram, arrival.arrived_s))

    def _find(self, datagram: Datagram, entered: str) -> Impairment:
        """Find the first profile that covers a datagram; one that does nothing where none does."""
        source, destination = datagram.source[0], datagram.destination[0]
        for impairment in self._impairments:
            if impairment.covers(enters=entered, source=source, destination=destination):
                return impairment
        return Impairment()

    def _take_media(self, arrival: Arrival, datagram: Datagram, impairment: Impairment) -> None:
        """Lose an RTP packet, or let it wait, once or twice."""
        record = record_of(datagram, arrival.entered)
        key = (arrival.entered, datagram.source, datagram.destination, record.ssrc)
        if self._is_lost(key, impairment):
            self._write(record, lost=True)
            return
        due_s = self._due_s(key, impairment, arrival.arrived_s)
        note = partial(self._write, record, lost=False)
        self._wait(due_s, arrival, note)
        if self._random.random() < impairment.duplicate_ratio:
            self._wait(due_s + DUPLICATE_AFTER_S, arrival, note)

    def _is_lost(self, key: tuple[object, ...], impairment: Impairment) -> bool:
        """Draw from the Gilbert model, then from the independent loss."""
        if self._in_burst.get(key, False):
            burst = self._random.random() >= impairment.burst_end_ratio
        else:
            burst = self._random.random() < impairment.burst_begin_ratio
        self._in_burst[key] = burst
        return burst or self._random.random() < impairment.loss_ratio

    def _due_s(self, key: tuple[object, ...], impairment: Impairment, arrived_s: float) -> float:
        """Draw the time at which a packet leaves."""
        jitter_ms = abs(self._random.gauss(0.0, impairment.jitter_ms))
        due_s = arrived_s + (impairment.delay_ms + jitter_ms) / 1000
        if self._random.random() < impairment.reorder_ratio:
            return due_s + impairment.reorder_by_ms / 1000
        if impairment.keep_order:
            due_s = max(due_s, self._last_due_s.get(key, 0.0))
            self._last_due_s[key] = due_s
        return due_s

    def _wait(self, due_s: float, arrival: Arrival, note: Callable[[], None] | None = None) -> None:
        entered = arrival.entered
        self._last_due_from_s[entered] = max(due_s, self._last_due_from_s.get(entered, 0.0))
        departure = Departure(due_s, next(self._order), arrival.frame, entered, note)
        heapq.heappush(self._waiting, departure)

    def _release(self) -> None:
        """Send what is due, and record it in the order of leaving."""
        while self._waiting and self._waiting[0].due_s <= time.time():
            departure = heapq.heappop(self._waiting)
            self._bridge.send(departure.frame, departure.entered)
            if departure.note is not None:
                departure.note()

    def _write(self, record: Record, *, lost: bool) -> None:
        entry = asdict(record) | {"left_s": round(time.time(), 6), "lost": lost}
        self._truth.write(json.dumps(entry) + "\n")

    def _write_delay(self, datagram: Datagram, arrived_s: float) -> None:
        passage = Passage(datagram.source[0], datagram.destination[0], time.time() - arrived_s)
        self._delays.write(json.dumps(asdict(passage)) + "\n")


def record_of(datagram: Datagram, entered: str) -> Record:
    """Make the record of an RTP packet whose fate is still open."""
    second, sequence_number, timestamp, ssrc = struct.unpack_from("!xBHII", datagram.payload)
    return Record(
        left_s=0.0,
        entered=entered,
        source="{}:{}".format(*datagram.source),
        destination="{}:{}".format(*datagram.destination),
        ssrc=ssrc,
        payload_type=second & 127,
        sequence_number=sequence_number,
        rtp_timestamp=timestamp,
        lost=False,
    )


def main(arguments: Sequence[str]) -> None:
    """Bridge until SIGTERM; the words `bridging` on standard output say that it has begun."""
    profiles, truth, *names = arguments
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    impairer = Impairer(Bridge(names), load(Path(profiles)), Path(truth))
    sys.stdout.write("bridging\n")
    sys.stdout.flush()
    impairer.run()


if __name__ == "__main__":
    main(sys.argv[1:])
