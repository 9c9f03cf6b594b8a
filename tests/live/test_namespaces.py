from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import pytest

from tests.live.impairment import Impairment
from tests.live.namespaces import MIDDLE, Bed, namespaces_of, open_bed
from tests.live.stage import Stage, open_stage

ADDRESSES = {"caller": ["192.0.2.10"], "callee": ["198.51.100.20"]}

pytestmark = pytest.mark.netns


class DeliberateError(Exception):
    """What goes wrong in a test of what happens then."""


def fail_on_stage(directory: Path, seen: list[Stage]) -> None:
    with open_stage(ADDRESSES, [Impairment()], directory) as stage:
        seen.append(stage)
        raise DeliberateError


def processes_that_name(path: Path) -> list[str]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            command = file.read_bytes().decode(errors="replace")
            found += [command] if str(path) in command else []
    return found


def test_nothing_is_left_after_a_failure(tmp_path: Path) -> None:
    """A stage on which something went wrong takes its namespaces and its processes away."""
    seen: list[Stage] = []
    with pytest.raises(DeliberateError):
        fail_on_stage(tmp_path, seen)

    assert not namespaces_of(seen[0].bed)
    assert not processes_that_name(tmp_path)


def test_bed_ends_what_runs_on_its_hosts() -> None:
    """A process that nobody ended ends with the bed."""
    with open_bed(ADDRESSES) as bed:
        process = subprocess.Popen(bed.command("caller", "sleep", "60"))
        assert process.poll() is None

    assert process.wait(5) < 0


def test_next_run_removes_what_a_killed_one_left() -> None:
    """Namespaces that bear the number of a process which is gone do not outlive the next bed."""
    finished = subprocess.Popen(["true"])
    finished.wait()
    left = Bed(f"qos{finished.pid}x0", ("caller",))
    subprocess.run(["ip", "netns", "add", left.namespace("caller")], check=True)
    with open_bed({}):
        pass

    assert not namespaces_of(left)


def test_middle_joins_nothing_by_itself() -> None:
    """Besides its loopback the middle holds the cables and nothing to bridge them."""
    with open_bed(ADDRESSES) as bed:
        listing = subprocess.run(
            bed.command(MIDDLE, "ip", "-brief", "link"), check=True, capture_output=True, text=True
        ).stdout
    names = {line.split()[0].split("@")[0] for line in listing.splitlines()}

    assert {"lo", "to-caller", "to-callee"} == names
