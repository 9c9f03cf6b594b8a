"""Extended reports (RFC 3611): scores, losses and legs go to the stream that they are about."""

from __future__ import annotations

import pytest

from qos_exporter.protocols import rtcp
from tests.dataplane.traffic import Frame
from tests.monitor.recording import Dialogue, Listener
from tests.monitor.reported import quality, reported, unmatched
from tests.monitor.reporters import HELD_UNITS, Exchange, datagram_of, middle, ntp, rr
from tests.reports.test_translation import EMPTY, FILLED

SUMMARY = rtcp.StatisticsSummary(
    ssrc=0,
    begin_seq=0x1234,
    end_seq=0x1298,
    packets_lost=5,
    packets_duplicate=0,
    min_jitter_ticks=None,
    max_jitter_ticks=None,
    mean_jitter_ticks=None,
    deviation_jitter_ticks=None,
    ip_version=4,
    min_hops_left=60,
    max_hops_left=60,
    mean_hops_left=60,
    deviation_hops_left=0,
)


def extended(*blocks: rtcp.XrBlock, ssrc: int = 0x77) -> rtcp.ExtendedReport:
    """Make an extended report."""
    return rtcp.ExtendedReport(ssrc, blocks)


def from_callee(dialogue: Dialogue, at_s: float, *packets: object) -> Frame:
    """Send something from the callee."""
    caller, callee = Exchange.of(dialogue).ends
    return datagram_of(callee, caller, at_s, *packets)


@pytest.mark.pitfall(70)
def test_a_voip_metrics_block() -> None:
    """Its figures are shown as reported ones, in the units of all others."""
    dialogue = Dialogue()
    about = FILLED._replace(ssrc=dialogue.forth.ssrc)
    listener = Listener().play(
        dialogue.media(), [from_callee(dialogue, 3.0, rr(1), extended(about))]
    )
    shown = quality(listener, dialogue.forth, "rtcp_xr")
    assert shown.reports == 1
    assert shown.loss_ratio == 13 / 256
    assert shown.discard_ratio == 5 / 256
    assert shown.end_system_delay_s == 0.140
    assert shown.mos_lq is not None
    assert shown.mos_lq.last == pytest.approx(4.3)
    assert shown.round_trip is not None
    assert shown.round_trip.last == 0.200
    assert listener.stream(dialogue.back).reported is None
    assert unmatched(listener) == {}


@pytest.mark.pitfall(71)
def test_several_packets_and_blocks_make_one_report() -> None:
    """An empty block before the filled one, in packets of their own, is not what counts."""
    dialogue = Dialogue()
    ssrc = dialogue.forth.ssrc
    packets = (
        extended(EMPTY._replace(ssrc=ssrc), SUMMARY._replace(ssrc=ssrc)),
        extended(rtcp.UnreadBlock(1)),
        extended(FILLED._replace(ssrc=ssrc), FILLED._replace(ssrc=ssrc, mos_lq=1.0)),
    )
    listener = Listener().play(dialogue.media(), [from_callee(dialogue, 3.0, rr(1), *packets)])
    shown = quality(listener, dialogue.forth, "rtcp_xr")
    assert shown.reports == 1
    assert shown.mos_lq is not None
    assert shown.mos_lq.min == pytest.approx(4.3)


@pytest.mark.pitfall(70)
def test_a_summary_alone() -> None:
    """A statistics summary tells the losses over its numbers where no VoIP metrics come."""
    dialogue = Dialogue()
    about = SUMMARY._replace(ssrc=dialogue.forth.ssrc)
    listener = Listener().play(dialogue.media(), [from_callee(dialogue, 3.0, extended(about))])
    shown = quality(listener, dialogue.forth, "rtcp_xr")
    assert shown.loss_ratio == pytest.approx(5 / 100)
    assert shown.mos_lq is None


def test_about_nobody() -> None:
    """A block about a source that nobody has seen is counted as such."""
    dialogue = Dialogue()
    stranger = FILLED._replace(ssrc=0x5555_5555)
    listener = Listener().play(dialogue.media(), [from_callee(dialogue, 3.0, extended(stranger))])
    assert unmatched(listener) == {"rtcp_xr": 1}


def test_a_mirrored_report_counts_once() -> None:
    """What passes twice within a moment is one report."""
    dialogue = Dialogue()
    about = extended(FILLED._replace(ssrc=dialogue.forth.ssrc))
    frames = [from_callee(dialogue, at_s, rr(1), about) for at_s in (3.0, 3.001, 8.0, 8.001)]
    listener = Listener().play(dialogue.media(), frames)
    assert quality(listener, dialogue.forth, "rtcp_xr").reports == 2


@pytest.mark.pitfall(58)
def test_reference_times_tell_the_leg_to_a_mere_receiver() -> None:
    """Who only listens asks with RRTR and is answered with DLRR: the leg to the answerer."""
    dialogue = Dialogue()
    caller, callee = Exchange.of(dialogue).ends
    forth, back = dialogue.forth.ssrc, dialogue.back.ssrc
    asked, answered = 2.0, 2.530
    held = round(0.5 * HELD_UNITS)
    listener = Listener().play(
        dialogue.media(),
        [
            datagram_of(
                callee, caller, asked, extended(rtcp.ReceiverReferenceTime(ntp(asked)), ssrc=back)
            ),
            datagram_of(
                caller,
                callee,
                answered,
                extended(rtcp.Dlrr((rtcp.DlrrSubBlock(back, middle(asked), held),)), ssrc=forth),
            ),
        ],
    )
    leg = quality(listener, dialogue.back, "rtcp_xr").round_trip_leg
    assert leg is not None
    assert leg.last == pytest.approx(0.030, abs=0.0001)
    assert listener.stream(dialogue.forth).reported is None
    (call,) = listener.show().calls
    assert [each.source for each in call.round_trip_legs] == ["rtcp_xr"]
    assert call.round_trip_legs[0].figures.last == pytest.approx(0.030, abs=0.0001)
    assert call.round_trip is None


def test_a_receiver_that_sends_nothing_itself() -> None:
    """Where it has no stream of its own there is nothing to attach the leg to, and no harm."""
    dialogue = Dialogue()
    caller, callee = Exchange.of(dialogue).ends
    back = 0x6666_6666
    frames = [
        datagram_of(callee, caller, 2.0, extended(rtcp.ReceiverReferenceTime(ntp(2.0)), ssrc=back)),
        datagram_of(
            caller,
            callee,
            2.1,
            extended(rtcp.Dlrr((rtcp.DlrrSubBlock(back, middle(2.0), 100),))),
        ),
        datagram_of(caller, callee, 2.2, extended(rtcp.Dlrr(()))),
    ]
    listener = Listener().play(dialogue.media(), frames)
    assert listener.stream(dialogue.forth).reported is None


def test_names_are_not_lost_beside_extended_reports() -> None:
    """All that one stream was reported on is shown together."""
    dialogue = Dialogue()
    about = extended(FILLED._replace(ssrc=dialogue.forth.ssrc))
    listener = Listener().play(
        dialogue.media(), Exchange.of(dialogue).both(2.0), [from_callee(dialogue, 3.0, about)]
    )
    everything = reported(listener, dialogue.forth)
    assert everything.rtcp is not None
    assert [each.source for each in everything.quality] == ["rtcp_xr"]
