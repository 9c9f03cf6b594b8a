"""RTCP for synthetic streams: at the same time, both ends of every call send what they have heard.

Each compound holds a sender report about the own stream with a block about the other one, and a
source description, as telephones send them (RFC 3550 sections 6.4.1 and 6.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.generate import Streams

LEG_NS = 20_000_000
"""From the tap to an end and back: what is left of the time since the report that is quoted."""
LOST_PER_MILLE = 20
CLOCK_RATE_PER_PACKET = 160
JITTER_TICKS = 40
RTCP_BYTES = 64
SECOND_NS = 1_000_000_000
MACS = np.void(bytes.fromhex("020000000002020000000001"))

COMPOUND = np.dtype(
    [
        ("seconds", "<u4"),
        ("microseconds", "<u4"),
        ("captured", "<u4"),
        ("length", "<u4"),
        ("macs", "V12"),
        ("ether_type", ">u2"),
        ("ip", ">u2", 10),
        ("ports", ">u2", 2),
        ("udp_length", ">u2"),
        ("udp_checksum", ">u2"),
        ("report", ">u4"),
        ("ssrc", ">u4"),
        ("ntp_seconds", ">u4"),
        ("ntp_fraction", ">u4"),
        ("rtp_timestamp", ">u4"),
        ("packets", ">u4"),
        ("octets", ">u4"),
        ("about", ">u4"),
        ("lost", ">u4"),
        ("highest", ">u4"),
        ("jitter", ">u4"),
        ("quoted", ">u4"),
        ("held", ">u4"),
        ("description", ">u4"),
        ("described", ">u4"),
        ("name", "V4"),
    ]
)
"""One record of the file: the pcap header, the whole frame, and the compound in it."""
FRAME_BYTES = COMPOUND.itemsize - 16
UDP_BYTES = RTCP_BYTES + 8
SENDER_REPORT_OF_ONE = 0x81C8000C
DESCRIPTION_OF_ONE = 0x81CA0002
NAME = np.void(b"\x01\x01a\x00")


def compounds(
    streams: Streams, *, at_ns: int, before_ns: int | None, packets: int
) -> NDArray[np.void]:
    """Give what all ends say at a time; `before_ns` is when they last did.

    They have sent `packets` each, and heard as many numbers of the other. The checksums of the IPv4
    headers are left to the caller.
    """
    records = np.zeros(len(streams.ssrc), COMPOUND)
    other = np.arange(len(records)) ^ 1
    records["seconds"], nanoseconds = divmod(at_ns, SECOND_NS)
    records["microseconds"] = nanoseconds // 1000
    records["captured"] = records["length"] = FRAME_BYTES
    records["macs"], records["ether_type"] = MACS, 0x0800
    records["ip"] = streams.ip
    records["ip"][:, 1] = UDP_BYTES + 20
    records["ports"] = streams.ports + 1
    records["udp_length"] = UDP_BYTES
    records["report"], records["ssrc"] = SENDER_REPORT_OF_ONE, streams.ssrc
    records["ntp_seconds"], records["ntp_fraction"] = divmod((at_ns << 32) // SECOND_NS, 1 << 32)
    records["packets"], records["octets"] = packets, packets * CLOCK_RATE_PER_PACKET
    records["about"] = streams.ssrc[other]
    records["lost"] = packets * LOST_PER_MILLE // 1000
    records["highest"] = streams.first_sequence_number[other].astype(np.uint32) + packets - 1
    records["jitter"] = JITTER_TICKS
    if before_ns is not None:
        records["quoted"] = (before_ns << 16) // SECOND_NS & 0xFFFFFFFF
        records["held"] = ((at_ns - before_ns - LEG_NS) << 16) // SECOND_NS
    records["description"], records["described"] = DESCRIPTION_OF_ONE, streams.ssrc
    records["name"] = NAME
    return records
