"""What the far ends reported, as series: per call, aggregated, and about the exporter."""

from __future__ import annotations

import pytest

from qos_exporter.export.exposition import OPENMETRICS, TEXT, Format, render
from qos_exporter.snapshot import Exemplar, Histogram, LossBursts, RoundTripLeg, Snapshot, Spread
from qos_exporter.snapshot.edges import ROUND_TRIP_S_EDGES
from tests.export.parsed import Samples, families, samples, series, value
from tests.export.snapshots import (
    GROUP,
    GROUP_REPORTS,
    NOW_S,
    REPORTED_STREAM,
    STREAM,
    call,
    reported_call,
    snapshot,
)
from tests.export.variants import replace

FORMATS = [pytest.param(TEXT, id="text"), pytest.param(OPENMETRICS, id="openmetrics")]


def with_group_reports() -> Snapshot:
    return replace(snapshot(), groups=(replace(GROUP, reports=GROUP_REPORTS),))


def by_source(table: Samples, name: str, **labels: str) -> dict[str, float]:
    """Give the samples of a family that have these labels, by their source."""
    return {
        dict(own)["source"]: number
        for (name_, own), number in table.items()
        if name_ == name and set(labels.items()) <= own
    }


@pytest.mark.parametrize("format_", FORMATS)
def test_old_round_trips_have_no_series(format_: Format) -> None:
    """What nobody has confirmed for a minute is unknown, so absent; the longest of a call stays."""
    legs = (
        RoundTripLeg("caller", "rtcp", Spread(0.02, 0.02, 0.03), is_current=True),
        RoundTripLeg("callee", "rtcp", Spread(0.04, 0.04, 0.05), is_current=False),
    )
    old = replace(
        call("c"),
        round_trip=Spread(0.06, 0.06, 0.08),
        round_trip_legs=legs,
        round_trip_is_current=False,
    )
    table = samples(snapshot(old), format_)
    assert value(table, "voip_call_round_trip_seconds", call_id="c") is None
    assert value(table, "voip_call_round_trip_max_seconds", call_id="c") == 0.08
    assert value(table, "voip_call_round_trip_leg_seconds", leg="caller") == 0.02
    assert value(table, "voip_call_round_trip_leg_seconds", leg="callee") is None


@pytest.mark.parametrize("format_", FORMATS)
def test_each_source_of_a_figure_has_a_series_of_its_own(format_: Format) -> None:
    """Loss and jitter of the tap, of receiver reports and of other reports stand side by side."""
    table = samples(snapshot(reported_call("c")), format_)
    assert by_source(table, "voip_call_loss_ratio", call_id="c") == {
        "rtp": 0.01,
        "rtcp": 0.03,
        "rtcp_xr": 0.05,
        "vq_report": 0.004,
    }
    assert by_source(table, "voip_call_jitter_seconds", call_id="c") == {
        "rtp": 0.003,
        "rtcp": 0.007,
        "vq_report": 0.011,
    }


def test_loss_behind_the_tap_is_told_apart() -> None:
    """What was lost and delayed between tap and receiver has families of its own."""
    table = samples(snapshot(reported_call("c")))
    labels = {"call_id": "c", "direction": "caller_to_callee"}
    assert value(table, "voip_call_downstream_loss_ratio", **labels) == 0.025
    assert value(table, "voip_call_downstream_jitter_seconds", **labels) == 0.004


def test_round_trip_belongs_to_the_call_and_its_legs_to_the_sides() -> None:
    """The round trip has no direction; each leg has its side and its source."""
    table = samples(snapshot(reported_call("c")))
    trips = {key: number for key, number in table.items() if key[0].startswith("voip_call_round")}
    legs = {("caller", "rtcp"): 0.05, ("callee", "rtcp"): 0.07, ("callee", "stun"): 0.071}
    assert trips == {
        ("voip_call_round_trip_seconds", frozenset({("call_id", "c")})): 0.12,
        ("voip_call_round_trip_max_seconds", frozenset({("call_id", "c")})): 0.19,
        **{
            (
                "voip_call_round_trip_leg_seconds",
                frozenset({("call_id", "c"), ("leg", leg), ("source", source)}),
            ): number
            for (leg, source), number in legs.items()
        },
    }


