"""The composition root: the only place where all parts meet.

Each command brings in only what it needs, so that analysing a file does not wait for the imports
of a web server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from qos_exporter.listen import ListenAddress
    from qos_exporter.options import AnalyzeOptions, ServeOptions


def analyze(options: AnalyzeOptions) -> int:
    """Print what capture files hold and give the exit code."""
    from qos_exporter import analysis

    return analysis.analyze(options)


def serve(options: ServeOptions, *, announce: Callable[[ListenAddress], None] | None = None) -> int:
    """Listen (or replay) and serve until a signal says to stop; gives the exit code.

    `announce` is told where the web server listens, once it does.
    """
    from qos_exporter import serving

    return serving.serve(options, announce=announce)
