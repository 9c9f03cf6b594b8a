"""An Asterisk server with 500 channels, each of which reports every five seconds.

A server that is none tells of calls of two channels; every channel sends a report and receives one
in five seconds. What the exporter takes of a core is measured, and whether it keeps up: a question
that it asks at the end comes behind everything that was told before.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench_ring import processor_s
from benchmarks.report import Row, at_most
from tests.protocols.ami_messages import report, written
from tests.sources.fake_asterisk import SECRET, FakeAsterisk, Fields, wait_until
from tests.test_serve_command import serving

NAME = "Asterisk, 500 channels"
CHANNELS = 500
INTERVAL_S = 5.0
ROUNDS = 6
"""Of which the first meets all channels and is not measured."""
CHUNKS_PER_S = 20
CORE_BUDGET_PERCENT = 5.0
BACKLOG_BUDGET_S = 0.5


def run(directory: Path) -> list[Row]:
    """Measure the processor time in the steady state, and the backlog at its end."""
    with FakeAsterisk() as server:
        server.replies["Getvar"] = value_of
        configuration = directory / "asterisk.yml"
        secret = f"username: monitor, secret: {SECRET}, cdr: {{}}"
        configuration.write_text(f"ami: [{{port: {server.port}, {secret}}}]\n")
        with serving("serve", "--config.file", configuration) as served:
            wait_until(lambda: server.logins)
            server.tell(*(channel_event(number) for number in range(CHANNELS)))
            play(server, 1)
            before_s, began_s = processor_s(served.process.pid), time.monotonic()
            for number in range(2, ROUNDS + 1):
                play(server, number)
            used_s = processor_s(served.process.pid) - before_s
            percent = 100 * used_s / (time.monotonic() - began_s)
            backlog_s = seconds_until_answered(server)
    events_per_s = 2 * CHANNELS / INTERVAL_S
    return [
        Row(benchmark=NAME, figure="events", value=f"{events_per_s:.0f} events/s"),
        at_most(NAME, "of one core", percent, CORE_BUDGET_PERCENT, " %"),
        at_most(NAME, "behind", backlog_s, BACKLOG_BUDGET_S, " s"),
    ]


def seconds_until_answered(server: FakeAsterisk) -> float:
    """Let a channel appear, and time how long it takes until it is asked about."""
    asked, began_s = len(server.asked("Getvar")), time.monotonic()
    server.tell(channel_event(CHANNELS))
    wait_until(lambda: len(server.asked("Getvar")) > asked)
    return time.monotonic() - began_s


def play(server: FakeAsterisk, number: int) -> None:
    """Tell all reports of one interval, spread over it."""
    messages = list(reports(number))
    chunks = round(INTERVAL_S * CHUNKS_PER_S)
    size = -(-len(messages) // chunks)
    began_s = time.monotonic()
    for chunk in range(chunks):
        server.tell(*messages[chunk * size : (chunk + 1) * size])
        time.sleep(max(0.0, began_s + (chunk + 1) / CHUNKS_PER_S - time.monotonic()))


def channel_of(number: int) -> dict[str, object]:
    """Describe a channel; two of them are a call."""
    return {
        "Channel": f"PJSIP/phone-{number:08x}",
        "ChannelState": 6,
        "CallerIDNum": str(1000 + number),
        "Uniqueid": f"1700000000.{number}",
        "Linkedid": f"1700000000.{number - number % 2}",
    }


def channel_event(number: int) -> bytes:
    """Tell that a channel was made."""
    return written(Event="Newchannel", **channel_of(number))


def reports(number: int) -> Iterator[bytes]:
    """Give what all channels report in one interval: 250 packets more, two of them lost."""
    for channel in range(CHANNELS):
        party = f"10.1.{channel // 250}.{channel % 250 + 1}:7001"
        switch = f"10.0.0.1:{10001 + 2 * channel}"
        counts = {
            "Report0HighestSequence": 250 * number,
            "Report0CumulativeLost": 2 * number,
            "Report0FractionLost": 2,
        }
        common = {**channel_of(channel), **counts}
        received = {"From": party, "To": switch, "RTT": "0.0400"}
        sent = {"From": switch, "To": party, "RTT": None}
        yield report("RTCPReceived", **common, **received, Report0SourceSSRC=hex(2 * channel + 1))
        yield report("RTCPSent", **common, **sent, Report0SourceSSRC=hex(2 * channel + 2))


def value_of(fields: Fields) -> str:
    """Answer what the exporter asks of a channel."""
    value = f"{fields['Channel']}@pbx" if "call-id" in fields["Variable"] else "(ulaw)"
    return f"Response: Success\r\nVariable: {fields['Variable']}\r\nValue: {value}"