def test_one_leg_is_no_round_trip() -> None:
    """While the other leg is missing a call has its leg and no round trip."""
    half = reported_call("c")
    table = samples(
        snapshot(replace(half, round_trip=None, round_trip_legs=half.round_trip_legs[:1]))
    )
    assert len(series(table, "voip_call_round_trip_leg_seconds")) == 1
    assert not series(table, "voip_call_round_trip_seconds")
    assert not series(table, "voip_call_round_trip_max_seconds")


def test_dialogs_with_one_call_id_have_one_round_trip() -> None:
    """Of a forked call the dialog that began last is told, and no series is there twice."""
    first = replace(reported_call("fork"), start_s=NOW_S - 9)
    second = replace(first, start_s=NOW_S - 8, round_trip=Spread(0.3, 0.3, 0.3))
    table = samples(snapshot(second, first))
    assert value(table, "voip_call_round_trip_seconds", call_id="fork") == 0.3
    assert len(series(table, "voip_call_round_trip_leg_seconds")) == 3


def test_reported_scores_are_never_mixed_with_measured_ones() -> None:
    """What a far end worked out has families of its own, by source, with its last value."""
    table = samples(snapshot(reported_call("c")))
    assert by_source(table, "voip_reported_mos_lq") == {"rtcp_xr": 4.3, "vq_report": 3.5}
    assert by_source(table, "voip_reported_mos_cq") == {"rtcp_xr": 4.2, "vq_report": 4.2}
    assert by_source(table, "voip_reported_r_factor") == {"rtcp_xr": 85, "vq_report": 85}
    assert by_source(table, "voip_reported_discard_ratio") == {"rtcp_xr": 0.02, "vq_report": 0.02}
    assert by_source(table, "voip_reported_round_trip_seconds") == {"rtcp_xr": 0.2}
    assert value(table, "voip_call_mos_lq", call_id="c") == 4.25
    assert value(table, "voip_call_mos_cq", call_id="c") == 4.1


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("voip_call_mos_lq", 4.25),
        ("voip_call_r_factor", 90.5),
        ("voip_call_loss_ratio", 0.01),
        ("voip_call_discard_ratio", 0.002),
        ("voip_call_burst_ratio", 1.25),
        ("voip_call_jitter_seconds", 0.003),
        ("voip_call_jitter_max_seconds", 0.008),
        ("voip_call_packets_expected_total", 3000),
        ("voip_call_packets_received_total", 2970),
        ("voip_call_packets_lost_total", 30),
        ("voip_call_packets_duplicate_total", 2),
        ("voip_call_packets_reordered_total", 4),
        ("voip_call_packets_discarded_total", 6),
        ("voip_call_last_packet_timestamp_seconds", NOW_S - 0.5),
    ],
)
def test_measured_figures_of_a_call(name: str, number: float) -> None:
    """Gauges are of the last complete window, counters of the whole stream."""
    assert value(samples(snapshot(call("c", STREAM))), name, call_id="c") == number


def test_what_was_not_reported_is_absent() -> None:
    """A call of which nothing was reported has measured figures and no others."""
    table = samples(snapshot(call("c")))
    assert set(by_source(table, "voip_call_loss_ratio")) == {"rtp"}
    names = {name for name, _ in table}
    absent = ("voip_reported_mos", "voip_call_downstream", "voip_call_round_trip")
    assert not [name for name in names if name.startswith(absent)]


def test_calls_without_series_have_no_round_trip() -> None:
    """A call that is not admitted to the per-call series shows none of its reports."""
    table = samples(snapshot(replace(reported_call(), has_series=False)))
    assert not series(table, "voip_call_")
    assert not series(table, "voip_reported_mos")


def test_bursts_of_loss_have_densities_and_durations() -> None:
    """The burst and gap figures of the stream that runs are shown as they are."""
    table = samples(snapshot(call("c", REPORTED_STREAM)))
    assert value(table, "voip_call_burst_density_ratio", call_id="c") == 0.45
    assert value(table, "voip_call_gap_density_ratio", call_id="c") == 0.0075
    assert value(table, "voip_call_burst_duration_seconds", call_id="c") == 0.22
    assert value(table, "voip_call_gap_duration_seconds", call_id="c") == 9.89


