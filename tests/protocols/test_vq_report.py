from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.errors import DecodeError
from qos_exporter.protocols.mime import find_part
from qos_exporter.protocols.vq_address import VqAddress
from qos_exporter.protocols.vq_metrics import VqMetrics
from qos_exporter.protocols.vq_report import (
    MEDIA_TYPE,
    REASONS,
    VqAlert,
    VqDialog,
    VqReport,
    VqReportKind,
    parse_report,
)

OLD_PHONE = b"""\
VQSessionReport: CallTerm\r
LocalMetrics:\r
Timestamps:START=2015-02-23T02:35:01Z STOP=2015-02-23T02:35:46Z\r
SessionDesc:PT=9 PPS=50 PLC=1 SSUP=off\r
CallID:329662837@192.168.1.21\r
LocalAddr:IP=192.168.1.21 PORT=11784 SSRC=0x1a2a9c52\r
RemoteAddr:IP=203.0.113.184 PORT=27210 SSRC=0xce2256d2\r
JitterBuffer:JBA=2 JBR=15 JBN=40 JBM=40 JBX=240\r
PacketLoss:NLR=0.0 JDR=0.0\r
BurstGapLoss:BLD=0.7 BD=60 GLD=0.0 GD=30000 GMIN=16\r
Delay:RTD=0 ESD=177 SOWD=88 IAJ=0 MAJ=0\r
Signal:SL=-21 NL=-64 RERL=127\r
QualityEst:RCQ=92 EXTRI=127 MOSLQ=3.8 MOSCQ=3.8\r
DialogID:329662837@192.168.1.21;to-tag=55cUUK26KmU4j;from-tag=2606093232\r
"""


def report_of(
    *lines: str, kind: str = "VQSessionReport: CallTerm", line_end: str = "\r\n"
) -> bytes:
    return line_end.join([kind, *lines, ""]).encode()


def local_of(line: str) -> VqMetrics:
    """The phone's own figures out of one line of them."""
    local = parse_report(report_of("LocalMetrics:", line)).local
    assert local is not None
    return local


def read(data: bytes) -> VqReport | str:
    try:
        return parse_report(data)
    except DecodeError as error:
        return error.reason


@pytest.fixture
def rfc_report(shared: Path) -> VqReport:
    """The example of RFC 6035 section 4.7.3, with the defects that it was printed with."""
    return parse_report((shared / "reference/fixtures_rfc6035.txt").read_bytes())


@pytest.mark.pitfall(74)
def test_example_of_the_rfc(rfc_report: VqReport) -> None:
    """The example tells its call, its parties and their media, folded lines included."""
    assert rfc_report.kind is VqReportKind.CALL_TERM
    assert rfc_report.alert is None
    assert rfc_report.call_id == "6dg37f1890463"
    assert rfc_report.local_id == "Alice <sip:alice@example.org>"
    assert rfc_report.remote_id == "Bill <sip:bill@example.net>"
    assert rfc_report.orig_id == "Alice <sip:alice@example.org>"
    assert rfc_report.local_group == "example-phone-55671"
    assert rfc_report.remote_group == "example-gateway-09871"
    assert rfc_report.local_address == VqAddress("192.0.2.100", 5000, (0x1A3B5C7D,))
    assert rfc_report.remote_address == VqAddress("198.51.100.150", 5002, (0x2468ABCD,))
    assert rfc_report.dialog == VqDialog(
        "1890463548@alice.example.org", to_tag="8472761", from_tag="9123dh311"
    )


@pytest.mark.pitfall(74)
def test_figures_of_the_example(rfc_report: VqReport) -> None:
    """Percentages become ratios, milliseconds seconds; a folded line goes on."""
    assert rfc_report.local == VqMetrics(
        start_s=1097432623.0,
        stop_s=1096655162.0,
        payload_type=18,
        encoding="G729",
        sample_rate=8000,
        frame_duration_s=0.02,
        frame_octets=20,
        frames_per_packet=2,
        packets_per_second=50,
        fmtp="annexb=no",
        plc=3,
        silence_suppression=True,
        jitter_buffer_kind=3,
        jitter_buffer_rate=2,
        jitter_buffer_nominal_s=0.04,
        jitter_buffer_max_s=0.08,
        jitter_buffer_abs_max_s=0.12,
        loss_ratio=0.05,
        discard_ratio=0.02,
        burst_density=0,
        burst_duration_s=0,
        gap_density=0.02,
        gap_duration_s=0.5,
        gmin=16,
        round_trip_s=0.2,
        end_system_delay_s=0.14,
        one_way_delay_s=None,
        symmetric_one_way_delay_s=0.2,
        jitter_s=0.002,
        mean_absolute_jitter_s=0.01,
        signal_level_dbm=-21,
        noise_level_dbm=-50,
        rerl_db=55,
        r_lq=90,
        r_cq=85,
        ext_r_in=90,
        ext_r_out=None,
        mos_lq=4.2,
        mos_cq=4.3,
        estimator="P.564",
    )


