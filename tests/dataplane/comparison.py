"""How properties let the kernel and the oracle count the same packets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.dataplane.harness import Harness
from tests.dataplane.senders import senders
from tests.dataplane.traffic import CALLEE, CALLEE6, CALLER, CALLER6, StreamId
from tests.oracle.packet import Packet
from tests.oracle.totals import Totals

STREAMS = [
    StreamId(1, CALLER, CALLEE),
    StreamId(2, CALLER, CALLEE),
    StreamId(1, CALLEE, CALLER),
    StreamId(0, CALLER6, CALLEE6),
]
COMPARISON = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

Tap = list[tuple[StreamId, Packet]]


@st.composite
def taps(draw: st.DrawFn) -> Tap:
    """Draw one to four streams that pass the tap together."""
    flows = [draw(senders()) for _ in range(draw(st.integers(1, len(STREAMS))))]
    named = zip(STREAMS, flows, strict=False)
    merged = [(stream, packet) for stream, flow in named for packet in flow]
    return sorted(merged, key=lambda pair: pair[1].arrival_ns) if len(flows) > 1 else merged


def assert_agree(kernel: Totals, oracle: Totals) -> None:
    """Compare column by column; floating-point numbers to nine digits."""
    expected = {
        name: pytest.approx(value, rel=1e-9, abs=1e-12) if isinstance(value, float) else value
        for name, value in asdict(oracle).items()
    }
    wrong = {n: (v, asdict(oracle)[n]) for n, v in asdict(kernel).items() if v != expected[n]}
    assert not wrong, wrong


def packets_of(tap: Sequence[tuple[StreamId, Packet]], stream: StreamId) -> list[Packet]:
    """Pick one stream's packets."""
    return [packet for name, packet in tap if name == stream]


def announce_all(harness: Harness) -> None:
    """Let every stream count from its first packet on."""
    for stream in STREAMS:
        harness.kernel.announce(stream.dst)
