"""What alerts on quality make of too little, of nothing, and of a capture that drops frames."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from qos_exporter.rules.render import RULE_FILES
from tests.rules.shipped import ALERTS, FOLDER, load
from tests.rules.tools import output_of

VOICE = sorted({rule.name for rule in ALERTS if rule.labels["component"] == "voice"})
TAP = 'job="qos-exporter", instance="probe-1:10667"'
PATH = (
    f'{TAP}, codec="PCMU", scale="narrowband", src_network="a", dst_network="b", '
    'direction="caller_to_callee"'
)
CALL = f'{TAP}, call_id="c1", direction="caller_to_callee"'
INFO = f'{CALL}, caller="alice", callee="bob", src_network="a", dst_network="b", state="active"'
MINUTES = 40

Series = dict[str, str]


def a_disaster(streams: float) -> Series:
    """Traffic on one path and one call on it, as bad as can be, of so many streams."""
    packets, windows = streams * 3000, streams * 6
    calls = streams / 3
    return {
        f"voip_packets_expected_total{{{PATH}}}": per_minute(packets),
        f"voip_packets_lost_total{{{PATH}}}": per_minute(packets / 2),
        f"voip_downstream_packets_expected_total{{{PATH}}}": per_minute(packets),
        f"voip_downstream_packets_lost_total{{{PATH}}}": per_minute(packets / 2),
        f"voip_window_mos_lq_sum{{{PATH}}}": per_minute(windows),
        f"voip_window_mos_lq_count{{{PATH}}}": per_minute(windows),
        f'voip_window_jitter_seconds_sum{{{PATH}, source="rtp"}}': per_minute(windows),
        f'voip_window_jitter_seconds_count{{{PATH}, source="rtp"}}': per_minute(windows),
        f'voip_round_trip_seconds_sum{{{PATH}, source="rtcp"}}': per_minute(windows),
        f'voip_round_trip_seconds_count{{{PATH}, source="rtcp"}}': per_minute(windows),
        f'voip_windows_total{{{PATH}, result="bad", reason=""}}': per_minute(windows / 2),
        f'voip_windows_total{{{PATH}, result="unscored", reason="unknown_codec"}}': per_minute(
            windows / 2
        ),
        f'voip_calls_total{{{TAP}, outcome="answered"}}': per_minute(calls),
        f'voip_media_anomalies_total{{{TAP}, kind="one_way"}}': per_minute(calls / 2),
        f'voip_media_anomalies_total{{{TAP}, kind="no_rtp"}}': per_minute(calls / 2),
        f"voip_call_info{{{INFO}}}": f"1x{MINUTES}",
        f"voip_call_packets_expected_total{{{CALL}}}": per_minute(packets),
        f"voip_call_packets_received_total{{{CALL}}}": per_minute(packets),
        f'voip_call_mos_lq{{{CALL}, scale="narrowband"}}': f"1x{MINUTES}",
        f'voip_call_loss_ratio{{{CALL}, source="rtp"}}': f"0.5x{MINUTES}",
    }


def per_minute(count: float) -> str:
    return f"0+{count:g}x{MINUTES}"


DROPS = {
    f'qos_exporter_capture_kernel_drops_total{{{TAP}, interface="eth1"}}': per_minute(60),
    f'qos_exporter_capture_interface_drops_total{{{TAP}, interface="eth1"}}': per_minute(0),
    f'qos_exporter_capture_packets_total{{{TAP}, interface="eth1"}}': per_minute(9000),
}


def firing(series: Series, folder: Path, expected: set[str], among: list[str]) -> None:
    """Let promtool find out which alerts fire at the end of `series`."""
    names = "|".join(among)
    query = f'count by (alertname) (ALERTS{{alertname=~"{names}", alertstate="firing"}}) > bool 0'
    samples = [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in sorted(expected)]
    files = [str(FOLDER / name) for name in RULE_FILES]
    document = {
        "rule_files": files,
        "group_eval_order": [
            group["name"] for name in files for group in load(Path(name))["groups"]
        ],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": name, "values": value} for name, value in series.items()
                ],
                "promql_expr_test": [
                    {"expr": query, "eval_time": f"{MINUTES}m", "exp_samples": samples}
                ],
            }
        ],
    }
    path = folder / "unknown.test.yml"
    path.write_text(yaml.safe_dump(document))
    assert "SUCCESS" in output_of("promtool", "test", "rules", path)


BAD = {
    *("PathMosLow", "PathLossHigh", "PathLossBehindTapHigh", "PathJitterHigh"),
    *("PathRoundTripHigh", "PathUnscoredHigh", "QualityBudgetBurning"),
    *("OneWayAudio", "NoAudio", "CallQualityPoor", "CallOneWayAudio"),
}


@pytest.mark.promtool
def test_a_disaster_is_told(tmp_path: Path) -> None:
    """Six streams that are as bad as can be raise every alert on what is bad now."""
    firing(a_disaster(6), tmp_path, BAD, VOICE)


@pytest.mark.promtool
@pytest.mark.pitfall(119)
def test_no_ratio_is_believed_without_a_minimum_of_traffic(tmp_path: Path) -> None:
    """The same of a trickle, a stream for a tenth of a second in a minute, raises none."""
    firing(a_disaster(1 / 600), tmp_path, set(), VOICE)


@pytest.mark.promtool
@pytest.mark.pitfall(113)
def test_alerts_on_quality_are_silent_while_the_capture_drops(tmp_path: Path) -> None:
    """The same disaster is not believed of a tap that misses frames, which is told instead."""
    firing({**a_disaster(6), **DROPS}, tmp_path, set(), VOICE)
    firing({**a_disaster(6), **DROPS}, tmp_path, {"CaptureDropsPackets"}, ["CaptureDropsPackets"])


@pytest.mark.promtool
@pytest.mark.pitfall(114)
def test_nothing_known_is_neither_good_nor_bad(tmp_path: Path) -> None:
    """Without series no alert fires and no figure of a path is there, where a 0 or 1 would be."""
    firing(
        {f"up{{{TAP}}}": f"1x{MINUTES}"}, tmp_path, set(), sorted({rule.name for rule in ALERTS})
    )


@pytest.mark.promtool
@pytest.mark.pitfall(114)
def test_an_exporter_that_says_nothing_is_told(tmp_path: Path) -> None:
    """Silence of the alerts means something only while ExporterDown is silent too."""
    firing({f"up{{{TAP}}}": f"0x{MINUTES}"}, tmp_path, {"ExporterDown"}, ["ExporterDown", *VOICE])
