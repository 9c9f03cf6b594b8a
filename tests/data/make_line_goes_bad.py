"""Makes the capture of two calls that go bad: `python -m tests.data.make_line_goes_bad`.

No real peers here, as it has to be known when how much is lost. From BAD_S on, of what each caller
sends one packet in so many is lost, and from GOOD_S on none; what the callees send arrives. It is
the silence of G.711, in packets of 40 ms, so that the file stays small.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import file_header
from benchmarks.signalling import RECORD_HEADER, SignalledCall, sip_record
from qos_exporter.net import Endpoint
from tests.data.recording import compress
from tests.dataplane.traffic import ethernet, ip_datagram, rtp
from tests.oracle.packet import Packet

CAPTURE = Path(__file__).parent / "line_goes_bad.pcap.gz"
NS_PER_S = 1_000_000_000
START_NS = 1_780_000_000 * NS_PER_S
INTERVAL_NS = 40_000_000
SAMPLES = 320
SILENCE = b"\xff"
"""Of the mu-law code (ITU-T G.711)."""
BAD_S, GOOD_S, END_S = 18, 84, 174
CARRIER = "203.0.113.10"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadCall:
    """A call to the carrier; of what the caller sends, one packet in `lost_in` is lost a while."""

    number: int
    caller: str
    lost_in: int

    @property
    def ports(self) -> tuple[int, int]:
        return 30_000 + 10 * self.number, 40_000 + 10 * self.number

    @property
    def signalled(self) -> SignalledCall:
        near, far = self.ports
        return SignalledCall(self.number, (self.caller, near), (CARRIER, far))

    def is_lost(self, packet: int) -> bool:
        """Whether the caller's packet of this number is lost."""
        at_s = packet * INTERVAL_NS / NS_PER_S
        return BAD_S <= at_s < GOOD_S and packet % self.lost_in == 0


CALLS = (
    BadCall(number=1, caller="10.20.0.31", lost_in=8),
    BadCall(number=2, caller="172.16.5.23", lost_in=25),
)
"""From the branch of the demo with 12.5 % loss, and from its home worker with 4 %."""


def records(call: BadCall) -> Iterator[tuple[int, bytes]]:
    """Give the time and the record of each message and packet of a call."""
    for place, (source, text) in enumerate(call.signalled.set_up()):
        yield message(START_NS - (3 - place) * INTERVAL_NS, call, source, text)
    near, far = Endpoint(call.caller, call.ports[0]), Endpoint(CARRIER, call.ports[1])
    for number in range(END_S * NS_PER_S // INTERVAL_NS):
        if not call.is_lost(number):
            yield media(number, near, far, ssrc=call.number)
        yield media(number, far, near, ssrc=100 + call.number)
    for place, (source, text) in enumerate(call.signalled.tear_down()):
        yield message(START_NS + END_S * NS_PER_S + place * INTERVAL_NS, call, source, text)


def message(time_ns: int, call: BadCall, source: str, text: str) -> tuple[int, bytes]:
    asked_for = text.replace("a=ptime:20", "a=ptime:40")
    return time_ns, sip_record(time_ns, source, call.signalled.other(source), asked_for)


def media(number: int, src: Endpoint, dst: Endpoint, *, ssrc: int) -> tuple[int, bytes]:
    time_ns = START_NS + number * INTERVAL_NS
    packet = Packet(
        arrival_ns=time_ns,
        sequence_number=(1000 + number) % (1 << 16),
        rtp_timestamp=number * SAMPLES,
        payload_type=0,
        marker=number == 0,
        payload_length=0,
    )
    frame = ethernet(ip_datagram(src, dst, rtp(packet, ssrc) + SILENCE * SAMPLES))
    seconds, nanoseconds = divmod(time_ns, NS_PER_S)
    header = RECORD_HEADER.pack(seconds, nanoseconds // 1000, len(frame), len(frame))
    return time_ns, header + frame


def main() -> None:
    """Make the capture."""
    timed = sorted((record for call in CALLS for record in records(call)), key=lambda each: each[0])
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(file_header(65_535) + b"".join(record for _, record in timed))
        file.flush()
        compress(Path(file.name), CAPTURE)
    print(f"{CAPTURE.name}: {CAPTURE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
