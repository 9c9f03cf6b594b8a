"""A stack that runs for as long as a context lasts."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.stack.files import write_files
from tools.stack.notifications import Take, open_inbox
from tools.stack.plan import LOOPBACK, Plan
from tools.stack.processes import Processes, Signals, StackError

PATIENCE_S = 60.0
PROGRAMS = ("prometheus", "prometheus-alertmanager")
"""As the packages of Debian name them."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Where the parts of a running stack are, without a slash at the end."""

    exporter: str
    prometheus: str
    alertmanager: str
    processes: Processes
    folder: Path
    """What they read and write."""


@contextlib.contextmanager
def running(plan: Plan, take: Take, signals: Signals) -> Iterator[Stack]:
    """Run a stack; `take` gets what Slack and PagerDuty would, from another thread.

    Nothing is left behind. Raises StackError if it cannot be started, StopAsked if it need not be.
    """
    _check(plan)
    with contextlib.ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="qos-stack-")))
        write_files(plan, folder)
        cleanup.enter_context(open_inbox(plan.ports.inbox, take))
        processes = Processes(folder, signals)
        cleanup.callback(processes.stop)
        yield _start(plan, folder, processes)


def _check(plan: Plan) -> None:
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        raise StackError(f"not installed: {', '.join(missing)}")
    if taken := plan.ports.taken():
        raise StackError(f"in use on {LOOPBACK}: port {', '.join(map(str, taken))}; see --any-port")


def _start(plan: Plan, folder: Path, processes: Processes) -> Stack:
    ports = plan.ports
    stack = Stack(
        exporter=f"http://localhost:{ports.exporter}",
        prometheus=f"http://localhost:{ports.prometheus}",
        alertmanager=f"http://localhost:{ports.alertmanager}",
        processes=processes,
        folder=folder,
    )
    processes.start("alertmanager", *_alertmanager(ports.alertmanager, folder))
    processes.start("prometheus", *_prometheus(ports.prometheus, folder))
    for url in (stack.alertmanager, stack.prometheus):
        processes.wait_for(f"{url}/-/ready", patience_s=PATIENCE_S)
    # Last, so that nothing of the replay is missed.
    processes.start("exporter", *_exporter(plan))
    processes.wait_for(f"{stack.exporter}/-/healthy", patience_s=PATIENCE_S)
    return stack


def _exporter(plan: Plan) -> list[str]:
    return [
        *(sys.executable, "-m", "qos_exporter", "serve"),
        f"--config.file={plan.settings}",
        f"--replay={plan.capture}",
        f"--replay.speed={plan.speed}",
        *(["--replay.loop"] if plan.loop else []),
        f"--web.listen-address={LOOPBACK}:{plan.ports.exporter}",
    ]


def _prometheus(port: int, folder: Path) -> list[str]:
    return [
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        "--enable-feature=exemplar-storage",
        f"--web.user-assets={folder / 'alerting_rules'}",
        f"--web.listen-address={LOOPBACK}:{port}",
        "--log.level=warn",
    ]


def _alertmanager(port: int, folder: Path) -> list[str]:
    return [
        "prometheus-alertmanager",
        f"--config.file={folder / 'alerting_rules' / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alertmanager'}",
        "--cluster.listen-address=",
        f"--web.listen-address={LOOPBACK}:{port}",
        "--log.level=warn",
    ]
