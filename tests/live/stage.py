"""A bed with its impairer at work, and peers that call each other on it."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.live.impairment import Impairment, save
from tests.live.inside import ROOT, python_command, run_inside
from tests.live.namespaces import MIDDLE, Bed, open_bed
from tests.live.peers import Telephone, start_sipp, start_telephone
from tests.live.processes import ending, prompt, wait_for_line

Action = tuple[float, Callable[[], object]]
"""What to do so many seconds after the play has begun."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Hosts that can reach each other through the impairer; what is started here ends with it."""

    bed: Bed
    directory: Path
    cleanup: contextlib.ExitStack

    @property
    def truth(self) -> Path:
        """The impairer's record; whole once the stage is closed."""
        return self.directory / "truth.jsonl"

    def telephone(
        self, telephone: Telephone, *, duration_s: int, dial: Telephone | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a telephone that waits for a call, or makes one."""
        uri = "" if dial is None else dial.uri
        process = start_telephone(
            self.bed, telephone, self.directory, duration_s=duration_s, dial=uri
        )
        return self.cleanup.enter_context(ending(process))

    def sipp(
        self, host: str, *, scenario: str, address: str, arguments: list[str], silent: bool = False
    ) -> subprocess.Popen[bytes]:
        """Start a sipp, without any media if it is silent."""
        process = start_sipp(
            self.bed,
            host,
            self.directory,
            scenario=scenario,
            address=address,
            arguments=arguments,
            silent=silent,
        )
        return self.cleanup.enter_context(ending(process))

    def control(self, telephone: Telephone, command: str, *parameters: str) -> None:
        """Press a key on a telephone: `hold`, `resume`, `hangup`, `transfer URI`."""
        port = str(telephone.control_port)
        run_inside(self.bed, telephone.host, "control", port, command, *parameters)


@contextlib.contextmanager
def open_stage(
    addresses: Mapping[str, Sequence[str]], impairments: Sequence[Impairment], directory: Path
) -> Iterator[Stage]:
    """Make a bed, start the impairer on it, and take everything away afterwards."""
    with open_bed(addresses) as bed, contextlib.ExitStack() as cleanup:
        stage = Stage(bed, directory, cleanup)
        ports = [bed.port(host) for host in bed.hosts]
        cleanup.enter_context(impairing(bed, ports, impairments, stage.truth))
        yield stage


@contextlib.contextmanager
def impairing(
    bed: Bed, ports: Sequence[str], impairments: Sequence[Impairment], truth: Path
) -> Iterator[None]:
    """Join interfaces in the middle by an impairer that writes its record to `truth`."""
    profiles = truth.with_suffix(".impairments.json")
    save(impairments, profiles)
    impairer = ["tests.live.impairer", str(profiles), str(truth), *ports]
    command = prompt(python_command(bed, MIDDLE, *impairer))
    with ending(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)) as process:
        wait_for_line(process, "bridging")
        yield


def play(actions: Sequence[Action]) -> None:
    """Do every action in its time."""
    begin_s = time.monotonic()
    for at_s, action in sorted(actions, key=lambda entry: entry[0]):
        time.sleep(max(0.0, begin_s + at_s - time.monotonic()))
        action()
