"""Real calls: ours agree with what other tools and the makers of the captures say of them."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from qos_exporter.calls.call import Call
from tests.calls.playback import Playback


@cache
def play(path: Path) -> Playback:
    """Play a capture once, however many tests look at it."""
    return Playback(path)


def made(shared: Path, name: str) -> Playback:
    """Play one of the captures that were made for this purpose."""
    return play(shared / "captures" / "made" / f"{name}.pcap")


def only_call(playback: Playback) -> Call:
    """Return the one call of a capture."""
    (call,) = playback.registry.calls
    return call


def test_calls_agree_with_the_reference(shared: Path) -> None:
    """Every call over UDP is found, and answered, failed or cancelled as the reference says."""
    with (shared / "reference" / "sip_calls.dev.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["transport"] == "udp"]
    outcomes: dict[tuple[str, str], str | None] = {}
    for name in sorted({row["file"] for row in rows}):
        for call in play(shared / "captures" / "third_party" / name).registry.calls:
            if call.dialog is not None:
                outcomes[name, call.call_id] = call.outcome

    assert outcomes == {(row["file"], row["call_id"]): expected_outcome(row) for row in rows}


def expected_outcome(row: dict[str, str]) -> str | None:
    """Work the outcome out from the columns of the reference."""
    if row["answered"] == "1":
        return "answered"
    if not row["final"]:
        return None
    return "cancelled" if row["cancelled"] == "1" else "failed"


def test_no_calls_but_those_of_the_reference(shared: Path) -> None:
    """Captures that the reference does not list have no signalled call over UDP."""
    with (shared / "reference" / "sip_calls.dev.csv").open() as file:
        listed = {row["file"] for row in csv.DictReader(file)}
    others = {
        path.name: [call.call_id for call in play(path).registry.calls if call.dialog]
        for path in sorted((shared / "captures" / "third_party").iterdir())
        if path.name not in listed
    }

    assert {name: calls for name, calls in others.items() if calls} == {}


def test_ten_calls_on_one_pair_of_ports(shared: Path) -> None:
    """The n-th call gets the streams with the n-th SSRC, both of them and no other."""
    calls = sorted(made(shared, "sipp_multi10").registry.calls, key=lambda call: call.start_ns)

    assert [
        sorted((each.ssrc, each.direction.value) for each in call.streams) for call in calls
    ] == [
        [(ssrc, "callee_to_caller"), (ssrc, "caller_to_callee")]
        for ssrc in range(0xCA110000, 0xCA11000A)
    ]


def test_proxy_with_media_relay(shared: Path) -> None:
    """Both legs of a call through a proxy are one call, two streams each way."""
    call = only_call(made(shared, "kam_rtpengine_baresip_pcmu"))
    directions = {(str(each.src), str(each.dst)): each.direction.value for each in call.streams}

    assert directions == {
        ("10.77.0.1:14796", "10.77.0.3:30046"): "caller_to_callee",
        ("10.77.0.3:30030", "10.77.0.2:19068"): "caller_to_callee",
        ("10.77.0.2:19068", "10.77.0.3:30030"): "callee_to_caller",
        ("10.77.0.3:30046", "10.77.0.1:14796"): "callee_to_caller",
    }


def test_back_to_back_agent(shared: Path) -> None:
    """A PBX in the middle makes two calls with two streams each."""
    calls = list(made(shared, "ast_baresip_bridge").registry.calls)

    assert [call.outcome for call in calls] == ["answered", "answered"]
    assert [len(call.streams) for call in calls] == [2, 2]


def test_hold_and_resume(shared: Path) -> None:
    """Four seconds on hold are no anomaly and leave the call its two streams."""
    call = only_call(made(shared, "baresip_hold_resume"))

    assert (call.outcome, call.anomalies, len(call.streams)) == ("answered", (), 2)


def test_cancelled_without_media(shared: Path) -> None:
    """A call that is cancelled while it rings is not blamed for having no media."""
    call = only_call(made(shared, "baresip_no_rtp"))

    assert (call.outcome, call.anomalies, call.streams) == ("cancelled", (), ())


def test_answered_without_media(shared: Path) -> None:
    """An answered call in a capture of the signalling alone has no RTP."""
    call = only_call(play(shared / "captures" / "third_party" / "sipnab__sip-proxy.pcap"))

    assert (call.outcome, call.anomalies) == ("answered", ("no_rtp",))


def test_refused_switch_to_fax(shared: Path) -> None:
    """A switch to T.38 that is refused with 488 leaves the audio in the call."""
    name = "ndpi__FAX-Call-t38-CA-TDM-SIP-FB-1.pcap"
    calls = list(play(shared / "captures" / "third_party" / name).registry.calls)
    streams = {each.ssrc: each.direction.value for call in calls for each in call.streams}

    assert streams == {0x0EAF0EAF: "callee_to_caller", 0x17D90134: "caller_to_callee"}
    assert not any(call.is_fax for call in calls)


def test_signalling_over_tcp(shared: Path) -> None:
    """Where the signalling cannot be read the two streams still make a call."""
    call = only_call(made(shared, "baresip_sip_tcp"))

    assert call.dialog is None
    assert len(call.streams) == 2


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("baresip_pcmu", "PCMU"),
        ("baresip_pcma", "PCMA"),
        ("baresip_opus", "OPUS"),
        ("baresip_srtp_sdes", "PCMU"),
        ("linphone_pcmu_xr_voip", "PCMU"),
        ("pjsua_pcmu_xr", "PCMU"),
        ("ast_sipp_echo", "PCMA"),
    ],
)
def test_plain_calls(shared: Path, name: str, encoding: str) -> None:
    """One call, one stream each way, formats known, nothing wrong."""
    call = only_call(made(shared, name))
    formats = [each.payloads.find(each.payload_type) for each in call.streams]

    assert (call.state, call.outcome, call.anomalies) == ("ended", "answered", ())
    assert sorted(each.direction for each in call.streams) == [
        "callee_to_caller",
        "caller_to_callee",
    ]
    assert [each and each.encoding for each in formats] == [encoding] * 2
