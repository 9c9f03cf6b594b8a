"""When time stamps passed the tap: the last few that one source sent one way."""

KEPT: int
"""Sender reports kept per stream; a report quotes the last one that arrived, mostly the newest."""

class PassedStamps:
    """The last `KEPT` different ones; the oldest one makes room for the next."""

    def note(self, stamp: int, at_ns: int) -> None:
        """Remember when a time stamp of 32 bits passed, the first time if it was captured twice.

        A clock that stands still makes the same one for every report: then the last one counts.
        """

    def get(self, stamp: int) -> int | None:
        """When it passed; `None` of one that did not, or too long ago."""

    @property
    def latest_ns(self) -> int:
        """When the last one passed."""
