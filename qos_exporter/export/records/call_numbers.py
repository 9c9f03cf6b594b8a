"""Short numbers by which the table of streams refers to the calls below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from qos_exporter.snapshot import CallView, StreamView


class NumberedStream(NamedTuple):
    """A stream with the number of its call; `None` for a stream without one."""

    stream: StreamView
    call_number: int | None


class NumberedCall(NamedTuple):
    """A call with its number."""

    number: int
    call: CallView


def number_calls(
    streams: Sequence[StreamView], calls: Sequence[CallView]
) -> tuple[list[NumberedStream], list[NumberedCall]]:
    """Number the calls of these streams in the order of the streams, from 1."""
    call_of = {id(view): call for call in calls for view in call.streams}
    numbers: dict[int, NumberedCall] = {}
    numbered = []
    for stream in streams:
        call = call_of.get(id(stream))
        if call is None:
            numbered.append(NumberedStream(stream, None))
            continue
        known = numbers.setdefault(id(call), NumberedCall(len(numbers) + 1, call))
        numbered.append(NumberedStream(stream, known.number))
    return numbered, list(numbers.values())
