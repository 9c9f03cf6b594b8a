"""`qos-exporter demo`: serve a bundled capture of real calls, in a loop and in real time."""

from __future__ import annotations

import argparse
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from qos_exporter.commands import flags, serve
from qos_exporter.options import ReplayOptions, ServeOptions, read_settings

if TYPE_CHECKING:
    from qos_exporter.commands.flags import Subparsers

DESCRIPTION = """\
Replay a bundled capture of real calls in a loop, in real time, and serve what they come to. Needs
no privileges and no network."""
CAPTURE = "data/demo.pcap.gz"


def add_parser(subparsers: Subparsers) -> None:
    """Add `demo` to the commands."""
    parser = subparsers.add_parser(
        "demo", help="serve a bundled capture of real calls", description=DESCRIPTION
    )
    flags.add_config_flag(parser)
    flags.add_web_flags(parser)
    flags.add_log_flags(parser, default_level=None)


def run(args: argparse.Namespace) -> int:
    """Say where to look, and serve until a signal says to stop."""
    overrides = flags.overrides_of(args)
    settings = read_settings(args.config_file, overrides)
    url = settings.web.listen_address.url
    print(f"Replaying recorded calls in a loop: see {url('/')}", flush=True)
    print(f"The metrics are at {url(settings.web.telemetry_path)}; Ctrl-C ends it.", flush=True)
    with resources.as_file(resources.files("qos_exporter") / CAPTURE) as path:
        return serve.start(
            ServeOptions(
                settings=settings,
                config_path=args.config_file,
                overrides=overrides,
                replay=ReplayOptions(path=Path(path), loop=True),
            )
        )