@pytest.mark.pitfall(74)
def test_directions_of_the_example(rfc_report: VqReport) -> None:
    """LocalMetrics and RemoteMetrics stay apart: noise, MOS and the external R differ."""
    assert rfc_report.local is not None
    assert rfc_report.remote is not None
    assert (rfc_report.local.noise_level_dbm, rfc_report.remote.noise_level_dbm) == (-50, -45)
    assert (rfc_report.remote.mos_lq, rfc_report.remote.mos_cq) == (4.3, 4.2)
    assert rfc_report.remote.ext_r_in is None


def test_phone_with_its_own_order() -> None:
    """Lines of the call among the metrics, no space after colons, 127 and an unknown round trip."""
    report = parse_report(OLD_PHONE)

    assert report.call_id == "329662837@192.168.1.21"
    assert report.local_address == VqAddress("192.168.1.21", 11784, (0x1A2A9C52,))
    assert report.remote is None
    assert report.local is not None
    assert report.local.stop_s == 1424658946
    assert report.local.payload_type == 9
    assert report.local.silence_suppression is False
    assert report.local.burst_density == pytest.approx(0.007)
    assert report.local.burst_duration_s == pytest.approx(0.06)
    assert report.local.gap_duration_s == 30
    assert report.local.end_system_delay_s == pytest.approx(0.177)
    assert report.local.symmetric_one_way_delay_s == pytest.approx(0.088)
    assert (report.local.loss_ratio, report.local.jitter_s) == (0, 0)
    assert (report.local.r_cq, report.local.mos_lq) == (92, 3.8)
    assert report.local.ext_r_in is None
    assert report.local.rerl_db is None
    assert report.local.round_trip_s is None


def test_linphone(shared: Path) -> None:
    """Liblinphone writes the SSRC in decimal and 65535 for a buffer without a limit."""
    capture = (shared / "captures/made/linphone_vqrtcpxr.pcap").read_bytes()
    start = capture.index(b"VQSessionReport: CallTerm")
    report = parse_report(capture[start : start + 1029])

    assert report.kind is VqReportKind.CALL_TERM
    assert report.local_address is not None
    assert report.local_address.ssrcs in {(2520405499,), (3072382415,)}
    assert report.local is not None
    assert report.remote is not None
    assert report.local.jitter_buffer_abs_max_s is None
    assert report.local.mos_lq is not None
    assert report.dialog is not None
    assert report.dialog.from_tag == "FxpRgDEML"


@pytest.mark.pitfall(74)
@pytest.mark.parametrize(
    ("opening", "kind"),
    [
        pytest.param("VQSessionReport: CallTerm", VqReportKind.CALL_TERM, id="end-of-call"),
        pytest.param("VQSessionReport:CallTerm", VqReportKind.CALL_TERM, id="without-space"),
        pytest.param("vqsessionreport : callterm ", VqReportKind.CALL_TERM, id="odd-case"),
        pytest.param("VQSessionReport", VqReportKind.SESSION, id="session"),
        pytest.param("VQSessionReport:", VqReportKind.SESSION, id="session-with-colon"),
        pytest.param("VQIntervalReport", VqReportKind.INTERVAL, id="interval"),
        pytest.param("\r\nVQIntervalReport:", VqReportKind.INTERVAL, id="after-empty-line"),
    ],
)
def test_kinds(opening: str, kind: VqReportKind) -> None:
    """The first line tells an interval, the call so far and the whole call apart."""
    report = parse_report(report_of("LocalMetrics:", "PacketLoss:NLR=1.0", kind=opening))

    assert report.kind is kind
    assert report.alert is None


def test_alert() -> None:
    """An alert says which figure crossed its threshold, how badly and in which direction."""
    opening = "VQAlertReport: Type=NLR Severity=Critical Dir=local"
    report = parse_report(report_of("LocalMetrics:", "PacketLoss:NLR=10.0", kind=opening))

    assert report.kind is VqReportKind.ALERT
    assert report.alert == VqAlert(metric="nlr", severity="critical", direction="local")


@pytest.mark.pitfall(74)
def test_blank_line_ends_remote_metrics() -> None:
    """What a phone adds below an empty line is about neither direction."""
    report = parse_report(
        report_of(
            "LocalMetrics:", "PacketLoss:NLR=1", "", "RemoteMetrics:", "PacketLoss:NLR=2", "",
            "X-Private:JDR=99", "DialogID:abc;to-tag=1;from-tag=2",
        )
    )  # fmt: skip

    assert report.local is not None
    assert report.remote is not None
    assert (report.local.loss_ratio, report.remote.loss_ratio) == (0.01, 0.02)
    assert report.remote.discard_ratio is None
    assert report.call_id == "abc"


