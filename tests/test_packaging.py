"""What is handed to users: a source distribution that builds, and a wheel that runs on its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import qos_exporter

ROOT = Path(__file__).resolve().parents[1]
EXTENSION = sysconfig.get_config_var("EXT_SUFFIX")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a source distribution, and from that a wheel, and give their folder.

    The compiler does not optimise here: what matters is that everything is found.
    """
    folder = tmp_path_factory.mktemp("packaging")
    compiler = folder / "cc"
    compiler.write_text('#!/bin/sh\nexec gcc "$@" -O0\n')
    compiler.chmod(0o755)
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", ROOT],
        env={**os.environ, "CC": str(compiler)},
        check=True,
        capture_output=True,
        timeout=300,
    )
    return folder / "dist"


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment that has our dependencies and nothing else."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    (wheel,) = built.glob("*.whl")
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", wheel],
        check=True,
        capture_output=True,
        timeout=120,
    )
    (site,) = environment.glob("lib/python*/site-packages")
    link_dependencies(site, distribution("qos-exporter"))
    return environment / "bin"


def link_dependencies(site: Path, ours: Distribution) -> None:
    """Link what `ours` requires, and what that requires, into another environment."""
    done: set[str] = set()
    waiting = [ours]
    while waiting:
        for name in required_by(waiting.pop()):
            if name not in done:
                done.add(name)
                found = distribution(name)
                waiting.append(found)
                link_files(site, found)


def required_by(found: Distribution) -> Iterable[str]:
    """Name the distributions that one requires on this machine, without its extras."""
    for text in found.requires or []:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement.name


def link_files(site: Path, found: Distribution) -> None:
    """Link the top-level packages and modules of a distribution into `site`."""
    for name in {file.parts[0] for file in found.files or [] if file.parts[0] != ".."}:
        source = Path(str(found.locate_file(name)))
        if name != "__pycache__" and not (site / name).exists():
            (site / name).symlink_to(source)


def run_installed(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program away from the checkout, so that nothing of it can be imported."""
    return subprocess.run(
        [program, *arguments],
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_wheel_holds_what_runs_and_nothing_else(built: Path) -> None:
    """The wheel has every module, compiled or not, its data and its types, but no sources of C."""
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    package = ROOT / "qos_exporter"
    sources = {path.relative_to(ROOT) for path in package.rglob("*") if path.is_file()}
    compiled = {path.with_suffix(EXTENSION) for path in sources if path.suffix == ".pyx"}
    shipped = {
        path
        for path in sources
        if path.suffix in {".py", ".pyi"}
        or path.name == "py.typed"
        or path.parent.name in {"data", "templates", "static"}
    }
    held = {Path(name) for name in names if name.startswith("qos_exporter/")}
    assert held == compiled | shipped
    assert compiled
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_source_distribution_holds_what_is_needed_to_work_on_it(built: Path) -> None:
    """Tests, documents and the Makefile come along; what is made from sources does not."""
    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names >= {
        "Makefile",
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "setup.py",
        "alerting_rules/alertmanager.yml",
        "alerting_rules/tests/slo.rules.test.yml",
        "docs/configuration.md",
        "grafana/__main__.py",
        "grafana/dashboards/.lint",
        "grafana/dashboards/overview.json",
        "tests/test_packaging.py",
        "tools/system_packages.py",
    }
    assert not [name for name in names if name.endswith((".c", ".so", ".pyc"))]


def test_the_installed_program_says_its_version(installed: Path) -> None:
    """The console script runs without any tool for development."""
    ended = run_installed(installed / "qos-exporter", "--version")
    assert (ended.stderr, ended.returncode) == ("", 0)
    assert ended.stdout == f"qos-exporter {qos_exporter.__version__}\n"


def test_the_installed_program_checks_a_configuration(installed: Path) -> None:
    """What reads and prints the configuration is among the dependencies."""
    ended = run_installed(installed / "qos-exporter", "check-config", "--print")
    assert (ended.stderr, ended.returncode) == ("", 0)


def test_the_installed_program_analyses_the_bundled_capture(installed: Path) -> None:
    """The compiled modules load, and the data is where the package looks for it."""
    program = (
        "from importlib.resources import files; from qos_exporter.cli import run;"
        "raise SystemExit(run(['analyze', '--format=json',"
        " str(files('qos_exporter') / 'data' / 'demo.pcap.gz')]))"
    )
    ended = run_installed(installed / "python", "-c", program)
    assert (ended.stderr, ended.returncode) == ("", 0)
    assert '"streams"' in ended.stdout


def test_the_installed_program_writes_the_shipped_rules(installed: Path, tmp_path: Path) -> None:
    """The templates of the rules are in the wheel."""
    ended = run_installed(installed / "qos-exporter", "rules", "--out", str(tmp_path))
    assert (ended.stderr, ended.returncode) == ("", 0)
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert Path("voice_quality.rules.yml") in written
    for path in written:
        assert (tmp_path / path).read_bytes() == (ROOT / "alerting_rules" / path).read_bytes()


def test_the_installed_package_has_no_tools_for_development(installed: Path) -> None:
    """The environment of these tests is as bare as a user's."""
    ended = run_installed(installed / "python", "-c", "import pytest")
    assert "ModuleNotFoundError" in ended.stderr
    assert shutil.which("qos-exporter", path=str(installed))
