"""deploy/: the compose file, as far as it can be tested without Docker, and what it mounts."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

import qos_exporter
from qos_exporter.cli import build_parser, run
from tests.conftest import CHECKOUT
from tests.stack.compose import read_services
from tools.stack.plan import Ports

DEPLOY = CHECKOUT / "deploy"
COMPOSE = DEPLOY / "compose.yaml"
DEMO = DEPLOY / "compose.demo.yaml"
RULES = CHECKOUT / "alerting_rules"
SERVICES = read_services(COMPOSE)
PINNED = re.compile(r"[a-z/-]+:v?\d+\.\d+\.\d+")


def load(path: str) -> dict[str, Any]:
    return dict(yaml.safe_load((CHECKOUT / path).read_text()))


def targets(static_configs: list[dict[str, list[str]]]) -> list[str]:
    return [target for config in static_configs for target in config["targets"]]


@pytest.mark.parametrize("path", [COMPOSE, DEMO], ids=lambda path: path.name)
def test_it_follows_the_compose_specification(path: Path) -> None:
    """Every key and value is one of the specification."""
    PyCompose.from_yaml(path.read_text()).validate()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        pytest.param("cap_add: [NET_RAW]", "cap_add: NET_RAW", id="type"),
        pytest.param("network_mode: host", "network_mod: host", id="key"),
        pytest.param("restart: unless-stopped", "restart: sometimes", id="word"),
    ],
)
def test_mistakes_in_it_would_be_found(right: str, wrong: str) -> None:
    """What checks the file does not take everything."""
    text = COMPOSE.read_text()
    assert right in text
    with pytest.raises(ValueError, match=r"services\.exporter"):
        PyCompose.from_yaml(text.replace(right, wrong, 1))


def test_volumes_are_declared() -> None:
    """What has to survive an update has a volume of its own, and no volume is left over."""
    used = {name for service in SERVICES.values() for name in service.volumes}
    assert used == load("deploy/compose.yaml")["volumes"].keys()


def test_versions_of_images_are_pinned() -> None:
    """The stack of today is that of tomorrow; the exporter is that of this checkout."""
    images = {name: service.data["image"] for name, service in SERVICES.items()}
    assert not [image for image in images.values() if not PINNED.fullmatch(image)]
    assert images["exporter"] == f"qos-exporter:{qos_exporter.__version__}"
    context = DEPLOY / SERVICES["exporter"].data["build"]
    assert (context / "Dockerfile").samefile(CHECKOUT / "Dockerfile")


def test_what_is_mounted_is_there() -> None:
    """Docker would make an empty folder of a path that does not exist."""
    mounts = [mount for service in SERVICES.values() for mount in service.mounts]
    assert not [mount for mount in mounts if not mount.source.exists()]
    assert not [mount for mount in mounts if not mount.is_read_only]


def test_the_exporter_may_capture_and_nothing_else() -> None:
    """It is in the network of the machine, and has one capability."""
    exporter = SERVICES["exporter"].data
    assert exporter["network_mode"] == "host"
    assert (exporter["cap_drop"], exporter["cap_add"]) == (["ALL"], ["NET_RAW"])
    assert "privileged" not in exporter


def test_everybody_listens_on_loopback_at_the_port_that_others_know() -> None:
    """Exporter, Prometheus and Alertmanager are where prometheus.yml looks for them."""
    config = load("deploy/prometheus.yml")
    known = {job["job_name"]: targets(job["static_configs"]) for job in config["scrape_configs"]}
    ports = Ports()
    for job, service, port in (
        ("qos-exporter", "exporter", ports.exporter),
        ("prometheus", "prometheus", ports.prometheus),
        ("alertmanager", "alertmanager", ports.alertmanager),
    ):
        assert SERVICES[service].data["network_mode"] == "host"
        assert SERVICES[service].flag("--web.listen-address") == f"127.0.0.1:{port}"
        assert known[job] == [f"localhost:{port}"]
    (alertmanager,) = config["alerting"]["alertmanagers"]
    assert targets(alertmanager["static_configs"]) == known["alertmanager"]


def test_grafana_finds_prometheus_and_the_dashboards() -> None:
    """Data source and dashboards are provisioned, and Grafana listens on loopback as well."""
    grafana = SERVICES["grafana"]
    folder = grafana.on_this_machine("/etc/grafana/provisioning")
    (source,) = yaml.safe_load((folder / "datasources" / "prometheus.yml").read_text())[
        "datasources"
    ]
    (provider,) = yaml.safe_load((folder / "dashboards" / "qos-exporter.yml").read_text())[
        "providers"
    ]
    assert source["url"] == f"http://localhost:{Ports().prometheus}"
    dashboards = grafana.on_this_machine(provider["options"]["path"])
    assert dashboards.samefile(CHECKOUT / "grafana" / "dashboards")
    assert grafana.data["network_mode"] == "host"
    assert grafana.data["environment"] == {"GF_SERVER_HTTP_ADDR": "127.0.0.1"}


def test_prometheus_finds_its_files() -> None:
    """Inside, the rules lie beside the configuration as they do in the checkout."""
    prometheus = SERVICES["prometheus"]
    config = PurePosixPath(prometheus.flag("--config.file"))
    assert prometheus.on_this_machine(str(config)).samefile(DEPLOY / "prometheus.yml")
    (pattern,) = load("deploy/prometheus.yml")["rule_files"]
    folder = config.parents[1] / PurePosixPath(pattern).parent.name
    assert pattern == f"../{folder.name}/*.rules.yml"
    assert prometheus.on_this_machine(str(folder)).samefile(RULES)
    runbook = f"{prometheus.flag('--web.user-assets')}/runbook.md"
    assert prometheus.on_this_machine(runbook).is_file()


def test_alertmanager_finds_its_files() -> None:
    """The routing is there, and so is the place of the keys, which is described."""
    alertmanager = SERVICES["alertmanager"]
    config = alertmanager.on_this_machine(alertmanager.flag("--config.file"))
    assert config.samefile(RULES / "alertmanager.yml")
    keys = re.findall(r"_file: (\S+)", config.read_text())
    described = (DEPLOY / "secrets" / "README.md").read_text()
    assert len(keys) == 2
    for key in keys:
        path = alertmanager.on_this_machine(key)
        assert path.parent == DEPLOY / "secrets"
        assert f"| `{path.name}` |" in described


def test_keys_are_not_committed() -> None:
    """Git ignores whatever is put into the folder of keys."""
    lines = (CHECKOUT / ".gitignore").read_text().splitlines()
    assert [line for line in lines if "deploy/" in line] == [
        "deploy/secrets/*",
        "!deploy/secrets/README.md",
    ]


@pytest.mark.parametrize("path", [COMPOSE, DEMO], ids=lambda path: path.name)
def test_the_exporter_understands_its_command(path: Path) -> None:
    """The words after the entry point are flags that there are."""
    words = yaml.safe_load(path.read_text())["services"]["exporter"]["command"]
    default = [] if path == DEMO else ["serve"]
    args = build_parser().parse_args([*default, *words])
    inside = SERVICES["exporter"].on_this_machine(str(args.config_file))
    assert inside.samefile(DEPLOY / "qos.yml")
    assert run(["check-config", str(inside)]) == 0


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(
            ["promtool", "check", "config", DEPLOY / "prometheus.yml"],
            id="prometheus",
            marks=pytest.mark.promtool,
        ),
        pytest.param(
            ["amtool", "check-config", RULES / "alertmanager.yml"],
            id="alertmanager",
            marks=pytest.mark.amtool,
        ),
    ],
)
def test_the_tools_of_prometheus_accept_the_files(command: list[str]) -> None:
    """What is mounted can be read by whom it is for."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
