"""What reports cost: a sender report, a report block and a name for each stream, among its media.

The same packets are played twice, with and without RTCP among them. The difference is the price of
the reports, of which the packet path has a part: the kernel stops at each, so that every packet
before it is counted. A window ends meanwhile, and takes in what the reports of it said.

Each recording is played in pieces, several times, and the best time of each piece counts: some of
them find the machine undisturbed where none of the whole plays does.
"""

from __future__ import annotations

import gc
import struct
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.report import Row, at_most
from qos_exporter.dataplane.frames import FRAME, NO_VLAN, FrameBatch
from qos_exporter.monitor.monitor import Monitor
from qos_exporter.settings import Settings

CALLS = 500
"""Two streams each. Each party reports every second, five times as often as most do."""
DURATION_S = 11
PACKETS_PER_S = 50
ROUNDS = 5
BATCH = 4096
START_NS = 1_700_000_000_000_000_000
SECOND_NS = 1_000_000_000
ETHERNET = 1
LEG_S = 0.02
COMPOUND_BUDGET_US = 20
REPORTS_PER_S = 1000

ETHERNET_IPV4 = bytes.fromhex("0200000000020200000000010800")
IP_AND_UDP = struct.Struct(">BBHHHBBH4s4sHHHH")
RTP = struct.Struct(">BBHII160x")
SENDER_REPORT = struct.Struct(">BBHIIIIII")
REPORT_BLOCK = struct.Struct(">6I")
DESCRIPTION = bytes.fromhex("81ca0006")
CNAME = b"\x01\x10user@example.com\0\0"


class Side(NamedTuple):
    """One party of a call, and what it sends."""

    address: bytes
    port: int
    ssrc: int


class Played(NamedTuple):
    """What it took to play a recording: processor time by pieces, and the packet path's part."""

    pieces_s: tuple[float, ...]
    counting_s: float


def run(_directory: Path) -> list[Row]:
    """Play both recordings in turn; the best of each counts."""
    media = sorted(frame for call in range(CALLS) for frame in media_of(call))
    reports = sorted(frame for call in range(CALLS) for frame in reports_of(call))
    without, among = batches(media), batches(sorted([*media, *reports]))
    compounds = len(reports)
    del media, reports
    gc.freeze()
    silent, reported = zip(*((play(without), play(among)) for _ in range(ROUNDS)), strict=True)
    gc.unfreeze()
    compound_us = (best_s(reported) - best_s(silent)) / compounds * 1e6
    counting_s = min(each.counting_s for each in reported) - min(each.counting_s for each in silent)
    name = f"RTCP, {2 * CALLS} streams"
    share = f"{compound_us * REPORTS_PER_S / 1e4:.1f} %"
    return [
        at_most(name, "a compound, all included", compound_us, COMPOUND_BUDGET_US, " us"),
        Row(benchmark=name, figure="of one core, 1,000 compounds/s", value=share, budget="<= 2 %"),
        Row(
            benchmark=name,
            figure="of it in the packet path",
            value=f"{counting_s / compounds * 1e6:.1f} us",
        ),
    ]


def best_s(rounds: tuple[Played, ...]) -> float:
    """The best processor time of each piece, summed up."""
    pieces = zip(*(each.pieces_s for each in rounds), strict=True)
    return float(sum(min(times_s) for times_s in pieces))


def play(recording: list[FrameBatch]) -> Played:
    """Play a recording to a new monitor."""
    monitor = Monitor(Settings(), ["bench"])
    marks_s = [time.process_time()]
    for batch in recording:
        monitor.ingest(0, batch)
        marks_s.append(time.process_time())
    pieces_s = tuple(end_s - began_s for began_s, end_s in pairwise(marks_s))
    return Played(pieces_s, monitor.snapshot().exporter.counting_s)


def sides_of(call: int) -> tuple[Side, Side]:
    """Both parties of a call."""
    high, low = divmod(call, 256)
    return (
        Side(bytes([10, 1, high, low]), 5000, 0x1000_0000 + 7919 * call),
        Side(bytes([10, 2, high, low]), 6000, 0x1000_0001 + 7919 * call),
    )


def phase_s(call: int) -> float:
    """When the first packet of a call comes: calls do not send in step."""
    return call * 17 % 20 / 1000


def media_of(call: int) -> Iterator[tuple[int, bytes]]:
    """Speech in both directions."""
    near, far = sides_of(call)
    for number in range(DURATION_S * PACKETS_PER_S):
        at_s = phase_s(call) + number / PACKETS_PER_S
        for src, dst in ((near, far), (far, near)):
            yield framed(RTP.pack(0x80, 0, number, 160 * number, src.ssrc), src, dst, at_s)


def reports_of(call: int) -> Iterator[tuple[int, bytes]]:
    """A compound of each side a second, which quotes the one that the other sent a second ago."""
    near, far = sides_of(call)
    for second in range(1, DURATION_S):
        at_s = phase_s(call) + second + call / CALLS
        for src, dst in ((near, far), (far, near)):
            yield framed(compound(src, dst, at_s), src, dst, at_s, by=1)


def compound(src: Side, dst: Side, at_s: float) -> bytes:
    """Pack SR with one block, and SDES."""
    stamp, packets = round((1000 + at_s) * 65536), round(at_s * PACKETS_PER_S)
    seconds, fraction = stamp >> 16, (stamp & 0xFFFF) << 16
    sender = (src.ssrc, seconds, fraction, 160 * packets, packets, 160 * packets)
    held = round((1 - LEG_S) * 65536)
    highest = max(1, packets - 2)
    return b"".join(
        [
            SENDER_REPORT.pack(0x81, 200, 12, *sender),
            REPORT_BLOCK.pack(dst.ssrc, 0, highest, 5, stamp - 65536 & 0xFFFFFFFF, held),
            DESCRIPTION,
            src.ssrc.to_bytes(4),
            CNAME,
        ]
    )


def framed(payload: bytes, src: Side, dst: Side, at_s: float, *, by: int = 0) -> tuple[int, bytes]:
    """Wrap a datagram between ports that are `by` above those of the media; gives time and data."""
    udp = (src.port + by, dst.port + by, 8 + len(payload), 0)
    ip = (0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0, src.address, dst.address)
    data = ETHERNET_IPV4 + IP_AND_UDP.pack(*ip, *udp) + payload
    return START_NS + round(at_s * SECOND_NS), data


def batches(frames: list[tuple[int, bytes]]) -> list[FrameBatch]:
    """Lay frames end to end, in pieces of the size that a capture gives."""
    return [batch(frames[at : at + BATCH]) for at in range(0, len(frames), BATCH)]


def batch(frames: list[tuple[int, bytes]]) -> FrameBatch:
    """Lay frames end to end, with an index."""
    rows, offset = [], 0
    for at_ns, data in frames:
        rows.append((offset, at_ns, len(data), len(data), ETHERNET, NO_VLAN, 0))
        offset += len(data)
    return FrameBatch(b"".join(data for _, data in frames), np.array(rows, FRAME), len(rows))