def test_direction_without_bursts_of_loss_has_no_series_of_them() -> None:
    """The mean of no bursts is no number; gaps then say no more than the loss ratio does."""
    smooth = LossBursts(0.0, 0.01, 0.0, 60.0)
    table = samples(snapshot(call("c", replace(STREAM, loss_bursts=smooth))))
    for name in ("burst_density", "gap_density", "burst_duration", "gap_duration"):
        assert not series(table, f"voip_call_{name}")


def test_aggregates_tell_reported_from_measured() -> None:
    """Reported loss and jitter are series with source rtcp beside those of the tap."""
    table = samples(with_group_reports())
    assert by_source(table, "voip_active_loss_ratio_mean") == {"rtp": 0.01, "rtcp": 0.03}
    assert by_source(table, "voip_active_jitter_seconds_mean") == {"rtp": 0.003, "rtcp": 0.007}
    assert by_source(table, "voip_window_loss_ratio_count") == {"rtp": 0, "rtcp": 5}
    assert by_source(table, "voip_window_jitter_seconds_sum") == {"rtp": 0, "rtcp": 0.03}
    assert value(table, "voip_window_downstream_loss_ratio_sum", codec="PCMA") == 0.125
    assert by_source(table, "voip_reported_packets_expected_total") == {"rtcp": 2500}
    assert by_source(table, "voip_reported_packets_lost_total") == {"rtcp": 75}
    assert value(table, "voip_downstream_packets_expected_total", codec="PCMA") == 2400
    assert value(table, "voip_downstream_packets_lost_total", codec="PCMA") == 60
    assert value(table, "voip_active_round_trip_seconds_mean", codec="PCMA") == 0.12
    trips = by_source(table, "voip_round_trip_seconds_count")
    assert trips == {"rtcp": 9, "rtcp_xr": 0, "stun": 4}


@pytest.mark.pitfall(116)
def test_counters_over_reports_are_there_before_the_first_report() -> None:
    """They begin with zero in every group, so that rate() sees the first report; means do not."""
    table = samples(snapshot())
    for name in ("reported_packets_lost", "downstream_packets_lost", "downstream_packets_expected"):
        assert value(table, f"voip_{name}_total", codec="PCMA") == 0
    assert by_source(table, "voip_window_loss_ratio_bucket", le="+Inf") == {"rtp": 0, "rtcp": 0}
    buckets = series(table, "voip_round_trip_seconds_bucket")
    assert len(buckets) == 3 * (len(ROUND_TRIP_S_EDGES) + 1)
    assert set(by_source(table, "voip_active_loss_ratio_mean")) == {"rtp"}
    assert not series(table, "voip_active_round_trip_seconds_mean")


def test_round_trips_name_a_call() -> None:
    """Buckets of the round trip carry an exemplar in OpenMetrics."""
    example = Exemplar("slow one", 0.7, NOW_S)
    counts = (*(0,) * 10, 1)
    trips = (("rtcp", Histogram(counts, 0.7, (*(None,) * 10, example))),)
    group = replace(GROUP, reports=replace(GROUP_REPORTS, round_trip_s=trips))
    body = render(replace(snapshot(), groups=(group,)), format_=OPENMETRICS)
    found = [s for f in families(body, OPENMETRICS) for s in f.samples if s.exemplar]
    assert [(s.name, s.labels["le"], s.labels["source"]) for s in found] == [
        ("voip_round_trip_seconds_bucket", "1.0", "rtcp")
    ]
    assert [s.exemplar and s.exemplar.labels for s in found] == [{"call_id": "slow one"}]


def test_exporter_counts_reports_it_can_and_cannot_use() -> None:
    """RTCP packets by type, reports without a stream, and round trips that cannot be."""
    table = samples(snapshot())
    assert value(table, "voip_rtcp_reports_total", type="sr") == 20
    assert value(table, "voip_rtcp_reports_total", type="xr") == 0
    assert by_source(table, "qos_exporter_reports_unmatched_total") == {"rtcp": 2, "vq_report": 0}
    assert by_source(table, "qos_exporter_round_trips_rejected_total", reason="not_positive") == {
        "rtcp": 1
    }
