"""Records what real peers say to each other on a stage, as a compressed pcap.

The tap is behind the impairer, where an exporter beside the far end would be.
"""

from __future__ import annotations

import contextlib
import gzip
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.live.impairment import Impairment
from tests.live.namespaces import MIDDLE
from tests.live.processes import ending, wait_for_line
from tests.live.stage import Stage, open_stage

SETTLE_S = 0.5


def record(
    path: Path,
    *,
    addresses: Mapping[str, Sequence[str]],
    tap: str,
    perform: Callable[[Stage], None],
    impairments: Sequence[Impairment] = (),
    keep_truth: bool = True,
) -> None:
    """Perform calls on a stage and write what passes before the host `tap` to `path`.

    What the impairments did is written beside it as `NAME.truth.jsonl.gz`, if it is to be kept.
    """
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        capture = directory / "capture.pcap"
        with (
            open_stage(addresses, impairments, directory) as stage,
            capturing(stage, stage.bed.port(tap), capture),
        ):
            perform(stage)
        compress(capture, path)
        if impairments and keep_truth:
            stem = path.name.removesuffix(".pcap.gz")
            compress(stage.truth, path.with_name(f"{stem}.truth.jsonl.gz"))
    print(f"{path.name}: {path.stat().st_size} bytes")


@contextlib.contextmanager
def capturing(stage: Stage, interface: str, path: Path) -> Iterator[None]:
    """Write all IPv4 that passes an interface in the middle to a file."""
    with ending(_start_capture(stage, interface, path)):
        time.sleep(SETTLE_S)
        yield
        time.sleep(SETTLE_S)


def compress(source: Path, target: Path) -> None:
    """Compress a file, without its time or name, so that equal files give equal results."""
    with target.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(source.read_bytes())


def _start_capture(stage: Stage, interface: str, path: Path) -> subprocess.Popen[bytes]:
    """Start a capture of IPv4 and wait until it runs."""
    dumpcap = ["dumpcap", "-P", "-q", "-i", interface, "-f", "ip", "-w", str(path)]
    process = subprocess.Popen(stage.bed.command(MIDDLE, *dumpcap), stderr=subprocess.PIPE)
    wait_for_line(process, "File:")
    return process