@pytest.mark.parametrize(
    "line_end", [pytest.param("\n", id="lf"), pytest.param("\r\r\n", id="doubled-cr")]
)
def test_line_ends(line_end: str) -> None:
    """Any end of a line is one end of a line."""
    report = parse_report(
        report_of("RemoteMetrics:", "PacketLoss:NLR=2", "Delay:IAJ=3", line_end=line_end)
    )

    assert report.local is None
    assert report.remote is not None
    assert (report.remote.loss_ratio, report.remote.jitter_s) == (0.02, 0.003)


def test_metrics_without_section_or_name() -> None:
    """Figures before any section are the phone's own, also where their line has no name."""
    report = parse_report(report_of("CallID: a", "NLR=0.50 JDR=1.20", "QualityEst:MOSLQ=4.1"))

    assert report.local is not None
    assert report.local.loss_ratio == pytest.approx(0.005)
    assert report.local.discard_ratio == pytest.approx(0.012)
    assert report.local.mos_lq == 4.1
    assert report.remote is None


def test_indented_name_is_no_continuation() -> None:
    """A line that begins with white space and the name of a line is that line."""
    report = parse_report(report_of("LocalMetrics:", " NLR=1", "  RemoteMetrics:", "  NLR=2"))

    assert report.remote is not None
    assert report.remote.loss_ratio == 0.02


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        pytest.param("PacketLoss:NLR=100", "loss_ratio", 1.0, id="all-lost"),
        pytest.param("PacketLoss:NLR=100.1", "loss_ratio", None, id="above-100-percent"),
        pytest.param("PacketLoss:NLR=-1", "loss_ratio", None, id="negative"),
        pytest.param("PacketLoss:NLR=1,5", "loss_ratio", 0.015, id="decimal-comma"),
        pytest.param("PacketLoss:NLR=nan", "loss_ratio", None, id="not-a-number"),
        pytest.param("PacketLoss:NLR= JDR=2", "loss_ratio", None, id="empty"),
        pytest.param("PacketLoss:NLR=1_0", "loss_ratio", None, id="python-number"),
        pytest.param("Delay:RTD=45.5", "round_trip_s", 0.0455, id="fraction-of-a-millisecond"),
        pytest.param("Delay:RTD=0", "round_trip_s", None, id="round-trip-not-measured"),
        pytest.param("Delay:RTD=65535", "round_trip_s", None, id="round-trip-overflow"),
        pytest.param("Delay:RTD=65534", "round_trip_s", 65.534, id="round-trip-maximum"),
        pytest.param("Delay:OWD=0", "one_way_delay_s", None, id="one-way-not-measured"),
        pytest.param("QualityEst:MOSLQ=0.0", "mos_lq", None, id="mos-0"),
        pytest.param("QualityEst:MOSLQ=127", "mos_lq", None, id="mos-127"),
        pytest.param("QualityEst:MOSLQ=42", "mos_lq", None, id="mos-in-tenths"),
        pytest.param("QualityEst:MOSLQ=5.0", "mos_lq", 5.0, id="mos-5"),
        pytest.param("QualityEst:RLQ=127", "r_lq", None, id="r-127"),
        pytest.param("QualityEst:RLQ=120", "r_lq", 120, id="r-of-wideband"),
        pytest.param("Signal:SL=127", "signal_level_dbm", None, id="signal-127"),
        pytest.param("SessionDesc:PT=128", "payload_type", None, id="payload-type-128"),
        pytest.param("SessionDesc:PT=0", "payload_type", 0, id="payload-type-0"),
        pytest.param("SessionDesc:SR=0", "sample_rate", None, id="rate-0"),
        pytest.param("SessionDesc:SSUP=ON", "silence_suppression", True, id="odd-case-of-on"),
        pytest.param("SessionDesc:SSUP=0", "silence_suppression", None, id="neither-on-nor-off"),
        pytest.param('SessionDesc:FMTP="a=b c=d" SR=8000', "fmtp", "a=b c=d", id="quoted"),
        pytest.param('SessionDesc:FMTP="a=b', "fmtp", "a=b", id="quote-not-closed"),
        pytest.param("Timestamps:START=0", "start_s", None, id="time-0"),
        pytest.param("Timestamps:START=2026-01-01T00:00:00", "start_s", 1767225600, id="no-zone"),
        pytest.param(
            "Timestamps:START=2026-01-01T01:00:00.5+01:00", "start_s", 1767225600.5, id="zone"
        ),
        pytest.param("qualityest:moslq=4.0", "mos_lq", 4.0, id="lower-case"),
    ],
)
def test_ranges(line: str, field: str, value: object) -> None:
    """A figure outside its range, or one that says it is unknown, is absent."""
    got = getattr(local_of(line + " GMIN=16"), field)

    assert got == (pytest.approx(value) if isinstance(value, float) else value)


