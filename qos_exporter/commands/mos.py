"""`qos-exporter mos`: what a codec, its losses and a delay come to, with the terms in between."""

from __future__ import annotations

import argparse
import json
import math
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.errors import ConfigError
from qos_exporter.quality.arrays import FloatArray
from qos_exporter.quality.codec import Codec
from qos_exporter.quality.codec_table import ANY_CLOCK_RATE, CodecTable
from qos_exporter.quality.model import Conditions, Model, Term
from qos_exporter.quality.models import DEFAULT_MODEL, MODELS
from qos_exporter.quality.overrides import operator_codecs
from qos_exporter.quality.rating import RATINGS, RESULTS
from qos_exporter.quality.scale import SCALE_NAMES

if TYPE_CHECKING:
    # What `add_subparsers` returns has no public name, and no type argument while it runs.
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - see above

SPOKEN_NAMES = MappingProxyType(
    {"G711": "PCMU", "G711U": "PCMU", "ULAW": "PCMU", "G711A": "PCMA", "ALAW": "PCMA"}
)
"""What people call codecs whose name in SDP is another."""

WIDTH = 80


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything that is printed."""

    codec: Codec
    model: Model
    r_lq: float
    mos_lq: float
    r_cq: float | None
    mos_cq: float | None
    result: str
    rating: str
    terms: tuple[Term, ...]

    @property
    def r_factor(self) -> float:
        """R with everything that was given in it."""
        return self.r_lq if self.r_cq is None else self.r_cq


def add_parser(subparsers: Subparsers) -> None:
    """Add `mos` to the commands."""
    parser = subparsers.add_parser(
        "mos",
        help="compute R and MOS for given conditions, and show the terms",
        description="Compute R and MOS of one connection, and show the terms they are made of.",
    )
    parser.add_argument("--codec", required=True, help="as in SDP, for example G729")
    parser.add_argument("--loss", type=float, default=0.0, metavar="RATIO", help="0.02 is 2 %%")
    parser.add_argument(
        "--discard", type=float, default=0.0, metavar="RATIO", help="packets that came too late"
    )
    parser.add_argument(
        "--burst-ratio", type=float, default=1.0, metavar="RATIO", help="1 is random loss"
    )
    parser.add_argument(
        "--one-way-delay", type=float, metavar="SECONDS", help="mouth to ear; needed for MOS-CQ"
    )
    parser.add_argument(
        "--jitter", type=float, default=0.0, metavar="SECONDS", help="for the simplified model"
    )
    parser.add_argument("--no-plc", action="store_true", help="G.711 without loss concealment")
    parser.add_argument("--model", choices=tuple(MODELS), default=DEFAULT_MODEL.name)
    parser.add_argument("--format", choices=tuple(PRINTERS), default="text")


def run(args: argparse.Namespace) -> int:
    """Print the scores; 2 and one sentence on stderr where the question makes no sense."""
    try:
        verdict = _verdict(args)
    except ConfigError as error:
        print(f"qos-exporter mos: {error}", file=sys.stderr)
        return 2
    print(PRINTERS[args.format](verdict))
    return 0


def find_codec(name: str, codecs: CodecTable) -> Codec:
    """The scored row that a person means by `name`; ConfigError names those that there are."""
    plain = name.upper().replace("G.", "G")
    plain = SPOKEN_NAMES.get(plain, plain)
    codec = codecs.by_name(plain) or codecs.find(plain, ANY_CLOCK_RATE)
    if codec is None:
        known = ", ".join(row.name for row in codecs.rows if row.is_scored)
        raise ConfigError(f"codec {name!r} is not known; known are {known}")
    if not codec.is_scored:
        raise ConfigError(f"codec {codec.name} cannot be scored: {codec.source}")
    return codec


def _check_conditions(args: argparse.Namespace) -> None:
    """Refuse what cannot happen; a NaN fails every comparison and so is refused as well."""
    delay = 0.0 if args.one_way_delay is None else args.one_way_delay
    for holds, sentence in (
        (0.0 <= args.loss <= 1.0, "--loss is a ratio from 0 to 1 (0.02 is 2 %)"),
        (0.0 <= args.discard <= 1.0, "--discard is a ratio from 0 to 1"),
        (args.loss + args.discard <= 1.0, "a packet is lost or discarded, so the sum is at most 1"),
        (1.0 <= args.burst_ratio < math.inf, "--burst-ratio is at least 1"),
        (0.0 <= delay < math.inf, "--one-way-delay is in seconds, from 0"),
        (0.0 <= args.jitter < math.inf, "--jitter is in seconds, from 0"),
    ):
        if not holds:
            raise ConfigError(sentence)


def _conditions(args: argparse.Namespace, codec: Codec) -> Conditions:
    ta_ms = math.nan if args.one_way_delay is None else 1000.0 * args.one_way_delay
    return Conditions(
        scale=np.int8(SCALE_NAMES.index(codec.scale)),
        ie=codec.ie,
        bpl=codec.bpl,
        lost_percent=100.0 * args.loss,
        discarded_percent=100.0 * args.discard,
        burst_r=args.burst_ratio,
        ta_ms=ta_ms,
        # Without a measured round trip, the way back is taken to be as long as the way there.
        round_trip_ms=2.0 * ta_ms,
        jitter_ms=1000.0 * args.jitter,
    )


def _verdict(args: argparse.Namespace) -> Verdict:
    _check_conditions(args)
    codec = find_codec(args.codec, operator_codecs(plc=not args.no_plc))
    conditions = _conditions(args, codec)
    model = MODELS[args.model]
    scores = model.score(conditions)
    return Verdict(
        codec=codec,
        model=model,
        r_lq=float(scores.r_lq),
        mos_lq=float(scores.mos_lq),
        r_cq=_known(scores.r_cq),
        mos_cq=_known(scores.mos_cq),
        result=RESULTS[int(scores.result)],
        rating=RATINGS[int(scores.rating)],
        terms=model.explain(conditions),
    )


def _known(value: FloatArray) -> float | None:
    return None if np.isnan(value) else float(value)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _json(verdict: Verdict) -> str:
    document = {
        "codec": verdict.codec.name,
        "scale": verdict.model.scale_name(verdict.codec.scale),
        "provenance": verdict.codec.provenance,
        "source": verdict.codec.source,
        "model": verdict.model.name,
        "r_factor": _rounded(verdict.r_factor),
        "r_lq": _rounded(verdict.r_lq),
        "mos_lq": _rounded(verdict.mos_lq),
        "r_cq": _rounded(verdict.r_cq),
        "mos_cq": _rounded(verdict.mos_cq),
        "result": verdict.result,
        "rating": verdict.rating,
        "terms": {term.key: _rounded(term.value) for term in verdict.terms},
    }
    return json.dumps(document, indent=2)


def _score_line(title: str, r: float | None, mos: float | None) -> str:
    if r is None or mos is None:
        return f"{title:<18}{'-':>8}{'-':>8}  (needs --one-way-delay)"
    return f"{title:<18}{r:>8.2f}{mos:>8.3f}"


def _text(verdict: Verdict) -> str:
    codec = verdict.codec
    scale = verdict.model.scale_name(codec.scale)
    head = (
        f"codec   {codec.name}, {scale} scale, values {codec.provenance}",
        *textwrap.wrap(codec.source, WIDTH, initial_indent="        ", subsequent_indent=" " * 8),
        f"model   {verdict.model.name}",
    )
    scores = (
        f"{'':<18}{'R':>8}{'MOS':>8}",
        _score_line("listening (LQ)", verdict.r_lq, verdict.mos_lq),
        _score_line("conversation (CQ)", verdict.r_cq, verdict.mos_cq),
        f"rating {verdict.rating}; what the network took: {verdict.result}",
    )
    terms = (f"{term.symbol:<10}{term.value:>9.3f}  {term.meaning}" for term in verdict.terms)
    return "\n".join((*head, "", *scores, "", *terms))


PRINTERS: Mapping[str, Callable[[Verdict], str]] = MappingProxyType({"text": _text, "json": _json})
