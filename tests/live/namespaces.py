"""Network namespaces for calls between real peers: a few hosts, joined by a middle that is ours.

Every host has one interface, `eth0`, whose other end `to-HOST` lies in the middle. Nothing joins
those ends but the impairer, so whatever passes has passed it. Hosts need no router: they take every
address to be on their link. Names hold the process id, so that several runs do not meet, and what a
run left that was killed outright is found and removed by the next.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NAME = re.compile(r"qos(?P<pid>\d+)x\d+-")
MIDDLE = "middle"
"""The host name of the namespace in which the impairer and the tap run."""

_beds = itertools.count()


@dataclass(frozen=True, slots=True)
class Bed:
    """A set of namespaces; hosts are named by what they play (`caller`, `callee`)."""

    prefix: str
    hosts: tuple[str, ...]

    def namespace(self, host: str) -> str:
        """Name the namespace of a host as `ip netns` knows it."""
        return f"{self.prefix}-{host}"

    def port(self, host: str) -> str:
        """Name the interface in the middle that leads to a host."""
        return f"to-{host}"

    def command(self, host: str, *arguments: str) -> list[str]:
        """Wrap a command so that it runs on a host. It keeps its process id: `ip` only execs it."""
        return ["ip", "netns", "exec", self.namespace(host), *arguments]


@contextlib.contextmanager
def open_bed(addresses: Mapping[str, Sequence[str]]) -> Iterator[Bed]:
    """Make the middle and one namespace per host with its addresses; remove all of it afterwards.

    Needs root. What still runs inside when the bed closes is ended.
    """
    _sweep()
    bed = Bed(f"qos{os.getpid()}x{next(_beds)}", tuple(addresses))
    with contextlib.ExitStack() as cleanup:
        for host in (MIDDLE, *bed.hosts):
            _run("ip", "netns", "add", bed.namespace(host))
            cleanup.callback(_remove, bed.namespace(host))
            _run("ip", "-n", bed.namespace(host), "link", "set", "lo", "up")
        for host, owned in addresses.items():
            _connect(bed, host, owned)
        yield bed


def lay_cable(bed: Bed, one: str, other: str) -> None:
    """Add a cable to the middle that has both its ends there; it goes with the bed."""
    middle = bed.namespace(MIDDLE)
    _run("ip", "-n", middle, "link", "add", one, "type", "veth", "peer", "name", other)
    for end in (one, other):
        _run("ip", "-n", middle, "link", "set", end, "up")


def namespaces_of(bed: Bed) -> list[str]:
    """List the namespaces of a bed that exist."""
    return [name for name in _namespaces() if name.startswith(f"{bed.prefix}-")]


def _namespaces() -> list[str]:
    """List the names of all namespaces."""
    return [line.split()[0] for line in _run("ip", "netns", "list").splitlines() if line]


def _sweep() -> None:
    """Remove the namespaces of runs whose process is gone."""
    for name in _namespaces():
        match = NAME.match(name)
        if match and not Path("/proc", match["pid"]).exists():
            _remove(name)


def _connect(bed: Bed, host: str, addresses: Sequence[str]) -> None:
    """Lay the cable from a host to the middle and give the host its addresses."""
    inside, middle = bed.namespace(host), bed.namespace(MIDDLE)
    cable = ["type", "veth", "peer", "name", bed.port(host), "netns", middle]
    _run("ip", "link", "add", "eth0", "netns", inside, *cable)
    _run("ip", "-n", middle, "link", "set", bed.port(host), "up")
    for address in addresses:
        _run("ip", "-n", inside, "address", "add", f"{address}/32", "dev", "eth0")
    _run("ip", "-n", inside, "link", "set", "eth0", "up")
    _run("ip", "-n", inside, "route", "add", "default", "dev", "eth0", "src", addresses[0])
    # A veth leaves UDP checksums to hardware that does not exist; ask for real ones.
    _run(*bed.command(host, "ethtool", "-K", "eth0", "tx", "off"))


def _remove(namespace: str) -> None:
    """End what runs in a namespace and take the namespace away; its interfaces go with it."""
    for pid in _run("ip", "netns", "pids", namespace).split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    _run("ip", "netns", "delete", namespace)


def _run(*command: str) -> str:
    """Run a command to its end and give its output; raises CalledProcessError if it failed."""
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=10)
    return done.stdout
