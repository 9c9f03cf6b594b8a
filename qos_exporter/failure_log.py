"""Logs what goes wrong in a loop that goes on: each thing once, not once a round."""

from __future__ import annotations

import logging

from qos_exporter.errors import CaptureError

_MOST_PLACES = 64
"""Places in the code whose failures are told apart; bounded, as the program runs for months."""


class FailureLog:
    """Tells of outages when they begin and end, and of defects the first time, with traceback."""

    def __init__(self, logger: logging.Logger, subject: str) -> None:
        self._logger = logger
        self._subject = subject
        self._outage = ""
        self._places: set[tuple[str, int]] = set()

    def report(self, error: Exception) -> None:
        """Log an error of the world (OSError, `CaptureError`) as an outage, others as defects."""
        if isinstance(error, OSError):
            self.report_outage(error.strerror or str(error))
        elif isinstance(error, CaptureError):
            self.report_outage(str(error))
        else:
            self._report_defect(error)

    def report_outage(self, text: str) -> None:
        """Log why nothing can be had now, unless that is what was logged last."""
        if text != self._outage:
            self._logger.warning("%s is interrupted: %s", self._subject, text)
        self._outage = text

    def report_recovery(self) -> bool:
        """Log the end of an outage; say whether there was one."""
        was_out = bool(self._outage)
        if was_out:
            self._logger.info("%s goes on", self._subject)
        self._outage = ""
        return was_out

    def _report_defect(self, error: Exception) -> None:
        place = _place(error)
        if place not in self._places and len(self._places) < _MOST_PLACES:
            self._places.add(place)
            self._logger.error("%s met a defect, and goes on", self._subject, exc_info=error)


def _place(error: Exception) -> tuple[str, int]:
    """Give file and line where an error was raised."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return type(error).__name__, 0
    return traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
