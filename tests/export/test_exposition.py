from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from qos_exporter.export.catalogue import PER_CALL
from qos_exporter.export.collector import SnapshotCollector, families_of
from qos_exporter.export.exposition import OPENMETRICS, TEXT, Format, render
from qos_exporter.snapshot import CallView, Exemplar, Histogram, Snapshot
from qos_exporter.snapshot.edges import LOSS_RATIO_EDGES, MOS_EDGES
from tests.export import any_snapshots, snapshots
from tests.export.limits import time_limit_s
from tests.export.parsed import families, samples, series, value
from tests.export.snapshots import (
    EMPTY,
    GROUP,
    GROUP_REPORTS,
    NOW_S,
    STREAM,
    TOTALS,
    WINDOW,
    call,
    reported_call,
    snapshot,
)
from tests.export.variants import replace

FORMATS = [pytest.param(TEXT, id="text"), pytest.param(OPENMETRICS, id="openmetrics")]


class AllFamilies(Collector):
    """Everything through the client library's own families and encoder."""

    def __init__(self, shown: Snapshot) -> None:
        self._shown = shown

    def collect(self) -> Iterable[Metric]:
        """Give the families of one snapshot."""
        return families_of(self._shown)


def call_named(call_id: str, **changes: str) -> CallView:
    return replace(call(call_id), **changes)


@pytest.mark.parametrize("format_", FORMATS)
@given(shown=any_snapshots.snapshots)
@settings(max_examples=50, deadline=None)
def test_body_is_what_the_client_library_writes(format_: Format, shown: Snapshot) -> None:
    """Whatever the calls hold, our encoder and the client library's give the same bytes."""
    assert render(shown, format_=format_) == format_.generate(AllFamilies(shown))


@pytest.mark.parametrize("format_", FORMATS)
@given(shown=any_snapshots.snapshots)
@settings(max_examples=30, deadline=None)
def test_body_is_readable_by_the_client_library(format_: Format, shown: Snapshot) -> None:
    """The parser of the client library accepts the body, and no series is there twice."""
    samples(shown, format_)


@pytest.mark.parametrize("format_", FORMATS)
def test_exporter_without_traffic_has_a_readable_body(format_: Format) -> None:
    """Before the first frame there is a body that parsers accept."""
    assert value(samples(EMPTY, format_), "voip_calls_active") == 0


@pytest.mark.parametrize("format_", FORMATS)
def test_no_sample_has_a_timestamp(format_: Format) -> None:
    """Time stamps are the scraper's business."""
    body = render(snapshot(call()), format_=format_)
    assert all(s.timestamp is None for f in families(body, format_) for s in f.samples)


HOSTILE = [
    pytest.param('say "hello"', id="quotes"),
    pytest.param("back\\slash\\n", id="backslashes"),
    pytest.param("two\nlines\r\n", id="line breaks"),
    pytest.param('x"} 1\nvoip_calls_active 666\n#', id="forged sample"),
    pytest.param('x"} 1 # {y="z"} 2', id="forged exemplar"),
    pytest.param("Zoë ☎ 李 \U0001f4de", id="UTF-8"),
    pytest.param("tab\tnul\0escape\x1b[31m", id="control characters"),
    pytest.param("<script>alert(1)</script>", id="markup"),
    pytest.param("", id="nothing"),
    pytest.param("a" * 10_240, id="10 kB"),
]


@pytest.mark.pitfall(111)
@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_survives_as_label_value(format_: Format, text: str) -> None:
    """What a caller put into SIP comes out of a parser as it was, and forges nothing."""
    table = samples(snapshot(call_named(text, caller=text, callee=text)), format_)
    info = {
        "call_id": text,
        "caller": text,
        "callee": text,
        "direction": "caller_to_callee",
    }
    assert value(table, "voip_call_info", **info) == 1
    assert value(table, "voip_call_duration_seconds", call_id=text, direction="unknown") is None
    assert value(table, "voip_calls_active") == TOTALS.active


@pytest.mark.pitfall(111)
@pytest.mark.parametrize("format_", FORMATS)
def test_broken_characters_stay_apart_and_do_not_stop_the_scrape(format_: Format) -> None:
    """Bytes that are no UTF-8 are spelled out, so that different names stay different."""
    broken = [b"\xff".decode(errors="surrogateescape"), b"\xfe".decode(errors="surrogateescape")]
    table = samples(snapshot(*map(call_named, broken)), format_)
    assert value(table, "voip_call_info", call_id=r"\udcff", direction="caller_to_callee") == 1
    assert value(table, "voip_call_info", call_id=r"\udcfe", direction="caller_to_callee") == 1


