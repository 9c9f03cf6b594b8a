from __future__ import annotations

import logging

import pytest

from qos_exporter.errors import CaptureError
from qos_exporter.failure_log import FailureLog


@pytest.fixture
def failures(caplog: pytest.LogCaptureFixture) -> FailureLog:
    """Give a log of which all is kept."""
    caplog.set_level("INFO")
    return FailureLog(logging.getLogger("test"), "capture on eth7")


def raised(text: str) -> ValueError:
    """Give an error that was raised, always at one place."""
    try:
        int(text)
    except ValueError as error:
        return error
    raise AssertionError


def test_an_outage_is_told_when_it_begins_and_ends(
    failures: FailureLog, caplog: pytest.LogCaptureFixture
) -> None:
    """The same reason again is no news; another one is, and so is the end."""
    failures.report_recovery()
    for _ in range(3):
        failures.report(OSError(100, "Network is down"))
    failures.report(CaptureError("no right"))
    failures.report_recovery()
    failures.report_recovery()
    failures.report(OSError("no number"))

    assert [record.message for record in caplog.records] == [
        "capture on eth7 is interrupted: Network is down",
        "capture on eth7 is interrupted: no right",
        "capture on eth7 goes on",
        "capture on eth7 is interrupted: no number",
    ]


def test_a_defect_is_told_once(failures: FailureLog, caplog: pytest.LogCaptureFixture) -> None:
    """A defect is logged with its traceback the first time that its place is met."""
    for number in range(3):
        failures.report(raised(f"defect {number}"))
    failures.report(KeyError("never raised"))

    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert "ValueError: invalid literal for int() with base 10: 'defect 0'" in caplog.text
    assert "defect 1" not in caplog.text
