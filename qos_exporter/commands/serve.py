"""`qos-exporter serve`: listen, and serve what was heard."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from qos_exporter import app, logs
from qos_exporter.bounds import Bounds
from qos_exporter.commands import flags
from qos_exporter.errors import ConfigError
from qos_exporter.options import ReplayOptions, ServeOptions, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from qos_exporter.commands.flags import Subparsers
    from qos_exporter.listen import ListenAddress

DESCRIPTION = """\
Listen to SIP and RTP on one or more interfaces, or replay a capture file, and serve metrics, a page
with the active calls and an API until SIGTERM. SIGHUP reads the configuration file again. Flags win
over the file. Without --interface it listens where the default route goes."""

SPEED_MAX = 10_000
"""So that the clock of a replay, which runs so much faster, takes months to run out of numbers."""
SPEED = Bounds(0.0, SPEED_MAX, f"a factor from 0 to {SPEED_MAX}; 0 is as fast as possible")


def add_parser(subparsers: Subparsers) -> None:
    """Add `serve` to the commands."""
    parser = subparsers.add_parser(
        "serve", help="listen and serve metrics (the default command)", description=DESCRIPTION
    )
    flags.add_config_flag(parser)
    parser.add_argument(
        "--interface",
        dest="interfaces",
        action="append",
        metavar="NAME",
        help="listen on this interface; may be given several times",
    )
    _add_replay_flags(parser)
    flags.add_web_flags(parser)
    flags.add_log_flags(parser, default_level=None)


def run(args: argparse.Namespace) -> int:
    """Serve until a signal says to stop; raises ConfigError and CaptureError before that."""
    replay = _replay_options(args)
    overrides = flags.overrides_of(args)
    options = ServeOptions(
        settings=read_settings(args.config_file, overrides),
        config_path=args.config_file,
        overrides=overrides,
        replay=replay,
    )
    return start(options)


def start(options: ServeOptions, *, announce: Callable[[ListenAddress], None] | None = None) -> int:
    """Set the log up and hand over to the application."""
    logs.configure(options.settings.log.level, options.settings.log.format)
    return app.serve(options, announce=announce)


def _add_replay_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--replay",
        type=Path,
        metavar="FILE",
        help="read this capture file (pcap or pcapng, gzip or not) instead of an interface",
    )
    parser.add_argument(
        "--replay.speed",
        dest="replay_speed",
        type=flags.checked(SPEED.parsed),
        metavar="FACTOR",
        help="1 is real time, 2 is twice as fast, 0 is as fast as possible (default 1)",
    )
    parser.add_argument(
        "--replay.loop",
        dest="replay_loop",
        action="store_true",
        help="start again at the end of the file",
    )
    parser.add_argument(
        "--replay.exit",
        dest="replay_exit",
        action="store_true",
        help="exit at the end of the file instead of serving on",
    )


def _replay_options(args: argparse.Namespace) -> ReplayOptions | None:
    """Check that the flags go together; raises ConfigError."""
    if args.replay is None:
        if args.replay_loop or args.replay_exit or args.replay_speed is not None:
            raise ConfigError("--replay.speed, --replay.loop and --replay.exit need --replay FILE.")
        return None
    if args.interfaces:
        raise ConfigError("--interface and --replay exclude each other.")
    if args.replay_loop and args.replay_exit:
        raise ConfigError("--replay.loop and --replay.exit exclude each other.")
    return ReplayOptions(
        path=args.replay,
        speed=1.0 if args.replay_speed is None else args.replay_speed,
        loop=args.replay_loop,
        exit=args.replay_exit,
    )
