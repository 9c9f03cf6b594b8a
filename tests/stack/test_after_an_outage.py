"""What a running Alertmanager tells of a path that is bad again after its exporters were down."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qos_exporter.rules.choices import Choices
from qos_exporter.rules.render import write
from tests.stack.requirements import needs_prometheus
from tools.stack.notifications import PAGERDUTY, SLACK, Notification, open_inbox
from tools.stack.plan import LOOPBACK, free_ports
from tools.stack.processes import Processes, Signals

pytestmark = [pytest.mark.slow, pytest.mark.stack, needs_prometheus]

TIME_SCALE = 300.0
OUTAGE_S = 3000 / TIME_SCALE
"""Fifty minutes, made shorter: more than the half hour after which what is critical is repeated."""
FLUSH_S = 2 * 300 / TIME_SCALE
"""Two times the interval at which a group of alerts is looked at."""
PATIENCE_S = 10.0
JOB = {"severity": "critical", "job": "qos-exporter"}
PATH = {"src_network": "a", "dst_network": "b", "direction": "unknown"}
LOSS = {"alertname": "PathLossHigh", "component": "voice", **JOB, **PATH}
DOWN = {"alertname": "ExporterDown", "component": "exporter", **JOB}


@dataclass
class Duty:
    """An Alertmanager, and what it told whoever is on duty."""

    url: str
    told: list[Notification] = field(default_factory=list)

    def post(self, labels: dict[str, str], *, fires: bool) -> None:
        """Let an alert fire, or be over."""
        ends = datetime.now(UTC) + (timedelta(hours=1) if fires else timedelta())
        alert = {"labels": labels, "annotations": {}, "endsAt": ends.isoformat()}
        request = urllib.request.Request(  # noqa: S310 -- loopback
            f"{self.url}/api/v2/alerts",
            data=json.dumps([alert]).encode(),
            headers={"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310 -- loopback

    def count(self, name: str, *, is_resolved: bool = False) -> int:
        """How often an alert was told, or its end."""
        return sum(name in each.title and each.is_resolved == is_resolved for each in self.told)


@pytest.fixture
def duty(tmp_path: Path) -> Iterator[Duty]:
    ports = free_ports()
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "slack_api_url").write_text(f"http://{LOOPBACK}:{ports.inbox}{SLACK}")
    (secrets / "pagerduty_routing_key").write_text("0123456789abcdef0123456789abcdef")
    choices = Choices(
        time_scale=TIME_SCALE,
        secrets_dir=str(secrets),
        pagerduty_url=f"http://{LOOPBACK}:{ports.inbox}{PAGERDUTY}",
    )
    write(choices, tmp_path)
    duty = Duty(f"http://{LOOPBACK}:{ports.alertmanager}")
    processes = Processes(tmp_path, Signals())
    with open_inbox(ports.inbox, duty.told.append):
        try:
            processes.start(
                "alertmanager",
                "prometheus-alertmanager",
                f"--config.file={tmp_path / 'alertmanager.yml'}",
                f"--storage.path={tmp_path / 'data'}",
                f"--web.listen-address={LOOPBACK}:{ports.alertmanager}",
                "--cluster.listen-address=",
            )
            processes.wait_for(f"{duty.url}/-/ready", patience_s=PATIENCE_S)
            yield duty
        finally:
            processes.stop()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_path_that_is_bad_again_is_told_again(duty: Duty) -> None:
    """Its alert came to an end while it was kept back, so that nobody was told of that."""
    duty.post(LOSS, fires=True)
    wait_for(lambda: duty.count("PathLossHigh") == 1)
    duty.post(DOWN, fires=True)
    wait_for(lambda: duty.count("ExporterDown") == 1)
    duty.post(LOSS, fires=False)
    time.sleep(OUTAGE_S)
    duty.post(DOWN, fires=False)
    wait_for(lambda: duty.count("ExporterDown", is_resolved=True) == 1)
    time.sleep(FLUSH_S)
    assert duty.count("PathLossHigh") == 1
    duty.post(LOSS, fires=True)
    wait_for(lambda: duty.count("PathLossHigh") == 2)
