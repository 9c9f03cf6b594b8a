"""Writes the codec table of docs/quality.md: `python -m qos_exporter.quality.codec_docs`.

With `--check` it writes nothing, and ends with 1 where the page and the rows differ.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from qos_exporter.quality.codec import Codec
from qos_exporter.quality.codecs import DEFAULT_CODECS

QUALITY_PAGE = Path("docs/quality.md")
BEGIN = "<!-- Made by `python -m qos_exporter.quality.codec_docs`; edit the rows instead. -->\n"
END = "<!-- End of the codec table. -->\n"


def _cells(row: Codec) -> tuple[str, ...]:
    return (
        f"`{row.name}`",
        f"{row.encoding}/{row.clock_rate}",
        row.scale,
        f"{row.ie:g}" if row.is_scored else "none",
        f"{row.bpl:g}" if row.is_scored else "none",
        f"{row.frame_ms:g} + {row.look_ahead_ms:g}",
        row.provenance,
        row.source,
    )


def codec_table() -> Iterator[str]:
    """The lines of the table, one for each row."""
    header = ("codec", "in SDP", "scale", "Ie", "Bpl", "delay ms", "provenance", "source")
    for cells in (header, ("---",) * len(header), *map(_cells, DEFAULT_CODECS.rows)):
        yield f"| {' | '.join(cells)} |\n"


def with_codec_table(page: str) -> str:
    """The page with the table in its place."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{''.join(codec_table())}\n{END}{after}"


def main(arguments: Sequence[str], *, page: Path = QUALITY_PAGE) -> int:
    """Write the page, or with `--check` compare it; give the exit code."""
    found = page.read_text(encoding="utf-8")
    wanted = with_codec_table(found)
    if "--check" not in arguments:
        page.write_text(wanted, encoding="utf-8")
        return 0
    if found == wanted:
        return 0
    sys.stderr.write(f"{page} is out of date: run python -m {__spec__.name}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
