"""Flags that several commands share, and what they come to."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, get_args

from qos_exporter.listen import ListenAddress, checked_telemetry_path
from qos_exporter.options import Overrides
from qos_exporter.settings import LogFormat, LogLevel, LogSettings, WebSettings

if TYPE_CHECKING:
    # What `add_subparsers` returns has no public name, and takes no type argument at run time.
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 -- see above

Value = TypeVar("Value")


def checked(rule: Callable[[str], Value]) -> Callable[[str], Value]:
    """Make a rule that raises ValueError with half a sentence into a type for argparse."""

    def parse(text: str) -> Value:
        try:
            return rule(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} {error}") from error

    return parse


def add_config_flag(parser: argparse.ArgumentParser) -> None:
    """Add `--config.file`."""
    parser.add_argument(
        "--config.file",
        dest="config_file",
        type=Path,
        metavar="FILE",
        help="settings in YAML; qos-exporter check-config --print shows all of them",
    )


def add_web_flags(parser: argparse.ArgumentParser) -> None:
    """Add `--web.listen-address` and `--web.telemetry-path`."""
    defaults = WebSettings()
    parser.add_argument(
        "--web.listen-address",
        dest="listen_address",
        type=checked(ListenAddress.parse),
        metavar="ADDRESS",
        help=f"[host]:port to accept connections at (default {defaults.listen_address})",
    )
    parser.add_argument(
        "--web.telemetry-path",
        dest="telemetry_path",
        type=checked(checked_telemetry_path),
        metavar="PATH",
        help=f"where the metrics are (default {defaults.telemetry_path})",
    )


def add_log_flags(parser: argparse.ArgumentParser, *, default_level: LogLevel | None) -> None:
    """Add `--log.level` and `--log.format`; `None` leaves the level to the settings."""
    defaults = LogSettings()
    parser.add_argument(
        "--log.level",
        dest="log_level",
        choices=get_args(LogLevel),
        default=default_level,
        help=f"what is worth a line on stderr (default {default_level or defaults.level})",
    )
    parser.add_argument(
        "--log.format",
        dest="log_format",
        choices=get_args(LogFormat),
        help=f"how the lines look (default {defaults.format})",
    )


def overrides_of(args: argparse.Namespace) -> Overrides:
    """Give what the flags say about settings; a command without a flag leaves its setting alone."""
    return Overrides(
        # Named twice, its frames would count twice.
        interfaces=tuple(dict.fromkeys(getattr(args, "interfaces", None) or ())),
        listen_address=getattr(args, "listen_address", None),
        telemetry_path=getattr(args, "telemetry_path", None),
        log_level=args.log_level,
        log_format=args.log_format,
    )
