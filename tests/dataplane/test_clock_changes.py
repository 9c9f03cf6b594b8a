"""Jitter by hand where the clock of a stream changes while it runs.

Every row says what a packet does to the jitter J of RFC 3550, A.8, in ticks of its clock:

    D = (arrival - arrival before) * clock - (timestamp - timestamp before)
    J = J + (|D| - J) / 16

Both terms of D are ticks of one clock (A.8: "in the same units"). So packets of different clocks
have no D, nor have those on the two sides of a packet whose clock nobody knows, for a sender may
begin its timestamps anew with each clock (RFC 7160); J begins again at 0 with the first of the new
clock, and what was measured before stays in the mean and the maximum, in seconds. Types of the same
clock share their timestamps (RFC 3550 section 5.1) and are compared with each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from tests.dataplane.implementations import Implementation
from tests.dataplane.scenarios import MS, START_NS, speech
from tests.oracle.clock import ClockSource, Kind, PayloadFormat
from tests.oracle.packet import Packet
from tests.oracle.totals import Totals

PCMU = 0
PCMA = 8


@dataclass(frozen=True, slots=True)
class At:
    """A packet: payload type, arrival in milliseconds, timestamp. They come in sequence."""

    payload_type: int
    arrival_ms: float
    rtp_timestamp: int


def told(**clocks: int) -> Mapping[int, PayloadFormat]:
    """Make a payload map of media: `pt96=8000` is type 96 with 8 kHz."""
    return {int(name[2:]): PayloadFormat(rate, Kind.MEDIA) for name, rate in clocks.items()}


Script = Sequence[At | Mapping[int, PayloadFormat]]


def play(implementation: Implementation, script: Script) -> list[Totals]:
    """Play packets and payload maps in order; gives what is counted after each."""
    counting = implementation()
    seen: list[Totals] = []
    number = 0
    for step in script:
        if isinstance(step, At):
            counting.packet(
                Packet(
                    arrival_ns=START_NS + round(step.arrival_ms * MS),
                    sequence_number=number,
                    rtp_timestamp=step.rtp_timestamp,
                    payload_type=step.payload_type,
                )
            )
            number += 1
        else:
            counting.set_payloads(step)
        seen.append(counting.totals())
    return seen


def clock_of(totals: Totals) -> tuple[int, ClockSource]:
    """Tell the clock and where it is known from."""
    return totals.clock_rate, ClockSource(totals.clock_source)


def jitter_us(totals: Totals) -> tuple[float, float, float, int]:
    """Tell J now, its mean and maximum in microseconds, and of how many D they are."""
    seconds = (totals.jitter_last_s, totals.jitter_mean_s, totals.jitter_max_s)
    last, mean, highest = (value * 1e6 for value in seconds)
    return last, mean, highest, totals.jitter_count


def about(*expected: float) -> object:
    """Compare floating-point numbers to nine digits."""
    return pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_type_gets_another_clock(implementation: Implementation) -> None:
    """A re-INVITE that doubles a type's clock leaves out one D and begins J anew."""
    script: Script = [
        At(96, 0, 0),
        told(pt96=8000),
        At(96, 21, 160),  # D = 168 - 160 = 8, J = 8/16 = 0.5: 62.5 us
        At(96, 40, 320),  # D = 152 - 160 = -8, J = 0.5 + 7.5/16 = 0.96875: 121.09375 us
        told(pt96=16_000),
        At(96, 60, 640),  # the first of the new clock: no D
        At(96, 81, 960),  # D = 336 - 320 = 16, J = 1: 62.5 us
        At(96, 100, 1280),  # D = 304 - 320 = -16, J = 1 + 15/16 = 1.9375: 121.09375 us
    ]
    seen = play(implementation, script)

    assert [clock_of(each) for each in seen[1:4]] == [(8000, ClockSource.SDP)] * 3
    assert jitter_us(seen[3]) == about(121.09375, 91.796875, 121.09375, 2)
    assert [clock_of(each) for each in seen[4:]] == [(16_000, ClockSource.SDP)] * 4
    assert jitter_us(seen[4]) == about(0, 91.796875, 121.09375, 2)
    assert jitter_us(seen[5]) == about(0, 91.796875, 121.09375, 2)
    # (62.5 + 121.09375 + 62.5) / 3 = 82.03125
    assert jitter_us(seen[6]) == about(62.5, 82.03125, 121.09375, 3)
    assert jitter_us(seen[7]) == about(121.09375, 91.796875, 121.09375, 4)
    # Three packets of 20 ms before the change and two steps after it: what is between has no clock.
    assert seen[7].media_ns == 100 * MS


def test_codecs_of_different_clocks_take_turns(implementation: Implementation) -> None:
    """Each switch between 8 and 48 kHz leaves out one D, whatever the timestamps are."""
    script: Script = [
        At(PCMU, 0, 0),
        told(pt96=48_000),
        At(PCMU, 24, 160),  # D = 192 - 160 = 32, J = 2: 250 us
        At(96, 40, 5000),  # the other clock
        At(96, 61, 5960),  # D = 1008 - 960 = 48, J = 3: 62.5 us
        At(PCMU, 80, 640),  # the first clock again
        At(PCMU, 100, 800),  # D = 160 - 160 = 0, J = 0
    ]
    seen = play(implementation, script)

    assert [clock_of(each) for each in seen[2:]] == [
        (8000, ClockSource.STATIC),
        (48_000, ClockSource.SDP),
        (48_000, ClockSource.SDP),
        (8000, ClockSource.STATIC),
        (8000, ClockSource.STATIC),
    ]
    assert jitter_us(seen[3]) == about(0, 250, 250, 1)
    assert jitter_us(seen[4]) == about(62.5, 156.25, 250, 2)
    assert jitter_us(seen[5]) == about(0, 156.25, 250, 2)
    assert jitter_us(seen[6]) == about(0, (250 + 62.5 + 0) / 3, 250, 3)


