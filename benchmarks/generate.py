"""Writes captures of many synthetic G.711 calls, fast: `python -m benchmarks.generate FILE`.

Streams are interleaved as on a real trunk: each sends every 20 ms with a phase of its own, two
opposite streams are one call, calls are spread over hosts and even ports. Lengths and IP checksums
are right; the UDP checksum is 0, which IPv4 allows. With `--signalled` SIP announces every call.
"""

from __future__ import annotations

import argparse
import socket
import struct
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from benchmarks.receivers import compounds
from benchmarks.signalling import SignalledCall, set_up_records, tear_down_records

PACKET_INTERVAL_NS = 20_000_000
SAMPLES_PER_PACKET = 160
START_NS = 1_700_000_000_000_000_000
CALLS_PER_CALLER_HOST = 400
CALLS_PER_CALLEE_HOST = 3000
FIRST_PORT = 48_000
"""tshark knows no protocol on the even ports that follow, so it takes all of this to be RTP."""
PCAP_HEADER = struct.Struct("<IHHiIII")
PCAP_MAGIC, LINKTYPE_ETHERNET = 0xA1B2C3D4, 1
BLOCK_PACKETS = 1 << 17

RECORD = np.dtype(
    [
        ("seconds", "<u4"),
        ("microseconds", "<u4"),
        ("captured", "<u4"),
        ("length", "<u4"),
        ("macs", "V12"),
        ("ether_type", ">u2"),
        ("ip", ">u2", 10),
        ("source_port", ">u2"),
        ("destination_port", ">u2"),
        ("udp_length", ">u2"),
        ("udp_checksum", ">u2"),
        ("version", "u1"),
        ("payload_type", "u1"),
        ("sequence_number", ">u2"),
        ("rtp_timestamp", ">u4"),
        ("ssrc", ">u4"),
        ("payload", "V160"),
    ]
)
"""One record of the file: the pcap header and the whole frame."""
RECORD_HEADER_BYTES = 16
FRAME_BYTES = RECORD.itemsize - RECORD_HEADER_BYTES
IP_BYTES = FRAME_BYTES - 14
UDP_BYTES = IP_BYTES - 20
IP_IDENTIFICATION, IP_CHECKSUM, IP_SOURCE, IP_DESTINATION = 2, 5, slice(6, 8), slice(8, 10)
"""Which of the ten 16-bit words of the IPv4 header (RFC 791 section 3.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a capture is to hold. `streams` is even: two make a call."""

    streams: int
    packets_per_stream: int
    loss_ratio: float = 0.0
    jitter_ms: float = 0.0
    """Packets are late by up to this much, evenly spread; below 20 none overtakes another."""
    captured_bytes: int = FRAME_BYTES
    """Bytes kept of each frame of RTP, as by a capture with a snapshot length."""
    signalled: bool = False
    """Whether calls are set up and ended by SIP."""
    report_packets: int = 0
    """After so many packets both ends of all calls send RTCP; 0 for never."""
    seed: int = 1

    @property
    def end_ns(self) -> int:
        """When no more packets come."""
        return START_NS + self.packets_per_stream * PACKET_INTERVAL_NS + int(self.jitter_ms * 1e6)


@dataclass(frozen=True, slots=True)
class Streams:
    """What stays the same within a stream; one row per stream."""

    ip: NDArray[np.uint16]
    """The IPv4 headers as words, with identification and checksum 0."""
    ip_sum: NDArray[np.uint32]
    ports: NDArray[np.uint16]
    first_sequence_number: NDArray[np.uint16]
    first_timestamp: NDArray[np.uint32]
    ssrc: NDArray[np.uint32]
    phase_ns: NDArray[np.int64]


def file_header(snapshot_bytes: int) -> bytes:
    """Begin a capture file of Ethernet frames, cut to so many bytes."""
    return PCAP_HEADER.pack(PCAP_MAGIC, 2, 4, 0, 0, snapshot_bytes, LINKTYPE_ETHERNET)


