"""What a party says that it hears of a PBX, and when its numbers do not mean what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qos_exporter.protocols.rtcp import ReceptionReport


class Hearing:
    """Which stream a party reports on, and how far it has heard that.

    A PBX does not always send one stream: a bridge, music on hold and a re-INVITE begin another.
    And what it forwards with the numbers of the other party goes on behind a hold with a gap, of
    which no packet was ever sent here.
    """

    __slots__ = ("_is_behind_hold", "_reported", "_sent_ssrc")

    def __init__(self) -> None:
        self._sent_ssrc: int | None = None
        self._reported: tuple[int, int] | None = None
        """SSRC and highest number of the last report."""
        self._is_behind_hold = False

    def note_sent(self, ssrc: int | None) -> bool:
        """Take in what the PBX says that it sends; says whether that is another stream now."""
        before, self._sent_ssrc = self._sent_ssrc, ssrc
        return before is not None and ssrc != before

    def is_over(self, block: ReceptionReport) -> bool:
        """Whether a report is about a stream that is sent no longer, and says nothing new of it.

        Some telephones go on to report on every stream of the call, the oldest one first, and only
        the first block is known here. That its number stands still is no loss.
        """
        is_sent = self._sent_ssrc is None or self._sent_ssrc == block.ssrc
        return not is_sent and _progress(block) == self._reported

    def resume(self) -> None:
        """Take in that the call is no longer on hold."""
        self._is_behind_hold = True

    def take(self, block: ReceptionReport) -> bool:
        """Take in a report; says whether its losses are to be disregarded, for they span a hold.

        Those are all up to the first one that tells of a packet from behind the hold.
        """
        is_behind_hold = self._is_behind_hold
        if _progress(block) != self._reported:
            self._is_behind_hold = False
        self._reported = _progress(block)
        return is_behind_hold


def _progress(block: ReceptionReport) -> tuple[int, int]:
    return block.ssrc, block.extended_highest_sequence_number
