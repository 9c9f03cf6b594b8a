from __future__ import annotations

import contextlib
import logging
import shutil
import ssl
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from qos_exporter.protocols.ami import (
    Action,
    Answer,
    GetVariable,
    LinkDown,
    LinkUp,
    News,
    ReportEvent,
    Unreadable,
    parse_message,
)
from qos_exporter.sources.ami.faults import Fault
from tests.protocols.ami_messages import recorded_messages, report
from tests.sources.fake_asterisk import SECRET, FakeAsterisk, wait_until
from tests.sources.recorder import QUICK, Recorder, following, settings_for

MESSAGES = [each.message for each in recorded_messages()]


@pytest.mark.parametrize("auth", ["md5", "plain"])
def test_login(auth: str) -> None:
    """Either way of proving the secret works, and plain text is not sent unless asked for."""
    with FakeAsterisk() as server, following(Recorder(), settings_for(server, auth=auth)) as thread:
        wait_until(lambda: thread.clients[0].status.is_up)
        (login,) = server.asked("Login")
        assert ("Secret" in login) is (auth == "plain")
        assert login["Events"] == "call,reporting"
        assert "RTCPReceived" in server.asked("Filter")[0]["Filter"]


def test_secret_from_a_file(tmp_path: Path) -> None:
    """The secret may stand in a file, which is read again for each attempt."""
    path = tmp_path / "secret"
    path.write_text("wrong\n")
    with FakeAsterisk() as server:
        settings = settings_for(server, secret="", secret_file=str(path))
        with following(Recorder(), settings) as thread:
            status = thread.clients[0].status
            wait_until(lambda: status.fault is Fault.LOGIN_REFUSED)
            path.write_text(f"{SECRET}\n")
            wait_until(lambda: status.is_up)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["missing", "not-text"])
def test_secret_that_cannot_be_read(content: bytes | None, tmp_path: Path) -> None:
    """A file that cannot be read is a fault with a name."""
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with FakeAsterisk() as server:
        settings = settings_for(server, secret="", secret_file=str(path))
        with following(Recorder(), settings) as thread:
            wait_until(lambda: thread.clients[0].status.fault is Fault.NO_SECRET)


def test_wrong_secret_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    """A refused login is one sentence in the log, however often it is tried."""
    caplog.set_level(logging.INFO)
    with (
        FakeAsterisk() as server,
        following(Recorder(), settings_for(server, secret="guess")) as thread,  # noqa: S106
    ):
        wait_until(lambda: len(server.asked("Login")) > 2)
        assert thread.clients[0].status.fault is Fault.LOGIN_REFUSED
    (record,) = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert "the login of monitor is refused (Authentication failed)" in record.getMessage()


def test_one_server_fails_and_the_other_goes_on() -> None:
    """What is wrong with one server does not touch another."""
    recorder = Recorder()
    with FakeAsterisk() as good, FakeAsterisk() as bad:
        servers = settings_for(bad, secret="guess"), settings_for(good)  # noqa: S106
        with following(recorder, *servers) as thread:
            wait_until(lambda: thread.clients[1].status.is_up)
            good.tell(MESSAGES[0])
            wait_until(lambda: (1, parse_message(MESSAGES[0])) in recorder.news)
            assert not thread.clients[0].status.is_up
            assert {server for server, _ in recorder.news} == {1}


@pytest.mark.parametrize("chunk", [1, 13, None], ids=["byte-by-byte", "odd-chunks", "at-once"])
def test_recorded_events_arrive_whole(chunk: int | None) -> None:
    """A real server's events come out as they are, however they come in."""
    recorder = Recorder()
    quiet = replace(QUICK, ping_s=60.0)  # nothing is to be answered between two bytes
    with FakeAsterisk() as server, following(recorder, settings_for(server), times=quiet):
        wait_until(lambda: recorder.count(Answer))
        before = len(recorder.news)
        server.tell(*MESSAGES, chunk=chunk)
        wait_until(lambda: len(recorder.news) == before + len(MESSAGES))
        assert recorder.news[before:] == [(0, parse_message(message)) for message in MESSAGES]


def test_answers_come_with_their_actions() -> None:
    """What is asked is answered, and the answer says to what."""
    recorder = Recorder()
    question = GetVariable("PJSIP/alice-00000000", "CHANNEL(pjsip,call-id)")
    with FakeAsterisk() as server, following(recorder, settings_for(server)):
        server.replies["Getvar"] = lambda _: "Response: Success\r\nValue: 235b9eaae259e791"
        wait_until(lambda: recorder.count(LinkUp))
        recorder.to_ask.append(question)
        wait_until(lambda: any(is_to(each, question) for _, each in recorder.news))
        (answer,) = [each for _, each in recorder.news if is_to(each, question)]
        assert isinstance(answer, Answer)
        assert answer.response.value == "235b9eaae259e791"


