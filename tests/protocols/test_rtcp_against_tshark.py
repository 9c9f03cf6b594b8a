"""RTCP of real calls, as we read it and as tshark does."""

from __future__ import annotations

import math
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qos_exporter.errors import DecodeError
from qos_exporter.protocols import rtcp
from tests.calls.datagrams import read_datagrams

pytestmark = [
    pytest.mark.shared,
    pytest.mark.tshark,
    pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed"),
]

CAPTURES = {
    "derived/rtcp_xr_blocks.pcap": 5,
    "made/ast_baresip_bridge.pcap": 24,
    "made/ast_sipp_echo.pcap": 3,
    "made/baresip_hold_resume.pcap": 10,
    "made/baresip_pcmu.pcap": 8,
    "made/ffmpeg_opus.pcap": 2,
    "made/imp_burst_reorder_dup.pcap": 11,
    "made/kam_rtpengine_baresip_pcmu.pcap": 19,
    "made/linphone_pcmu_xr_voip.pcap": 5,
    "made/linphone_vqrtcpxr.pcap": 74,
    "made/pjsua_pcmu_xr.pcap": 20,
    "third_party/ndpi__rtcp_multiple_pkts_in_the_same_datagram.pcap": 5,
    "third_party/sipnab__SIP_CALL_RTP_G711.pcap": 26,
    "third_party/sipnab__rtp-protocol.pcap": 2,
    "third_party/sngrep__aaa.pcap": 1,
}
"""Files with plain RTCP, and how many datagrams of it each has (messages inside ICMP left out)."""

ODD = {"third_party/sipnab__SIP_CALL_RTP_G711.pcap": ("trailing_bytes",)}
"""Two bytes of zeros follow the last packet of some datagrams there."""

ENCRYPTED = {
    "made/baresip_srtp_sdes.pcap": (4, 4),
    "third_party/ndpi__stun.pcap": (3, 0),
    "third_party/ndpi__teams.pcap": (12, 0),
    "third_party/ndpi__wa_voice.pcap": (41, 0),
    "third_party/voipshark__SIP-SRTP-Normal_Call_two_parties.pcap": (29, 0),
}
"""Files with SRTCP: how many datagrams of it, and how many of plain RTCP (first APP, last BYE)."""


def reports_of(packet: rtcp.RtcpPacket) -> tuple[rtcp.ReceptionReport, ...]:
    return packet.reports if isinstance(packet, rtcp.SenderReport | rtcp.ReceiverReport) else ()


def blocks_of(packet: rtcp.RtcpPacket) -> tuple[rtcp.XrBlock, ...]:
    return packet.blocks if isinstance(packet, rtcp.ExtendedReport) else ()


PACKET_TYPES = {
    "sr": 200,
    "rr": 201,
    "sdes": 202,
    "bye": 203,
    "app": 204,
    "rtpfb": 205,
    "psfb": 206,
    "xr": 207,
}

SENDER_FIELDS: dict[str, Callable[[rtcp.SenderReport], int]] = {
    "rtcp.timestamp.ntp.msw": lambda report: report.ntp_timestamp >> 32,
    "rtcp.timestamp.ntp.lsw": lambda report: report.ntp_timestamp % 2**32,
    "rtcp.timestamp.rtp": lambda report: report.rtp_timestamp,
    "rtcp.sender.packetcount": lambda report: report.sender_packet_count,
    "rtcp.sender.octetcount": lambda report: report.sender_octet_count,
}
REPORT_FIELDS: dict[str, Callable[[rtcp.ReceptionReport], int]] = {
    "rtcp.ssrc.cum_nr": lambda block: block.packets_lost,
    "rtcp.ssrc.ext_high": lambda block: block.extended_highest_sequence_number,
    "rtcp.ssrc.jitter": lambda block: block.interarrival_jitter_ticks,
    "rtcp.ssrc.lsr": lambda block: block.last_sr,
    "rtcp.ssrc.dlsr": lambda block: block.delay_since_last_sr,
}
METRICS_FIELDS: dict[str, Callable[[rtcp.VoipMetrics], float | None]] = {
    "rtcp.xr.voipmetrics.burstdensity": lambda metrics: metrics.burst_density * 256,
    "rtcp.xr.voipmetrics.gapdensity": lambda metrics: metrics.gap_density * 256,
    "rtcp.xr.voipmetrics.burstduration": lambda metrics: metrics.burst_duration_ms,
    "rtcp.xr.voipmetrics.gapduration": lambda metrics: metrics.gap_duration_ms,
    "rtcp.xr.voipmetrics.rtdelay": lambda metrics: metrics.round_trip_delay_ms or 0,
    "rtcp.xr.voipmetrics.esdelay": lambda metrics: metrics.end_system_delay_ms or 0,
    "rtcp.xr.voipmetrics.signallevel": lambda metrics: metrics.signal_level_dbm,
    "rtcp.xr.voipmetrics.noiselevel": lambda metrics: metrics.noise_level_dbm,
    "rtcp.xr.voipmetrics.rerl": lambda metrics: metrics.rerl_db,
    "rtcp.xr.voipmetrics.gmin": lambda metrics: metrics.gmin,
    "rtcp.xr.voipmetrics.rfactor": lambda metrics: metrics.r_factor,
    "rtcp.xr.voipmetrics.extrfactor": lambda metrics: metrics.ext_r_factor,
    "rtcp.xr.voipmetrics.moslq": lambda metrics: metrics.mos_lq,
    "rtcp.xr.voipmetrics.moscq": lambda metrics: metrics.mos_cq,
    "rtcp.xr.voipmetrics.jbrate": lambda metrics: metrics.jitter_buffer_rate,
    "rtcp.xr.voipmetrics.jbnominal": lambda metrics: metrics.jb_nominal_ms,
    "rtcp.xr.voipmetrics.jbmax": lambda metrics: metrics.jb_maximum_ms,
    "rtcp.xr.voipmetrics.jbabsmax": lambda metrics: metrics.jb_abs_max_ms,
}
SUMMARY_FIELDS: dict[str, Callable[[rtcp.StatisticsSummary], int | None]] = {
    "rtcp.xr.stats.lost": lambda summary: summary.packets_lost,
    "rtcp.xr.stats.dups": lambda summary: summary.packets_duplicate,
    "rtcp.xr.stats.minjitter": lambda summary: summary.min_jitter_ticks,
    "rtcp.xr.stats.maxjitter": lambda summary: summary.max_jitter_ticks,
    "rtcp.xr.stats.meanjitter": lambda summary: summary.mean_jitter_ticks,
    "rtcp.xr.stats.devjitter": lambda summary: summary.deviation_jitter_ticks,
    "rtcp.xr.stats.minttl": lambda summary: summary.min_hops_left,
}
OTHER_FIELDS = ("rtcp.pt", "rtcp.sdes.text", "rtcp.app.name", "rtcp.xr.lrr", "rtcp.xr.dlrr")
FIELDS = (
    "udp.payload",
    *OTHER_FIELDS,
    *SENDER_FIELDS,
    *REPORT_FIELDS,
    *METRICS_FIELDS,
    *SUMMARY_FIELDS,
)


