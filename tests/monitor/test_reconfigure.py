"""Other settings while calls are running."""

from __future__ import annotations

import pytest

from qos_exporter.errors import ConfigError
from qos_exporter.settings import (
    CodecSettings,
    NetworkSettings,
    QualitySettings,
    Settings,
)
from qos_exporter.snapshot import GroupKey
from tests.dataplane.traffic import StreamId
from tests.monitor.pbx import PARTY, SERVER, Pbx, heard, say_all
from tests.monitor.recording import Dialogue, Listener, speech_for, talk, windows_of

STREAM = StreamId(0x61)


def named(name: str) -> Settings:
    return Settings(networks=(NetworkSettings(name=name, prefixes=("10.0.0.1/32",)),))


def test_networks_get_other_names() -> None:
    """New windows count under the new name; what was counted under the old one stays."""
    listener = Listener(named("before")).play(speech_for(STREAM, 10.02))
    listener.monitor.reconfigure(named("after"))
    assert listener.stream(STREAM).src_network == "after"
    listener.play(talk(STREAM, range(501, 1001)))
    received = {group.key.src_network: group.packets.received for group in listener.show().groups}
    assert received == {"before": 500, "after": 500}
    assert listener.group(src_network="before").streams_active == 0
    assert listener.group(src_network="after").streams_active == 1


def test_networks_of_streams_that_a_pbx_tells_of() -> None:
    """A stream of which no packet is seen has the new name of its network as well."""

    def named_party(name: str) -> Settings:
        prefix = f"{PARTY.partition(':')[0]}/32"
        return Settings(ami=(SERVER,), networks=(NetworkSettings(name=name, prefixes=(prefix,)),))

    pbx = say_all(Pbx(named_party("before")), heard(1), heard(2))
    pbx.monitor.reconfigure(named_party("after"))
    (stream,) = pbx.show().streams
    assert stream.src_network == "after"


def test_calls_go_on() -> None:
    """A call keeps its start, its streams, its packets and its series through a reload."""
    dialogue = Dialogue(talk_s=20.0)
    frames = sorted(dialogue.whole(), key=lambda frame: frame.timestamp_ns)
    listener = Listener().play(frames[:1000])
    before = listener.call()
    listener.monitor.reconfigure(named("office"))
    listener.play(frames[1000:]).pass_time(31.0)
    after = listener.call()
    assert (after.start_s, after.answer_s) == (before.start_s, before.answer_s)
    assert [stream.packets.received for stream in after.streams] == [1000, 1000]
    assert before.has_series
    assert after.has_series
    assert dict(listener.show().totals.by_outcome)["answered"] == 1


def test_the_operator_knows_a_codec_better() -> None:
    """With Ie 10 for PCMU, R of a clean window is 10 points less; the group stays the same one."""
    listener = Listener().play(speech_for(STREAM, 10.02))
    first = listener.stream(STREAM).last_window
    codec = CodecSettings(name="PCMU", scale="narrowband", ie=10.0, bpl=25.1)
    listener.monitor.reconfigure(Settings(quality=QualitySettings(codecs=(codec,))))
    listener.play(talk(STREAM, range(501, 1001)))
    second = listener.stream(STREAM).last_window
    assert first is not None
    assert second is not None
    assert second.r_factor == pytest.approx((first.r_factor or 0) - 10.0)
    assert windows_of(listener.group(codec="PCMU")) == {("good", ""): 2}


def test_a_new_codec_ends_the_ignorance() -> None:
    """A codec that the operator adds is scored from the next window on, under its name."""
    dialogue = Dialogue(offer="96", attributes=("rtpmap:96 SMARTVOICE/8000",), talk_s=30.0)
    listener = Listener().play(dialogue.set_up(), speech_for(dialogue.forth, 10.0, payload_type=96))
    codec = CodecSettings(name="SMARTVOICE", scale="narrowband", ie=5.0, bpl=10.0)
    listener.monitor.reconfigure(Settings(quality=QualitySettings(codecs=(codec,))))
    listener.play(talk(dialogue.forth, range(500, 1500), payload_type=96))
    assert windows_of(listener.group(codec="SMARTVOICE"))["good", ""] >= 1
    assert listener.stream(dialogue.forth).scale == "narrowband"
    assert listener.stream(dialogue.forth).codec == "SMARTVOICE"


