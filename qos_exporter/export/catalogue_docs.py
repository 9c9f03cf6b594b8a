"""Writes docs/metrics.md from the catalogue: `python -m qos_exporter.export.catalogue_docs`.

With `--check` it writes nothing, and ends with 1 where the page and the catalogue differ.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qos_exporter.export.catalogue import AGGREGATE, EXPORTER, PER_CALL, Family
from qos_exporter.export.catalogue.undecoded import UNDECODED_MEANINGS

METRICS_PAGE = Path("docs/metrics.md")

INTRODUCTION = """\
# Metrics

<!-- Made by `python -m qos_exporter.export.catalogue_docs`; edit the catalogue instead. -->

Everything that `/metrics` shows, besides `process_*` and `python_info` of the Prometheus client
library. Times are in seconds, sizes in bytes, ratios between 0 and 1. A figure that is not known is
absent: there is no MOS for a codec without published parameters and no MOS-CQ without a round trip,
rather than a number that looks real.

The answer is text 0.0.4, or OpenMetrics 1.0.0 where the scraper prefers it; there, buckets of MOS,
loss and round trip carry an exemplar with the `call_id`. `?name[]=…` (repeatable) restricts it to
the samples of those names.

`source` says who measured: `rtp` is the exporter itself, `rtcp` what receiver reports tell,
`rtcp_xr`, `vq_report` (RFC 6035) and `rtp_stat` (`X-RTP-Stat` in SIP) what a far end worked out,
`ami` what [Asterisk](asterisk.md) tells.
[What the far end heard](quality.md#what-the-far-end-heard) has the details. The window figures of
`rtcp` are there when reports came within the window; other reports show their last word."""

PER_CALL_TEXT = """\
One series per call and direction, for calls that were admitted to them (`calls.series`,
`calls.series_limit`) and have media; round trips are of a call. Gauges show the last complete
window, unless they say otherwise. After the end of a call its series stay for `calls.linger` with
`state="ended"`, then they disappear. Of a call with audio and video only the audio is shown. Where
a direction passes the tap several times, as on both sides of a relay, gauges are those of the worst
passage, and packets count at each.
`scale` is the scale of the E-model; scores on different scales must not be averaged."""

AGGREGATE_TEXT = """\
Over all calls, those without series of their own included. Labels have closed vocabularies: never
an address, a user or a call. Counters never fall when a stream or call ends. A mean made from the
sum and count of a window histogram weighs every window alike, so a long call weighs more than a
short one; the `voip_active_*_mean` gauges weigh every running stream alike. Counters and histograms
over reports are there from the start, at zero."""

EXPORTER_TEXT = """\
What the exporter captured, could not read and had to drop. Before trusting a loss, see that
`qos_exporter_capture_kernel_drops_total` stands still."""

UNDECODED_TEXT = """\
Frames that `qos_exporter_undecoded_frames_total` counts, by `reason`. Most of them are no fault:
they are what else a line carries, or what is not read yet."""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page."""

    title: str
    text: str
    families: tuple[Family, ...]


SECTIONS = (
    Section("Per call", PER_CALL_TEXT, PER_CALL),
    Section("Aggregates", AGGREGATE_TEXT, AGGREGATE),
    Section("The exporter", EXPORTER_TEXT, EXPORTER),
)


def metrics_page() -> str:
    """Give the whole page."""
    blocks = [INTRODUCTION]
    for section in SECTIONS:
        blocks += [f"## {section.title}", section.text, "\n".join(_table(section.families))]
        blocks += _bucket_list(section.families)
    blocks += [UNDECODED_TEXT, "\n".join(_reason_table())]
    return "\n\n".join(blocks) + "\n"


def _table(families: Iterable[Family]) -> Iterator[str]:
    yield "| metric | type | unit | labels | meaning |"
    yield "|---|---|---|---|---|"
    for family in families:
        labels = ", ".join(f"`{label}`" for label in family.labels)
        cells = (f"`{family.name}`", family.kind, family.unit, labels, family.help)
        yield f"| {' | '.join(cells)} |"


def _reason_table() -> Iterator[str]:
    yield "| reason | what it was |"
    yield "|---|---|"
    for reason, meaning in UNDECODED_MEANINGS.items():
        yield f"| `{reason}` | {meaning} |"


def _bucket_list(families: Iterable[Family]) -> Iterator[str]:
    histograms = [family for family in families if family.edges]
    if histograms:
        yield "Upper edges of the buckets, besides `+Inf`:"
        yield "\n".join(f"* `{family.name}`: {_edges(family)}" for family in histograms)


def _edges(family: Family) -> str:
    return ", ".join(f"{edge:g}" for edge in family.edges)


def main(arguments: Sequence[str], *, page: Path = METRICS_PAGE) -> int:
    """Write the page, or with `--check` compare it; give the exit code."""
    wanted = metrics_page()
    if "--check" not in arguments:
        page.write_text(wanted, encoding="utf-8")
        return 0
    if page.is_file() and page.read_text(encoding="utf-8") == wanted:
        return 0
    sys.stderr.write(f"{page} is out of date: run python -m {__spec__.name}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
