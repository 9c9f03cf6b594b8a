"""The image, as far as it can be built and run without Docker; `image.py` says how far that is."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml

from tests.conftest import CHECKOUT
from tests.live.namespaces import MIDDLE, Bed, open_bed
from tests.live.processes import ending
from tests.stack.compose import read_services
from tests.stack.image import Image, base_of, build_image, make_base
from tests.stack.roots import Root, confined, copy_into, missing_tool
from tests.stack.wheels import fill_registry

PATIENCE_S = 20.0
NET_RAW = 1 << 13
"""CAP_NET_RAW in the masks of /proc/PID/status (capability.h)."""
LISTENING = 'qos_exporter_capture_healthy{interface="lo"} 1'

pytestmark = [
    pytest.mark.slow,
    pytest.mark.netns,
    pytest.mark.skipif(os.geteuid() != 0, reason="mmdebstrap and chroot need root"),
    pytest.mark.skipif(missing_tool() is not None, reason=f"{missing_tool()} is not installed"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make a folder for three systems of many small files: in memory, as disks are slow at that."""
    folder = tmp_path_factory.mktemp("image")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4G", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.fixture(scope="module")
def base(folder: Path) -> Root:
    """Make what stands for the base image."""
    registry = folder / "registry"
    registry.mkdir()
    fill_registry(registry, CHECKOUT / "pyproject.toml", python=base_of(CHECKOUT).python)
    return make_base(CHECKOUT, folder, registry)


@pytest.fixture(scope="module")
def image(folder: Path, base: Root) -> Image:
    """Build the Dockerfile of this checkout."""
    return build_image(CHECKOUT, folder, base)


@pytest.fixture
def bed() -> Iterator[Bed]:
    """Make a namespace with a loopback interface, in which every port is free."""
    with open_bed({}) as bed:
        yield bed


class Container:
    """How the image is run: with which capabilities, under which user, in which namespace."""

    def __init__(
        self,
        image: Image,
        bed: Bed,
        *,
        capabilities: str = "-all,+net_raw",
        user: str | None = None,
        no_new_privs: bool = False,
    ) -> None:
        self._image = image
        self._bed = bed
        self._confined = partial(
            confined,
            capabilities=capabilities,
            user=user or image.user,
            no_new_privs=no_new_privs,
        )

    def command(self, *words: str) -> list[str]:
        environment = [f"{name}={value}" for name, value in self._image.environment.items()]
        confined = self._confined("env", "--ignore-environment", *environment, *words)
        return self._bed.command(MIDDLE, *self._image.root.enter(*confined))

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    @contextlib.contextmanager
    def started(self, *words: str) -> Iterator[int]:
        """Run the entry point, and give its process id once it is found healthy."""
        process = subprocess.Popen(self.command(*self._image.entrypoint, *words))
        with ending(process):
            self.wait_until_healthy()
            yield process.pid

    def wait_until_healthy(self) -> None:
        """Ask as the health check of the image does, until it says yes."""
        deadline = time.monotonic() + PATIENCE_S
        while (done := self.run(*self._image.health)).returncode != 0:
            assert time.monotonic() < deadline, done.stderr
            time.sleep(0.2)

    def get(self, path: str) -> str:
        """Ask the port that the image names, with its own Python."""
        (port,) = self._image.ports
        url = f"http://127.0.0.1:{port}{path}"
        program = (
            f"import urllib.request as u; print(u.urlopen({url!r}, timeout=9).read().decode())"
        )
        done = self.run("python3", "-c", program)
        assert done.returncode == 0, done.stderr
        return done.stdout


def wait_for(container: Container, text: str) -> None:
    """Wait until there is a text among the metrics."""
    deadline = time.monotonic() + PATIENCE_S
    while text not in container.get("/metrics"):
        assert time.monotonic() < deadline
        time.sleep(0.5)


def fields(status: str) -> dict[str, str]:
    """Read /proc/PID/status: who a process is and what it may."""
    lines = (line.partition(":") for line in status.splitlines())
    return {name: value.strip() for name, _, value in lines}


def credentials(pid: int) -> dict[str, str]:
    return fields(Path("/proc", str(pid), "status").read_text())


def test_the_base_has_the_python_that_the_dockerfile_names(base: Root) -> None:
    """Debian's Python in the stead of the base image's is of the same minor version."""
    assert base.inside(f"/usr/bin/python{base_of(CHECKOUT).python}").is_file()


def test_the_demo_answers_and_is_found_healthy(image: Image, bed: Bed) -> None:
    """The entry point serves a replayed capture at the port that the image names."""
    container = Container(image, bed)
    assert container.run(*image.health).returncode == 1  # nobody answers yet
    with container.started("demo"):
        wait_for(container, 'voip_packets_received_total{codec="PCMU"')
    assert container.run(*image.health).returncode == 1


def test_the_command_of_the_compose_file_does_what_it_should(image: Image, bed: Bed) -> None:
    """In the image, the settings that are mounted give networks their names."""
    service = read_services(CHECKOUT / "deploy" / "compose.yaml")["exporter"]
    (settings,) = service.mounts
    copy_into(image.root, settings.source, str(settings.target))
    demo = yaml.safe_load((CHECKOUT / "deploy" / "compose.demo.yaml").read_text())
    container = Container(image, bed)
    with container.started(*demo["services"]["exporter"]["command"]):
        wait_for(container, 'dst_network="carrier-a"')


def test_it_captures_without_being_root(image: Image, bed: Bed) -> None:
    """The user of the image has the right to listen and no other."""
    container = Container(image, bed)
    with container.started("--interface", "lo") as pid:
        found = credentials(pid)
        assert found["Uid"].split() == ["65532"] * 4
        assert int(found["CapPrm"], 16) == int(found["CapEff"], 16) == NET_RAW
        assert LISTENING in container.get("/metrics")


def test_other_programs_of_the_image_have_no_capability(image: Image, bed: Bed) -> None:
    """The Python of the health check is not the one that may listen."""
    done = Container(image, bed).run("python3", "-c", "print(open('/proc/self/status').read())")
    assert int(fields(done.stdout)["CapPrm"], 16) == 0


def test_without_the_capability_nothing_starts(image: Image, bed: Bed) -> None:
    """`--cap-drop ALL` alone keeps the program from being executed, as the Dockerfile says."""
    done = Container(image, bed, capabilities="-all").run(*image.entrypoint, "--version")
    assert done.returncode != 0
    assert "Operation not permitted" in done.stderr


def test_without_new_privileges_a_user_may_not_capture(image: Image, bed: Bed) -> None:
    """The capability of the file is void there, and the program says what it misses."""
    container = Container(image, bed, no_new_privs=True)
    done = container.run(*image.entrypoint, "--interface", "lo")
    assert done.returncode == 2
    assert "CAP_NET_RAW" in done.stderr


def test_without_new_privileges_root_may_capture(image: Image, bed: Bed) -> None:
    """Root that has this capability alone is the way that the Dockerfile names."""
    container = Container(image, bed, user="0:0", no_new_privs=True)
    with container.started("--interface", "lo") as pid:
        assert int(credentials(pid)["CapEff"], 16) == NET_RAW
        assert LISTENING in container.get("/metrics")


def test_filters_can_be_compiled(image: Image, bed: Bed) -> None:
    """The image has libpcap, so `capture.filter` is heeded."""
    done = Container(image, bed).run(
        "python3", "-c", "import ctypes; ctypes.CDLL('libpcap.so.0.8')"
    )
    assert (done.returncode, done.stderr) == (0, "")
