"""Random senders over random networks, for properties."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from tests.dataplane.scenarios import MS, START_NS, in_order_of_arrival
from tests.oracle.packet import Packet

EVENT_TYPE = 101
EVENT_BYTES = 4
MEDIA_CLOCKS = {0: 8000, 8: 8000, 9: 8000, 10: 44_100, 34: 90_000, 96: 48_000, 97: 16_000, 98: 9700}
"""Payload types that senders use, and how fast their timestamps really tick."""
NOISE_TYPES = (13, 19)


@dataclass(slots=True)
class Sender:
    """A device that sends RTP in its own way, and the path to the tap.

    Times are odd numbers of nanoseconds, so that no packet falls exactly on a limit that is
    compared in floating point.
    """

    random: random.Random
    now_ns: int
    number: int
    timestamp: int
    payload_type: int
    packet_ns: int = 20 * MS
    jitter_ns: int = 0
    drift_ppm: int = 0
    path_ns: int = 0
    packets: list[Packet] = field(default_factory=list)

    def emit(
        self, *, payload_type: int | None = None, marker: bool = False, size: int = 160
    ) -> None:
        """Send one packet, which takes its time on the path."""
        delay_ns = self.path_ns + self.random.randrange(self.jitter_ns + 1)
        self.packets.append(
            Packet(
                arrival_ns=self.now_ns + delay_ns + self.random.randrange(1009),
                sequence_number=self.number % (1 << 16),
                rtp_timestamp=self.timestamp % (1 << 32),
                payload_type=self.payload_type if payload_type is None else payload_type,
                marker=marker,
                payload_length=size,
            )
        )
        self.number += 1

    def let_pass(self, duration_ns: int, *, ticking: bool = True) -> None:
        """Let time pass for the sender, and for its media clock if that is ticking."""
        self.now_ns += duration_ns + duration_ns * self.drift_ppm // 1_000_000
        if ticking:
            self.timestamp += duration_ns * MEDIA_CLOCKS[self.payload_type] // 1_000_000_000


def talk(sender: Sender, packets: int) -> None:
    """Send media at its pace."""
    for _ in range(packets):
        sender.emit()
        sender.let_pass(sender.packet_ns)


def lose(sender: Sender, packets: int) -> None:
    """Send packets that never arrive."""
    sender.number += packets
    sender.let_pass(sender.packet_ns * packets)


def jump(sender: Sender, numbers: int) -> None:
    """Go on with other numbers, at the same time."""
    sender.number += numbers


def leap(sender: Sender, ticks: int) -> None:
    """Go on with other timestamps."""
    sender.timestamp += ticks


def pause(sender: Sender, duration_ms: int) -> None:
    """Be silent, counting the silence in timestamps or not, and mark the next packet or not."""
    sender.let_pass(duration_ms * MS, ticking=sender.random.random() < 0.5)
    sender.emit(marker=sender.random.random() < 0.5)
    sender.let_pass(sender.packet_ns)


def repeat(sender: Sender, age: int) -> None:
    """Send an earlier packet again."""
    if sender.packets:
        again = sender.packets[max(0, len(sender.packets) - age)]
        sender.packets.append(replace(again, arrival_ns=sender.now_ns))


def hold_back(sender: Sender, delay_ms: int) -> None:
    """Let one packet take a longer path."""
    talk(sender, 1)
    late = sender.packets.pop()
    sender.packets.append(replace(late, arrival_ns=late.arrival_ns + delay_ms * MS))


def press(sender: Sender, packets: int) -> None:
    """Press a digit: one timestamp, and the end three times."""
    for index in range(packets):
        sender.emit(payload_type=EVENT_TYPE, marker=index == 0, size=EVENT_BYTES)
        sender.let_pass(sender.packet_ns, ticking=False)
    sender.timestamp += packets * sender.packet_ns // 125_000


def hush(sender: Sender, duration_ms: int) -> None:
    """Send comfort noise once, then nothing for a while."""
    sender.emit(payload_type=sender.random.choice(NOISE_TYPES), size=1)
    sender.let_pass(duration_ms * MS)


def stray(sender: Sender, numbers: int) -> None:
    """Let a packet of somebody else slip in."""
    kept = sender.number
    sender.number += numbers
    sender.emit()
    sender.number = kept


def switch(sender: Sender, payload_type: int) -> None:
    """Change the codec."""
    sender.payload_type = payload_type


def set_jitter(sender: Sender, jitter_ms: int) -> None:
    """Let the path become noisy or calm."""
    sender.jitter_ns = jitter_ms * MS


def set_path(sender: Sender, path_ms: int) -> None:
    """Let the path become longer or shorter."""
    sender.path_ns = path_ms * MS


def set_drift(sender: Sender, ppm: int) -> None:
    """Let the sender's clock drift."""
    sender.drift_ppm = ppm


