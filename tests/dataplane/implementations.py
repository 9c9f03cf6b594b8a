"""The two that count streams: the oracle and the compiled kernel, behind one interface."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import pytest

from tests.oracle.clock import PayloadFormat
from tests.oracle.packet import Packet
from tests.oracle.playout import PlayoutSettings
from tests.oracle.stream import OracleStream
from tests.oracle.totals import Totals

NO_JITTER = pytest.approx(0, abs=1e-12)
"""A compiler may fuse a multiplication with a subtraction and so leave a last binary digit."""


class Counting(Protocol):
    """One stream being counted."""

    def packet(self, packet: Packet) -> None:
        """Count one packet."""

    def set_payloads(self, payloads: Mapping[int, PayloadFormat]) -> None:
        """Give payload types another meaning, from the next packet on."""

    def finish(self) -> None:
        """End the stream."""

    def totals(self) -> Totals:
        """Tell everything counted so far."""


class Implementation(Protocol):
    """Begins to count a stream; all its packets count, no probation."""

    def __call__(self, playout: PlayoutSettings | None = None) -> Counting:
        """Begin a stream."""


def oracle(playout: PlayoutSettings | None = None) -> Counting:
    """Begin a stream in the oracle."""
    return OracleStream(playout=playout)


def count(
    implementation: Implementation,
    packets: Iterable[Packet],
    *,
    payloads: Mapping[int, PayloadFormat] | None = None,
    playout: PlayoutSettings | None = None,
) -> Totals:
    """Count a whole stream; the payload map becomes known after its first packet."""
    counting = implementation(playout)
    for index, packet in enumerate(packets):
        if index == 1 and payloads is not None:
            counting.set_payloads(payloads)
        counting.packet(packet)
    counting.finish()
    return counting.totals()


def count_stepwise(implementation: Implementation, packets: Iterable[Packet]) -> list[Totals]:
    """Count a stream and look at it after each packet, and once more after its end."""
    counting = implementation()
    seen = []
    for packet in packets:
        counting.packet(packet)
        seen.append(counting.totals())
    counting.finish()
    return [*seen, counting.totals()]
