from __future__ import annotations

import pytest

from qos_exporter.protocols.ami import (
    Action,
    Challenge,
    Filter,
    GetVariable,
    ListChannels,
    Login,
    Ping,
    SetVariable,
    answer_to_challenge,
    encode_action,
)


@pytest.mark.parametrize(
    ("action", "lines"),
    [
        (Challenge(), ["Action: Challenge", "AuthType: MD5"]),
        (
            Login("monitor", secret="s"),  # noqa: S106 -- a secret of a test
            ["Action: Login", "Username: monitor", "Secret: s", "Events: call,reporting"],
        ),
        (
            Login("monitor", key="abc"),
            [
                *("Action: Login", "Username: monitor", "AuthType: MD5", "Key: abc"),
                "Events: call,reporting",
            ],
        ),
        (Filter("Event: R"), ["Action: Filter", "Operation: Add", "Filter: Event: R"]),
        (Ping(), ["Action: Ping"]),
        (ListChannels(), ["Action: CoreShowChannels"]),
        (
            GetVariable("PJSIP/a-1", "CHANNEL(pjsip,call-id)"),
            ["Action: Getvar", "Channel: PJSIP/a-1", "Variable: CHANNEL(pjsip,call-id)"],
        ),
        (
            SetVariable("PJSIP/a-1", "CDR(r-factor)", "93.2"),
            ["Action: Setvar", "Channel: PJSIP/a-1", "Variable: CDR(r-factor)", "Value: 93.2"],
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, tuple) else "",
)
def test_how_actions_are_written(action: Action, lines: list[str]) -> None:
    """Each action is the block of lines that the documentation of Asterisk asks for."""
    assert (
        encode_action(action, "7") == ("\r\n".join([*lines, "ActionID: 7"]) + "\r\n\r\n").encode()
    )


def test_a_value_cannot_begin_another_action() -> None:
    """Line breaks in a value are left out."""
    action = SetVariable("PJSIP/a-1\r\n\r\nAction: Originate", "X", "1\n2")
    assert encode_action(action, "7").count(b"\r\n\r\n") == 1
    assert b"Channel: PJSIP/a-1Action: Originate\r\n" in encode_action(action, "7")


def test_answer_to_a_challenge() -> None:
    """The key is the MD5 of challenge and secret: `printf 150270967bedsecret | md5sum`."""
    assert answer_to_challenge("150270967", "bedsecret") == "26f6e446ca3af3fe829ddc789ddfe9f1"
