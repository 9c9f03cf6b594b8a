"""A snapshot of the calls with series only: metrics need no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qos_exporter.export.exposition import OPENMETRICS, TEXT, Format, render
from qos_exporter.export.web.statistics import statistics
from qos_exporter.settings import CallSettings, Settings
from qos_exporter.snapshot import Snapshot
from tests.monitor.recording import Dialogue, Listener, speech_for, talk
from tests.monitor.reporters import Exchange

SERIES_LIMIT = 3


@pytest.fixture(scope="module")
def busy() -> Listener:
    """Six calls with room for three, of which some are over, one by its RTCP, and a lone stream."""
    calls = [
        Dialogue(call_id=f"c{n}", port=5000 + 2 * n, start_s=0.1 * n, talk_s=9.0 + 2 * n)
        for n in range(6)
    ]
    last = calls[-1]
    untold = Dialogue(call_id="rtcp-only", port=7000, ssrc=77)
    return Listener(Settings(calls=CallSettings(series_limit=SERIES_LIMIT))).play(
        *(call.whole() for call in calls[:-1]),
        [*last.set_up(), *talk(last.forth, [n for n in range(900) if n % 7], start_s=0.5)],
        [*untold.set_up(), *Exchange.of(untold).both(1.0, 2.0, 3.0)],
        speech_for(Dialogue(port=9000).forth, 12.0),
    )


def timeless(snapshot: Snapshot) -> Snapshot:
    """Leave out how long it took."""
    return replace(snapshot, exporter=replace(snapshot.exporter, snapshot_duration_s=0.0))


@pytest.mark.parametrize("format_", [TEXT, OPENMETRICS], ids=["text", "openmetrics"])
def test_metrics_are_those_of_the_whole_snapshot(busy: Listener, format_: Format) -> None:
    """What is scraped is the same to the byte, whichever of both it is made from."""
    whole, part = timeless(busy.show()), timeless(busy.monitor.series_snapshot())
    scraped = render(part, format_=format_)
    assert scraped == render(whole, format_=format_)
    assert scraped.count(b"\nvoip_call_info{") == 2 * SERIES_LIMIT


def test_only_calls_with_series_are_viewed(busy: Listener) -> None:
    """Other calls, and streams of none, are left out; what is there is as in the whole snapshot."""
    whole, part = busy.show(), busy.monitor.series_snapshot()
    assert [call.call_id for call in part.calls] == ["c0", "c1", "c2"]
    assert set(part.calls) == {call for call in whole.calls if call.has_series}
    assert {stream.call_id for stream in part.streams} == {"c0", "c1", "c2"}
    assert len(part.streams) == 2 * SERIES_LIMIT
    assert len(whole.streams) == 2 * 5 + 1 + 2 + 1


def test_counters_are_about_all_calls(busy: Listener) -> None:
    """Totals, groups and statistics are those of all calls."""
    whole, part = busy.show(), busy.monitor.series_snapshot()
    assert (part.totals, part.groups) == (whole.totals, whole.groups)
    assert statistics(part) == statistics(whole)
    assert sum(group.streams_active for group in part.groups) == len(
        [stream for stream in whole.streams if stream.active and stream.packets.received]
    )