def tshark_rows(path: Path) -> Iterator[dict[str, list[str]]]:
    """Give the fields of each frame with RTCP: for each name the values in their order."""
    command = ["tshark", "-n", "-r", str(path), "-o", "rtp.heuristic_rtp:TRUE"]
    command += ["-Y", "rtcp.pt && !icmp", "-T", "fields", "-E", "aggregator=|"]
    arguments = [argument for field in FIELDS for argument in ("-e", field)]
    run = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
    for line in run.stdout.rstrip("\n").split("\n"):
        cells = line.split("\t")
        yield {
            name: cell.split("|") if cell else [] for name, cell in zip(FIELDS, cells, strict=True)
        }


def our_row(compound: rtcp.Compound) -> dict[str, list[float | str | None]]:
    """Give the same of what we read."""
    senders = [part for part in compound.packets if isinstance(part, rtcp.SenderReport)]
    reports = [block for part in compound.packets for block in reports_of(part)]
    blocks = [block for part in compound.packets for block in blocks_of(part)]
    metrics = [block for block in blocks if isinstance(block, rtcp.VoipMetrics)]
    summaries = [block for block in blocks if isinstance(block, rtcp.StatisticsSummary)]
    quotations = [sub for block in blocks if isinstance(block, rtcp.Dlrr) for sub in block[0]]
    return {
        "rtcp.pt": [packet_type(part) for part in compound.packets],
        "rtcp.app.name": [
            part.name for part in compound.packets if isinstance(part, rtcp.ApplicationPacket)
        ],
        "rtcp.xr.lrr": [sub.last_rr for sub in quotations],
        "rtcp.xr.dlrr": [sub.delay_since_last_rr for sub in quotations],
        **{name: [read(part) for part in senders] for name, read in SENDER_FIELDS.items()},
        **{name: [read(block) for block in reports] for name, read in REPORT_FIELDS.items()},
        **{name: [read(block) for block in metrics] for name, read in METRICS_FIELDS.items()},
        **{name: [read(block) for block in summaries] for name, read in SUMMARY_FIELDS.items()},
    }


def packet_type(part: rtcp.RtcpPacket) -> int:
    return part.packet_type if isinstance(part, rtcp.UnknownPacket) else PACKET_TYPES[part.kind]


def is_same(ours: float | str | None, theirs: str) -> bool:
    """Whether two values agree; one that we call absent may be any of theirs."""
    if ours is None or isinstance(ours, str):
        return ours in {None, theirs}
    number = int(theirs, 16) if theirs.startswith("0x") else float(theirs)
    return math.isclose(ours, number, abs_tol=1e-4)


@pytest.mark.parametrize("name", CAPTURES)
def test_same_values_as_tshark(name: str, shared: Path) -> None:
    """Of every datagram both read the same packets, blocks and values."""
    rows = list(tshark_rows(shared / "captures" / name))
    assert len(rows) == CAPTURES[name]
    for theirs in rows:
        compound = rtcp.parse_compound(bytes.fromhex(theirs["udp.payload"][0]))
        assert compound.faults in {(), ODD.get(name, ())}
        for field, values in our_row(compound).items():
            assert len(values) == len(theirs[field]), field
            assert all(map(is_same, values, theirs[field])), (field, values, theirs[field])
        names = [
            part.sources for part in compound.packets if isinstance(part, rtcp.SourceDescription)
        ]
        for source in [source for sources in names for source in sources]:
            assert source.cname in theirs["rtcp.sdes.text"]


@pytest.mark.parametrize("name", ENCRYPTED)
def test_encrypted_datagrams(name: str, shared: Path) -> None:
    """SRTCP of real calls is told from plain RTCP beside it by the bytes alone."""
    outcomes: Counter[str] = Counter()
    for datagram in read_datagrams(shared / "captures" / name):
        try:
            outcomes[",".join(rtcp.parse_compound(datagram.payload).faults)] += 1
        except DecodeError as error:
            outcomes[error.reason] += 1
    assert (outcomes["encrypted"], outcomes[""]) == ENCRYPTED[name]