SMARTVOICE = Settings(
    quality=QualitySettings(
        codecs=(CodecSettings(name="SMARTVOICE", scale="narrowband", ie=5.0, bpl=10.0),)
    )
)


def test_a_new_codec_is_the_group_of_streams_without_a_window() -> None:
    """Their first window is going to count under the new name, so that is where they run."""
    first, second = (
        Dialogue(
            call_id=f"call-{ssrc}",
            ssrc=ssrc,
            port=5000 + 2 * ssrc,
            start_s=2.0 * ssrc,
            offer="96",
            attributes=("rtpmap:96 SMARTVOICE/8000",),
        )
        for ssrc in (1, 2)
    )
    speech = [
        speech_for(each.forth, 1.0, start_s=each.start_s, payload_type=96)
        for each in (first, second)
    ]
    listener = Listener().play(first.set_up(), speech[0])
    assert listener.group(direction="caller_to_callee").key.codec == "other"
    listener.monitor.reconfigure(SMARTVOICE)
    listener.play(second.set_up(), speech[1])
    assert listener.group(codec="SMARTVOICE").streams_active == 2
    assert listener.group(codec="other").streams_active == 0


def test_a_new_codec_mixes_no_groups() -> None:
    """Codecs are numbered anew by a reload, and each window still counts under its own one.

    The INVITE comes 0.6 s before the media, so the first window ends with the 470th packet.
    """
    dialogue = Dialogue(offer="0 8", talk_s=20.0)
    ways = (dialogue.forth, dialogue.back)
    listener = Listener().play(
        dialogue.set_up(), *(speech_for(each, 9.4, payload_type=8) for each in ways)
    )
    listener.pass_time(9.4).monitor.reconfigure(SMARTVOICE)
    listener.play(*(talk(each, range(470, 970)) for each in ways)).pass_time(19.4)
    for direction in ("caller_to_callee", "callee_to_caller"):
        groups = listener.groups(direction=direction)
        assert {each.key.codec: each.packets.received for each in groups} == {
            "PCMA": 470,
            "PCMU": 500,
        }


def test_another_model() -> None:
    """R-factor lite gives R = 100 - 2 * loss % without a round trip: 98 at a loss of 1 %."""
    listener = Listener().play(speech_for(STREAM, 10.02))
    listener.monitor.reconfigure(Settings(quality=QualitySettings(model="r_factor_lite")))
    listener.play(talk(STREAM, [n for n in range(501, 1001) if n % 100 != 50]))
    window = listener.stream(STREAM).last_window
    assert window is not None
    assert window.loss_ratio == pytest.approx(0.01)
    assert window.r_factor == pytest.approx(98.0)


def test_bad_settings_change_nothing() -> None:
    """Settings that cannot be used raise, and nothing of them takes effect."""
    listener = Listener(named("before")).play(speech_for(STREAM, 10.02))
    codec = CodecSettings(name="PCMU", scale="narrowband", ie=500.0, bpl=25.1)
    broken = Settings(
        networks=(NetworkSettings(name="after", prefixes=("10.0.0.1/32",)),),
        quality=QualitySettings(codecs=(codec,)),
    )
    with pytest.raises(ConfigError, match="PCMU"):
        listener.monitor.reconfigure(broken)
    listener.play(talk(STREAM, range(501, 1001)))
    assert [group.key for group in listener.show().groups] == [
        GroupKey("PCMU", "narrowband", "before", "other", "unknown")
    ]
