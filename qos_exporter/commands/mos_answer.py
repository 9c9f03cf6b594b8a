"""The answer of `qos-exporter mos`, as text and as JSON."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from qos_exporter.errors import ConfigError
from qos_exporter.quality.arrays import FloatArray
from qos_exporter.quality.codec import Codec
from qos_exporter.quality.codec_table import ANY_CLOCK_RATE, CodecTable
from qos_exporter.quality.model import Conditions, Term
from qos_exporter.quality.models import MODELS
from qos_exporter.quality.overrides import operator_codecs
from qos_exporter.quality.rating import RATINGS, RESULTS
from qos_exporter.quality.scale import SCALE_NAMES

SPOKEN_NAMES = MappingProxyType(
    {"G711": "PCMU", "G711U": "PCMU", "ULAW": "PCMU", "G711A": "PCMA", "ALAW": "PCMA"}
)
"""What people call codecs whose name in SDP is another."""

WIDTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A connection to be rated."""

    codec: str
    model: str
    plc: bool
    loss_ratio: float
    discard_ratio: float
    burst_ratio: float
    one_way_delay_s: float | None
    """Mouth to ear; `None` for unknown."""
    jitter_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything that is printed."""

    codec: Codec
    model: str
    scale: str
    r_lq: float
    mos_lq: float
    r_cq: float | None
    mos_cq: float | None
    result: str
    rating: str
    terms: tuple[Term, ...]

    @property
    def r_factor(self) -> float:
        """R with everything in it that was given."""
        return self.r_lq if self.r_cq is None else self.r_cq


def find_codec(name: str, codecs: CodecTable) -> Codec:
    """The scored row that a person means by `name`; ConfigError says which there are."""
    plain = name.upper().replace("G.", "G")
    plain = SPOKEN_NAMES.get(plain, plain)
    codec = codecs.by_name(plain) or codecs.find(plain, ANY_CLOCK_RATE)
    if codec is None:
        known = ", ".join(row.name for row in codecs.rows if row.is_scored)
        raise ConfigError(f"codec {name!r} is not known; known are {known}.")
    if not codec.is_scored:
        raise ConfigError(f"codec {codec.name} has no score: {codec.source}.")
    return codec


def answer_to(question: Question) -> Answer:
    """Rate the connection; ConfigError names what cannot be."""
    if question.loss_ratio + question.discard_ratio > 1.0:
        raise ConfigError("a packet is lost or discarded: --loss and --discard exceed 1 together.")
    codec = find_codec(question.codec, operator_codecs(plc=question.plc))
    conditions = _conditions(question, codec)
    model = MODELS[question.model]
    scores = model.score(conditions)
    return Answer(
        codec=codec,
        model=model.name,
        scale=model.scale_name(codec.scale),
        r_lq=float(scores.r_lq),
        mos_lq=float(scores.mos_lq),
        r_cq=_known(scores.r_cq),
        mos_cq=_known(scores.mos_cq),
        result=RESULTS[int(scores.result)],
        rating=RATINGS[int(scores.rating)],
        terms=model.explain(conditions),
    )


def _conditions(question: Question, codec: Codec) -> Conditions:
    delay_s = question.one_way_delay_s
    ta_ms = math.nan if delay_s is None else 1000.0 * delay_s
    return Conditions(
        scale=np.int8(SCALE_NAMES.index(codec.scale)),
        ie=codec.ie,
        bpl=codec.bpl,
        lost_percent=100.0 * question.loss_ratio,
        discarded_percent=100.0 * question.discard_ratio,
        burst_r=question.burst_ratio,
        ta_ms=ta_ms,
        # Nobody was asked for the round trip, so the way back is as long as the way there.
        round_trip_ms=2.0 * ta_ms,
        jitter_ms=1000.0 * question.jitter_s,
    )


def _known(value: FloatArray) -> float | None:
    return None if np.isnan(value) else float(value)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _json(answer: Answer) -> str:
    document = {
        "codec": answer.codec.name,
        "scale": answer.scale,
        "provenance": answer.codec.provenance,
        "source": answer.codec.source,
        "model": answer.model,
        "r_factor": _rounded(answer.r_factor),
        "r_lq": _rounded(answer.r_lq),
        "mos_lq": _rounded(answer.mos_lq),
        "r_cq": _rounded(answer.r_cq),
        "mos_cq": _rounded(answer.mos_cq),
        "result": answer.result,
        "rating": answer.rating,
        "terms": {term.key: _rounded(term.value) for term in answer.terms},
    }
    return json.dumps(document, indent=2)


def _score_line(title: str, r: float | None, mos: float | None) -> str:
    if r is None or mos is None:
        return f"{title:<18}{'-':>8}{'-':>8}  needs --one-way-delay"
    return f"{title:<18}{r:>8.2f}{mos:>8.3f}"


def _text(answer: Answer) -> str:
    codec, indent = answer.codec, " " * 8
    head = (
        f"codec   {codec.name}, {answer.scale} scale, values {codec.provenance}",
        *textwrap.wrap(codec.source, WIDTH, initial_indent=indent, subsequent_indent=indent),
        f"model   {answer.model}",
    )
    scores = (
        f"{'':<18}{'R':>8}{'MOS':>8}",
        _score_line("listening (LQ)", answer.r_lq, answer.mos_lq),
        _score_line("conversation (CQ)", answer.r_cq, answer.mos_cq),
        f"rating {answer.rating}; by what the network took: {answer.result}",
    )
    terms = (f"{term.symbol:<10}{term.value:>9.3f}  {term.meaning}" for term in answer.terms)
    return "\n".join((*head, "", *scores, "", *terms))


PRINTERS: Mapping[str, Callable[[Answer], str]] = MappingProxyType({"text": _text, "json": _json})
"""By the name of the format."""
