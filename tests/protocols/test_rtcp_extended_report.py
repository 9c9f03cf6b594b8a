from __future__ import annotations

import pytest

from qos_exporter.protocols import rtcp
from qos_exporter.protocols.rtcp.ntp import delay_ns
from tests.protocols.rtcp_builder import encode, octets, packet, xr_block

TIME = rtcp.ReceiverReferenceTime(0xB44DB705_20000000)
TELEPHONE = (
    "0a0b0c0d"  # the source that is reported on
    "0d057402"  # lost 13/256, discarded 5/256, densities 116/256 in bursts and 2/256 in gaps
    "00dc26a2"  # bursts of 220 ms, gaps of 9890 ms
    "00c8008c"  # round trip 200 ms, end system 140 ms
    "eece3710"  # signal -18 dBm, noise -50 dBm, residual echo 55 dB, Gmin 16
    "557f2b2a"  # R 85, external R unavailable, MOS 4.3 and 4.2
    "f2000028"  # concealment 3, jitter buffer 3, its rate 2; nominal 40 ms
    "00500078"  # maximum 80 ms, absolute maximum 120 ms
)


def read(*blocks: bytes) -> rtcp.Compound:
    return rtcp.parse_compound(packet(207, octets(0xA, 4) + b"".join(blocks)))


def read_block(block: bytes) -> rtcp.XrBlock:
    (report,) = read(block).packets
    assert isinstance(report, rtcp.ExtendedReport)
    (value,) = report.blocks
    return value


def read_metrics(*changes: tuple[int, str]) -> rtcp.VoipMetrics:
    """Read the block above, with the octets from a place on changed."""
    content = bytearray.fromhex(TELEPHONE)
    for place, octets_ in changes:
        changed = bytes.fromhex(octets_)
        content[place : place + len(changed)] = changed
    value = read_block(xr_block(7, bytes(content)))
    assert isinstance(value, rtcp.VoipMetrics)
    return value


@pytest.mark.pitfall(70)
def test_voip_metrics_field_by_field() -> None:
    """Rates are of 256, MOS is in tenths, levels have a sign, and delays are in milliseconds."""
    metrics = read_metrics()
    assert metrics == rtcp.VoipMetrics(
        ssrc=0x0A0B0C0D,
        loss_rate=13 / 256,
        discard_rate=5 / 256,
        burst_density=116 / 256,
        gap_density=2 / 256,
        burst_duration_ms=220,
        gap_duration_ms=9890,
        round_trip_delay_ms=200,
        end_system_delay_ms=140,
        signal_level_dbm=-18,
        noise_level_dbm=-50,
        rerl_db=55,
        gmin=16,
        r_factor=85,
        ext_r_factor=None,
        mos_lq=4.3,
        mos_cq=4.2,
        rx_config=0xF2,
        jb_nominal_ms=40,
        jb_maximum_ms=80,
        jb_abs_max_ms=120,
    )
    assert metrics.packet_loss_concealment == "standard"
    assert (metrics.jitter_buffer, metrics.jitter_buffer_rate) == ("adaptive", 2)


@pytest.mark.pitfall(70)
@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        pytest.param("00", 0, id="0"),
        pytest.param("64", 100, id="100"),
        pytest.param("65", None, id="above-the-range"),
        pytest.param("7f", None, id="unavailable"),
        pytest.param("ff", None, id="all-bits"),
    ],
)
def test_r_factors(wire: str, expected: int | None) -> None:
    """R goes from 0 to 100; 127 is unavailable, and anything else must be ignored."""
    metrics = read_metrics((20, wire), (21, wire))
    assert (metrics.r_factor, metrics.ext_r_factor) == (expected, expected)


@pytest.mark.pitfall(70)
@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        pytest.param("09", None, id="below-the-range"),
        pytest.param("0a", 1.0, id="1.0"),
        pytest.param("29", 4.1, id="4.1"),
        pytest.param("32", 5.0, id="5.0"),
        pytest.param("33", None, id="above-the-range"),
        pytest.param("7f", None, id="unavailable"),
        pytest.param("00", None, id="0"),
    ],
)
def test_opinion_scores(wire: str, expected: float | None) -> None:
    """MOS goes from 1.0 to 5.0; 127 is unavailable, and anything else must be ignored."""
    metrics = read_metrics((22, wire), (23, wire))
    assert (metrics.mos_lq, metrics.mos_cq) == (expected, expected)


