from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.errors import DecodeError
from qos_exporter.net import Endpoint
from qos_exporter.protocols.ami import (
    REPORT_FIELDS,
    Channel,
    ChannelGone,
    ChannelListed,
    ChannelRenamed,
    ChannelSeen,
    OtherEvent,
    ReportEvent,
    Response,
    parse_message,
)
from qos_exporter.protocols.ami.message import PARSERS
from qos_exporter.protocols.rtcp import ReceptionReport
from tests.protocols.ami_messages import CHANNEL, REPORT, recorded_messages, report, written

BOB = Channel(
    name="PJSIP/bob-00000001",
    uniqueid="1795235681.1",
    linkedid="1795235681.0",
    state=6,
    number="bob",
    connected="alice",
    exten="",
)
REASONS = {"", "no_type", "no_channel", "bad_address"}


def read_report(event: str = "RTCPReceived", /, **changed: object) -> ReportEvent:
    found = parse_message(report(event, **changed))
    assert isinstance(found, ReportEvent)
    return found


def read_block(**changed: object) -> ReceptionReport:
    block = read_report(**changed).block
    assert block is not None
    return block


def test_what_a_telephone_reported() -> None:
    """Every field of a recorded `RTCPReceived` has its meaning."""
    assert read_report() == ReportEvent(
        channel=BOB,
        is_received=True,
        src=Endpoint("10.77.0.2", 11747),
        dst=Endpoint("10.77.0.3", 20131),
        round_trip_s=0.0002,
        packets_sent=250,
        sent_ssrc=None,
        block=ReceptionReport(
            ssrc=0xBB3CECF7,
            fraction_lost=0,
            packets_lost=0,
            extended_highest_sequence_number=22714,
            interarrival_jitter_ticks=5,
            last_sr=2648951537,
            delay_since_last_sr=163250,  # 2.4910 s in 1/65536 s
        ),
    )


@pytest.mark.pitfall(104)
def test_what_asterisk_reported() -> None:
    """`RTCPSent` is told from `RTCPReceived`: it is what Asterisk hears of the party."""
    sent = read_report("RTCPSent", To="10.77.0.2:11747", From="10.77.0.3:20131", RTT=None)
    assert not sent.is_received
    assert (sent.src.port, sent.dst.port) == (20131, 11747)
    assert sent.round_trip_s is None


def test_a_report_of_the_first_block_only() -> None:
    """The `SSRC` of `RTCPReceived`, which is none, is not looked at."""
    assert read_report(SSRC="nonsense") == read_report()


@pytest.mark.pitfall(99)
@pytest.mark.parametrize(
    ("shown", "lost"),
    [(0, 0), (1, 1), (8388607, 8388607), (8388608, -8388608), (16777215, -1)],
)
def test_packets_lost_has_a_sign(shown: int, lost: int) -> None:
    """Asterisk shows the 24 bits without their sign (RFC 3550 section 6.4.1)."""
    assert read_block(Report0CumulativeLost=shown).packets_lost == lost


@pytest.mark.pitfall(100)
@pytest.mark.parametrize(("shown", "ratio"), [(0, 0.0), (64, 0.25), (255, 255 / 256)])
def test_fraction_lost_is_of_256(shown: int, ratio: float) -> None:
    """The fraction lost is a number of 256ths."""
    assert read_block(Report0FractionLost=shown).fraction_lost_ratio == ratio


@pytest.mark.pitfall(102)
@pytest.mark.parametrize("shown_s", [0.009, 2.491, 65535.9999])
def test_delay_since_the_last_sender_report_is_in_seconds(shown_s: float) -> None:
    """DLSR is shown in seconds though the block has 1/65536 s; LSR is shown as it is."""
    block = read_block(Report0DLSR=f"{shown_s:.4f}")
    assert block.delay_since_last_sr / 65536 == pytest.approx(shown_s, abs=1 / 65536)
    assert block.last_sr == REPORT["Report0LSR"]


def test_cycles_of_the_sequence_number() -> None:
    """The extended highest sequence number is put together again."""
    block = read_block(Report0HighestSequence=5, Report0SequenceNumberCycles=2)
    assert block.extended_highest_sequence_number == 2 * 65536 + 5


@pytest.mark.pitfall(103)
def test_more_blocks_announced_than_shown() -> None:
    """`ReportCount: 2` comes with the first block only, which is used once."""
    assert read_report(ReportCount=2) == read_report()


@pytest.mark.pitfall(98)
def test_a_round_trip_that_was_not_measured() -> None:
    """With LSR 0 the report quotes no sender report, and the RTT that is shown is an old one."""
    stale = read_report(Report0LSR=0, Report0DLSR="0.0000", RTT="0.2500")
    assert stale.round_trip_s is None


