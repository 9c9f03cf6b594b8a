"""`qos-exporter mos`: what a codec, its losses and a delay come to, with the terms in between."""

from __future__ import annotations

import argparse
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING, get_args

from qos_exporter.bounds import RATIO, SECONDS, Bounds
from qos_exporter.commands import flags
from qos_exporter.settings import QualityModel, QualitySettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qos_exporter.commands.flags import Subparsers

DESCRIPTION = """\
Compute R and MOS of one connection, as for a window of a stream, and print the terms that they are
made of."""

FORMATS = ("text", "json")

UNUSED: Mapping[QualityModel, tuple[str, ...]] = MappingProxyType(
    {
        "e-model": ("--jitter",),
        "simplified": ("--discard", "--burst-ratio", "--no-plc"),
        "r_factor_lite": ("--discard", "--burst-ratio", "--jitter", "--no-plc"),
    }
)
"""Flags that a model does not look at."""
USUAL = MappingProxyType(
    {
        "--discard": ("discard", 0.0),
        "--burst-ratio": ("burst_ratio", 1.0),
        "--jitter": ("jitter", 0.0),
        "--no-plc": ("plc", True),
    }
)
"""Where the value of such a flag is, and which one changes nothing in any model."""

BURST_RATIO = Bounds(1.0, sys.float_info.max, "a burst ratio from 1")


def add_parser(subparsers: Subparsers) -> None:
    """Add `mos` to the commands."""
    parser = subparsers.add_parser(
        "mos", help="compute R and MOS for given conditions", description=DESCRIPTION
    )
    parser.add_argument(
        "--codec", required=True, metavar="NAME", help="as in SDP, for example G729"
    )
    _add_conditions(parser)
    parser.add_argument(
        "--no-plc", dest="plc", action="store_false", help="G.711 that conceals no lost packets"
    )
    parser.add_argument(
        "--model",
        choices=get_args(QualityModel),
        default=QualitySettings().model,
        help="how to compute it (default %(default)s)",
    )
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help="how to print it (default text)"
    )


def run(args: argparse.Namespace) -> int:
    """Print the scores; raises ConfigError where the question makes no sense."""
    _warn_of_unused(args)
    # Here, because the other commands should not wait for numpy.
    from qos_exporter.commands import mos_answer

    answer = mos_answer.answer_to(
        mos_answer.Question(
            codec=args.codec,
            model=args.model,
            plc=args.plc,
            loss_ratio=args.loss,
            discard_ratio=args.discard,
            burst_ratio=args.burst_ratio,
            one_way_delay_s=args.one_way_delay,
            jitter_s=args.jitter,
        )
    )
    print(mos_answer.PRINTERS[args.format](answer))
    return 0


def _warn_of_unused(args: argparse.Namespace) -> None:
    """Say on stderr what was asked for and does not count, as the answer looks as if it did."""
    given = [flag for flag in UNUSED[args.model] if getattr(args, USUAL[flag][0]) != USUAL[flag][1]]
    if given:
        print(f"the model {args.model} does not look at {', '.join(given)}.", file=sys.stderr)


def _add_conditions(parser: argparse.ArgumentParser) -> None:
    ratio, seconds = flags.checked(RATIO.parsed), flags.checked(SECONDS.parsed)
    parser.add_argument(
        "--loss", type=ratio, default=0.0, metavar="RATIO", help="packets lost; 0.02 is 2 %%"
    )
    parser.add_argument(
        "--discard", type=ratio, default=0.0, metavar="RATIO", help="packets that came too late"
    )
    parser.add_argument(
        "--burst-ratio",
        type=flags.checked(BURST_RATIO.parsed),
        default=1.0,
        metavar="RATIO",
        help="1 is random loss (default), 2 has runs twice as long",
    )
    parser.add_argument(
        "--one-way-delay",
        type=seconds,
        metavar="SECONDS",
        help="mouth to ear, 0.15 is 150 ms; gives MOS-CQ",
    )
    parser.add_argument(
        "--jitter", type=seconds, default=0.0, metavar="SECONDS", help="for the simplified model"
    )
