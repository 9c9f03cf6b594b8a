"""`qos-exporter rules`: write alert rules, routing and runbook with thresholds of one's own."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from qos_exporter.commands import flags
from qos_exporter.rules import bounds
from qos_exporter.rules.choices import Choices
from qos_exporter.rules.chosen import THRESHOLDS, ChosenThresholds
from qos_exporter.rules.thresholds import DEFAULTS

if TYPE_CHECKING:
    from qos_exporter.commands.flags import Subparsers

DESCRIPTION = """\
Write the rules for Prometheus, the configuration of Alertmanager and the runbook into a folder. A
threshold is that of the warning; what is critical follows from it. Flags win over the file of
thresholds. Without any, the files are those that come with the project. Files of the same names in
the folder are overwritten, alertmanager.yml too."""

HELP = {
    "mos_min": ("MOS", f"warn below this MOS-LQ (default {DEFAULTS.mos_min.warning:g})"),
    "loss_max": (
        "RATIO",
        f"warn when more is lost; 0.02 is 2 %% (default {DEFAULTS.loss_max.warning:g})",
    ),
    "jitter_max": (
        "SECONDS",
        f"warn above this jitter; 0.05 is 50 ms (default {DEFAULTS.jitter_max_s.warning:g})",
    ),
    "round_trip_max": (
        "SECONDS",
        f"warn above this round trip (default {DEFAULTS.round_trip_max_s.warning:g})",
    ),
    "objective": (
        "RATIO",
        f"which share of windows is to be good (default {DEFAULTS.good_windows_min:g})",
    ),
}
"""What a threshold is measured in, and what it is about."""

PLACES = {
    "grafana_url": ("URL", "where the dashboards are"),
    "runbook_url": ("URL", "where the runbook can be read"),
    "secrets_dir": ("DIR", "where Alertmanager finds its keys"),
    "pagerduty_url": ("URL", "where PagerDuty takes events"),
}


PLAIN = re.compile(r"[\w./:~-][^\s\"'\\{}#]*")
"""What can stand in YAML and in a template as it is."""


def add_parser(subparsers: Subparsers) -> None:
    """Add `rules` to the commands."""
    parser = subparsers.add_parser(
        "rules", help="write alert rules with thresholds of your own", description=DESCRIPTION
    )
    for name in THRESHOLDS:
        unit, text = HELP[name]
        rule = flags.checked(bounds.BY_NAME[name].parsed)
        parser.add_argument(_flag(name), type=rule, metavar=unit, help=text)
    parser.add_argument("--thresholds", type=Path, metavar="FILE", help="thresholds in YAML")
    defaults = Choices()
    for name, (unit, text) in PLACES.items():
        default = getattr(defaults, name)
        parser.add_argument(
            _flag(name),
            type=flags.checked(_place),
            default=default,
            metavar=unit,
            help=f"{text} (default {default})",
        )
    parser.add_argument(
        "--time-scale",
        type=flags.checked(bounds.TIME_SCALE.parsed),
        default=defaults.time_scale,
        metavar="FACTOR",
        help="divide all durations, so that alerts come and go while you watch (default 1)",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="the folder to write to"
    )


def run(args: argparse.Namespace) -> int:
    """Write the files and name them; raises ConfigError where they or the thresholds are wrong."""
    # Here, because the other commands should not wait for jinja2.
    from qos_exporter.rules.render import write

    for path in write(_choices(args), args.out):
        print(path)
    return 0


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _place(text: str) -> str:
    if not PLAIN.fullmatch(text):
        raise ValueError("has a character that does not belong there")
    return text.rstrip("/")


def _choices(args: argparse.Namespace) -> Choices:
    flagged = ChosenThresholds(**{name: getattr(args, name) for name in THRESHOLDS})
    return Choices(
        thresholds=flagged.thresholds(_file(args.thresholds)),
        time_scale=args.time_scale,
        **{name: getattr(args, name) for name in PLACES},
    )


def _file(path: Path | None) -> ChosenThresholds:
    if path is None:
        return ChosenThresholds()
    from qos_exporter.rules.thresholds_file import read_thresholds

    return read_thresholds(path)