def test_a_report_without_a_block() -> None:
    """Who has received nothing reports on nothing."""
    nothing = dict.fromkeys((name for name in REPORT if name.startswith("Report0")), None)
    found = read_report(ReportCount=0, **nothing)
    assert found.block is None
    assert found.packets_sent == REPORT["SentPackets"]


def test_a_receiver_report_tells_of_no_packets() -> None:
    """Who sends no media sends no count of packets."""
    found = read_report(PT="201(RR)", SentNTP=None, SentRTP=None, SentPackets=None)
    assert found.packets_sent is None


@pytest.mark.parametrize(
    ("address", "endpoint"),
    [
        pytest.param("10.0.0.1:5005", Endpoint("10.0.0.1", 5005), id="ipv4"),
        pytest.param("[2001:DB8::1]:5005", Endpoint("2001:db8::1", 5005), id="ipv6"),
        pytest.param("[fe80::1%eth0]:5005", Endpoint("fe80::1", 5005), id="link-local"),
    ],
)
def test_addresses(address: str, endpoint: Endpoint) -> None:
    """Endpoints of either family are written the canonical way."""
    assert read_report(From=address).src == endpoint


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({"From": "10.0.0.1"}, "bad_address", id="no-port"),
        pytest.param({"To": "10.0.0.1:65536"}, "bad_address", id="port-out-of-range"),
        pytest.param({"To": "pbx.example:5005"}, "bad_address", id="name"),
        pytest.param({"Uniqueid": ""}, "no_channel", id="no-uniqueid"),
    ],
)
def test_reports_about_nobody_knows_what(changed: dict[str, object], reason: str) -> None:
    """A report without its channel or one of its ends is refused as a whole."""
    with pytest.raises(DecodeError, match=reason):
        parse_message(report(**changed))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"Report0FractionLost": 256}, "fraction_lost", id="fraction-of-nine-bits"),
        pytest.param({"Report0CumulativeLost": 1 << 24}, "packets_lost", id="lost-of-25-bits"),
        pytest.param({"Report0CumulativeLost": -1}, "packets_lost", id="lost-with-a-sign"),
        pytest.param({"Report0HighestSequence": 65536}, "sequence", id="highest-of-17-bits"),
        pytest.param({"Report0SequenceNumberCycles": "x"}, "sequence", id="no-cycles"),
        pytest.param({"Report0SourceSSRC": "0xzz"}, "ssrc", id="no-ssrc"),
    ],
)
def test_counts_that_cannot_be(changed: dict[str, object], field: str) -> None:
    """Counts of packets mean something together only; round trip and packets sent stay."""
    whole, found = read_report(), read_report(**changed)
    assert found == whole._replace(block=None, rejected=(field,))


@pytest.mark.parametrize(
    ("changed", "rejected", "stays"),
    [
        pytest.param(
            {"Report0IAJitter": "7.5"},
            ("jitter",),
            {"interarrival_jitter_ticks": 0},
            id="jitter-with-a-fraction",
        ),
        pytest.param({"Report0DLSR": None}, ("delay",), {"delay_since_last_sr": 0}, id="no-delay"),
        pytest.param(
            {"Report0DLSR": "-0.1"}, ("delay",), {"delay_since_last_sr": 0}, id="delay-below-0"
        ),
    ],
)
def test_figures_that_cannot_be(
    changed: dict[str, object], rejected: tuple[str, ...], stays: dict[str, int]
) -> None:
    """What is beside the counts is missing alone, and named."""
    whole, found = read_report(), read_report(**changed)
    assert found.rejected == rejected
    assert found.block == read_block()._replace(**stays)
    assert (found.round_trip_s, found.packets_sent) == (whole.round_trip_s, whole.packets_sent)


def test_a_sender_report_that_cannot_be_quoted() -> None:
    """Without LSR nobody knows whether the round trip is of this report: there is none."""
    found = read_report(Report0LSR=1 << 32)
    assert found.rejected == ("last_sr",)
    assert found.round_trip_s is None
    assert found.block == read_block()._replace(last_sr=0)


def test_a_round_trip_that_is_no_number() -> None:
    """It is as missing as one that was not measured."""
    assert read_report(RTT="nan") == read_report()._replace(round_trip_s=None)


def test_packets_sent_that_cannot_be() -> None:
    """The count of the sender is missing, and what it hears stays."""
    found = read_report(SentPackets=1 << 32)
    assert found == read_report()._replace(packets_sent=None, rejected=("packets_sent",))


