"""From the wire to the telephone of whoever is on duty.

Two calls go bad and get good again (`tests/data/make_line_goes_bad.py` says how). An exporter
replays them three times as fast as life for a real Prometheus with the shipped rules and a real
Alertmanager with the shipped routing, all of whose durations the generator has divided by 30.
Beside the exporter stands a tap that sees the same calls but drops frames.
"""

from __future__ import annotations

import json
import re
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass, field

import pytest

from tests.conftest import CHECKOUT
from tests.data.make_line_goes_bad import CAPTURE, END_S
from tests.stack.dropping_tap import dropping_tap
from tests.stack.requirements import needs_prometheus
from tools.stack.notifications import Notification
from tools.stack.plan import Plan, free_ports
from tools.stack.processes import Signals
from tools.stack.running import Stack, running

SPEED = 3.0
TIME_SCALE = 30.0
WINDOW = "3s"
"""A window of a second on the wall, so that five minutes of the rules, now 10 s, hold ten."""
PATIENCE_S = END_S / SPEED + 40
DROPPING = "dropping"
BRANCH, HOME = "branch → carrier-a", "home → carrier-a"
LOSS = re.compile(r"(?P<percent>[\d.]+)% of the packets are lost")
VISIBLE_LOSS = f'max(tap_path:voip_packets_lost_per_expected:ratio_rate5m{{job="{DROPPING}"}})'

pytestmark = [pytest.mark.slow, pytest.mark.stack, needs_prometheus]


@dataclass(slots=True)
class Story:
    """What people got to read, in order, and the worst loss that the tap with drops has seen."""

    told: list[Notification] = field(default_factory=list)
    dropping_loss_ratio: float = 0.0

    def of(self, receiver: str, title: str, *, is_resolved: bool = False) -> list[Notification]:
        """Give what one receiver was told under a title."""
        return [
            each
            for each in self.told
            if (each.receiver, each.is_resolved) == (receiver, is_resolved) and title in each.title
        ]

    def first(self, receiver: str, title: str, *, is_resolved: bool = False) -> Notification:
        """Give the first of them; there has to be one."""
        found = self.of(receiver, title, is_resolved=is_resolved)
        assert found, [(each.receiver, each.title) for each in self.told]
        return found[0]

    def is_complete(self) -> bool:
        """Whether both losses have come and gone."""
        return bool(
            self.of("pagerduty", f"PathLossHigh: {BRANCH}", is_resolved=True)
            and self.of("slack", f"PathLossHigh: {HOME}", is_resolved=True)
        )


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Let it happen."""
    settings = tmp_path_factory.mktemp("settings") / "qos.yml"
    shipped = (CHECKOUT / "deploy" / "qos.yml").read_text()
    settings.write_text(f"{shipped}\nquality: {{window: {WINDOW}}}\n")
    ports, tap = free_ports(), free_ports().inbox
    plan = Plan(
        ports=ports,
        capture=CAPTURE,
        loop=False,
        settings=settings,
        speed=SPEED,
        time_scale=TIME_SCALE,
        more_targets={DROPPING: tap},
    )
    story = Story()
    with (
        dropping_tap(tap, f"http://localhost:{ports.exporter}/metrics"),
        running(plan, story.told.append, Signals()) as stack,
    ):
        watch(stack, story)
    return story


def watch(stack: Stack, story: Story) -> None:
    """Wait until all is over, and look at what the tap with drops sees meanwhile."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and not story.is_complete():
        stack.processes.check()
        seen = query(stack, VISIBLE_LOSS)
        story.dropping_loss_ratio = max(story.dropping_loss_ratio, seen)
        time.sleep(1)


def query(stack: Stack, expression: str) -> float:
    """Give the value of an expression now; 0 if there is none."""
    words = urllib.parse.urlencode({"query": expression})
    with urllib.request.urlopen(f"{stack.prometheus}/api/v1/query?{words}", timeout=10) as answer:  # noqa: S310 -- our own server
        result = json.load(answer)["data"]["result"]
    return float(result[0]["value"][1]) if result else 0.0


def loss_ratio(notification: Notification) -> float:
    """Read the value out of the text."""
    found = LOSS.search(notification.text)
    assert found, notification
    return float(found["percent"]) / 100


def test_what_is_critical_goes_to_pagerduty(story: Story) -> None:
    """One packet in eight is lost: the path, the direction and the value are told to PagerDuty.

    When the alert fires part of its five minutes was still good, so the value is one between the
    threshold and what is lost.
    """
    told = story.first("pagerduty", f"[FIRING critical] PathLossHigh: {BRANCH}, caller_to_callee")
    assert 0.05 < loss_ratio(told) < 1 / 8 + 0.01
    assert f"Path: {BRANCH}\nDirection: caller_to_callee\nSince: " in told.text
    assert "Dashboard: http" in told.text
    assert "/user/runbook.md#pathlosshigh" in told.text
    assert not story.of("slack", "FIRING critical")


def test_a_warning_goes_to_slack(story: Story) -> None:
    """One packet in 25 is lost: that is told to Slack, and nobody is called out of bed for it."""
    told = story.first("slack", f"[FIRING warning] PathLossHigh: {HOME}, caller_to_callee")
    assert 0.02 < loss_ratio(told) < 1 / 25 + 0.01
    assert f"Path: {HOME}\nDirection: caller_to_callee\nSince: " in told.text
    assert not story.of("pagerduty", f"PathLossHigh: {HOME}")


def test_a_bad_call_is_named(story: Story) -> None:
    """The call itself is told of while it lasts, with its Call-ID, its parties and its path."""
    told = story.first("pagerduty", f"[FIRING critical] CallQualityPoor: {BRANCH}")
    assert "Call 1@10.20.0.31 from caller1 to callee1" in told.text
    assert 0.05 < loss_ratio(told) < 1 / 8 + 0.02


@pytest.mark.parametrize(
    ("receiver", "title"),
    [
        pytest.param("pagerduty", f"PathLossHigh: {BRANCH}", id="critical"),
        pytest.param("slack", f"PathLossHigh: {HOME}", id="warning"),
        pytest.param("pagerduty", f"CallQualityPoor: {BRANCH}", id="call"),
    ],
)
def test_it_is_told_that_all_is_well_again(story: Story, receiver: str, title: str) -> None:
    """Who was told that it began is told that it is over, and when, the calls still going on."""
    told = story.first(receiver, title, is_resolved=True)
    assert told.title.startswith("[RESOLVED] ")
    assert "Until: " in told.text
    assert story.told.index(told) > story.told.index(story.first(receiver, title))


def test_nothing_is_told_of_what_was_good(story: Story) -> None:
    """Each alert is about a direction in which packets were lost; the way back was good."""
    about = {told.title.partition(": ")[2] for told in story.told}
    paths = {f"{path}, caller_to_callee" for path in (BRANCH, HOME)}
    assert {each for each in about if "→" in each} == paths


def test_a_tap_that_drops_frames_is_not_believed(story: Story) -> None:
    """It has seen the same loss, and only that it drops is told, to PagerDuty."""
    assert story.dropping_loss_ratio > 0.05
    told = [each for each in story.told if f"var-job={DROPPING}" in each.text]
    assert {each.receiver for each in told if "CaptureDropsPackets" in each.title} == {"pagerduty"}
    assert not [each for each in told if "Direction: " in each.text]
