"""Which stream a report is about is seen at a glance, which must give what a search would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.calls.registry import CallRegistry
from qos_exporter.dataplane.kernel import Kernel
from qos_exporter.dataplane.settings import KernelSettings
from qos_exporter.dataplane.values import StartedStream, StreamKey
from qos_exporter.monitor.reporting.targets import Targets
from qos_exporter.monitor.source import Source
from qos_exporter.net import Endpoint
from tests.calls.recorder import RecordingControl

SSRCS = [0, 7, 0x1_0000, 0xBEEF_BEEF]
ssrcs = st.sampled_from(SSRCS)
endpoints = st.builds(
    Endpoint, st.sampled_from(["10.0.0.1", "10.0.0.2", "2001:db8::1"]), st.integers(5000, 5002)
)


@dataclass(frozen=True)
class Start:
    """A stream that starts, in one of two sources."""

    source: int
    ssrc: int
    src: Endpoint
    dst: Endpoint
    moves: bool
    """It goes on where another fell silent, if there is one that fits."""
    counts: bool


@dataclass(frozen=True)
class Drop:
    """The stream in a slot ends."""

    source: int
    slot: int


sources = st.sampled_from([0, 1])
starts = st.builds(Start, sources, ssrcs, endpoints, endpoints, st.booleans(), st.booleans())
drops = st.builds(Drop, sources, st.integers(0, 11))


class Mover:
    """Stands in for a kernel, which says whether a stream continues another."""

    def __init__(self) -> None:
        self.moves = False

    def continue_stream(self, _slot: int, _earlier: int) -> bool:
        return self.moves


def followed(events: list[Start | Drop]) -> list[Source]:
    """Two sources after these events."""
    both = [Source(index, f"eth{index}", KernelSettings()) for index in range(2)]
    for slot, event in enumerate(events):
        source = both[event.source]
        if isinstance(event, Drop):
            if source.at(event.slot) is not None:
                source.drop(event.slot)
            continue
        mover = Mover()
        mover.moves = event.moves
        source.kernel = cast("Kernel", mover)
        key = StreamKey(event.src, event.dst, event.ssrc, 0, 0)
        for stream in source.take([StartedStream(slot, slot + 1, 0, key)], lambda *_: True):
            stream.counts = event.counts
    return both


@given(
    events=st.lists(starts | drops, max_size=12), ssrc=ssrcs, sender=endpoints, receiver=endpoints
)
def test_a_glance_finds_what_a_search_finds(
    events: list[Start | Drop], ssrc: int, sender: Endpoint, receiver: Endpoint
) -> None:
    """Whatever streams came, moved and went: the first place to look is that of the search."""
    targets = Targets(followed(events), CallRegistry(RecordingControl()))

    found = targets.find(ssrc, sender=sender, receiver=receiver)

    assert found is targets.search(ssrc, sender=sender, receiver=receiver)


@given(events=st.lists(starts | drops, max_size=12), ssrc=ssrcs, control=endpoints, index=sources)
def test_the_port_below(
    events: list[Start | Drop], ssrc: int, control: Endpoint, index: int
) -> None:
    """No endpoint is made to look there, but what is found is the same."""
    source = followed(events)[index]
    below = Endpoint(control.address, control.port - 1)

    assert source.sent_from_below(control, ssrc) is source.sent_from(below, ssrc)
