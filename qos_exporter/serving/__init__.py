"""Running as a service: capture threads feed the monitor, the web server shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.capture.lean_scapy import leave_out_tables
from qos_exporter.serving.service import Service
from qos_exporter.turns import shorten_turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from qos_exporter.listen import ListenAddress
    from qos_exporter.options import ServeOptions


def serve(options: ServeOptions, *, announce: Callable[[ListenAddress], None] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, or to the end of a replay that was told to exit there.

    `announce` is told where the web server listens, once it does.
    """
    shorten_turns()
    leave_out_tables()
    service = Service(options, announce=announce)
    service.install_signals()
    return service.run()
