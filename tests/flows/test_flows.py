"""Published call flows, played as frames: what is said of them follows from their RFC alone."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from qos_exporter.monitor.monitor import Monitor
from qos_exporter.settings import QualitySettings, Settings
from qos_exporter.snapshot import CallView, Snapshot
from qos_exporter.units import SECOND_NS
from tests.dataplane.traffic import batch
from tests.flows import basic_calls, negotiation, races, services, third_party
from tests.flows.flow import ANY, PARTIAL, Expected, Flow
from tests.flows.wire import EPOCH_S, Seen, Wire

FLOWS = tuple(
    flow
    for group in (basic_calls, services, races, negotiation, third_party)
    for flow in group.FLOWS
)
SETTINGS = Settings(quality=QualitySettings(window_ns=600 * SECOND_NS))
"""Nothing is asked of the quality, and every window costs time."""
WAYS = {"caller_to_callee": ">", "callee_to_caller": "<"}


def observe(seen: Iterable[Seen]) -> Snapshot:
    """Play datagrams to a monitor, to the end."""
    monitor = Monitor(SETTINGS, ["flow"], keep_all=True)
    monitor.ingest(0, batch(each.frame for each in sorted(seen, key=lambda each: each.at_s)))
    monitor.finish()
    return monitor.snapshot()


def offset(time_s: float | None) -> float | None:
    """Convert a time of day to that of the flow."""
    return None if time_s is None else round(time_s - EPOCH_S, 3)


def streams_of(call: CallView) -> str:
    """Write the streams of a call as `Expected` does."""
    found = sorted((each.ssrc, WAYS.get(each.direction, "?")) for each in call.streams)
    return " ".join(f"{ssrc}{way}" for ssrc, way in found)


def said(call: CallView) -> Expected:
    """Tell what was said of a call in the words of what is expected."""
    return Expected(
        call.call_id,
        call.outcome or "",
        round(call.start_s - EPOCH_S, 3),
        offset(call.answer_s),
        offset(call.end_s),
        streams_of(call),
        call.anomalies,
        call.on_hold,
    )


def by_flow(flows: Iterable[Flow]) -> pytest.MarkDecorator:
    """Run a test with every flow."""
    return pytest.mark.parametrize("flow", [pytest.param(each, id=each.name) for each in flows])


def calls_of(flow: Flow, snapshot: Snapshot) -> tuple[Expected, ...]:
    """Tell what was said of all calls; of streams only where the flow says whose they are."""
    found = tuple(map(said, snapshot.calls))
    whose = {each.call_id: each.streams for each in flow.calls}
    return tuple(
        each._replace(streams=ANY) if whose.get(each.call_id) == ANY else each for each in found
    )


def without_times(calls: Iterable[Expected]) -> list[Expected]:
    """Leave out the times."""
    return [each._replace(start_s=0, answer_s=None, end_s=None) for each in calls]


@by_flow(FLOWS)
def test_flow(flow: Flow) -> None:
    """Every flow gives its calls, and all of its streams belong to them."""
    snapshot = observe(Wire(flow.text).seen)

    assert calls_of(flow, snapshot) == flow.calls
    assert all(each.call_id for each in snapshot.streams)
    delays = snapshot.totals.post_dial_delay_s
    assert sum(delays.counts) == len(flow.delays_s)
    assert delays.sum == pytest.approx(sum(flow.delays_s), abs=1e-3)


@by_flow(FLOWS)
@pytest.mark.parametrize("later_s", [0.0005, 0.51, 4.01])
def test_repeated_messages(flow: Flow, later_s: float) -> None:
    """Messages that a mirror shows twice, or that are sent again, say nothing new."""
    seen = Wire(flow.text).seen
    again = [each._replace(at_s=each.at_s + later_s) for each in seen if each.is_message]

    assert calls_of(flow, observe([*seen, *again])) == flow.calls


@pytest.mark.pitfall(121)
@by_flow(FLOWS)
def test_hops_that_are_seen_early_or_late(flow: Flow) -> None:
    """Where hops are captured on several interfaces, they are not in step with each other."""
    seen = Wire(flow.text).seen
    hops = {each.hop for each in seen if each.is_message}
    for hop in hops if len(hops) > 1 else ():
        for shift_s in (-0.04, 0.04):
            skewed = [
                each._replace(at_s=each.at_s + shift_s) if each.hop == hop else each
                for each in seen
            ]
            found = calls_of(flow, observe(skewed))
            assert without_times(found) == without_times(flow.calls), (sorted(hop), shift_s)


@by_flow(FLOWS)
def test_missed_message(flow: Flow) -> None:
    """A message that the capture missed makes no call, no wrong outcome and no alarm."""
    seen = Wire(flow.text).seen
    for message in filter(lambda each: each.is_message, seen):
        found = observe(each for each in seen if each is not message).calls
        told = {each.call_id: each for each in found if not each.call_id.startswith("rtp-")}
        assert list(told) == [each.call_id for each in flow.calls], message.line
        for expected in flow.calls:
            call = told[expected.call_id]
            assert call.outcome in (expected.outcome, PARTIAL, None), message.line
            assert set(call.anomalies) <= set(expected.anomalies), message.line
