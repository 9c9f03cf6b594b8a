"""Runs the stack on recorded calls until Ctrl-C: `make stack`, or `python -m tools.stack`.

Prometheus and Alertmanager are Debian's. They listen on loopback, with the files that the project
ships; what Alertmanager sends to Slack and PagerDuty is printed instead. `--time-scale 20` lets the
calls pass 20 times as fast and divides all durations of rules and notifications by 20, so that an
alert comes within a minute.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
import time
from pathlib import Path

from tools.stack.notifications import Notification
from tools.stack.plan import DEMO, Plan, Ports, free_ports
from tools.stack.processes import Signals, StackError, StopAsked
from tools.stack.running import Stack, running

CHECK_S = 0.2


def main() -> int:
    """Run until a signal says to stop: 0; or until a part ends: 1."""
    signals = Signals()
    signals.listen()
    try:
        with running(_plan(), show, signals) as stack:
            _announce(stack)
            while True:
                stack.processes.check()
                time.sleep(CHECK_S)
    except StopAsked:
        return 0
    except StackError as error:
        print(error, file=sys.stderr)
        return 1


def show(notification: Notification) -> None:
    """Print what a person would get."""
    text = textwrap.indent(notification.text, "    ")
    print(f"\n{notification.receiver}: {notification.title}\n{text}", flush=True)


def _plan() -> Plan:
    summary = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog="make stack", description=summary[2])
    parser.add_argument(
        "--time-scale", type=float, default=1.0, metavar="FACTOR", help="how much faster than life"
    )
    parser.add_argument(
        "--replay", type=Path, default=DEMO, metavar="FILE", help="a capture instead of the demo"
    )
    parser.add_argument(
        "--any-port", action="store_true", help="listen at ports that are free, not the usual ones"
    )
    args = parser.parse_args()
    return Plan(
        ports=free_ports() if args.any_port else Ports(),
        capture=args.replay.absolute(),
        speed=args.time_scale,
        time_scale=args.time_scale,
    )


def _announce(stack: Stack) -> None:
    print(
        f"Exporter      {stack.exporter}/\n"
        f"Prometheus    {stack.prometheus}/alerts\n"
        f"Alertmanager  {stack.alertmanager}/\n"
        f"Runbook       {stack.prometheus}/user/runbook.md\n"
        "Recorded calls, in a loop. What Slack and PagerDuty would get is shown; Ctrl-C ends it.",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
