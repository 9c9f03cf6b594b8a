"""What a stack is to be: which calls, how fast, and at which ports."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
DEPLOY = CHECKOUT / "deploy"
DEMO = CHECKOUT / "qos_exporter" / "data" / "demo.pcap.gz"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where each part listens, on loopback; those of the shipped files by default."""

    exporter: int = 10_667
    prometheus: int = 9090
    alertmanager: int = 9093
    inbox: int = 9095
    """What takes the place of Slack and PagerDuty."""

    def taken(self) -> list[int]:
        """Name those at which somebody listens."""
        return [port for port in (getattr(self, each.name) for each in fields(self)) if _used(port)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A stack that replays a capture, and how much faster than in life its alerts come and go."""

    ports: Ports = field(default_factory=Ports)
    capture: Path = DEMO
    loop: bool = True
    settings: Path = DEPLOY / "qos.yml"
    speed: float = 1.0
    """Of the replay; 1 is real time."""
    time_scale: float = 1.0
    """All durations of rules, scrapes and notifications are divided by it."""
    more_targets: Mapping[str, int] = field(default_factory=dict)
    """Further jobs for Prometheus, each with the port of its only target."""


def free_ports() -> Ports:
    """Give ports that nobody uses at this moment."""
    with contextlib.ExitStack() as held:
        return Ports(
            **{
                each.name: held.enter_context(socket.create_server((LOOPBACK, 0))).getsockname()[1]
                for each in fields(Ports)
            }
        )


def _used(port: int) -> bool:
    try:
        with socket.create_server((LOOPBACK, port)):
            return False
    except OSError:
        return True
