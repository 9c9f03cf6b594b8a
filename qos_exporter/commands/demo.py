"""`qos-exporter demo`: serve a bundled capture of real calls, in a loop and in real time."""

from __future__ import annotations

import argparse
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from qos_exporter.commands import flags, serve
from qos_exporter.options import ReplayOptions, ServeOptions, read_settings

if TYPE_CHECKING:
    from qos_exporter.commands.flags import Subparsers
    from qos_exporter.listen import ListenAddress

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
    """Serve until a signal says to stop; say where to look once there is something to see."""
    overrides = flags.overrides_of(args)
    settings = read_settings(args.config_file, overrides)
    with resources.as_file(resources.files("qos_exporter") / CAPTURE) as path:
        options = ServeOptions(
            settings=settings,
            config_path=args.config_file,
            overrides=overrides,
            replay=ReplayOptions(path=Path(path), loop=True),
        )
        return serve.start(options, announce=partial(_announce, settings.web.telemetry_path))


def _announce(telemetry_path: str, address: ListenAddress) -> None:
    print(f"Replaying recorded calls in a loop: see {address.url('/')}", flush=True)
    print(f"The metrics are at {address.url(telemetry_path)}; Ctrl-C ends it.", flush=True)
