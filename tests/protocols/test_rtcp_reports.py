from __future__ import annotations

import pytest

from qos_exporter.protocols import rtcp
from qos_exporter.protocols.rtcp.ntp import delay_ns
from tests.protocols.rtcp_builder import packet, report_block

BLOCK = rtcp.ReceptionReport(
    ssrc=0xCAFE0001,
    fraction_lost=0,
    packets_lost=0,
    extended_highest_sequence_number=0x00010002,
    interarrival_jitter_ticks=80,
    last_sr=0xB7052000,
    delay_since_last_sr=0x00054000,
)


def read_block(lost: str = "000000", fraction: str = "00") -> rtcp.ReceptionReport:
    """Read a receiver report of one block, of which the second word is given in hex."""
    words = f"cafe0001 {fraction} {lost} 00010002 00000050 b7052000 00054000"
    compound = rtcp.parse_compound(packet(201, bytes.fromhex("00000007" + words), count=1))
    (report,) = compound.packets
    assert isinstance(report, rtcp.ReceiverReport)
    (block,) = report.reports
    return block


@pytest.mark.pitfall(53, 99)
@pytest.mark.parametrize(
    ("wire", "lost"),
    [
        pytest.param("000000", 0, id="none"),
        pytest.param("000001", 1, id="one"),
        pytest.param("00ffff", 65535, id="low-bits-all-set"),
        pytest.param("010000", 65536, id="high-octet"),
        pytest.param("7fffff", 8388607, id="largest"),
        pytest.param("800000", -8388608, id="smallest"),
        pytest.param("ff0000", -65536, id="negative-high-octet"),
        pytest.param("ffffff", -1, id="one-more-than-expected"),
    ],
)
def test_packets_lost_has_a_sign(wire: str, lost: int) -> None:
    """The cumulative count is a two's complement of 24 bits: duplicates make it negative."""
    assert read_block(lost=wire).packets_lost == lost


@pytest.mark.pitfall(55, 100)
@pytest.mark.parametrize(
    ("wire", "ratio"), [("00", 0.0), ("01", 1 / 256), ("40", 0.25), ("80", 0.5), ("ff", 255 / 256)]
)
def test_fraction_lost_is_of_256(wire: str, ratio: float) -> None:
    """The fraction of the interval counts in 1/256, so that 0x40 is a quarter and no 64 %."""
    assert read_block(fraction=wire).fraction_lost_ratio == ratio


@pytest.mark.pitfall(56, 102)
@pytest.mark.parametrize(
    ("last_sr", "delay", "expected_ns"),
    [
        pytest.param(0xB7052000, 0x00054000, 5_250_000_000, id="example-of-the-rfc"),
        pytest.param(0xB7052000, 1, 15_258, id="shortest"),
        pytest.param(0xB7052000, 0xFFFFFFFF, 65_535_999_984_741, id="longest"),
        pytest.param(0, 0x00054000, None, id="no-sender-report"),
        pytest.param(0xB7052000, 0, None, id="no-delay"),
        pytest.param(0, 0, None, id="neither"),
    ],
)
def test_delay_since_the_last_sender_report(
    last_sr: int, delay: int, expected_ns: int | None
) -> None:
    """DLSR is in 1/65536 s, and absent where 0 says that no sender report came (6.4.1)."""
    assert delay_ns(last_sr, delay) == expected_ns


def test_quotation_of_a_sender_report() -> None:
    """What a receiver quotes are the middle 32 bits of the NTP timestamp (figure 2 of the RFC)."""
    report = rtcp.SenderReport(1, 0xB44DB705_20000000, 0, 0, 0, ())
    assert report.ntp_middle == 0xB7052000 == BLOCK.last_sr


@pytest.mark.parametrize("packet_type", [200, 201])
@pytest.mark.parametrize("count", [0, 1, 2, 31])
def test_all_blocks_are_read(packet_type: int, count: int) -> None:
    """A report has as many blocks as its count says, up to 31, each with its own source."""
    blocks = tuple(BLOCK._replace(ssrc=ssrc) for ssrc in range(count))
    head = bytes(24 if packet_type == 200 else 4)
    body = head + b"".join(map(report_block, blocks))
    (report,) = rtcp.parse_compound(packet(packet_type, body, count=count)).packets
    assert isinstance(report, rtcp.SenderReport | rtcp.ReceiverReport)
    assert report.reports == blocks


def test_extension_of_a_profile() -> None:
    """What a profile appends behind the blocks is skipped (section 6.4.3)."""
    body = bytes(4) + report_block(BLOCK) + bytes.fromhex("deadbeef")
    compound = rtcp.parse_compound(packet(201, body, count=1))
    assert compound == rtcp.Compound((rtcp.ReceiverReport(0, (BLOCK,)),), ())
