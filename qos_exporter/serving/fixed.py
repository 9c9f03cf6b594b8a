"""Settings that are only looked at when the program starts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from qos_exporter.settings import Settings

logger = logging.getLogger(__name__)

FIXED: tuple[tuple[str, Callable[[Settings], object]], ...] = (
    ("capture", lambda settings: settings.capture),
    ("sip", lambda settings: settings.sip),
    ("streams", lambda settings: settings.streams),
    ("quality.window", lambda settings: settings.quality.window_ns),
    ("quality.playout", lambda settings: settings.quality.playout),
    ("ami", lambda settings: settings.ami),
    ("web", lambda settings: settings.web),
)
"""The keys of the configuration that such settings are under."""


def warn_of_fixed(started: Settings, asked: Settings) -> None:
    """Say what the file asks for that a restart would bring: what is in use is as at the start."""
    changed = [name for name, part in FIXED if part(started) != part(asked)]
    if changed:
        logger.warning("changes take effect after a restart: %s", ", ".join(changed))
