"""What is wrong with the media of a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from qos_exporter.calls.call import Anomaly, Call
from qos_exporter.calls.dialog import Dialog
from qos_exporter.calls.media import MediaStream
from qos_exporter.calls.party import Direction
from qos_exporter.calls.timers import CallTimers

LastPacket = Callable[[MediaStream], int]
_BOTH_WAYS = (Direction.CALLER_TO_CALLEE, Direction.CALLEE_TO_CALLER)


def find_anomalies(
    call: Call, *, now_ns: int, timers: CallTimers, last_packet_ns: LastPacket, is_final: bool
) -> tuple[Anomaly, ...]:
    """Judge the media of a call at this moment.

    `is_final`: a message has just ended the call, which proves that it was alive until now. Before
    that, two directions that stop together mean only that the end of the call is not yet known.

    No judgement on calls that are not answered, on hold or a fax, nor on media that were agreed on
    too recently or in a description that was not seen. Nor on calls of which somebody else tells:
    what a party does not report on may well be heard.
    """
    if call.on_hold or call.is_fax or not all(stream.is_heard for stream in call.streams):
        return ()
    judge = _judge_heard if call.dialog is None else _judge_signalled
    return tuple(judge(call, now_ns, timers, last_packet_ns, is_final=is_final))


def _judge_signalled(
    call: Call, now_ns: int, timers: CallTimers, last_packet_ns: LastPacket, *, is_final: bool
) -> Iterator[Anomaly]:
    if call.answer_ns is None or call.dialog is None or not call.dialog.claims:
        return
    since_ns = max(call.answer_ns, call.dialog.media_since_ns)
    grace_ns = timers.short_call_ns if is_final else timers.media_grace_ns
    if now_ns - since_ns < grace_ns:
        return
    streams = _judged_streams(call, call.dialog)
    last_ns = [_last_heard(streams, direction, last_packet_ns) for direction in _BOTH_WAYS]
    last_ns = [max(pair) for pair in zip(last_ns, reversed(call.dialog.elsewhere_ns), strict=True)]
    heard = [each for each in last_ns if each]
    # Where a description was missed, what it asked for may run and not be known for this call's.
    if call.dialog.is_described and len(heard) < len(_BOTH_WAYS):
        yield Anomaly.ONE_WAY if heard else Anomaly.NO_RTP
    yield from _judge_stop(
        [max(each, since_ns) for each in heard], now_ns, timers, is_alive=is_final
    )


def _judge_heard(
    call: Call, now_ns: int, timers: CallTimers, last_packet_ns: LastPacket, *, is_final: bool
) -> Iterator[Anomaly]:
    """Judge a call without signalling: its streams are its directions."""
    if not call.streams:
        return
    first = call.streams[0]
    latest: dict[bool, int] = {}
    for stream in call.streams:
        is_forward = stream.src == first.src or stream.dst == first.dst
        latest[is_forward] = max(latest.get(is_forward, 0), last_packet_ns(stream))
    yield from _judge_stop(list(latest.values()), now_ns, timers, is_alive=is_final)


def _judge_stop(
    last_ns: list[int], now_ns: int, timers: CallTimers, *, is_alive: bool
) -> Iterator[Anomaly]:
    stopped = [now_ns - each >= timers.stopped_ns for each in last_ns]
    if any(stopped) and (is_alive or not all(stopped)):
        yield Anomaly.STOPPED


def _judged_streams(call: Call, dialog: Dialog) -> Sequence[MediaStream]:
    """Leave out video, which may well be there while nobody hears the other, of what has audio."""
    if not any(claim.is_audio for claim in dialog.claims):
        return call.streams
    return [stream for stream in call.streams if stream.is_audio]


def _last_heard(
    streams: Sequence[MediaStream], direction: Direction, last_packet_ns: LastPacket
) -> int:
    """Return when the last packet was heard this way; 0 if there was none."""
    times = [last_packet_ns(stream) for stream in streams if stream.direction is direction]
    return max(times, default=0)
