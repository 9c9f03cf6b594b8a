"""What is shown of reports between one snapshot and the next."""

from __future__ import annotations

from tests.monitor.recording import Dialogue, Listener
from tests.monitor.reported import reported
from tests.monitor.reporters import Exchange, block, datagram_of, rr


def test_pictures_share_what_has_not_changed() -> None:
    """As long as nothing new is reported, the same value is shown; then there is a new one."""
    dialogue = Dialogue(talk_s=12.0)
    caller, callee = Exchange.of(dialogue).ends
    first, second = (
        datagram_of(callee, caller, at_s, rr(1, block(dialogue.forth.ssrc, highest, lost=lost)))
        for at_s, highest, lost in ((4.0, 190, 0), (13.0, 500, 7))
    )
    listener = Listener().play(dialogue.set_up(), dialogue.media(), [first])
    before = reported(listener, dialogue.forth)
    assert reported(listener, dialogue.forth) is before
    listener.play([second])
    after = reported(listener, dialogue.forth)
    assert (before.rtcp and before.rtcp.reports, after.rtcp and after.rtcp.reports) == (1, 2)
