"""Which calls get series of their own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qos_exporter.settings import CallSettings, SeriesPolicy, Settings, StreamSettings
from tests.dataplane.scenarios import SECOND
from tests.monitor.recording import Dialogue, Listener, message, speech_for, talk


def calls(number: int, *, talk_s: float = 12.0, apart_s: float = 0.1) -> list[Dialogue]:
    """Calls with ports of their own, one shortly after the other."""
    return [
        Dialogue(call_id=f"c{n}", port=5000 + 2 * n, start_s=n * apart_s, talk_s=talk_s)
        for n in range(number)
    ]


def settings(
    series: SeriesPolicy = "all", *, limit: int = 1000, linger_s: float = 90.0
) -> Settings:
    return Settings(
        calls=CallSettings(series=series, series_limit=limit, linger_ns=round(linger_s * SECOND))
    )


def admitted(listener: Listener) -> list[str]:
    """The calls with series."""
    return [call.call_id for call in listener.show().calls if call.has_series]


def test_all_calls_with_media() -> None:
    """Every call with a stream has series from its first packets on; one without has none."""
    silent = Dialogue(call_id="silent", port=9000)
    listener = Listener(settings())
    listener.play(*(call.set_up() + speech_for(call.forth, 1.0) for call in calls(3)))
    listener.play(silent.set_up())
    assert admitted(listener) == ["c0", "c1", "c2"]


def test_off() -> None:
    """No call has series, and no refusal is counted, because nothing was asked for."""
    listener = Listener(settings("off")).play(*(call.whole() for call in calls(3)))
    assert admitted(listener) == []
    assert listener.show().totals.series_dropped == 0


def test_degraded_begins_with_the_first_window_that_was_not_good() -> None:
    """A clean call never has series, a lossy one from its first bad window on, then for good."""
    clean, lossy = calls(2, talk_s=25.0, apart_s=0.0)
    holes = [n for n in range(1250) if n % 5 or n > 600]
    listener = Listener(settings("degraded"))
    frames = [
        *clean.set_up(), *lossy.set_up(),
        *speech_for(clean.forth, 25.0), *talk(lossy.forth, holes),
    ]  # fmt: skip
    start_ns = min(frame.timestamp_ns for frame in frames)
    parts: list[list] = [[], [], []]  # type: ignore[type-arg] # frames before 9 s, 12 s, the rest
    for frame in frames:
        age_s = (frame.timestamp_ns - start_ns) / SECOND
        parts[0 if age_s < 9 else 1 if age_s < 12 else 2].append(frame)
    seen = [admitted(listener.play(part)) for part in parts]
    assert seen == [[], ["c1"], ["c1"]]


def test_degraded_is_neither_good_nor_unscored() -> None:
    """4 % of random loss take 13 points (95 * 4 / 29.1), which is degraded and an issue.

    A codec without values has no score, so there is nothing that could be less than good.
    """
    lossy = calls(1)[0]
    unscored = Dialogue(
        call_id="unscored", port=7000, offer="96", attributes=("rtpmap:96 SMARTVOICE/8000",)
    )
    listener = Listener(settings("degraded")).play(
        lossy.set_up(),
        talk(lossy.forth, [n for n in range(600) if n % 25 != 12]),
        speech_for(lossy.back, 12.0),
        unscored.set_up(),
        *(speech_for(each, 12.0, payload_type=96) for each in (unscored.forth, unscored.back)),
    )
    assert admitted(listener) == ["c0"]
    assert listener.show().totals.with_issues == 1
    assert not any(dict(listener.show().totals.anomalies).values())


@pytest.mark.pitfall(110)
def test_calls_beyond_the_limit_count_once_and_everywhere_else() -> None:
    """Of five calls with room for three, two get no series, and are in every aggregate."""
    listener = Listener(settings(limit=3)).play(*(call.whole() for call in calls(5)))
    assert admitted(listener) == ["c0", "c1", "c2"]
    assert listener.show().totals.series_dropped == 2
    listener.pass_time(30.0)
    assert listener.show().totals.series_dropped == 2
    assert dict(listener.show().totals.by_outcome)["answered"] == 5
    assert sum(group.packets.received for group in listener.show().groups) == 5 * 1200


def test_admission_is_sticky() -> None:
    """A call that was refused stays so when room comes up, and one that has series keeps them."""
    first, second = calls(2, talk_s=40.0)
    short = Dialogue(call_id="short", port=8000, start_s=-1.0, talk_s=5.0)
    listener = Listener(settings(limit=2, linger_s=1.0))
    listener.play(short.whole(), first.whole()[:2500], second.whole()[:2500])
    assert admitted(listener) == ["c0"]
    assert "c1" in {call.call_id for call in listener.show().calls}
    later = Dialogue(call_id="later", port=8100, start_s=26.0, talk_s=10.0)
    listener.play(later.set_up(), speech_for(later.forth, 1.0, start_s=26.0))
    assert admitted(listener) == ["c0", "later"]


def test_room_is_free_again_after_the_linger_time() -> None:
    """An ended call holds its place while it shows, no second longer."""
    one, other = Dialogue(call_id="one"), Dialogue(call_id="other", port=6000, start_s=20.5)
    third = Dialogue(call_id="third", port=7000, start_s=24.5)
    listener = Listener(settings(limit=1, linger_s=10.0)).play(
        one.whole(), other.whole(), third.whole()
    )
    assert admitted(listener) == ["third"]
    assert listener.show().totals.series_dropped == 1


def test_other_rules_hold_for_the_calls_that_come() -> None:
    """Turning series off leaves those that are there; turning them on admits running calls."""
    one, other = calls(2, talk_s=30.0)
    listener = Listener(settings("off"))
    listener.play(one.set_up(), speech_for(one.forth, 2.0))
    listener.monitor.reconfigure(settings("all"))
    assert admitted(listener) == ["c0"]
    listener.monitor.reconfigure(settings("off"))
    listener.play(other.set_up(), speech_for(other.forth, 2.0, start_s=5.0))
    assert admitted(listener) == ["c0"]


def flood(listener: Listener, number: int) -> None:
    """Play calls with invented Call-IDs, a thousand in a second: an INVITE and early media."""
    for start in range(0, number, 500):
        frames = []
        for position in range(start, min(start + 500, number)):
            at_s = position / 1000
            call = Dialogue(call_id=f"fake-{position}", port=1024 + 2 * position, start_s=at_s)
            frames += call.set_up()[:1] + talk(call.back, [0], start_s=at_s)
        listener.play(frames)


@pytest.mark.pitfall(110)
def test_ten_thousand_call_ids_stay_inside_the_limit() -> None:
    """Of ten thousand invented calls fifty have series; the others count as refused."""
    listener = Listener(settings(limit=50))
    flood(listener, 10_000)
    assert len(admitted(listener)) == 50
    assert listener.show().totals.series_dropped == 9_950
    assert listener.show().totals.seen == 10_000


@pytest.mark.pitfall(110)
def test_tables_have_their_limits() -> None:
    """More calls than the table holds push out the oldest, which is counted; nothing grows."""
    limited = replace(settings(limit=50), streams=StreamSettings(table_limit=500))
    listener = Listener(limited)
    flood(listener, 3_000)
    snapshot = listener.show()
    tables = {table.name: table for table in snapshot.exporter.tables}
    assert (tables["calls"].entries, tables["calls"].limit) == (500, 500)
    assert tables["calls"].evictions == 2_500
    assert tables["streams"].entries <= 500
    assert len(snapshot.calls) == 500
    assert len(admitted(listener)) <= 50
    assert snapshot.totals.seen == 3_000


@pytest.mark.pitfall(110)
def test_call_ids_without_media_take_no_series() -> None:
    """A flood of INVITEs has no series at all: there is nothing to show of such a call."""
    body = Dialogue().description(Dialogue().caller)
    listener = Listener(settings(limit=10))
    listener.play(
        message("A>B INVITE 1", n / 100, body=body, call_id=f"flood-{n}") for n in range(1000)
    )
    assert admitted(listener) == []
    assert listener.show().totals.series_dropped == 0
