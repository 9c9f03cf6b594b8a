"""The command line: which command, and how it ends."""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import signal
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from qos_exporter import __doc__ as description
from qos_exporter import __version__
from qos_exporter.allocation import collect_seldom, return_large_blocks
from qos_exporter.commands import analyze, check_config, demo, mos, rules, serve
from qos_exporter.errors import QosExporterError

COMMANDS: dict[str, ModuleType] = {
    "serve": serve,
    "analyze": analyze,
    "mos": mos,
    "demo": demo,
    "check-config": check_config,
    "rules": rules,
}
"""Each has `add_parser(subparsers)` and `run(args) -> int`."""

DEFAULT_COMMAND = "serve"
ABOUT = frozenset({"-h", "--help", "--version"})
"""The only flags that do not belong to a command."""

EXIT_UNUSABLE = 2
EXIT_BROKEN_PIPE = 141
"""As for a program that dies of SIGPIPE (128 + 13)."""
EXIT_INTERRUPTED = 130
"""As for a program that dies of SIGINT (128 + 2)."""
DISK_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What only writing meets: there is no room on the disk, or none that we may use."""


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence."""

    def error(self, message: str) -> NoReturn:
        """End the program with 2."""
        self.exit(EXIT_UNUSABLE, f"{self.prog}: {message}; try {self.prog} --help.\n")


def build_parser() -> Parser:
    """Put the parsers of all commands together."""
    parser = Parser(
        prog="qos-exporter",
        description=description,
        epilog="Without a command it serves: qos-exporter serve --help lists the flags.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"qos-exporter {__version__}")
    subparsers = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, title="commands"
    )
    for command in COMMANDS.values():
        command.add_parser(subparsers)
    for subparser in subparsers.choices.values():
        subparser.allow_abbrev = False
        subparser.set_defaults(parser=subparser)
    return parser


def run(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (without the program's name) and give its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or (words[0].startswith("-") and words[0] not in ABOUT):
        words.insert(0, DEFAULT_COMMAND)
    try:
        args, unknown = build_parser().parse_known_args(words)
        if unknown:
            # By the command's own parser: its help is the one that lists the flags.
            args.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    except SystemExit as end:
        return int(end.code or 0)
    return _run_command(COMMANDS[args.command], args)


def _run_command(command: ModuleType, args: argparse.Namespace) -> int:
    try:
        code: int = command.run(args)
        sys.stdout.flush()
    except QosExporterError as error:
        print(error, file=sys.stderr)
        return EXIT_UNUSABLE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing may complain about that at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BROKEN_PIPE
    except OSError as error:
        if error.errno not in DISK_FAULTS:
            raise
        print(f"the output cannot be written: {error.strerror}", file=sys.stderr)
        return EXIT_UNUSABLE
    return code


def main() -> NoReturn:
    """Run as a program.

    The end waits for nothing: not for a thread that still answers a request (those of the web
    framework would hold up the interpreter), nor for memory to be given back object by object,
    which takes a while after a large capture.
    """
    _open_closed_streams()
    _write_any_text()
    collect_seldom()
    return_large_blocks()
    code = run()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):  # whoever read it has gone
            stream.flush()
    if code == EXIT_INTERRUPTED:
        # A shell that runs us in a loop ends the loop only if the signal was what ended us.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.raise_signal(signal.SIGINT)
    os._exit(code)


def _open_closed_streams() -> None:
    """Let nobody stumble over a stream that was closed when the program started (`>&-`)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 -- open for good
            setattr(sys, name, nowhere)


def _write_any_text() -> None:
    """Spell out what the encoding of stdout lacks, as Python does for stderr.

    Names of callers and files can hold any character, and not every locale is UTF-8.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
