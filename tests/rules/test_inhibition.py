"""What a running Alertmanager keeps back while something worse is known."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.live.processes import ending
from tests.rules.shipped import FOLDER

Labels = dict[str, str]

JOB = {"job": "qos-exporter"}
TAP = {**JOB, "instance": "probe-1:10667"}
PATH = {**JOB, "src_network": "a", "dst_network": "b", "direction": "unknown"}
CALL = {**PATH, "call_id": "c1", "figure": "loss"}


def voice(name: str, severity: str, labels: Labels) -> Labels:
    return {"alertname": name, "severity": severity, "component": "voice", **labels}


def exporter(name: str, severity: str, labels: Labels) -> Labels:
    return {"alertname": name, "severity": severity, "component": "exporter", **labels}


ALL_DOWN = exporter("ExporterDown", "critical", JOB)
ONE_DOWN = exporter("ExporterDown", "warning", TAP)
UNHEALTHY = exporter("CaptureUnhealthy", "critical", {**TAP, "interface": "eth1"})
LOSS = voice("PathLossHigh", "critical", PATH)


class Alertmanager:
    """A running Alertmanager with the shipped configuration, and no way out."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/api/v2/alerts"

    def post(self, alerts: list[Labels]) -> None:
        request = urllib.request.Request(  # noqa: S310 -- loopback
            self.url,
            data=json.dumps([{"labels": labels} for labels in alerts]).encode(),
            headers={"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310 -- loopback

    def kept_back(self, test: str) -> list[Labels]:
        """Give the alerts of one test that are inhibited."""
        with urllib.request.urlopen(f"{self.url}?filter=test%3D{test}", timeout=5) as answer:  # noqa: S310 -- loopback
            alerts = json.load(answer)
        return [
            {name: value for name, value in alert["labels"].items() if name != "test"}
            for alert in alerts
            if alert["status"]["inhibitedBy"]
        ]


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alertmanager]:
    """Start Alertmanager on loopback; it is ended before `group_wait`, and so sends nothing."""
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        pytest.skip("Alertmanager is not installed (Debian package prometheus-alertmanager)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    folder = tmp_path_factory.mktemp("alertmanager")
    process = subprocess.Popen(
        [
            program,
            f"--config.file={FOLDER / 'alertmanager.yml'}",
            f"--storage.path={folder}",
            f"--web.listen-address={address}",
            "--cluster.listen-address=",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with ending(process):
        wait_for(f"http://{address}/-/ready")
        yield Alertmanager(f"http://{address}")


def wait_for(url: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 -- loopback
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"{url} does not answer")


@pytest.mark.amtool
@pytest.mark.parametrize(
    ("test", "told", "kept_back"),
    [
        pytest.param(
            "blind",
            [ALL_DOWN],
            [LOSS, voice("NoAudio", "critical", JOB), voice("CallQualityPoor", "warning", CALL)],
            id="no exporter is up",
        ),
        pytest.param("each", [ALL_DOWN], [ONE_DOWN], id="that none is up says that one is down"),
        pytest.param(
            "one",
            [ONE_DOWN, LOSS, voice("NoAudio", "critical", JOB)],
            [exporter("TableNearlyFull", "critical", {**TAP, "table": "calls"})],
            id="one of several exporters is down",
        ),
        pytest.param(
            "elsewhere",
            [ALL_DOWN, voice("PathLossHigh", "critical", {**PATH, "job": "other"})],
            [],
            id="exporters of another job are down",
        ),
        pytest.param(
            "interface",
            [
                UNHEALTHY,
                exporter("TableEvicts", "warning", {**TAP, "table": "calls"}),
                exporter("CaptureSilent", "warning", {**TAP, "interface": "eth2"}),
                exporter("CaptureClockStill", "critical", {**TAP, "interface": "eth2"}),
            ],
            [
                exporter("CaptureDropsPackets", "critical", TAP),
                exporter("CaptureSilent", "warning", {**TAP, "interface": "eth1"}),
                exporter("CaptureClockStill", "critical", {**TAP, "interface": "eth1"}),
            ],
            id="an interface is gone",
        ),
        pytest.param(
            "flaps",
            [
                exporter("CaptureUnhealthy", "warning", {**TAP, "interface": "eth1"}),
                exporter("CaptureDropsPackets", "warning", TAP),
                {**UNHEALTHY, "instance": "probe-2:10667"},
            ],
            [{**UNHEALTHY, "instance": "probe-2:10667", "severity": "warning"}],
            id="an interface comes and goes",
        ),
        pytest.param(
            "path",
            [
                LOSS,
                voice("PathLossHigh", "warning", {**PATH, "dst_network": "c"}),
                voice("PathJitterHigh", "warning", PATH),
            ],
            [voice("PathLossHigh", "warning", PATH)],
            id="the higher severity of one path",
        ),
        pytest.param(
            "call",
            [
                voice("CallQualityPoor", "critical", CALL),
                voice("CallQualityPoor", "warning", {**CALL, "figure": "mos"}),
                voice("CallQualityPoor", "warning", {**CALL, "call_id": "c2"}),
            ],
            [voice("CallQualityPoor", "warning", CALL)],
            id="the higher severity of one figure of one call",
        ),
    ],
)
def test_what_is_kept_back(
    alertmanager: Alertmanager, test: str, told: list[Labels], kept_back: list[Labels]
) -> None:
    """Of these alerts, firing together, some are told and the others are not."""
    # Each test has jobs of its own, since the alerts of all go on firing.
    fired = [{**each, "job": f"{test} {each['job']}"} for each in (*told, *kept_back)]
    expected = fired[len(told) :]
    alertmanager.post([{**each, "test": test} for each in fired])
    for _ in range(100):
        found = alertmanager.kept_back(test)
        if len(found) >= len(expected) > 0:
            break
        time.sleep(0.02)
    assert sorted(found, key=str) == sorted(expected, key=str)
