"""How a connection fares."""

from __future__ import annotations

import logging

from qos_exporter.failure_log import FailureLog
from qos_exporter.sources.ami.faults import AmiError, Fault

logger = logging.getLogger(__name__)


class LinkStatus:
    """Written by the thread of the connections, read by any; each value stands for itself."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_up = False
        self.fault: Fault | None = None
        """Why it is down; `None` while it is up, and before the first attempt has come out."""
        self.reconnects = 0
        """Logins after the first one."""
        self._has_been_up = False
        self._log = FailureLog(logger, f"the manager interface of {name}")

    def came_up(self) -> None:
        """Take note of a login."""
        self.reconnects += self._has_been_up
        self.is_up = self._has_been_up = True
        self.fault = None
        if not self._log.report_recovery():
            logger.info("logged in at the manager interface of %s", self.name)

    def went_down(self, error: Exception) -> None:
        """Take note of an end, or of an attempt that failed; each reason is logged once."""
        self.is_up = False
        self.fault = error.fault if isinstance(error, AmiError) else Fault.UNREACHABLE
        if isinstance(error, AmiError):
            self._log.report_outage(str(error))
        else:
            self._log.report(error)
