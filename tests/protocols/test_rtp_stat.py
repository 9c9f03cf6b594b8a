from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.errors import DecodeError
from qos_exporter.protocols.rtp_stat import REASONS, RtpStat, RtpStatDirection, parse_rtp_stat

BARESIP = (
    "EX=BareSip;CS=0;CD=15;PR=703;PS=752;PL=47,12;PD=13,0;JI=34.0,22.0;"
    "IP=0.0.0.0:12786,10.77.0.2:19976;EN=PCMU/8000;DE=PCMU/8000"
)
FRITZ_BOX = (
    "CS=1788;PS=1433;ES=1525;OS=229280;SP=0/0;SO=0;QS=-;PR=1522;ER=1525;OR=243520;CR=0;SR=0;QR=-;"
    "PL=3,9;BL=0;LS=0;RB=0/0;SB=-/-;EN=PCMA,FAX;DE=PCMA;JI=23,2;DL=28,27,31;"
    "IP=192.0.2.1:7082,198.51.100.7:25132"
)


def read(value: str) -> RtpStat | str:
    try:
        return parse_rtp_stat(value)
    except DecodeError as error:
        return error.reason


def test_baresip() -> None:
    """Baresip gives received before sent, and jitter in timestamp units of the codec's rate."""
    stat = parse_rtp_stat(BARESIP)

    assert stat.reporter == "BareSip"
    assert stat.received == RtpStatDirection(
        packets=703,
        octets=None,
        packets_lost=47,
        packets_discarded=13,
        jitter_s=34 / 8000,
        encoding="PCMU",
    )
    assert stat.received.loss_ratio == pytest.approx(47 / 750)
    assert stat.sent.packets == 752
    assert stat.sent.packets_lost == 12
    assert stat.sent.jitter_s == pytest.approx(22 / 8000)
    assert (stat.setup_s, stat.duration_s) == (0, 15)
    assert (stat.round_trip_s, stat.mos) == (None, None)


def test_baresip_with_another_clock() -> None:
    """48 units of Opus, whose clock baresip writes after its name, are a millisecond."""
    stat = parse_rtp_stat("EX=BareSip;PR=749;PS=746;JI=46.9,48.0;EN=opus/48000;DE=opus/48000")

    assert stat.sent.jitter_s == pytest.approx(0.001)
    assert stat.sent.encoding == "opus"


def test_fritz_box() -> None:
    """AVM's form gives octets and the mean round trip besides; the unit of its jitter is unsure."""
    stat = parse_rtp_stat(FRITZ_BOX)

    assert stat.received.packets == 1522
    assert stat.received.octets == 243520
    assert stat.received.packets_lost == 3
    assert stat.sent.packets_lost == 9
    assert stat.sent.encoding == "PCMA"
    assert stat.received.jitter_s is None
    assert stat.setup_s == pytest.approx(1.788)
    assert stat.round_trip_s == pytest.approx(0.028)


@pytest.mark.parametrize(
    ("value", "packets", "lost", "jitter_s"),
    [
        pytest.param(
            "PS=207;OS=49680;;PR=314;OR=50240;PL=0;JI=60;LA=40;", 314, 0, 0.06, id="audiocodes"
        ),
        pytest.param(
            "PS=1,OS=2,PR=1236,OR=24720,JI=1,DU=1230,PL=5,EN=G711U,DE=G711U,MOS=4.0",
            1236,
            5,
            0.001,
            id="poly",
        ),
        pytest.param("PS=0,OS=0,PR=5429,OR=955504,PL=0,JI=0,LA=0,DU=108", 5429, 0, 0, id="linksys"),
        pytest.param("PL=7, DU=12", None, 7, None, id="telcobridges"),
        pytest.param("ps=1; pr=2 ; pl=3", 2, 3, None, id="lower-case-and-spaces"),
        pytest.param("PR=-1;PL=none;PS=5;JI=x", None, None, None, id="unreadable"),
        pytest.param("PR=1;PR=2;PS=1", 1, None, None, id="repeated"),
    ],
)
def test_received_by_others(
    value: str, packets: int | None, lost: int | None, jitter_s: float | None
) -> None:
    """The forms of other products give what the device received; their jitter is in ms."""
    received = parse_rtp_stat(value).received

    assert (received.packets, received.packets_lost) == (packets, lost)
    assert received.jitter_s == (None if jitter_s is None else pytest.approx(jitter_s))


def test_duration_and_mos() -> None:
    """Poly adds the duration of the call and a MOS."""
    stat = parse_rtp_stat("PS=1,PR=2,DU=1230,MOS=4.0")

    assert (stat.duration_s, stat.mos) == (1230, 4.0)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param("", "empty", id="nothing"),
        pytest.param("none", "empty", id="no-field"),
        pytest.param("EX=BareSip;ERROR=No RTCP stats collected;", "no_statistics", id="error"),
        pytest.param("EX=BareSip;CS=0;CD=3", "no_statistics", id="no-figure"),
    ],
)
def test_refused(value: str, reason: str) -> None:
    """A header without figures is refused by a name."""
    with pytest.raises(DecodeError) as error:
        parse_rtp_stat(value)

    assert error.value.reason == reason


@given(st.text(max_size=120) | st.text(alphabet="EXPSRLJIODCUMN=;,/.-0123456789 ", max_size=120))
def test_any_text(value: str) -> None:
    """Any text gives figures within their ranges, or one of the reasons."""
    stat = read(value)

    if isinstance(stat, str):
        assert stat in REASONS
        return
    for direction in (stat.received, stat.sent):
        assert direction.loss_ratio is None or 0 <= direction.loss_ratio <= 1
        assert direction.jitter_s is None or direction.jitter_s >= 0


@given(
    received=st.integers(0, 2**32 - 1),
    sent=st.integers(0, 2**32 - 1),
    lost=st.tuples(st.integers(0, 2**24), st.integers(0, 2**24)),
    rate=st.sampled_from([8000, 16000, 48000]),
    jitter_ms=st.integers(0, 5000),
)
def test_round_trip(
    received: int, sent: int, lost: tuple[int, int], rate: int, jitter_ms: int
) -> None:
    """What is written as baresip writes it comes back, with jitter independent of the clock."""
    ticks = jitter_ms * rate // 1000
    stat = parse_rtp_stat(
        f"EX=BareSip;PR={received};PS={sent};PL={lost[0]},{lost[1]};JI={ticks}.0,0.0;DE=X/{rate}"
    )

    assert (stat.received.packets, stat.sent.packets) == (received, sent)
    assert (stat.received.packets_lost, stat.sent.packets_lost) == lost
    assert stat.received.jitter_s == pytest.approx(jitter_ms / 1000)