@pytest.mark.pitfall(74)
@pytest.mark.parametrize(
    "content_type",
    [
        pytest.param("application/vq-rtcpxr", id="usual"),
        pytest.param("Application/VQ-RtcpXr ; charset=utf-8", id="case-and-parameter"),
    ],
)
def test_content_type(content_type: str) -> None:
    """The body is found by its media type in any case and with parameters."""
    assert find_part(OLD_PHONE, content_type, wanted=MEDIA_TYPE) == OLD_PHONE


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b" \r\n\0", "empty", id="white-space"),
        pytest.param(b"CallID: a\r\nLocalMetrics:\r\nNLR=1", "report_type", id="no-kind"),
        pytest.param(b"VQOtherReport\r\nNLR=1", "report_type", id="unknown-kind"),
        pytest.param(b"VQSessionReport\r\nCallID: a\r\n", "no_metrics", id="no-metrics"),
    ],
)
def test_refused(data: bytes, reason: str) -> None:
    """A body that reports nothing is refused by a name."""
    with pytest.raises(DecodeError) as error:
        parse_report(data)

    assert error.value.reason == reason


@pytest.mark.parametrize("cut", range(0, len(OLD_PHONE), 7))
def test_truncated(cut: int) -> None:
    """A body that was cut off gives what it still says, and nothing that the whole did not say."""
    whole = parse_report(OLD_PHONE).local
    part = read(OLD_PHONE[:cut])
    if isinstance(part, str):
        assert part in REASONS
        return
    assert part.local is not None
    assert (part.local.loss_ratio or 0) == 0
    # Only the figure in which it was cut can differ.
    differing = [
        field.name
        for field in fields(VqMetrics)
        if getattr(part.local, field.name) not in (None, "", getattr(whole, field.name))
    ]
    assert len(differing) <= 1


LINES = st.sampled_from(
    [
        "", "LocalMetrics:", "RemoteMetrics:", "CallID: x", "DialogID:;", "DialogID:a;to-tag",
        "LocalAddr:", "RemoteAddr: IP=1.2.3 SSRC=0x", "Timestamps:START=9999-99-99T STOP=",
        "PacketLoss:NLR=5.0 JDR=", "Delay:RTD=1e999", " folded=1", "BurstGapLoss", ":::", "=",
    ]
)  # fmt: skip
BODIES = st.builds(
    lambda opening, lines: "\r\n".join([opening, *lines]).encode("utf-8", "surrogatepass"),
    st.sampled_from(["VQSessionReport: CallTerm", "VQIntervalReport", "VQAlertReport: Type="]),
    st.lists(LINES | st.text(max_size=40), max_size=12),
)


@given(BODIES | st.binary(max_size=200) | st.binary(max_size=200).map(lambda b: OLD_PHONE + b))
def test_any_bytes(data: bytes) -> None:
    """Any bytes give a report of at least one direction, or one of the reasons."""
    report = read(data)

    if isinstance(report, str):
        assert report in REASONS
    else:
        assert report.local is not None or report.remote is not None


@given(
    loss=st.integers(0, 1000),
    mos=st.integers(10, 50),
    delay_ms=st.integers(1, 65534),
    level=st.integers(-128, 126),
    ssrc=st.integers(0, 2**32 - 1),
    spaces=st.sampled_from(["", " ", "\t"]),
)
def test_round_trip(
    *, loss: int, mos: int, delay_ms: int, level: int, ssrc: int, spaces: str
) -> None:
    """What a builder of its own writes comes back, in each direction what was said of it."""
    report = parse_report(
        report_of(
            f"LocalAddr:{spaces}IP=10.0.0.1 PORT=5004 SSRC={ssrc:#010x}",
            "LocalMetrics:",
            f"PacketLoss:{spaces}NLR={loss / 10:.1f}",
            f"QualityEst:{spaces}MOSLQ={mos / 10:.1f}",
            "RemoteMetrics:",
            f"Delay:{spaces}RTD={delay_ms}",
            f"Signal:{spaces}SL={level}",
        )
    )

    assert report.local is not None
    assert report.remote is not None
    assert report.local_address == VqAddress("10.0.0.1", 5004, (ssrc,))
    assert report.local.loss_ratio == pytest.approx(loss / 1000)
    assert report.local.mos_lq == pytest.approx(mos / 10)
    assert report.remote.round_trip_s == pytest.approx(delay_ms / 1000)
    assert report.remote.signal_level_dbm == level
    assert (report.local.round_trip_s, report.remote.mos_lq) == (None, None)