def set_packet_time(sender: Sender, packet_ms: int) -> None:
    """Send shorter or longer packets."""
    sender.packet_ns = packet_ms * MS


def step_back(sender: Sender, duration_ms: int) -> None:
    """Let the capture's clock step back by a little."""
    sender.now_ns -= duration_ms * MS


def see_twice(sender: Sender) -> None:
    """Let the tap see every packet at two places."""
    sender.packets = [
        replace(packet, arrival_ns=packet.arrival_ns + delay_ns)
        for packet in sender.packets
        for delay_ns in (0, 100_003)
    ]


ACTIONS: st.SearchStrategy[tuple[Callable[[Sender, int], None], int]] = st.one_of(
    st.tuples(st.just(talk), st.integers(1, 80)),
    st.tuples(st.just(talk), st.integers(50, 300)),
    st.tuples(st.just(lose), st.integers(1, 20)),
    st.tuples(st.just(lose), st.sampled_from([126, 127, 128, 129, 500, 1022, 1023, 1024])),
    st.tuples(st.just(jump), st.sampled_from([1500, 2998, 2999, 3000, 20_000, 32_767, 32_768])),
    st.tuples(st.just(jump), st.integers(-300, -1)),
    st.tuples(st.just(jump), st.integers(-40_000, 40_000)),
    st.tuples(st.just(leap), st.integers(-(1 << 31), 1 << 31)),
    st.tuples(st.just(leap), st.integers(-9000, 9000)),
    st.tuples(st.just(pause), st.integers(1, 4000)),
    st.tuples(st.just(pause), st.integers(1, 400)),
    st.tuples(st.just(repeat), st.integers(1, 200)),
    st.tuples(st.just(hold_back), st.integers(1, 400)),
    st.tuples(st.just(hold_back), st.integers(1, 3000)),
    st.tuples(st.just(press), st.integers(1, 12)),
    st.tuples(st.just(hush), st.integers(1, 1000)),
    st.tuples(st.just(stray), st.integers(-40_000, 40_000)),
    st.tuples(st.just(switch), st.sampled_from(sorted(MEDIA_CLOCKS))),
    st.tuples(st.just(set_jitter), st.sampled_from([0, 1, 10, 50, 150, 600])),
    st.tuples(st.just(set_path), st.sampled_from([0, 5, 40, 90, 300])),
    st.tuples(st.just(set_drift), st.integers(-5000, 5000)),
    st.tuples(st.just(set_packet_time), st.sampled_from([5, 10, 20, 30, 60])),
    st.tuples(st.just(step_back), st.integers(1, 200)),
)


@st.composite
def senders(draw: st.DrawFn) -> list[Packet]:
    """Draw the packets of one stream as they pass the tap."""
    sender = Sender(
        random=random.Random(draw(st.integers(0, 1 << 16))),
        now_ns=START_NS + draw(st.integers(0, 100)) * MS,
        number=draw(st.sampled_from([0, 1, 1000, 32_700, 65_400, 65_535])),
        timestamp=draw(st.sampled_from([0, 5, 1 << 31, (1 << 32) - 3000])),
        payload_type=draw(st.sampled_from(sorted(MEDIA_CLOCKS))),
    )
    for act, size in draw(st.lists(ACTIONS, min_size=1, max_size=40)):
        act(sender, size)
    if draw(st.sampled_from([False, False, False, True])):
        see_twice(sender)
    return in_order_of_arrival(sender.packets) if draw(st.booleans()) else sender.packets
