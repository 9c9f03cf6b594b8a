"""The Dockerfile: what hadolint thinks of it, and what has to agree with the project."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

import pytest

import qos_exporter
from qos_exporter.settings import WebSettings
from tests.conftest import CHECKOUT
from tests.stack.dockerfile import Step, assignments, stages_of
from tests.stack.dockerignore import context_of

HADOLINT = Path(sysconfig.get_path("scripts"), "hadolint")
DOCKERFILE = CHECKOUT / "Dockerfile"


def steps(instruction: str) -> list[Step]:
    """Give the steps of one kind of the last stage."""
    return [step for step in stages_of(DOCKERFILE)[-1].steps if step.instruction == instruction]


def test_hadolint_finds_nothing() -> None:
    """The Dockerfile follows the rules of hadolint, its shell those of shellcheck."""
    done = subprocess.run([HADOLINT, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


def test_hadolint_would_find_something(tmp_path: Path) -> None:
    """The linter is there, and its word counts."""
    bad = tmp_path / "Dockerfile"
    bad.write_text("FROM python\nRUN cd /src && pip install .\n")
    assert subprocess.run([HADOLINT, bad], capture_output=True, check=False).returncode == 1


def test_the_image_is_labelled_with_the_version() -> None:
    """The labels of the Open Container Initiative say what is in the image."""
    version, revision = (assignments(step.value) for step in steps("ARG"))
    (label,) = (assignments(step.value) for step in steps("LABEL"))
    prefix = "org.opencontainers.image"
    assert version == {"VERSION": qos_exporter.__version__}
    assert revision.keys() == {"REVISION"}
    assert label[f"{prefix}.version"] == "${VERSION}"
    assert label[f"{prefix}.revision"] == "${REVISION}"
    assert label.keys() >= {f"{prefix}.{name}" for name in ("title", "description", "licenses")}


def test_the_image_exposes_the_default_port() -> None:
    """The port in the Dockerfile is the one at which the exporter listens."""
    (port,) = steps("EXPOSE")
    assert str(WebSettings().listen_address).endswith(f":{port.value}")
    (health,) = [step for step in steps("ENV") if step.value.startswith("HEALTH_URL=")]
    assert f":{port.value}/" in health.value


def test_the_image_is_not_run_by_root() -> None:
    """The user is a number that no account of the machine is likely to have."""
    (user,) = steps("USER")
    assert user.value == "65532:65532"


def test_a_build_sees_the_sources_and_nothing_else(tmp_path: Path) -> None:
    """What is compiled, cached, secret or merely lying about stays out of the build."""
    for name in (
        *(".git/config", ".venv/bin/python3", "LICENSE", "README.md", "pyproject.toml", "qos.yml"),
        *("qos_exporter/cli.py", "qos_exporter/__pycache__/cli.pyc", "setup.py", "tests/test.py"),
        *("qos_exporter/dataplane/kernel.pyx", "qos_exporter/dataplane/kernel.c"),
        *(
            "qos_exporter/calls/media.pyx",
            "qos_exporter/calls/media.c",
            "qos_exporter/calls/media.so",
        ),
        *("qos_exporter/dataplane/kernel.so", "qos_exporter/export/web/static/page.css"),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / ".dockerignore").write_text((CHECKOUT / ".dockerignore").read_text())
    assert {str(path) for path in context_of(tmp_path)} == {
        *("LICENSE", "README.md", "pyproject.toml", "setup.py"),
        *(
            "qos_exporter/cli.py",
            "qos_exporter/dataplane/kernel.pyx",
            "qos_exporter/calls/media.pyx",
        ),
        "qos_exporter/export/web/static/page.css",
    }


@pytest.mark.parametrize("name", ["LICENSE", "README.md", "pyproject.toml", "setup.py"])
def test_a_build_sees_the_files_that_describe_the_package(name: str) -> None:
    """Every file that the Dockerfile copies by name is there and not ignored."""
    assert [str(path) for path in context_of(CHECKOUT, name)] == [name]