@pytest.mark.pitfall(108)
def test_series_of_a_call_go_when_it_leaves_the_snapshot() -> None:
    """An ended call shows its last values while it lingers, and nothing afterwards."""
    ended = replace(call("gone"), state="ended", end_s=NOW_S - 5)
    lingering = samples(snapshot(ended, call("stays")))
    assert value(lingering, "voip_call_info", call_id="gone", direction="caller_to_callee")
    afterwards = samples(snapshot(call("stays")))
    assert {dict(labels)["call_id"] for _, labels in series(afterwards, "voip_call_")} == {"stays"}


@pytest.mark.pitfall(109)
def test_aggregate_counters_stay_when_streams_expire() -> None:
    """Counters of the aggregates do not depend on which streams are still there."""
    before, after = samples(snapshot(call())), samples(snapshot())
    totals = {key: number for key, number in before.items() if not key[0].startswith("voip_call_")}
    assert totals == after
    assert value(after, "voip_packets_lost_total", codec="PCMA") == 30


@pytest.mark.pitfall(110)
def test_only_admitted_calls_have_series() -> None:
    """Of 10,000 invented calls the admitted ones have series, and the rest are counted."""
    calls = [replace(call(f"fake-{i}"), has_series=i < 25) for i in range(10_000)]
    shown = replace(snapshot(*calls), totals=replace(TOTALS, series_dropped=9_975, active=10_000))
    table = samples(shown)
    assert len({dict(labels)["call_id"] for _, labels in series(table, "voip_call_")}) == 25
    assert value(table, "qos_exporter_call_series_dropped_total") == 9_975
    assert value(table, "voip_calls_active") == 10_000


@pytest.mark.pitfall(116)
@pytest.mark.parametrize("format_", FORMATS)
def test_histograms_have_all_buckets_before_the_first_observation(format_: Format) -> None:
    """A histogram starts with zeros in every bucket, so that rate() sees the first observation."""
    quiet = replace(GROUP, window_mos_lq=Histogram((), 0.0))
    table = samples(replace(EMPTY, groups=(quiet,)), format_)
    delays = series(table, "voip_post_dial_delay_seconds_bucket")
    scores = series(table, "voip_window_mos_lq_bucket")
    assert (len(delays), len(scores)) == (13, len(MOS_EDGES) + 1)
    assert {table[key] for key in delays | scores} == {0}
    assert value(table, "voip_window_mos_lq_count") == 0


def test_buckets_are_cumulative() -> None:
    """Each bucket counts what is at or under its edge; the last one is the count."""
    table = samples(snapshot())
    assert value(table, "voip_window_mos_lq_bucket", le="3.4") == 1
    assert value(table, "voip_window_mos_lq_bucket", le="4.2") == 2
    assert value(table, "voip_window_mos_lq_bucket", le="+Inf") == 5 == 1 + 1 + 2 + 1
    assert value(table, "voip_window_mos_lq_sum") == 20.5


@pytest.mark.pitfall(115)
def test_mean_mos_weighs_every_window_alike() -> None:
    """Sum over count of the window histogram is the mean over windows, whatever their streams."""
    long, short = Histogram((0,) * 12 + (3, 0), 3 * 4.3), Histogram((1,) + (0,) * 13, 1.5)
    groups = (
        replace(GROUP, window_mos_lq=long),
        replace(GROUP, key=replace(GROUP.key, direction="unknown"), window_mos_lq=short),
    )
    table = samples(replace(snapshot(), groups=groups))
    total = sum(n for (name, _), n in table.items() if name == "voip_window_mos_lq_sum")
    count = sum(n for (name, _), n in table.items() if name == "voip_window_mos_lq_count")
    assert total / count == pytest.approx((4.3 + 4.3 + 4.3 + 1.5) / 4)


