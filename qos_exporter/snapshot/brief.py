"""Calls in brief: enough to choose, of very many, those that are to be viewed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qos_exporter.snapshot.call import CallView


class CallBrief(NamedTuple):
    """What a call is chosen by; the fields mean what they do in its view."""

    call_id: str
    state: str
    start_s: float
    anomalies: tuple[str, ...]
    scores: tuple[tuple[str, float], ...]
    """Result and MOS-LQ of the last complete windows of its streams, of those that were scored."""


Choose = Callable[[Sequence[CallBrief]], Sequence[int]]
"""Chooses calls by their positions among all, in the order in which they are wanted."""


@dataclass(frozen=True, slots=True)
class ChosenCalls:
    """The calls that were chosen, as they were a moment later; none that had gone by then."""

    taken_s: float
    calls: tuple[CallView, ...]


def brief_of(call: CallView) -> CallBrief:
    """Tell a call that is viewed in brief."""
    windows = [stream.last_window for stream in call.streams if stream.last_window is not None]
    scores = [(each.result, each.mos_lq) for each in windows if each.mos_lq is not None]
    return CallBrief(call.call_id, call.state, call.start_s, call.anomalies, tuple(scores))