def write_capture(path: Path, load: Load) -> int:
    """Write a capture; give the number of packets in it."""
    random = np.random.default_rng(load.seed)
    streams = make_streams(load.streams, random)
    calls = list(make_calls(streams)) if load.signalled else []
    cut = not (load.signalled or load.report_packets)
    snapshot_bytes = load.captured_bytes if cut else 65_535
    reported = Reporting(load.report_packets)
    packets = 0
    with path.open("wb") as file:
        file.write(file_header(snapshot_bytes))
        packets += write_messages(file, set_up_records(calls, START_NS))
        for times_ns, tick, stream in schedule(load, streams.phase_ns, random):
            records = make_records(streams, times_ns=times_ns, tick=tick, stream=stream)
            packets += len(records)
            write_records(file, records, load.captured_bytes)
            packets += reported.write(file, streams, at_ns=int(times_ns[-1]), tick=int(tick[-1]))
        packets += write_messages(file, tear_down_records(calls, load.end_ns))
    return packets


class Reporting:
    """Writes RTCP between blocks of packets, about as often as it is due."""

    def __init__(self, packets: int) -> None:
        self._every = packets
        self._before_ns: int | None = None
        self._due = packets

    def write(self, file: BinaryIO, streams: Streams, *, at_ns: int, tick: int) -> int:
        """Write what all ends say, if it is time; give the number of datagrams."""
        if not self._every or tick < self._due:
            return 0
        records = compounds(streams, at_ns=at_ns, before_ns=self._before_ns, packets=tick)
        words = records["ip"].astype(np.uint32)
        records["ip"][:, IP_CHECKSUM] = ip_checksum(words.sum(axis=1, dtype=np.uint32))
        self._before_ns, self._due = at_ns, tick + self._every
        file.write(records.tobytes())
        return len(records)


