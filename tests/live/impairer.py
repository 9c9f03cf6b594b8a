"""A bridge in user space that loses, delays, reorders and duplicates RTP, and records all it did.

    python -m tests.live.impairer PROFILES.json TRUTH.jsonl INTERFACE INTERFACE...

A kernel without netem needs something of the kind, and netem could not tell the fate of each
packet. Media is every RTP-like UDP payload on the ports that no signalling uses. Signalling and
RTCP get the delay only, and signalling never overtakes the media sent before it, so that no media
trails its BYE. Everything else passes untouched. Needs CAP_NET_RAW.
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
from pathlib import Path
from typing import TYPE_CHECKING

from tests.live.bridge import Bridge, Datagram, read_datagram
from tests.live.impairment import Impairment, load
from tests.live.truth import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

DUPLICATE_AFTER_S = 0.0005
IDLE_S = 0.2


@dataclass(frozen=True, slots=True, order=True)
class Departure:
    """A frame that waits to leave; `order` keeps those of equal time in the order they came."""

    due_s: float
    order: int
    frame: bytes
    entered: str
    record: Record | None


class Impairer:
    """Decides the fate of every frame and sends it off in its time."""

    def __init__(self, bridge: Bridge, impairments: Sequence[Impairment], truth: Path) -> None:
        """Take profiles (the first that covers a packet counts) and the file for the record."""
        self._bridge = bridge
        self._impairments = impairments
        self._truth = truth.open("w")
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
                wait_s = self._waiting[0].due_s - time.monotonic() if self._waiting else IDLE_S
                for frame, entered in self._bridge.arrivals(min(max(wait_s, 0.0), IDLE_S)):
                    self._bridge.learn(frame, entered)
                    self._take(frame, entered)
                self._release()
        finally:
            self._truth.close()

    def _take(self, frame: bytes, entered: str) -> None:
        """Pass a frame on at once, or give it its time."""
        datagram = read_datagram(frame)
        if datagram is not None and datagram.is_signalling:
            delay_s = self._find(datagram, entered).delay_ms / 1000
            due_s = max(time.monotonic() + delay_s, self._last_due_from_s.get(entered, 0.0))
            self._wait(due_s, frame, entered, None)
        elif datagram is not None and datagram.is_rtp:
            self._take_media(frame, entered, datagram, self._find(datagram, entered))
        elif datagram is not None and datagram.is_rtcp:
            delay_s = self._find(datagram, entered).delay_ms / 1000
            self._wait(time.monotonic() + delay_s, frame, entered, None)
        else:
            self._bridge.send(frame, entered)

    def _find(self, datagram: Datagram, entered: str) -> Impairment:
        """Find the first profile that covers a datagram; one that does nothing where none does."""
        source, destination = datagram.source[0], datagram.destination[0]
        for impairment in self._impairments:
            if impairment.covers(enters=entered, source=source, destination=destination):
                return impairment
        return Impairment()

    def _take_media(
        self, frame: bytes, entered: str, datagram: Datagram, impairment: Impairment
    ) -> None:
        """Lose an RTP packet, or let it wait, once or twice."""
        record = record_of(datagram, entered)
        key = (entered, datagram.source, datagram.destination, record.ssrc)
        if self._is_lost(key, impairment):
            self._write(record, lost=True)
            return
        due_s = self._due_s(key, impairment)
        self._wait(due_s, frame, entered, record)
        if self._random.random() < impairment.duplicate_ratio:
            self._wait(due_s + DUPLICATE_AFTER_S, frame, entered, record)

    def _is_lost(self, key: tuple[object, ...], impairment: Impairment) -> bool:
        """Draw from the Gilbert model, then from the independent loss."""
        if self._in_burst.get(key, False):
            burst = self._random.random() >= impairment.burst_end_ratio
        else:
            burst = self._random.random() < impairment.burst_begin_ratio
        self._in_burst[key] = burst
        return burst or self._random.random() < impairment.loss_ratio

    def _due_s(self, key: tuple[object, ...], impairment: Impairment) -> float:
        """Draw the time at which a packet leaves."""
        jitter_ms = abs(self._random.gauss(0.0, impairment.jitter_ms))
        due_s = time.monotonic() + (impairment.delay_ms + jitter_ms) / 1000
        if self._random.random() < impairment.reorder_ratio:
            return due_s + impairment.reorder_by_ms / 1000
        if impairment.keep_order:
            due_s = max(due_s, self._last_due_s.get(key, 0.0))
            self._last_due_s[key] = due_s
        return due_s

    def _wait(self, due_s: float, frame: bytes, entered: str, record: Record | None) -> None:
        self._last_due_from_s[entered] = max(due_s, self._last_due_from_s.get(entered, 0.0))
        heapq.heappush(self._waiting, Departure(due_s, next(self._order), frame, entered, record))

    def _release(self) -> None:
        """Send what is due, and record it in the order of leaving."""
        while self._waiting and self._waiting[0].due_s <= time.monotonic():
            departure = heapq.heappop(self._waiting)
            self._bridge.send(departure.frame, departure.entered)
            if departure.record is not None:
                self._write(departure.record, lost=False)

    def _write(self, record: Record, *, lost: bool) -> None:
        entry = asdict(record) | {"left_s": round(time.time(), 6), "lost": lost}
        self._truth.write(json.dumps(entry) + "\n")


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