@pytest.mark.pitfall(70)
@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        pytest.param("7e", 126, id="126"),
        pytest.param("7f", None, id="unavailable"),
        pytest.param("80", -128, id="lowest"),
        pytest.param("ff", -1, id="minus-1"),
    ],
)
def test_levels(wire: str, expected: int | None) -> None:
    """Levels have a sign, and 127 is unavailable."""
    metrics = read_metrics((16, wire), (17, wire))
    assert (metrics.signal_level_dbm, metrics.noise_level_dbm) == (expected, expected)


@pytest.mark.pitfall(70)
def test_what_a_telephone_does_not_know() -> None:
    """127 for echo and 0 for delays say that there is no figure."""
    metrics = read_metrics((18, "7f"), (12, "00000000"))
    assert metrics.rerl_db is None
    assert (metrics.round_trip_delay_ms, metrics.end_system_delay_ms) == (None, None)


@pytest.mark.parametrize(
    ("wire", "concealment", "jitter_buffer", "rate"),
    [
        pytest.param("00", None, None, 0, id="nothing-known"),
        pytest.param("40", "disabled", None, 0, id="silence"),
        pytest.param("80", "enhanced", None, 0, id="enhanced"),
        pytest.param("c0", "standard", None, 0, id="standard"),
        pytest.param("10", None, None, 0, id="reserved"),
        pytest.param("20", None, "fixed", 0, id="fixed-buffer"),
        pytest.param("3f", None, "adaptive", 15, id="adaptive-buffer"),
    ],
)
def test_receiver_configuration(
    wire: str, concealment: str | None, jitter_buffer: str | None, rate: int
) -> None:
    """One octet holds how losses are concealed and how the jitter buffer works."""
    metrics = read_metrics((24, wire))
    assert metrics.packet_loss_concealment == concealment
    assert (metrics.jitter_buffer, metrics.jitter_buffer_rate) == (jitter_buffer, rate)


def read_summary(flags: int) -> rtcp.StatisticsSummary:
    words = (1, 2, 3, 4, 5, 6)
    content = octets(0xB, 4) + octets(100, 2) + octets(200, 2)
    content += b"".join(octets(word, 4) for word in words) + bytes((61, 64, 62, 1))
    value = read_block(xr_block(6, content, flags=flags))
    assert isinstance(value, rtcp.StatisticsSummary)
    return value


@pytest.mark.parametrize(
    ("flags", "lost", "duplicate", "jitters"),
    [
        pytest.param(0x00, None, None, (None,) * 4, id="nothing"),
        pytest.param(0x80, 1, None, (None,) * 4, id="losses"),
        pytest.param(0x40, None, 2, (None,) * 4, id="duplicates"),
        pytest.param(0x20, None, None, (3, 4, 5, 6), id="jitter"),
        pytest.param(0xE7, 1, 2, (3, 4, 5, 6), id="all-and-reserved-bits"),
    ],
)
def test_statistics_that_flags_vouch_for(
    flags: int,
    lost: int | None,
    duplicate: int | None,
    jitters: tuple[int | None, ...],
) -> None:
    """Counts and jitter without their flag are absent, whatever stands in their place."""
    summary = read_summary(flags)
    assert (summary.ssrc, summary.begin_seq, summary.end_seq) == (0xB, 100, 200)
    assert (summary.packets_lost, summary.packets_duplicate) == (lost, duplicate)
    assert summary[5:9] == jitters


