"""Runs the benchmarks and prints one table: `python -m benchmarks [NAME...]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import (
    bench_analyze,
    bench_memory,
    bench_ring,
    bench_rtcp,
    bench_scrape,
    bench_sip,
    bench_table,
    bench_voipmonitor,
)
from benchmarks.report import Row, table
from qos_exporter.allocation import collect_seldom

BENCHMARKS: dict[str, Callable[[Path], list[Row]]] = {
    "analyze": bench_analyze.run,
    "voipmonitor": bench_voipmonitor.run,
    "memory": bench_memory.run,
    "ring": bench_ring.run,
    "rtcp": bench_rtcp.run,
    "scrape": bench_scrape.run,
    "sip": bench_sip.run,
    "table": bench_table.run,
}


def main(arguments: Sequence[str]) -> int:
    """Run what was named, or everything; exit code 1 says that a budget was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--directory", type=Path, help="for the captures (up to 3 GB)")
    options = parser.parse_args(arguments)
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    collect_seldom()
    rows: list[Row] = []
    for name in options.names or BENCHMARKS:
        with tempfile.TemporaryDirectory(dir=options.directory) as directory:
            rows += BENCHMARKS[name](Path(directory))
    print(table(rows))
    return int(any(row.met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
