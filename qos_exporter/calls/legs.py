"""Calls whose media an agent between them does not relay: one conversation, signalled twice.

Such an agent (a back-to-back user agent of RFC 7092 that stays out of the media plane) gives each
party the description of the other one. Both of its calls then name the same two endpoints, and a
stream belongs to only one of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from qos_exporter.calls.call import Call
from qos_exporter.calls.claims import ClaimIndex
from qos_exporter.calls.control import StreamControl
from qos_exporter.calls.dialog import Dialog
from qos_exporter.calls.media import MediaStream
from qos_exporter.calls.party import Party


def note_legs(call: Call, index: ClaimIndex, control: StreamControl) -> None:
    """Note in a call, and in the others on its two endpoints, when the others heard their media."""
    if index.is_plain:
        return
    others = _other_legs(call, index)
    _note(call, others, control)
    for other in others:
        _note(other, _other_legs(other, index), control)


def _other_legs(call: Call, index: ClaimIndex) -> set[Call]:
    """Find the calls that await media at an endpoint of either party of this one."""
    claims = call.dialog.claims if call.dialog is not None else ()
    shared: tuple[set[Call], set[Call]] = (set(), set())
    for claim in claims:
        if claim.is_current:
            shared[claim.party].update([each.call for each in index.of_few(claim.endpoint)])
    caller, callee = shared
    return {each for each in caller & callee if each is not call and _overlap(call, each)}


def _overlap(call: Call, other: Call) -> bool:
    """Whether each was heard of after the other had begun.

    Else one only has the ports of the other, whose BYE was missed.
    """
    if call.dialog is None or other.dialog is None:
        return False
    return call.dialog.heard_ns >= other.start_ns and other.dialog.heard_ns >= call.start_ns


def _note(call: Call, others: set[Call], control: StreamControl) -> None:
    dialog = call.dialog
    if dialog is None:
        return
    latest_ns = list(dialog.elsewhere_ns)
    for other in others:
        for receiver, stream in _shared(dialog, other):
            latest_ns[receiver] = max(latest_ns[receiver], control.last_packet_ns(stream))
    dialog.elsewhere_ns = (latest_ns[Party.CALLER], latest_ns[Party.CALLEE])


def _shared(dialog: Dialog, other: Call) -> Iterator[tuple[Party, MediaStream]]:
    """Give the audio of another call that runs at an endpoint of this one, and who receives it."""
    for stream in other.streams:
        for claim in dialog.claims if stream.is_audio else ():
            if claim.is_current and claim.endpoint == stream.dst:
                yield claim.party, stream
            elif claim.is_current and claim.endpoint == stream.src:
                yield claim.party.other, stream
