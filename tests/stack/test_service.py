"""deploy/qos-exporter.service, as far as it can be tested where systemd does not run."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from qos_exporter.cli import build_parser
from tests.conftest import CHECKOUT

UNIT = CHECKOUT / "deploy" / "qos-exporter.service"
PROGRAM = "/opt/qos-exporter/bin/qos-exporter"


def service() -> dict[str, str]:
    """Give the settings of the service; the last one of a name counts."""
    section = UNIT.read_text().partition("[Service]\n")[2].partition("[Install]\n")[0]
    lines = (line for line in section.splitlines() if line and not line.startswith("#"))
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


@pytest.fixture
def analyze() -> str:
    """Systemd's tool; without it the test is skipped."""
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("systemd-analyze is not installed")
    return found


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that is there."""
    path = tmp_path / UNIT.name
    path.write_text(UNIT.read_text().replace(PROGRAM, "/bin/true"))
    return path


def checked(*words: str | Path) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_understands_it(analyze: str, unit: Path) -> None:
    """Every line is known, and what it needs is there."""
    checked(analyze, "verify", unit)


def test_it_is_exposed_to_little(analyze: str, unit: Path) -> None:
    """Systemd's own measure, from 0 (safe) to 100; a plain service has more than 90."""
    checked(analyze, "security", "--offline=true", "--threshold=20", "--no-pager", unit)


def test_its_command_is_one() -> None:
    """The flags are known, and the program is where the README installs it."""
    program, *words = shlex.split(service()["ExecStart"])
    assert build_parser().parse_args(["serve", *words]).config_file
    readme = (CHECKOUT / "README.md").read_text()
    assert f"$ sudo python3 -m venv {Path(program).parents[1]}\n" in readme
    assert f"install -D --mode 644 deploy/qos.yml {words[0].partition('=')[2]} " in readme


def test_it_has_the_right_to_capture_and_no_other() -> None:
    """CAP_NET_RAW, and the packet sockets that it is for."""
    settings = service()
    assert settings["AmbientCapabilities"] == settings["CapabilityBoundingSet"] == "CAP_NET_RAW"
    assert "AF_PACKET" in settings["RestrictAddressFamilies"].split()
