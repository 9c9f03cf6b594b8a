"""Canonical names (RFC 3550 section 6.5.1) go to the stream of whoever says them."""

from __future__ import annotations

from qos_exporter.protocols.rtcp import DescribedSource, SourceDescription
from tests.monitor.recording import Dialogue, Listener
from tests.monitor.reported import reported
from tests.monitor.reporters import Exchange, datagram_of, rr, sdes, sr


def test_each_side_names_itself() -> None:
    """The name belongs to what its owner sends, not to what it receives."""
    dialogue = Dialogue()
    caller, callee = Exchange.of(dialogue).ends
    forth, back = dialogue.forth.ssrc, dialogue.back.ssrc
    listener = Listener().play(
        dialogue.media(),
        [
            datagram_of(caller, callee, 2.0, sr(forth, 2.0), sdes(forth, "alice@a")),
            datagram_of(callee, caller, 2.0, rr(back), sdes(back, "bob@b")),
        ],
    )
    assert reported(listener, dialogue.forth).cname == "alice@a"
    assert reported(listener, dialogue.back).cname == "bob@b"
    assert reported(listener, dialogue.forth).rtcp is None


def test_a_description_without_a_name() -> None:
    """Neither a source without a name nor one that nobody knows changes anything."""
    dialogue = Dialogue()
    caller, callee = Exchange.of(dialogue).ends
    nameless = SourceDescription((DescribedSource(dialogue.forth.ssrc, None),))
    listener = Listener().play(
        dialogue.media(),
        [datagram_of(caller, callee, 2.0, rr(1), nameless, sdes(0x5555_5555, "nobody"))],
    )
    assert listener.stream(dialogue.forth).reported is None