def make_streams(count: int, random: np.random.Generator) -> Streams:
    """Draw the streams: numbers 2n and 2n + 1 are the two directions of call n."""
    call = np.arange(count) // 2
    caller = address_words(0x0A010001 + call // CALLS_PER_CALLER_HOST)
    callee = address_words(0x0A800001 + call // CALLS_PER_CALLEE_HOST)
    caller_port = FIRST_PORT + 2 * (call % CALLS_PER_CALLER_HOST)
    callee_port = FIRST_PORT + 2 * (call % CALLS_PER_CALLEE_HOST)
    ports = np.stack([caller_port, callee_port], axis=1)
    back = np.arange(count) % 2 == 1
    ports[back] = ports[back, ::-1]
    ip = np.zeros((count, 10), np.uint16)
    ip[:, :6] = [0x45B8, IP_BYTES, 0, 0x4000, 0x4011, 0]  # EF, do not fragment, UDP
    ip[:, IP_SOURCE] = np.where(back[:, None], callee, caller)
    ip[:, IP_DESTINATION] = np.where(back[:, None], caller, callee)
    return Streams(
        ip=ip,
        ip_sum=ip.sum(axis=1, dtype=np.uint32),
        ports=ports.astype(np.uint16),
        first_sequence_number=random.integers(0, 1 << 16, count, np.uint16),
        first_timestamp=random.integers(0, 1 << 32, count, np.uint32),
        ssrc=random.permutation(count).astype(np.uint32) * np.uint32(19_391) + np.uint32(7),
        phase_ns=random.integers(0, PACKET_INTERVAL_NS, count),
    )


def make_calls(streams: Streams) -> Iterator[SignalledCall]:
    """Name the ends of every call, as its first stream has them."""
    for number in range(len(streams.ip) // 2):
        words, ports = streams.ip[2 * number], streams.ports[2 * number]
        yield SignalledCall(
            number,
            caller=(address_text(words[IP_SOURCE]), int(ports[0])),
            callee=(address_text(words[IP_DESTINATION]), int(ports[1])),
        )


def address_text(words: NDArray[np.uint16]) -> str:
    """Write an IPv4 address of two 16-bit words with dots."""
    return socket.inet_ntoa(words.astype(">u2").tobytes())


def address_words(addresses: NDArray[np.int64]) -> NDArray[np.uint16]:
    """Split IPv4 addresses into two 16-bit words each."""
    return np.stack([addresses >> 16, addresses & 0xFFFF], axis=1).astype(np.uint16)


def schedule(
    load: Load, phase_ns: NDArray[np.int64], random: np.random.Generator
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Give blocks of packets in the order of capture: time, number within the stream, stream."""
    ticks = np.arange(load.packets_per_stream)[:, None] * PACKET_INTERVAL_NS
    times_ns = (START_NS + ticks + phase_ns[None, :]).ravel()
    if load.jitter_ms:
        times_ns += random.integers(0, int(load.jitter_ms * 1e6), len(times_ns))
    order = np.argsort(times_ns, kind="stable")
    if load.loss_ratio:
        order = order[random.random(len(order)) >= load.loss_ratio]
    for begin in range(0, len(order), BLOCK_PACKETS):
        block = order[begin : begin + BLOCK_PACKETS]
        yield times_ns[block], block // load.streams, block % load.streams


def make_records(
    streams: Streams,
    *,
    times_ns: NDArray[np.int64],
    tick: NDArray[np.int64],
    stream: NDArray[np.int64],
) -> NDArray[np.void]:
    """Build the records of a block of packets."""
    records = np.zeros(len(stream), RECORD)
    records["seconds"], nanoseconds = np.divmod(times_ns, 1_000_000_000)
    records["microseconds"] = nanoseconds // 1000
    records["length"] = FRAME_BYTES
    records["macs"] = np.void(bytes.fromhex("020000000002020000000001"))
    records["ether_type"] = 0x0800
    records["ip"] = streams.ip[stream]
    records["ip"][:, IP_IDENTIFICATION] = tick
    records["ip"][:, IP_CHECKSUM] = ip_checksum(streams.ip_sum[stream] + tick.astype(np.uint32))
    records["source_port"], records["destination_port"] = streams.ports[stream].T
    records["udp_length"] = UDP_BYTES
    records["version"] = 0x80
    records["sequence_number"] = streams.first_sequence_number[stream] + tick.astype(np.uint16)
    samples = (tick * SAMPLES_PER_PACKET).astype(np.uint32)
    records["rtp_timestamp"] = streams.first_timestamp[stream] + samples
    records["ssrc"] = streams.ssrc[stream]
    records["payload"] = np.void(b"\xff" * SAMPLES_PER_PACKET)
    return records


def ip_checksum(word_sum: NDArray[np.uint32]) -> NDArray[np.uint16]:
    """Fold sums of 16-bit words into header checksums (RFC 1071)."""
    folded = (word_sum & 0xFFFF) + (word_sum >> 16)
    folded = (folded & 0xFFFF) + (folded >> 16)
    return (~folded & 0xFFFF).astype(np.uint16)


def write_records(file: BinaryIO, records: NDArray[np.void], captured_bytes: int) -> None:
    """Append records, each cut to the bytes that are kept."""
    records["captured"] = captured_bytes
    rows = records.view(np.uint8).reshape(len(records), RECORD.itemsize)
    file.write(np.ascontiguousarray(rows[:, : RECORD_HEADER_BYTES + captured_bytes]).data)


def write_messages(file: BinaryIO, records: Iterable[bytes]) -> int:
    """Append the records of messages; give their number."""
    return sum(file.write(record) > 0 for record in records)


def main(arguments: Sequence[str]) -> None:
    """Write a capture as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate")
    parser.add_argument("file", type=Path)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--packets-per-stream", type=int, default=1000)
    parser.add_argument("--loss-ratio", type=float, default=0.0)
    parser.add_argument("--jitter-ms", type=float, default=0.0)
    parser.add_argument("--captured-bytes", type=int, default=FRAME_BYTES)
    parser.add_argument("--signalled", action="store_true", help="with SIP for every call")
    parser.add_argument("--report-packets", type=int, default=0, help="between RTCP; 0 for none")
    parser.add_argument("--seed", type=int, default=1)
    options = vars(parser.parse_args(arguments))
    path = options.pop("file")
    print(f"{path}: {write_capture(path, Load(**options))} packets")


if __name__ == "__main__":
    main(sys.argv[1:])
