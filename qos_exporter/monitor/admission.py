"""Which calls get series of their own, so that their number has a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qos_exporter.calls.call import Call
    from qos_exporter.settings import CallSettings


class Admission:
    """Decides once per call and sticks to it, so that no series comes and goes between scrapes."""

    def __init__(self, settings: CallSettings) -> None:
        self._settings = settings
        self._admitted = 0
        """How many of the calls that are there have series."""
        self.refused_total = 0

    def reconfigure(self, settings: CallSettings) -> None:
        """Follow new settings for the calls that come; those that were admitted stay."""
        self._settings = settings

    def note_media(self, call: Call) -> None:
        """A stream of the call was found."""
        if self._settings.series == "all":
            self._admit(call)

    def note_degraded(self, call: Call) -> None:
        """A window of the call was less than good."""
        if self._settings.series == "degraded":
            self._admit(call)

    def take_over(self, told: Call, call: Call) -> None:
        """Go on with a call as the one on the wire that it turned out to be."""
        if told.has_series is not None:
            self._admitted -= bool(told.has_series and call.has_series)
            call.has_series = told.has_series or bool(call.has_series)
            told.has_series = None

    def is_admitted(self, call: Call) -> bool:
        """Whether the call has series."""
        return bool(call.has_series)

    @property
    def is_full(self) -> bool:
        """Whether the next call would be refused."""
        return self._admitted >= self._settings.series_limit

    def keep_only(self, calls: Iterable[Call]) -> None:
        """All other calls are gone; what they held is free for others."""
        self._admitted = sum(1 for call in calls if call.has_series)

    def _admit(self, call: Call) -> None:
        if call.former is not None:
            self.take_over(call.former, call)
        if call.has_series is not None:
            return
        call.has_series = not self.is_full
        if call.has_series:
            self._admitted += 1
        else:
            self.refused_total += 1