@pytest.mark.pitfall(118)
def test_partial_call_is_shown_as_a_call() -> None:
    """A call whose beginning was not captured has its series, and is counted as partial."""
    partial = replace(call("middle"), outcome="partial", answer_s=None, caller="", callee="")
    shown = replace(
        snapshot(partial), totals=replace(TOTALS, by_outcome=(("partial", 1), ("failed", 0)))
    )
    table = samples(shown)
    assert value(table, "voip_calls_total", outcome="partial") == 1
    assert value(table, "voip_calls_total", outcome="failed") == 0
    assert value(table, "voip_call_mos_lq", call_id="middle", direction="caller_to_callee") == 4.25


def test_gauges_show_the_last_complete_window() -> None:
    """Not the mean over the stream's life."""
    table = samples(snapshot(call("c", STREAM)))
    assert value(table, "voip_call_mos_lq", call_id="c", scale="narrowband") == 4.25
    assert value(table, "voip_call_r_factor", call_id="c", scale="narrowband") == 90.5
    assert value(table, "voip_call_loss_ratio", call_id="c", source="rtp") == 0.01
    assert value(table, "voip_call_burst_ratio", call_id="c") == 1.25
    assert value(table, "voip_call_jitter_seconds", call_id="c", source="rtp") == 0.003
    assert value(table, "voip_call_jitter_max_seconds", call_id="c") == 0.008


def test_unknown_is_absent() -> None:
    """No MOS-CQ without a round trip, no score of an unscored window, no jitter without clock."""
    unscored = replace(
        WINDOW, result="unscored", mos_lq=None, r_factor=None, jitter_s=None, jitter_max_s=None
    )
    stream = replace(STREAM, last_window=unscored, jitter=None, codec=None, scale=None)
    table = samples(snapshot(call("c", stream)))
    absent = ("mos_lq", "mos_cq", "r_factor", "jitter_seconds", "jitter_max_seconds")
    assert [value(table, f"voip_call_{name}") for name in absent] == [None] * len(absent)
    assert value(table, "voip_call_loss_ratio") == 0.01
    assert value(table, "voip_call_info", codec="unknown", scale="unknown") == 1


def test_stream_before_its_first_window_has_counts_only() -> None:
    """A call that has just begun shows its packets but no quality."""
    table = samples(snapshot(call("c", replace(STREAM, last_window=None))))
    assert value(table, "voip_call_packets_received_total", call_id="c") == 2970
    assert value(table, "voip_call_loss_ratio", call_id="c") is None


def test_streams_of_one_direction_make_one_series() -> None:
    """Early media and the conversation follow one another in one series whose counters add up."""
    ringback = replace(STREAM, ssrc=1, active=False, last_s=NOW_S - 30, codec="PCMU", src="a:1")
    fresh = replace(STREAM, ssrc=2, last_window=None)
    table = samples(snapshot(call("c", ringback, fresh)))
    assert value(table, "voip_call_packets_received_total", call_id="c") == 2 * 2970
    assert value(table, "voip_call_info", codec="PCMA", src=STREAM.src) == 1
    assert value(table, "voip_call_mos_lq", call_id="c") == 4.25
    assert value(table, "voip_call_last_packet_timestamp_seconds") == STREAM.last_s


def test_dialogs_with_one_call_id_make_one_series() -> None:
    """A forked call has several dialogs under one Call-ID; its series are there once."""
    first = replace(call("fork"), start_s=NOW_S - 9, callee="desk", duration_s=9.0)
    second = replace(call("fork"), start_s=NOW_S - 8, callee="mobile", duration_s=8.0)
    table = samples(snapshot(second, first))
    assert value(table, "voip_call_info", direction="caller_to_callee", callee="mobile") == 1
    assert value(table, "voip_call_duration_seconds", direction="caller_to_callee") == 8


def test_sources_on_one_interface_make_one_series() -> None:
    """Several threads that share an interface are one capture to the outside."""
    half = replace(snapshots.CAPTURE, packets=1, last_packet_s=None)
    down = replace(snapshots.CAPTURE, packets=2, healthy=False)
    table = samples(replace(snapshot(), captures=(half, down)))
    assert value(table, "qos_exporter_capture_packets_total", interface="eth0") == 3
    assert value(table, "qos_exporter_capture_healthy", interface="eth0") == 0
    assert value(table, "qos_exporter_last_packet_timestamp_seconds") == down.last_packet_s


