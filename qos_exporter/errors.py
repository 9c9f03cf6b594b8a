"""The errors that cross module borders, one family per whose fault it is."""

from __future__ import annotations


class QosExporterError(Exception):
    """The root of every error that this package raises on purpose."""


class DecodeError(QosExporterError):
    """Bytes that break the rules of their protocol.

    `reason` is a short snake_case word out of a closed set per parser: it becomes a label value of
    `qos_exporter_decode_errors_total`, so it never holds anything that came off the wire.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CaptureError(QosExporterError):
    """A capture file or an interface that cannot be read (further); the text is for the user."""


class ConfigError(QosExporterError):
    """A configuration that cannot be used; the text names file, line and key."""
