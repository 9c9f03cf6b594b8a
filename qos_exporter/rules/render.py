"""Writes rule files, routing and runbook from their templates.

A template looks like the file that comes of it: YAML and PromQL with comments, and a few places
such as `%{loss_max.warning}`. Lines that begin with `#%` repeat what stands between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from qos_exporter.errors import ConfigError
from qos_exporter.rules.choices import Choices
from qos_exporter.rules.durations import milliseconds, shortened
from qos_exporter.rules.thresholds import Thresholds

RULE_FILES = (
    "recording.rules.yml",
    "voice_quality.rules.yml",
    "slo.rules.yml",
    "prediction.rules.yml",
    "exporter_health.rules.yml",
)
FILES = (*RULE_FILES, "alertmanager.yml", "notifications.tmpl", "runbook.md")
FOLDERS = {".tmpl": Path("templates")}
"""Where files of a kind go, below the folder of all."""

AHEAD = "4h"
"""How far ahead rising loss and jitter are looked at."""


class WrittenFile(NamedTuple):
    """One file of alerting."""

    path: Path
    """Below the folder that all are written to."""
    text: str


def rendered(choices: Choices) -> Iterator[WrittenFile]:
    """Give all files."""
    environment = Environment(
        loader=PackageLoader("qos_exporter.rules"),
        # Prometheus has `{{` and `{%` for itself, PromQL and Markdown the other brackets and `#`.
        variable_start_string="%{",
        variable_end_string="}",
        block_start_string="%%{",
        block_end_string="}%%",
        comment_start_string="%%#",
        comment_end_string="#%%",
        line_statement_prefix="#%",
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        finalize=_written,
        autoescape=False,  # noqa: S701 -- no HTML is written, and no text from outside
    )
    for name in FILES:
        text = environment.get_template(name).render(_places(choices))
        folder = FOLDERS.get(Path(name).suffix, Path())
        yield WrittenFile(folder / name, shortened(text, choices.time_scale))


def write(choices: Choices, folder: Path) -> list[Path]:
    """Write all files into a folder and name them; raises ConfigError where that fails."""
    written = []
    for file in rendered(choices):
        path = folder / file.path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text, encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{path}: cannot be written: {error.strerror}.") from error
        written.append(path)
    return written


def _places(choices: Choices) -> dict[str, object]:
    thresholds: Thresholds = choices.thresholds
    return {
        "mos_min": thresholds.mos_min,
        "loss_max": thresholds.loss_max,
        "jitter_max_s": thresholds.jitter_max_s,
        "round_trip_max_s": thresholds.round_trip_max_s,
        "objective": thresholds.good_windows_min,
        "budget": round(1.0 - thresholds.good_windows_min, 9),
        "ahead_s": milliseconds(AHEAD) / 1000 / choices.time_scale,
        "grafana_url": choices.grafana_url,
        "runbook_url": choices.runbook_url,
        "secrets_dir": choices.secrets_dir,
        "pagerduty_url": choices.pagerduty_url,
    }


def _written(value: object) -> object:
    """Write numbers without the last digits that binary fractions leave over."""
    return f"{value:.10g}" if isinstance(value, float) else value