@pytest.mark.parametrize(
    ("flags", "version", "hops"),
    [
        pytest.param(0x00, None, (None,) * 4, id="none"),
        pytest.param(0x08, 4, (61, 64, 62, 1), id="ttl"),
        pytest.param(0x10, 6, (61, 64, 62, 1), id="hop-limit"),
        pytest.param(0x18, None, (None,) * 4, id="reserved"),
    ],
)
def test_hops_of_either_version(
    flags: int, version: int | None, hops: tuple[int | None, ...]
) -> None:
    """Two bits tell TTL of IPv4 and Hop Limit of IPv6 apart, or say that there is neither."""
    summary = read_summary(flags)
    assert summary.ip_version == version
    assert summary[10:] == hops


def test_round_trip_blocks() -> None:
    """A reference time is quoted by its middle bits, with the delay since in 1/65536 s."""
    quotation = rtcp.DlrrSubBlock(0xA, 0xB7052000, 0x00054000)
    assert TIME.ntp_middle == quotation.last_rr
    assert delay_ns(quotation.last_rr, quotation.delay_since_last_rr) == 5_250_000_000


@pytest.mark.parametrize("count", [0, 1, 3])
def test_quotations_for_several_receivers(count: int) -> None:
    """A DLRR block has as many sub-blocks as its length holds."""
    subs = tuple(rtcp.DlrrSubBlock(ssrc, 1, 2) for ssrc in range(count))
    assert read_block(encode(rtcp.Dlrr(subs))) == rtcp.Dlrr(subs)


@pytest.mark.parametrize(
    ("block_type", "kind"),
    [
        (1, "loss_rle"),
        (2, "duplicate_rle"),
        (3, "packet_receipt_times"),
        (8, "unknown"),
        (255, "unknown"),
    ],
)
@pytest.mark.parametrize("words", [0, 1, 5])
def test_blocks_that_are_not_read(block_type: int, kind: str, words: int) -> None:
    """A block of a type that is not read is passed over by its length and leaves its name."""
    compound = read(xr_block(block_type, bytes(4 * words)), encode(TIME))
    unread = rtcp.UnreadBlock(block_type)
    assert compound == rtcp.Compound((rtcp.ExtendedReport(0xA, (unread, TIME)),), ())
    assert unread.kind == kind


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(xr_block(4, bytes(4)), id="time-too-short"),
        pytest.param(xr_block(4, bytes(12)), id="time-too-long"),
        pytest.param(xr_block(5, bytes(16)), id="part-of-a-sub-block"),
        pytest.param(xr_block(6, bytes(32)), id="statistics-too-short"),
        pytest.param(xr_block(7, bytes(28)), id="metrics-too-short"),
        pytest.param(xr_block(7, bytes(36)), id="metrics-too-long"),
    ],
)
def test_malformed_block_loses_only_itself(broken: bytes) -> None:
    """A block whose length is not that of its type is passed over, and the fault has a name."""
    compound = read(encode(TIME), broken, encode(TIME))
    report = rtcp.ExtendedReport(0xA, (TIME, TIME))
    assert compound == rtcp.Compound((report,), ("xr_block_length",))


def test_block_that_is_longer_than_its_packet() -> None:
    """Such a block loses what follows in its packet, but no other packet."""
    report = rtcp.ExtendedReport(0xA, (TIME,))
    overrun = packet(207, octets(0xA, 4) + encode(TIME) + xr_block(7, bytes(8), words=8))
    compound = rtcp.parse_compound(overrun + encode(report))
    assert compound == rtcp.Compound((report, report), ("xr_block_overrun",))


def test_several_blocks_and_several_packets() -> None:
    """Blocks of one packet and packets of one compound are all kept, in their order."""
    metrics = read_metrics()
    both = rtcp.ExtendedReport(0xA, (read_summary(0xE8), metrics))
    other = rtcp.ExtendedReport(0xB, (metrics, metrics, TIME))
    assert rtcp.parse_compound(encode(both) + encode(other)).packets == (both, other)


@pytest.mark.parametrize(
    ("block", "kind"),
    [
        (TIME, "receiver_reference_time"),
        (rtcp.Dlrr(()), "dlrr"),
        (read_summary(0), "statistics_summary"),
        (read_metrics(), "voip_metrics"),
    ],
)
def test_names_of_blocks(block: rtcp.XrBlock, kind: str) -> None:
    """Each type of block has a name to be counted by."""
    assert block.kind == kind
