"""What the files of alerting are written with."""

from __future__ import annotations

from dataclasses import dataclass

from qos_exporter.rules.thresholds import DEFAULTS, Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Everything that differs from one installation to the next."""

    thresholds: Thresholds = DEFAULTS
    grafana_url: str = "http://localhost:3000"
    """Where the dashboards are, without a slash at the end."""
    runbook_url: str = "http://localhost:9090/user/runbook.md"
    """Where the runbook can be read. Prometheus serves a folder as /user (`--web.user-assets`)."""
    secrets_dir: str = "/etc/alertmanager/secrets"
    """The folder in which Alertmanager finds its keys, a file each."""
    pagerduty_url: str = "https://events.pagerduty.com/v2/enqueue"
    """Another one in the EU service region."""
    time_scale: float = 1.0
    """By how much all durations are divided: for tests that cannot wait for hours."""