def test_codecs_of_the_same_clock_take_turns(implementation: Implementation) -> None:
    """PCMU and PCMA tick alike (RFC 3551), so a switch between them is compared as any packet."""
    script: Script = [
        At(PCMU, 0, 0),
        At(PCMA, 22, 160),  # D = 176 - 160 = 16, J = 1: 125 us
        At(PCMU, 40, 320),  # D = 144 - 160 = -16, J = 1 + 15/16 = 1.9375: 242.1875 us
    ]
    seen = play(implementation, script)

    assert clock_of(seen[2]) == (8000, ClockSource.STATIC)
    assert jitter_us(seen[2]) == about(242.1875, 183.59375, 242.1875, 2)


def test_packets_from_before_the_description(implementation: Implementation) -> None:
    """Packets that came before their clock was told are compared with each other all the same."""
    script: Script = [
        At(97, 0, 0),
        At(97, 41, 3600),  # D = 3690 - 3600 = 90, J = 5.625: 62.5 us
        At(97, 80, 7200),  # D = 3510 - 3600 = -90, J = 5.625 + 84.375/16: 121.09375 us
        told(pt97=90_000),
        At(97, 120, 10_800),  # D = 3600 - 3600 = 0, J = 15/16 of it: 113.525390625 us
    ]
    seen = play(implementation, script)

    assert clock_of(seen[2]) == (0, ClockSource.UNKNOWN)
    assert jitter_us(seen[2]) == about(0, 0, 0, 0)
    assert clock_of(seen[3]) == (90_000, ClockSource.SDP)
    assert jitter_us(seen[3]) == about(121.09375, 91.796875, 121.09375, 2)
    mean_us = (62.5 + 121.09375 + 113.525390625) / 3
    assert jitter_us(seen[4]) == about(113.525390625, mean_us, 121.09375, 3)


def test_unknown_clock_in_between(implementation: Implementation) -> None:
    """Nothing is said of jitter while the clock is unknown, and nothing compared across that."""
    script: Script = [
        At(PCMU, 0, 0),
        At(PCMU, 24, 160),  # D = 192 - 160 = 32, J = 2: 250 us
        At(97, 40, 9999),  # of unknown clock
        At(PCMU, 60, 480),  # no D
        At(PCMU, 80, 640),  # D = 0, J = 0
    ]
    seen = play(implementation, script)

    assert clock_of(seen[2]) == (0, ClockSource.UNKNOWN)
    assert jitter_us(seen[2]) == about(0, 250, 250, 1)
    assert clock_of(seen[3]) == (8000, ClockSource.STATIC)
    assert jitter_us(seen[3]) == about(0, 250, 250, 1)
    assert jitter_us(seen[4]) == about(0, 125, 250, 2)


def test_description_that_repeats_the_clock(implementation: Implementation) -> None:
    """A map that tells the clock that was known anyway changes where it is known from only."""
    script: Script = [
        At(PCMA, 0, 0),
        At(PCMA, 22, 160),  # D = 176 - 160 = 16, J = 1: 125 us
        told(pt8=8000),
        At(PCMA, 40, 320),  # D = 144 - 160 = -16, J = 1 + 15/16 = 1.9375: 242.1875 us
    ]
    seen = play(implementation, script)

    assert [clock_of(each) for each in seen[1:3]] == [
        (8000, ClockSource.STATIC),
        (8000, ClockSource.SDP),
    ]
    assert jitter_us(seen[2]) == about(125, 125, 125, 1)
    assert jitter_us(seen[3]) == about(242.1875, 183.59375, 242.1875, 2)


def test_description_corrects_an_estimate(implementation: Implementation) -> None:
    """L16 of 44.1 kHz is taken for 48 kHz until SDP tells; the error stays in the maximum only.

    Packets of 20 ms advance by 882 ticks where 48 kHz expects 960: D = 78 for each, so J is
    78 * (1 - (15/16)^n) ticks after n of them. By the right clock D is 882 - 882 = 0.
    """
    packets = speech(range(61), clock_rate=44_100, payload_type=96)
    counting = implementation()
    for packet in packets[:51]:
        counting.packet(packet)
    guessed = counting.totals()
    counting.set_payloads(told(pt96=44_100))
    for packet in packets[51:]:
        counting.packet(packet)
    known = counting.totals()
    highest_us = 78 * (1 - (15 / 16) ** 50) / 48_000 * 1e6
    sum_us = sum(78 * (1 - (15 / 16) ** n) for n in range(1, 51)) / 48_000 * 1e6

    assert clock_of(guessed) == (48_000, ClockSource.ESTIMATED)
    assert jitter_us(guessed) == about(highest_us, sum_us / 50, highest_us, 50)
    assert clock_of(known) == (44_100, ClockSource.SDP)
    assert jitter_us(known) == about(0, sum_us / 59, highest_us, 59)
