"""A registry of Python packages in a folder, for roots that cannot reach the machine's own."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

NAME_OF_WHEEL = re.compile(r"(?P<name>[^-]+)-.*\.whl")


def fill_registry(folder: Path, pyproject: Path, *, python: str) -> None:
    """Fetch what building and running take, with the pip of this machine as it is set up."""
    project = tomllib.loads(pyproject.read_text())
    requirements = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for_version = ["--python-version", python, "--only-binary", ":all:"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", *for_version]
    done = subprocess.run(
        [*command, "--dest", folder, *requirements],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    for wheel in folder.glob("*.whl"):
        _list(wheel)


def _list(wheel: Path) -> None:
    """Move a wheel to the page of its project, as PEP 503 names it."""
    found = NAME_OF_WHEEL.fullmatch(wheel.name)
    assert found, wheel
    page = wheel.parent / re.sub(r"[-_.]+", "-", found["name"]).lower()
    page.mkdir(exist_ok=True)
    wheel.rename(page / wheel.name)
    with (page / "index.html").open("a") as index:
        index.write(f'<a href="{wheel.name}">{wheel.name}</a>\n')
