"""What can be wrong with a connection to a manager interface."""

from __future__ import annotations

from enum import StrEnum

from qos_exporter.errors import QosExporterError


class Fault(StrEnum):
    """Why there is no connection, or nothing comes through it."""

    UNREACHABLE = "unreachable"
    """No connection, or one that was closed."""
    SILENT = "silent"
    """The connection is there, but nothing was heard for three pings."""
    NOT_ASTERISK = "not_asterisk"
    """What answers does not speak the protocol."""
    LOGIN_REFUSED = "login_refused"
    """Wrong user name or secret, or an address that the user may not come from."""
    NO_SECRET = "no_secret"  # noqa: S105 -- says that there is none
    """The file with the secret cannot be read."""


class AmiError(QosExporterError):
    """A connection that cannot be used (further); the text is for the log."""

    def __init__(self, fault: Fault, text: str) -> None:
        super().__init__(text)
        self.fault = fault
