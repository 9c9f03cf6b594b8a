"""The files that the parts read: the shipped ones, with the ports, keys and durations of a plan."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

from qos_exporter.rules.durations import shortened
from tools.stack.notifications import PAGERDUTY, SLACK
from tools.stack.plan import CHECKOUT, DEPLOY, Plan, Ports
from tools.stack.processes import StackError

ROUTING_KEY = "0123456789abcdef0123456789abcdef"


def write_files(plan: Plan, folder: Path) -> None:
    """Write rules, routing, keys and the configuration of Prometheus below a folder.

    Raises StackError where the rules cannot be written as planned.
    """
    rules, secrets = folder / "alerting_rules", folder / "secrets"
    inbox = f"http://localhost:{plan.ports.inbox}"
    _write_rules(plan, rules, secrets=secrets, pagerduty_url=inbox + PAGERDUTY)
    secrets.mkdir()
    (secrets / "slack_api_url").write_text(inbox + SLACK)
    (secrets / "pagerduty_routing_key").write_text(ROUTING_KEY)
    (folder / "prometheus.yml").write_text(prometheus_yml(plan, rules))


def prometheus_yml(plan: Plan, rules: Path) -> str:
    """Give the shipped configuration with other ports, rules at another place, and more jobs."""
    text = shortened((DEPLOY / "prometheus.yml").read_text(), plan.time_scale)
    shipped, ours = Ports(), plan.ports
    for name in ("exporter", "prometheus", "alertmanager"):
        was, becomes = getattr(shipped, name), getattr(ours, name)
        text = text.replace(f"[localhost:{was}]", f"[localhost:{becomes}]")
    config = yaml.safe_load(text)
    config["rule_files"] = [str(rules / Path(name).name) for name in config["rule_files"]]
    config["scrape_configs"] += [
        {"job_name": job, "static_configs": [{"targets": [f"localhost:{port}"]}]}
        for job, port in plan.more_targets.items()
    ]
    return yaml.safe_dump(config, sort_keys=False)


def _write_rules(plan: Plan, folder: Path, *, secrets: Path, pagerduty_url: str) -> None:
    flags = {
        "--out": folder,
        "--secrets-dir": secrets,
        "--pagerduty-url": pagerduty_url,
        "--time-scale": plan.time_scale,
        "--runbook-url": f"http://localhost:{plan.ports.prometheus}/user/runbook.md",
    }
    words = [f"{name}={value}" for name, value in flags.items()]
    done = subprocess.run(
        [sys.executable, "-m", "qos_exporter", "rules", *words],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    if done.returncode:
        raise StackError(done.stderr.strip())
