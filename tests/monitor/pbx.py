"""A monitor that is told of calls by an Asterisk server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from qos_exporter.monitor.monitor import Monitor
from qos_exporter.protocols.ami import (
    Action,
    Answer,
    GetVariable,
    LinkDown,
    LinkUp,
    ListChannels,
    News,
    Response,
    parse_message,
)
from qos_exporter.settings import AmiSettings, Settings
from qos_exporter.snapshot import CallView, Snapshot, StreamView
from qos_exporter.units import SECOND_NS
from tests.protocols.ami_messages import CHANNEL, recorded_messages, report, written

SERVER = AmiSettings(username="monitor", secret="s")  # noqa: S106 -- nobody is logged in at
PARTY, PBX = "10.77.0.2:11747", "10.77.0.3:20131"
SSRC, SENT_SSRC = "0x01e8b58b", "0xbb3cecf7"
CALL_IDS = {
    "PJSIP/alice-00000000": "235b9eaae259e791",
    "PJSIP/bob-00000001": "4066aeac-7323-4f19-9721-8cad967c8e6a",
}
"""As the recorded server answered."""
AUDIO = "CHANNEL(rtp,src,audio)"
PBX_MEDIA = "10.77.0.3:20130"
"""Where it has the audio of bob."""
START_S = 1795235681.0
"""When the recorded call began."""


class Link:
    """A connection that is up."""

    is_up = True
    fault = None
    reconnects = 0


def response(value: str = "", *, is_success: bool = True, message: str = "") -> Response:
    return Response("1", is_success, message, value, "")


class Pbx:
    """Tells a monitor of calls, and answers what it asks; times are seconds since `START_S`."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        sources: Sequence[str] = (),
        codec: str = "(ulaw)",
        server: AmiSettings = SERVER,
    ) -> None:
        self.monitor = Monitor(settings or Settings(ami=(server,)), sources)
        self.monitor.watch_pbx(0, Link())
        self.asked: list[Action] = []
        self.codec = codec
        self.media = {AUDIO: PBX_MEDIA, "CHANNEL(rtp,src,video)": ""}
        """Where it has its media."""
        self.answers: dict[tuple[str, str], str] = {}
        """Answers about one channel, by that and the variable."""
        self.answer_of: Callable[[Action], Response | None] = self._answer
        self.at_s = 0.0

    def tell(self, at_s: float, *news: News) -> None:
        """Tell something at a moment, and answer what is asked then."""
        self.at_s = at_s
        now_ns = round((START_S + at_s) * SECOND_NS)
        asked = self.monitor.take_from_pbx(0, news, now_ns)
        while asked:
            self.asked += asked
            answers = [
                Answer(action, answer)
                for action in asked
                if (answer := self.answer_of(action)) is not None
            ]
            asked = self.monitor.take_from_pbx(0, answers, now_ns)

    def say(self, at_s: float, *messages: bytes) -> None:
        """Tell messages."""
        self.tell(at_s, *map(read, messages))

    def play(self, *, until_s: float = 1e9, skip: Iterable[str] = ()) -> Pbx:
        """Tell what was recorded, with a moment each second in between."""
        self.answers["PJSIP/alice-00000000", AUDIO] = "10.77.0.3:20104"
        self.tell(0.0, LinkUp())
        for at_s, message in recorded_messages():
            news = read(message)
            if at_s - START_S <= until_s and type(news).__name__ not in skip:
                self.pass_time(at_s - START_S)
                self.tell(at_s - START_S, news)
        if until_s < 1e9:
            self.pass_time(until_s)
        return self

    def pass_time(self, until_s: float) -> Pbx:
        """Let time pass, second by second."""
        while self.at_s + 1.0 < until_s:
            self.tell(self.at_s + 1.0)
        self.tell(until_s)
        return self

    def reconnect(self, at_s: float) -> None:
        """Lose the connection for a moment."""
        self.tell(at_s, LinkDown())
        self.tell(at_s + 0.5, LinkUp())

    def show(self) -> Snapshot:
        return self.monitor.snapshot()

    def calls(self) -> dict[str, CallView]:
        """Give the calls that are shown by their Call-IDs."""
        return {call.call_id: call for call in self.show().calls}

    def stream(self, channel: str, direction: str) -> StreamView:
        """Give the only stream of a channel in one direction."""
        call = self.calls()[CALL_IDS[channel]]
        (stream,) = [each for each in call.streams if each.direction == direction]
        return stream

    def _answer(self, action: Action) -> Response | None:
        if isinstance(action, GetVariable) and "call-id" in action.variable:
            return response(CALL_IDS.get(action.channel, ""))
        if isinstance(action, GetVariable) and action in self.answers:
            return response(self.answers[action])
        if isinstance(action, GetVariable):
            return response(self.media.get(action.variable, self.codec))
        return None if isinstance(action, ListChannels) else response()


def read(message: bytes) -> News:
    """Read a message that is no response."""
    value = parse_message(message)
    assert not isinstance(value, Response)
    return value


def heard(number: int, /, *, lost: int = 0, fraction: int = 0, **changed: object) -> bytes:
    """Report what Asterisk hears of bob: 250 packets more each time, so many lost of all."""
    return report(
        "RTCPSent",
        **{
            "To": PARTY,
            "From": PBX,
            "RTT": None,
            "SSRC": SENT_SSRC,
            "Report0SourceSSRC": SSRC,
            "Report0HighestSequence": 250 * number % 65536,
            "Report0SequenceNumberCycles": 250 * number // 65536,
            "Report0CumulativeLost": lost % (1 << 24),
            "Report0FractionLost": fraction,
            **changed,
        },
    )


def told(number: int, /, *, lost: int = 0, **changed: object) -> bytes:
    """Report what bob says that he hears of Asterisk."""
    changed = {"Report0HighestSequence": 250 * number, "Report0CumulativeLost": lost, **changed}
    return report(**changed)


def say_all(pbx: Pbx, *messages: bytes) -> Pbx:
    """Say something every five seconds, of a channel that was seen before."""
    pbx.say(0.0, written(Event="Newstate", **CHANNEL))
    for position, message in enumerate(messages):
        pbx.pass_time(5.0 * position + 1.0)
        pbx.say(5.0 * position + 1.0, message)
    return pbx


def told_call() -> Pbx:
    """Let bob be heard for a while with 4 % lost, and say himself that he is 40 ms away."""
    pbx = Pbx()
    pbx.say(0.0, written(Event="Newstate", **CHANNEL))
    for number in range(1, 4):
        pbx.pass_time(5.0 * number - 4.0)
        pbx.say(5.0 * number - 4.0, heard(number, lost=10 * number - 10))
        pbx.say(5.0 * number - 4.0, told(number, RTT="0.0400"))
    return pbx.pass_time(20.0)
