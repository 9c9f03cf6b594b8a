"""Statistics that a phone puts into BYE and its answer (`X-RTP-Stat`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from qos_exporter.capture.capture_file import open_capture
from qos_exporter.monitor.monitor import Monitor
from qos_exporter.settings import Settings
from qos_exporter.snapshot import CallView, ReportedQuality
from tests.dataplane.traffic import Frame
from tests.monitor.recording import Dialogue, Listener, message, speech_for
from tests.monitor.reported import quality, unmatched


def stat(*, received: int, sent: int) -> str:
    """A header that tells of packets lost of those received, and of those sent."""
    counts = f"PR=500;PS=500;PL={received},{sent};JI=8.0,16.0"
    return f"X-RTP-Stat: EX=BareSip;CD=12;{counts};EN=PCMU/8000;DE=PCMU/8000"


def bye(line: str, at_s: float, *headers: str, call_id: str = "call-1") -> Frame:
    """Send a BYE, or the answer to one, with headers."""
    return message(line, at_s, headers=headers, call_id=call_id)


def played(*ends: Frame) -> Listener:
    """Play a call with these last messages."""
    dialogue = Dialogue()
    return Listener().play(dialogue.set_up(), dialogue.media(), ends).pass_time(21.0)


def by_direction(call: CallView) -> dict[str, tuple[int, int | None]]:
    """How many reports each direction has, and the packets lost that they tell."""
    found: dict[str, tuple[int, int | None]] = {}
    for stream in call.streams:
        for each in () if stream.reported is None else stream.reported.quality:
            found[stream.direction] = each.reports, each.packets_lost
    return found


CALLER = stat(received=3, sent=90)
CALLEE = stat(received=7, sent=80)


def test_each_side_speaks_of_what_it_received() -> None:
    """The receiver's own word counts, not what the sender was told of it."""
    listener = played(bye("A>B BYE 2 /b", 12.0, CALLER), bye("A<B 200 BYE 2 /b", 12.1, CALLEE))
    assert by_direction(listener.call()) == {
        "callee_to_caller": (1, 3),
        "caller_to_callee": (1, 7),
    }


def test_beside_video() -> None:
    """The statistics are of the audio, though the video began after it."""
    dialogue, video = Dialogue(), Dialogue(port=5010, ssrc=0x2000)
    line = b"m=video 5010 RTP/AVP 99\r\n"
    listener = Listener().play(
        [
            message("A>B INVITE 1", -0.6, body=dialogue.description(dialogue.caller) + line),
            message("A<B 200 INVITE 1 /b", -0.1, body=dialogue.description(dialogue.callee) + line),
        ],
        dialogue.media(),
        speech_for(video.forth, 11.0, start_s=0.5, payload_type=99),
        speech_for(video.back, 11.0, start_s=0.5, payload_type=99),
        [bye("A>B BYE 2 /b", 12.0, CALLER), bye("A<B 200 BYE 2 /b", 12.1, CALLEE)],
    )
    for stream, lost in ((dialogue.back, 3), (dialogue.forth, 7)):
        assert quality(listener, stream, "rtp_stat").packets_lost == lost
    assert len(listener.call().streams) == 4


def test_when_one_side_is_silent_the_other_speaks_for_it() -> None:
    """What the sender was told is all that is known of the receiver."""
    listener = played(bye("A>B BYE 2 /b", 12.0, CALLER), bye("A<B 200 BYE 2 /b", 12.1))
    assert by_direction(listener.call()) == {
        "callee_to_caller": (1, 3),
        "caller_to_callee": (1, 90),
    }


def test_in_the_answer_of_the_callee_alone() -> None:
    """An answer speaks for who answers, not for who asked."""
    listener = played(bye("A>B BYE 2 /b", 12.0), bye("A<B 200 BYE 2 /b", 12.1, CALLEE))
    assert by_direction(listener.call()) == {
        "callee_to_caller": (1, 80),
        "caller_to_callee": (1, 7),
    }


def test_both_hang_up_at_a_time() -> None:
    """Each side says the same in its BYE and in its answer, and is heard once."""
    listener = played(
        bye("B>A BYE 9 b/", 12.0, CALLEE),
        bye("A>B BYE 2 /b", 12.001, CALLER),
        bye("B<A 200 BYE 9 b/", 12.002, CALLER),
        bye("A<B 200 BYE 2 /b", 12.003, CALLEE),
    )
    assert by_direction(listener.call()) == {
        "callee_to_caller": (1, 3),
        "caller_to_callee": (1, 7),
    }


def test_sent_again() -> None:
    """A retransmission, and the same with a password, are no further reports."""
    listener = played(
        bye("A>B BYE 2 /b", 12.0, CALLER),
        bye("A>B BYE 2 /b", 12.5, CALLER),
        bye("A>B BYE 3 /b", 13.0, CALLER),
    )
    assert by_direction(listener.call())["callee_to_caller"] == (1, 3)


def test_about_an_unknown_call() -> None:
    """Nobody's statistics count as unmatched, unreadable ones as decode errors."""
    dialogue = Dialogue()
    listener = Listener().play(
        dialogue.set_up(),
        [
            bye("A>B BYE 2 /b", 1.0, CALLER, call_id="nobody"),
            bye("A>B BYE 2 /b", 1.1, "X-RTP-Stat: EX=BareSip;ERROR=No RTP"),
        ],
    )
    assert unmatched(listener) == {"rtp_stat": 1}
    rows = listener.show().exporter.decode_errors
    assert rows == (("rtp_stat", "no_statistics", 1),)


def test_a_call_without_media() -> None:
    """Where no stream was seen there is nothing to attach statistics to."""
    listener = Listener().play(Dialogue().set_up(), [bye("A>B BYE 2 /b", 12.0, CALLER)])
    assert by_direction(listener.call()) == {}


def statistics(path: Path) -> list[ReportedQuality]:
    """What streams of a capture have of these reports."""
    monitor = Monitor(Settings(), [path.name], keep_all=True)
    with open_capture(path) as capture:
        for batch in capture:
            monitor.ingest(0, batch)
    monitor.finish()
    return [
        each
        for stream in monitor.snapshot().streams
        if stream.reported is not None
        for each in stream.reported.quality
        if each.source == "rtp_stat"
    ]


def test_a_call_that_both_sides_ended(shared: Path) -> None:
    """Two baresips that hang up at a time say everything twice; each stream has its one report."""
    found = statistics(shared / "captures/made/baresip_pcmu.pcap")
    assert [each.reports for each in found] == [1, 1]
    # JI=6.0,5.0 of the caller and 5.0,6.0 of the callee, in ticks of 1/8000 s.
    jitter = sorted(each.jitter.last for each in found if each.jitter is not None)
    assert jitter == pytest.approx([5 / 8000, 6 / 8000])
