"""Log lines on stderr, as logfmt or JSON: one record a line, times in UTC."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

from qos_exporter.settings import LogFormat, LogLevel

PACKAGE = __name__.partition(".")[0]
STANDARD_ATTRIBUTES = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}
"""What every record has; whatever else it has was passed as `extra`."""
COLORED = "color_message"
"""What uvicorn passes as `extra`: its message once more, for terminals."""

TALKATIVE = "uvicorn"
"""A library whose informative lines say again what ours say, and whose warnings are about requests
that are none: whoever reaches the port could fill the log with them."""
FORMATLESS = "scapy"
"""A library with a handler of its own, whose warnings are guesses that do not concern us."""


class FieldFormatter(logging.Formatter):
    """Turn a record into its fields, and the fields into a line."""

    def __init__(self, render: Callable[[dict[str, str]], str]) -> None:
        super().__init__()
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        """Give the line for `record`; never holds a line break."""
        return self._render(self._fields(record))

    def _fields(self, record: logging.LogRecord) -> dict[str, str]:
        time = datetime.fromtimestamp(record.created, UTC)
        fields = {
            "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name.removeprefix(f"{PACKAGE}."),
            "msg": record.getMessage(),
        }
        for name, value in record.__dict__.items():
            if name not in STANDARD_ATTRIBUTES and name != COLORED:
                fields[name] = str(value)
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return fields


def logfmt(fields: dict[str, str]) -> str:
    """Write `key=value` pairs; a value that would not read back alone is quoted."""
    return " ".join(f"{name}={_quoted(value)}" for name, value in fields.items())


def _quoted(value: str) -> str:
    """Quote with JSON's escapes, which logfmt readers understand."""
    plain = value.isprintable() and not any(character in ' "=\\' for character in value)
    return value if value and plain else as_json(value)


def as_json(value: object) -> str:
    """Write JSON in which nothing can move or colour a terminal, or reverse its text."""
    text = json.dumps(value, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)


RENDERERS: dict[LogFormat, Callable[[dict[str, str]], str]] = {
    "logfmt": logfmt,
    "json": as_json,
}


def configure(level: LogLevel, log_format: LogFormat, *, stream: TextIO | None = None) -> None:
    """Send the log of the whole process to `stream` (default stderr), replacing earlier set-ups."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(FieldFormatter(RENDERERS[log_format]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger(TALKATIVE).setLevel(logging.NOTSET if level == "debug" else logging.ERROR)
    logging.getLogger(FORMATLESS).setLevel(logging.ERROR)