def test_all_that_can_be_rejected_is_named() -> None:
    """The names are those that the metric is made with."""
    wrong = dict.fromkeys((*(name for name in REPORT if name.startswith("Report0")),), "?")
    found = read_report(**wrong, SentPackets="?")
    assert {*found.rejected, "rtt"} == {*REPORT_FIELDS}


@pytest.mark.parametrize(
    ("message", "value"),
    [
        pytest.param(
            written(Event="Newchannel", **CHANNEL), ChannelSeen(BOB, is_new=True), id="new"
        ),
        pytest.param(written(Event="Newstate", **CHANNEL), ChannelSeen(BOB), id="state"),
        pytest.param(
            written(Event="CoreShowChannel", ActionID="7", **CHANNEL), ChannelSeen(BOB), id="listed"
        ),
        pytest.param(
            written(Event="CoreShowChannelsComplete", ActionID="7"),
            ChannelListed("7"),
            id="list-complete",
        ),
        pytest.param(
            written(Event="Rename", Channel="PJSIP/a-1", Newname="PJSIP/b-2", Uniqueid="1.1"),
            ChannelRenamed("1.1", "PJSIP/b-2"),
            id="renamed",
        ),
        pytest.param(written(Event="Hangup", Cause=16, **CHANNEL), ChannelGone(BOB, 16), id="gone"),
        pytest.param(written(Event="DialBegin"), OtherEvent("DialBegin"), id="not-used"),
        pytest.param(
            written(Response="Success", ActionID="3", Variable="X", Value="a: b"),
            Response("3", True, "", "a: b", ""),  # noqa: FBT003 -- the fields of a tuple
            id="value",
        ),
        pytest.param(
            written(Response="Success", Challenge="150270"),
            Response("", True, "", "", "150270"),  # noqa: FBT003 -- the fields of a tuple
            id="challenge",
        ),
        pytest.param(
            written(Response="Error", ActionID="4", Message="Permission denied"),
            Response("4", False, "Permission denied", "", ""),  # noqa: FBT003 -- the same
            id="error",
        ),
    ],
)
def test_events_and_responses(message: bytes, value: object) -> None:
    """Each message gives the value that it stands for."""
    assert parse_message(message) == value


def test_a_call_of_versions_without_linkedid() -> None:
    """A channel without `Linkedid` is a call of its own."""
    fields = {name: value for name, value in CHANNEL.items() if name != "Linkedid"}
    seen = parse_message(written(Event="Newchannel", **fields))
    assert isinstance(seen, ChannelSeen)
    assert seen.channel.linkedid == BOB.uniqueid


def test_a_renamed_channel_without_a_name() -> None:
    """A new name that is empty is refused."""
    with pytest.raises(DecodeError, match="no_channel"):
        parse_message(written(Event="Rename", Uniqueid="1.1"))


def test_what_is_neither_event_nor_response() -> None:
    """Other blocks of lines are refused."""
    with pytest.raises(DecodeError, match="no_type"):
        parse_message(b"Output: hello")


def test_a_recorded_call() -> None:
    """All messages of a real call are read; `grep -c` counts the same."""
    kinds = Counter(type(parse_message(each.message)) for each in recorded_messages())
    assert kinds == {ReportEvent: 20, ChannelSeen: 12, ChannelGone: 2, OtherEvent: 5}


FIELDS = st.sampled_from(["Event", "Response", "Newname", "Cause", *REPORT]) | st.text(max_size=5)
VALUES = (
    st.sampled_from([*PARSERS, "0", "16777215", "65535.9994", "[::1]:5", "0x10"])
    | st.text(max_size=12)
    | st.integers().map(str)
    | st.floats().map(str)
)
MESSAGES = st.dictionaries(FIELDS, VALUES, max_size=30).map(
    lambda fields: "\r\n".join(f"{name}: {value}" for name, value in fields.items())
)


def reason_of(data: bytes) -> str:
    """Give why a message is refused, empty where it is read; its ratio is one then."""
    try:
        found = parse_message(data)
    except DecodeError as error:
        return error.reason
    if isinstance(found, ReportEvent) and found.block is not None:
        assert 0 <= found.block.fraction_lost_ratio < 1
    return ""


@given(st.binary() | MESSAGES.map(lambda text: text.encode(errors="replace")))
def test_any_bytes_give_a_value_or_a_reason(data: bytes) -> None:
    """Whatever comes is read, or refused for one of the known reasons."""
    assert reason_of(data) in REASONS


@given(st.sampled_from(sorted(REPORT)), VALUES)
def test_any_field_of_a_report(field: str, value: str) -> None:
    """A report with one field changed is read or refused likewise."""
    assert reason_of(report(**{field: value})) in REASONS
