"""What can be asked of the manager interface, and how it is written."""

from __future__ import annotations

import hashlib
from typing import NamedTuple, TypeAlias

CLASSES = "call,reporting"
"""The classes of events that are used; of others none are sent."""


class Challenge(NamedTuple):
    """Ask for a challenge, so that the secret need not be sent."""

    def fields(self) -> tuple[tuple[str, str], ...]:
        """Give the lines of the action."""
        return (("Action", "Challenge"), ("AuthType", "MD5"))


class Login(NamedTuple):
    """Log in, with the secret itself or with the answer to a challenge."""

    username: str
    secret: str = ""
    key: str = ""

    def fields(self) -> tuple[tuple[str, str], ...]:
        """Give the lines of the action."""
        proof = (("AuthType", "MD5"), ("Key", self.key)) if self.key else (("Secret", self.secret),)
        return (("Action", "Login"), ("Username", self.username), *proof, ("Events", CLASSES))


class Filter(NamedTuple):
    """Have only the events that match a regular expression sent."""

    expression: str

    def fields(self) -> tuple[tuple[str, str], ...]:
        """Give the lines of the action."""
        return (("Action", "Filter"), ("Operation", "Add"), ("Filter", self.expression))


class Ping(NamedTuple):
    """Ask for a sign of life."""

    def fields(self) -> tuple[tuple[str, str], ...]:
        """Give the lines of the action."""
        return (("Action", "Ping"),)


class ListChannels(NamedTuple):
    """Ask for all channels that there are."""

    def fields(self) -> tuple[tuple[str, str], ...]:
        """Give the lines of the action."""
        return (("Action", "CoreShowChannels"),)


class GetVariable(NamedTuple):
    """Ask for a variable, or the value of a function, of a channel."""

    channel: str
    variable: str

    def fields(self) -> tuple[tuple[str, str], ...]:
        """Give the lines of the action."""
        return (("Action", "Getvar"), ("Channel", self.channel), ("Variable", self.variable))


class SetVariable(NamedTuple):
    """Set a variable, or through a function, of a channel."""

    channel: str
    variable: str
    value: str

    def fields(self) -> tuple[tuple[str, str], ...]:
        """Give the lines of the action."""
        target = ("Channel", self.channel), ("Variable", self.variable)
        return (("Action", "Setvar"), *target, ("Value", self.value))


Action: TypeAlias = Challenge | Login | Filter | Ping | ListChannels | GetVariable | SetVariable


def encode_action(action: Action, action_id: str) -> bytes:
    """Write an action; a line break in a value, which would begin another action, is left out."""
    lines = (*action.fields(), ("ActionID", action_id))
    written = (f"{name}: {value}".translate(_NO_BREAKS) for name, value in lines)
    return ("\r\n".join(written) + "\r\n\r\n").encode()


_NO_BREAKS = {ord("\r"): None, ord("\n"): None}


def answer_to_challenge(challenge: str, secret: str) -> str:
    """Give the key for `Login`: MD5 is what the protocol has, and all that it has."""
    return hashlib.md5(f"{challenge}{secret}".encode(), usedforsecurity=False).hexdigest()