def test_more_questions_than_a_server_takes_at_once() -> None:
    """They wait for their turn: all are answered, in order, and the connection stands."""
    recorder = Recorder()
    questions = [GetVariable(f"PJSIP/alice-{number:08x}", "SIPCALLID") for number in range(10_000)]
    with FakeAsterisk() as server, following(recorder, settings_for(server)):
        wait_until(lambda: recorder.count(LinkUp))
        recorder.to_ask = [*questions]
        wait_until(lambda: len(server.asked("Getvar")) == len(questions))
        assert [each["Channel"] for each in server.asked("Getvar")] == [
            question.channel for question in questions
        ]
        wait_until(lambda: any(is_to(each, questions[-1]) for _, each in recorder.news))
        assert not recorder.count(LinkDown)


def test_a_server_that_answers_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Of questions that are never answered not all that one could ask are kept.

    The connection is given up for another one, which one sentence says, and nothing else fails.
    """
    recorder = Recorder()
    with FakeAsterisk() as server, following(recorder, settings_for(server)) as thread:
        server.replies["Getvar"] = lambda _: None
        wait_until(lambda: recorder.count(LinkUp))
        question = GetVariable("PJSIP/alice-00000000", "SIPCALLID")
        recorder.to_ask = [question] * 70_000
        wait_until(lambda: recorder.count(LinkUp) == 2)
        assert len(server.asked("Getvar")) < 1000
        assert thread.clients[0].status.reconnects == 1
    said = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(said) == 1
    assert "65536 actions were not answered" in said[0].getMessage()


def is_to(news: object, question: GetVariable) -> bool:
    return isinstance(news, Answer) and news.action == question


def test_closed_connection(caplog: pytest.LogCaptureFixture) -> None:
    """After an end the client comes back, and says when it was away."""
    recorder = Recorder()
    caplog.set_level(logging.INFO)
    with FakeAsterisk() as server, following(recorder, settings_for(server)) as thread:
        wait_until(lambda: recorder.count(LinkUp) == 1)
        server.hang_up()
        wait_until(lambda: recorder.count(LinkUp) == 2)
        assert recorder.count(LinkDown) == 1
        assert thread.clients[0].status.reconnects == 1
    texts = [record.getMessage() for record in caplog.records]
    assert any("is interrupted: the connection was closed" in text for text in texts)
    assert any(text.endswith("goes on") for text in texts)


def test_silent_server() -> None:
    """Who does not answer three pings is left, though the connection stands."""
    recorder = Recorder()
    with FakeAsterisk() as server, following(recorder, settings_for(server)) as thread:
        wait_until(lambda: recorder.count(LinkUp))
        server.replies["Ping"] = lambda _: None
        wait_until(lambda: recorder.count(LinkDown))
        wait_until(lambda: thread.clients[0].status.reconnects)
        assert len(server.asked("Ping")) >= 2


def test_a_server_without_calls_is_not_silent() -> None:
    """Answers to pings are a sign of life."""
    recorder = Recorder()
    with FakeAsterisk() as server, following(recorder, settings_for(server)):
        wait_until(lambda: len(server.asked("Ping")) > 5)
        assert not recorder.count(LinkDown)


def test_half_a_message_and_the_end() -> None:
    """Half a message is nothing, and does not become part of another connection."""
    recorder = Recorder()
    with FakeAsterisk() as server, following(recorder, settings_for(server)):
        wait_until(lambda: recorder.count(LinkUp) == 1)
        server.send(MESSAGES[0][:50])
        server.hang_up()
        wait_until(lambda: recorder.count(LinkUp) == 2)
        server.tell(MESSAGES[0])
        wait_until(lambda: (0, parse_message(MESSAGES[0])) in recorder.news)
        assert not recorder.count(Unreadable)


def test_a_message_without_an_end() -> None:
    """Ten megabytes without an end cost the connection, not the memory."""
    recorder = Recorder()
    with FakeAsterisk() as server, following(recorder, settings_for(server)) as thread:
        wait_until(lambda: recorder.count(LinkUp) == 1)
        with contextlib.suppress(OSError):  # the client has hung up
            for _ in range(2560):
                server.send(b"x" * 4096)
        wait_until(lambda: recorder.count(LinkUp) == 2)
        assert thread.clients[0].status.reconnects == 1


def test_a_message_that_cannot_be_read() -> None:
    """It costs no other."""
    recorder = Recorder()
    with FakeAsterisk() as server, following(recorder, settings_for(server)):
        wait_until(lambda: recorder.count(LinkUp))
        server.tell(report(From="nowhere"), report())
        wait_until(lambda: recorder.count(ReportEvent))
        assert (0, Unreadable("bad_address")) in recorder.news


@pytest.mark.parametrize(
    ("greeting", "fault"),
    [
        pytest.param(b"SSH-2.0-OpenSSH_9.2p1\r\n", Fault.NOT_ASTERISK, id="another-protocol"),
        pytest.param(b"", Fault.UNREACHABLE, id="no-greeting"),
    ],
)
def test_who_is_not_asterisk(greeting: bytes, fault: Fault) -> None:
    """Whoever else answers at the port is told from a server that is gone."""
    with FakeAsterisk(greeting=greeting) as server:
        server.replies["Challenge"] = lambda _: None
        impatient = replace(QUICK, connect_s=0.1)
        with following(Recorder(), settings_for(server), times=impatient) as thread:
            wait_until(lambda: thread.clients[0].status.fault is fault)


def test_nobody_there(caplog: pytest.LogCaptureFixture) -> None:
    """A port where nobody listens is a fault, and tried again and again."""
    with FakeAsterisk() as server:
        settings = settings_for(server)
    with caplog.at_level(logging.WARNING), following(Recorder(), settings) as thread:
        wait_until(lambda: thread.clients[0].status.fault is Fault.UNREACHABLE)
    assert "127.0.0.1" in caplog.text


def test_a_challenge_is_not_given() -> None:
    """A server that gives no challenge refuses the login."""
    with FakeAsterisk() as server:
        server.replies["Challenge"] = lambda _: "Response: Error\r\nMessage: Must specify AuthType"
        with following(Recorder(), settings_for(server)) as thread:
            wait_until(lambda: thread.clients[0].status.fault is Fault.LOGIN_REFUSED)


def test_time_passes_without_a_connection() -> None:
    """Whoever follows the calls learns the time, also while a server is away."""
    with FakeAsterisk() as server:
        settings = settings_for(server)
    recorder = Recorder()
    with following(recorder, settings):
        wait_until(lambda: recorder.ticks > 3)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_tls(tmp_path: Path) -> None:
    """A certificate is checked, unless that is switched off."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=pbx", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with FakeAsterisk(tls=context) as server:
        servers = (
            settings_for(server, tls=True),
            settings_for(server, tls=True, tls_ca_file=str(certificate)),
            settings_for(server, tls=True, tls_verify=False),
            settings_for(server, tls=True, tls_ca_file=str(tmp_path / "none.pem")),
        )
        with following(Recorder(), *servers) as thread:
            stranger, trusted, unchecked, nothing = (each.status for each in thread.clients)
            wait_until(lambda: trusted.is_up and unchecked.is_up)
            wait_until(lambda: stranger.fault and nothing.fault)
            assert not stranger.is_up


