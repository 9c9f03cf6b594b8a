"""RTCP that other implementations keep as their own test data, field by field."""

from __future__ import annotations

from pathlib import Path

import pytest

from qos_exporter.errors import DecodeError
from qos_exporter.protocols import rtcp

pytestmark = pytest.mark.shared

PACKETS: dict[str, rtcp.RtcpPacket] = {
    "aiortc__rtcp_sr": rtcp.SenderReport(
        ssrc=1831097322,
        ntp_timestamp=0xDE46475B_151A005C,
        rtp_timestamp=0x66A8DD3E,
        sender_packet_count=269,
        sender_octet_count=13557,
        reports=(
            rtcp.ReceptionReport(
                ssrc=2398654957,
                fraction_lost=0,
                packets_lost=0,
                extended_highest_sequence_number=246,
                interarrival_jitter_ticks=127,
                last_sr=0,
                delay_since_last_sr=0,
            ),
        ),
    ),
    "aiortc__rtcp_rr": rtcp.ReceiverReport(
        ssrc=817267719,
        reports=(
            rtcp.ReceptionReport(
                ssrc=1200895919,
                fraction_lost=0,
                packets_lost=0,
                extended_highest_sequence_number=630,
                interarrival_jitter_ticks=1906,
                last_sr=0,
                delay_since_last_sr=0,
            ),
        ),
    ),
    "aiortc__rtcp_sdes": rtcp.SourceDescription(
        sources=(rtcp.DescribedSource(1831097322, "{63f459ea-41fe-4474-9d33-9707c9ee79d1}"),),
    ),
    "aiortc__rtcp_bye": rtcp.Goodbye(ssrcs=(2924645187,), reason=None),
    "aiortc__rtcp_bye_no_sources": rtcp.Goodbye(ssrcs=(), reason=None),
    "aiortc__rtcp_bye_padding": rtcp.Goodbye(ssrcs=(), reason=None),
    "aiortc__rtcp_rtpfb": rtcp.Feedback("rtpfb", 1, 0x8B4477BB, 0xF71DEEE4),
    "aiortc__rtcp_psfb_pli": rtcp.Feedback("psfb", 1, 0x54506265, 0x23013FB9),
    "pion__rtcp_xr_all_blocks": rtcp.ExtendedReport(
        ssrc=0x01020304,
        blocks=(
            rtcp.UnreadBlock(1),
            rtcp.UnreadBlock(2),
            rtcp.UnreadBlock(3),
            rtcp.ReceiverReferenceTime(0x01020304_05060708),
            rtcp.Dlrr(
                (
                    rtcp.DlrrSubBlock(0x88888888, 0x12345678, 0x99999999),
                    rtcp.DlrrSubBlock(0x09090909, 0x12345678, 0x99999999),
                    rtcp.DlrrSubBlock(0x11223344, 0x12345678, 0x99999999),
                )
            ),
            rtcp.StatisticsSummary(
                ssrc=0xFEDCBA98,
                begin_seq=0x1234,
                end_seq=0x5678,
                packets_lost=0x11111111,
                packets_duplicate=0x22222222,
                min_jitter_ticks=0x33333333,
                max_jitter_ticks=0x44444444,
                mean_jitter_ticks=0x55555555,
                deviation_jitter_ticks=0x66666666,
                ip_version=4,
                min_hops_left=1,
                max_hops_left=2,
                mean_hops_left=3,
                deviation_hops_left=4,
            ),
            rtcp.VoipMetrics(
                ssrc=0x89ABCDEF,
                loss_rate=5 / 256,
                discard_rate=6 / 256,
                burst_density=7 / 256,
                gap_density=8 / 256,
                burst_duration_ms=4369,
                gap_duration_ms=8738,
                round_trip_delay_ms=13107,
                end_system_delay_ms=17476,
                signal_level_dbm=17,
                noise_level_dbm=34,
                rerl_db=51,
                gmin=68,
                r_factor=85,
                ext_r_factor=None,  # 102
                mos_lq=None,  # 11.9
                mos_cq=None,  # 13.6
                rx_config=0x99,
                jb_nominal_ms=4386,
                jb_maximum_ms=13124,
                jb_abs_max_ms=21862,
            ),
        ),
    ),
}

REFUSED = {
    "aiortc__rtcp_bye_invalid": "count",
    "aiortc__rtcp_psfb_invalid": "length",
    "aiortc__rtcp_rr_invalid": "count",
    "aiortc__rtcp_rtpfb_invalid": "length",
    "aiortc__rtcp_sdes_item_truncated": "sdes_item",
    "aiortc__rtcp_sdes_source_truncated": "count",
    "aiortc__rtcp_sr_invalid": "length",
}


def bytes_of(shared: Path, name: str) -> bytes:
    return (shared / "captures" / "rtcp_bin" / f"{name}.bin").read_bytes()


@pytest.mark.parametrize("name", PACKETS)
def test_fields(name: str, shared: Path) -> None:
    """Each packet has the values that its owners expect of it, and those of its diagram."""
    compound = rtcp.parse_compound(bytes_of(shared, name))
    assert compound == rtcp.Compound((PACKETS[name],), ())


@pytest.mark.parametrize("name", REFUSED)
def test_packets_that_are_refused(name: str, shared: Path) -> None:
    """A packet that cannot be what it says gives a reason and no values."""
    with pytest.raises(DecodeError) as caught:
        rtcp.parse_compound(bytes_of(shared, name))
    assert caught.value.reason == REFUSED[name]


def test_media_is_no_rtcp(shared: Path) -> None:
    """RTP packets are refused: their second byte is no type of RTCP."""
    paths = sorted((shared / "captures" / "rtcp_bin").glob("aiortc__rtp_*.bin"))
    assert paths
    for path in paths:
        with pytest.raises(DecodeError, match="not_rtcp"):
            rtcp.parse_compound(path.read_bytes())


def test_every_file_is_named(shared: Path) -> None:
    """No file of the folder is left out of these tests."""
    names = {path.stem for path in (shared / "captures" / "rtcp_bin").glob("*rtcp*.bin")}
    assert names == {*PACKETS, *REFUSED}
