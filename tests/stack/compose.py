"""A compose file as what its containers see of this checkout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Mount:
    """A file or folder of the checkout, and where a container finds it."""

    source: Path
    target: PurePosixPath
    is_read_only: bool


class Service:
    """One container."""

    def __init__(self, folder: Path, data: dict[str, Any]) -> None:
        self.data = data
        self.command: list[str] = data.get("command", [])
        mounted = [each.split(":") for each in data["volumes"]]
        self.volumes = [source for source, *_ in mounted if not source.startswith(".")]
        self.mounts = [
            Mount(
                source=(folder / source).resolve(),
                target=PurePosixPath(target),
                is_read_only=mode == ["ro"],
            )
            for source, target, *mode in mounted
            if source.startswith(".")
        ]

    def flag(self, name: str) -> str:
        """Give the value of a flag of the command."""
        (value,) = [word.partition("=")[2] for word in self.command if word.startswith(f"{name}=")]
        return value

    def on_this_machine(self, path: str) -> Path:
        """Give the file of the checkout that the container finds at a path."""
        wanted = PurePosixPath(path)
        mounts = [mount for mount in self.mounts if wanted.is_relative_to(mount.target)]
        assert mounts, f"nothing of the checkout is at {path}"
        nearest = max(mounts, key=lambda mount: len(mount.target.parts))
        return nearest.source / wanted.relative_to(nearest.target)


def read_services(path: Path) -> dict[str, Service]:
    """Read the services of a compose file that says all of them."""
    data = yaml.safe_load(path.read_text())
    return {name: Service(path.parent, each) for name, each in data["services"].items()}