class Failing(Recorder):
    """Fails at reports, at the end of a connection, and at the third moment without news."""

    def take_from_pbx(self, server: int, news: Sequence[News], now_ns: int) -> Sequence[Action]:
        asked = super().take_from_pbx(server, news, now_ns)
        if self.ticks == 3:
            self.ticks += 1
            raise ZeroDivisionError
        if any(isinstance(each, ReportEvent | LinkDown) for each in news):
            raise ZeroDivisionError
        return asked


def test_a_follower_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    """What goes wrong while news are taken in costs the connection, and it comes back."""
    recorder = Failing()
    with FakeAsterisk() as server, following(recorder, settings_for(server)):
        wait_until(lambda: recorder.count(LinkUp) == 1)
        server.tell(report())
        wait_until(lambda: recorder.count(LinkUp) == 2)
    assert "ZeroDivisionError" in caplog.text


def test_a_follower_that_fails_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """What goes wrong while the end of a connection is told keeps nobody from the next one."""
    recorder = Failing()
    with FakeAsterisk() as server, following(recorder, settings_for(server)):
        wait_until(lambda: recorder.count(LinkUp) == 1)
        server.hang_up()
        wait_until(lambda: recorder.count(LinkUp) == 2)
    assert "ZeroDivisionError" in caplog.text