def with_exemplar(call_id: str) -> Snapshot:
    example = Exemplar(call_id, 3.3, NOW_S)
    mos = replace(
        GROUP.window_mos_lq, exemplars=tuple(example if i == 5 else None for i in range(14))
    )
    loss = Histogram((0,) * len(LOSS_RATIO_EDGES) + (1,), 1.5, (None,) * 11 + (example,))
    return replace(snapshot(), groups=(replace(GROUP, window_mos_lq=mos, window_loss_ratio=loss),))


def test_openmetrics_buckets_name_a_call() -> None:
    """Buckets of MOS and loss carry an exemplar in OpenMetrics."""
    body = render(with_exemplar("a b\\c"), format_=OPENMETRICS)
    found = {
        (sample.name, sample.labels["le"]): sample.exemplar
        for family in families(body, OPENMETRICS)
        for sample in family.samples
        if sample.exemplar
    }
    assert set(found) == {
        ("voip_window_mos_lq_bucket", "3.4"),
        ("voip_window_loss_ratio_bucket", "+Inf"),
    }
    assert all(e.labels == {"call_id": "a b\\c"} and e.value == 3.3 for e in found.values())


def test_text_has_no_exemplars() -> None:
    """Text 0.0.4 has no place for exemplars."""
    assert b" # {" not in render(with_exemplar("x"), format_=TEXT)


@pytest.mark.parametrize(
    ("call_id", "exemplars"),
    [
        pytest.param("x" * 121, 2, id="128 characters with its name"),
        pytest.param("x" * 122, 0, id="129 characters with its name"),
        pytest.param('a"b', 0, id="quote"),
    ],
)
def test_exemplars_are_left_out_where_they_do_not_fit(call_id: str, exemplars: int) -> None:
    """A Call-ID that an exemplar cannot carry is left out, never cut."""
    body = render(with_exemplar(call_id), format_=OPENMETRICS)
    found = [s.exemplar for family in families(body, OPENMETRICS) for s in family.samples]
    assert len([exemplar for exemplar in found if exemplar]) == exemplars


def names_of(body: bytes) -> set[str]:
    return {sample.name for family in families(body) for sample in family.samples}


def test_names_restrict_the_body_as_the_client_library_does() -> None:
    """name[] gives those samples and nothing else, per-call ones and others alike."""
    shown = snapshot(call())
    names = frozenset({"voip_call_mos_lq", "voip_call_mos_cq", "voip_calls_active", "no_such"})
    registry = CollectorRegistry()
    registry.register(SnapshotCollector(lambda: shown))
    body = render(shown, format_=TEXT, names=names)
    library = TEXT.generate(registry.restricted_registry(names))
    assert body == library
    assert names_of(body) == {"voip_call_mos_lq", "voip_calls_active"}


def test_process_metrics_are_added() -> None:
    """The families of the running program stand beside ours where they are asked for."""
    process = CollectorRegistry()
    ProcessCollector(registry=process)
    names = names_of(render(snapshot(), format_=TEXT, process=process))
    assert {"process_cpu_seconds_total", "process_resident_memory_bytes"} <= names


@pytest.mark.promtool
@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(snapshot(call(), call("b")), id="calls"),
        pytest.param(
            replace(snapshot(reported_call()), groups=(replace(GROUP, reports=GROUP_REPORTS),)),
            id="calls with reports",
        ),
        pytest.param(EMPTY, id="no traffic"),
    ],
)
def test_promtool_finds_nothing(shown: Snapshot) -> None:
    """Prometheus' own linter accepts names, types and help of a body that is not empty."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed")
    body = render(shown, format_=TEXT)
    assert len(body) > 1000
    done = subprocess.run(
        [promtool, "check", "metrics"], input=body, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.pitfall(112)
def test_scrape_of_many_calls_is_fast() -> None:
    """With 10,000 calls in both directions a scrape is far from Prometheus' ten seconds."""
    many = snapshot(*(call(f"{i:08x}@pbx.example.net") for i in range(10_000)))
    began = time.thread_time()
    body = render(many, format_=TEXT)
    assert body.count(b"\nvoip_call_mos_lq{") == 20_000
    assert time.thread_time() - began < time_limit_s(3.0)


def test_equality_is_tested_on_calls_that_have_values() -> None:
    """The comparison with the client library includes every per-call family with samples."""
    table = samples(snapshot(reported_call()))
    assert {family.name for family in PER_CALL} <= {name for name, _ in table}
