"""`qos-exporter check-config`: whether a configuration file can be used, and what it comes to."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from qos_exporter.errors import CaptureError, ConfigError
from qos_exporter.options import Overrides, read_settings

if TYPE_CHECKING:
    from qos_exporter.commands.flags import Subparsers

DESCRIPTION = """\
Check a configuration file. Every mistake is one line on stderr with file, line and key, and then
the exit code is 2."""


def add_parser(subparsers: Subparsers) -> None:
    """Add `check-config` to the commands."""
    parser = subparsers.add_parser(
        "check-config", help="check a configuration file", description=DESCRIPTION
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="configuration file")
    parser.add_argument(
        "--print",
        dest="show",
        action="store_true",
        help="print every setting as YAML: those of FILE, and the defaults of all others",
    )


def run(args: argparse.Namespace) -> int:
    """Say that the file is good, or print the settings; raises ConfigError."""
    if args.file is None and not args.show:
        raise ConfigError("check-config needs a FILE, or --print for the defaults.")
    settings = read_settings(args.file, Overrides())
    if settings.capture.filter:
        _check_filter(args.file, settings.capture.filter)
    if args.show:
        from qos_exporter.config.render import render_settings

        print(render_settings(settings), end="")
    else:
        print(f"{args.file}: is good.")
    return 0


def _check_filter(path: Path, expression: str) -> None:
    """Ask libpcap, which only listening needs otherwise; raises ConfigError."""
    # Here, because most files have no filter, and scapy takes a while.
    from qos_exporter.capture.bpf import compile_program
    from qos_exporter.config.source import read_document

    try:
        compile_program(expression)
    except CaptureError as error:
        line = read_document(path.read_text(encoding="utf-8")).line_of(("capture", "filter"))
        raise ConfigError(f"{path}:{line}: capture.filter: {error}.") from error
