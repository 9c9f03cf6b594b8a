"""`qos-exporter analyze`: what is in a capture file, one row per stream."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from qos_exporter import app, logs
from qos_exporter.commands import flags
from qos_exporter.options import AnalyzeFormat, AnalyzeOptions, read_settings

if TYPE_CHECKING:
    from qos_exporter.commands.flags import Subparsers

DESCRIPTION = """\
Read capture files (pcap or pcapng, gzip or not) as fast as possible and print every call and RTP
stream with its losses, jitter and quality, the worst first. Ends with 1 where a file is damaged,
whose part before the damage is printed, and with 2 where one cannot be read at all."""

STANDARD_INPUT = Path("/dev/stdin")


def add_parser(subparsers: Subparsers) -> None:
    """Add `analyze` to the commands."""
    parser = subparsers.add_parser(
        "analyze", help="print the streams and calls of capture files", description=DESCRIPTION
    )
    parser.add_argument(
        "files", nargs="+", type=_path, metavar="FILE", help="capture file; - is standard input"
    )
    parser.add_argument(
        "--format",
        choices=get_args(AnalyzeFormat),
        default="table",
        help="how to print it (default table); json is a document for each file, as jq reads them; "
        "prometheus takes one file at a time where a program reads the text",
    )
    parser.add_argument(
        "--top",
        type=flags.checked(_count),
        metavar="N",
        help="print the N worst streams only; counts stay whole",
    )
    parser.add_argument("--no-color", dest="color", action="store_false", help="never use colours")
    flags.add_config_flag(parser)
    flags.add_log_flags(parser, default_level="warning")


def run(args: argparse.Namespace) -> int:
    """Print what the files hold; raises ConfigError and CaptureError."""
    settings = read_settings(args.config_file, flags.overrides_of(args))
    logs.configure(settings.log.level, settings.log.format)
    return app.analyze(
        AnalyzeOptions(
            files=tuple(args.files),
            format=args.format,
            top=args.top,
            settings=settings,
            color=args.color,
        )
    )


def _path(text: str) -> Path:
    return STANDARD_INPUT if text == "-" else Path(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError("is not a whole number from 1")
    return int(text)
