"""Recordings made by hand, and a monitor that they are played to.

Times are seconds since `START_NS`. A call is between A (10.0.0.1) and B (10.0.0.2), whose media run
between the ports that its session descriptions name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from qos_exporter.monitor.monitor import Monitor
from qos_exporter.net import Endpoint
from qos_exporter.settings import Settings
from qos_exporter.snapshot import CallView, GroupView, Snapshot, StreamView
from tests.calls.scenario import HOSTS, build_message, sdp
from tests.dataplane.scenarios import SECOND, START_NS, speech
from tests.dataplane.traffic import Frame, StreamId, batch, ethernet, ip_datagram, media_frame

START_S = START_NS / SECOND
SIP_PORT = 5060
PACKETS_PER_S = 50
"""Of speech, a packet every 20 ms."""


def at_ns(at_s: float) -> int:
    """Packet time of a moment."""
    return START_NS + round(at_s * SECOND)


def datagram(src: Endpoint, dst: Endpoint, payload: bytes, at_s: float) -> Frame:
    """Wrap a datagram as it comes over Ethernet."""
    return Frame(ethernet(ip_datagram(src, dst, payload)), at_ns(at_s))


def message(
    line: str,
    at_s: float,
    *,
    body: bytes | None = None,
    call_id: str = "call-1",
    headers: tuple[str, ...] = (),
) -> Frame:
    """Send the SIP message that a line of `tests.calls.scenario` stands for."""
    sender, receiver = (line[0], line[2]) if line[1] == ">" else (line[2], line[0])
    src, dst = (Endpoint(HOSTS[host], SIP_PORT) for host in (sender, receiver))
    return datagram(src, dst, build_message(line, body, call_id=call_id, headers=headers), at_s)


def talk(
    stream: StreamId,
    numbers: Iterable[int],
    *,
    start_s: float = 0.0,
    payload_type: int = 0,
) -> list[Frame]:
    """Send packets with these sequence numbers; number n goes out 20 ms times n after the start."""
    wanted = list(numbers)
    packets = speech(
        wanted,
        payload_type=payload_type,
        first_timestamp=160 * wanted[0],
        start_ns=at_ns(start_s) + wanted[0] * SECOND // PACKETS_PER_S,
    )
    return [media_frame(packet, stream) for packet in packets]


def speech_for(
    stream: StreamId, duration_s: float, *, start_s: float = 0.0, payload_type: int = 0
) -> list[Frame]:
    """Send speech without a loss."""
    count = round(duration_s * PACKETS_PER_S)
    return talk(stream, range(count), start_s=start_s, payload_type=payload_type)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One call between A and B: its Call-ID, where its media run, and when things happen."""

    call_id: str = "call-1"
    port: int = 5000
    start_s: float = 0.0
    talk_s: float = 12.0
    ssrc: int = 0x1000
    offer: str = "0"
    """Payload types of the caller's session description; also of the callee's."""
    attributes: tuple[str, ...] = ()
    """More lines of both descriptions."""

    @property
    def caller(self) -> Endpoint:
        """Where the caller's media are sent from and received."""
        return Endpoint(HOSTS["A"], self.port)

    @property
    def callee(self) -> Endpoint:
        """The same for the callee."""
        return Endpoint(HOSTS["B"], self.port)

    @property
    def forth(self) -> StreamId:
        """The stream from caller to callee."""
        return StreamId(self.ssrc, self.caller, self.callee)

    @property
    def back(self) -> StreamId:
        """The stream from callee to caller."""
        return StreamId(self.ssrc + 1, self.callee, self.caller)

    @property
    def end_s(self) -> float:
        """When the caller hangs up."""
        return self.start_s + self.talk_s

    def description(self, party: Endpoint) -> bytes:
        """Describe the media of a party."""
        return sdp(str(party), *self.attributes, payloads=self.offer)

    def set_up(self) -> list[Frame]:
        """Invite, ring after a quarter of a second, answer after half."""
        rows = (
            (0.0, "A>B INVITE 1", self.description(self.caller)),
            (0.25, "A<B 180 INVITE 1 /b", None),
            (0.5, "A<B 200 INVITE 1 /b", self.description(self.callee)),
            (0.52, "A>B ACK 1 /b", None),
        )
        return [
            message(line, self.start_s - 0.6 + at_s, body=body, call_id=self.call_id)
            for at_s, line, body in rows
        ]

    def hang_up(self) -> list[Frame]:
        """End it by the caller."""
        return [
            message("A>B BYE 2 /b", self.end_s, call_id=self.call_id),
            message("A<B 200 BYE 2 /b", self.end_s + 0.01, call_id=self.call_id),
        ]

    def media(self) -> list[Frame]:
        """Speak in both directions from the start to the end."""
        streams = (self.forth, self.back)
        return [
            frame
            for each in streams
            for frame in speech_for(each, self.talk_s, start_s=self.start_s)
        ]

    def whole(self) -> list[Frame]:
        """Everything from the INVITE to the end."""
        return [*self.set_up(), *self.media(), *self.hang_up()]


def moved(frames: Iterable[Frame], by_s: float) -> list[Frame]:
    """Give the same frames at another time."""
    shift = round(by_s * SECOND)
    return [replace(frame, timestamp_ns=frame.timestamp_ns + shift) for frame in frames]


class Listener:
    """A monitor that recordings are played to."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        sources: Sequence[str] = ("eth0",),
        keep_all: bool = False,
    ) -> None:
        self.monitor = Monitor(settings or Settings(), sources, keep_all=keep_all)

    def play(self, *recordings: Iterable[Frame], source: int = 0, size: int = 1000) -> Listener:
        """Play recordings at once, in the order of time, in batches of a size."""
        frames = sorted(
            (frame for each in recordings for frame in each), key=lambda frame: frame.timestamp_ns
        )
        for start in range(0, len(frames), size):
            self.monitor.ingest(source, batch(frames[start : start + size]))
        return self

    def pass_time(self, at_s: float, *, source: int = 0, step_s: float = 0.5) -> Listener:
        """Let a silent source tell the time in steps, from the present on."""
        now_s = self.show().taken_s - START_S
        while now_s < at_s:
            now_s = min(now_s + step_s, at_s)
            self.monitor.tick(source, at_ns(now_s))
        return self

    def show(self) -> Snapshot:
        """Take a snapshot."""
        return self.monitor.snapshot()

    def call(self, call_id: str = "call-1") -> CallView:
        """Show the only call with this Call-ID."""
        (call,) = (call for call in self.show().calls if call.call_id == call_id)
        return call

    def stream(self, stream: StreamId) -> StreamView:
        """Show the only stream with this SSRC between these endpoints."""
        wanted = (stream.ssrc, str(stream.src), str(stream.dst))
        (found,) = (
            each for each in self.show().streams if (each.ssrc, each.src, each.dst) == wanted
        )
        return found

    def group(self, **labels: str) -> GroupView:
        """Show the only group with these labels."""
        (found,) = self.groups(**labels)
        return found

    def groups(self, **labels: str) -> list[GroupView]:
        """Show the groups with these labels."""
        return [
            each
            for each in self.show().groups
            if all(getattr(each.key, name) == value for name, value in labels.items())
        ]


def windows_of(group: GroupView) -> dict[tuple[str, str], int]:
    """Tell the windows of a group by result and reason, without those that never came up."""
    return {(result, reason): count for result, reason, count in group.windows if count}
