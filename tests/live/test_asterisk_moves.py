"""Calls through a real Asterisk that are put on hold, transferred, or change their codec."""

from __future__ import annotations

import pytest

from tests.live.asterisk_call import CALLEE, CALLER, THIRD
from tests.live.asterisk_moves import HELD, HOLDER, TARGET, TRANSFERRED, Moves, perform
from tests.live.asterisk_root import lacking

pytestmark = [pytest.mark.live, pytest.mark.asterisk]

BEFORE, BEHIND, LATE, OVER = range(4)
"""The moments: before the transfer, behind it, shortly before the end, and behind that."""
SIPP_PORT = 12000


@pytest.fixture(scope="module")
def moves(tmp_path_factory: pytest.TempPathFactory) -> Moves:
    """Make all calls once."""
    if reason := lacking():
        pytest.skip(reason)
    return perform(tmp_path_factory.mktemp("moves"))


def test_a_hold_is_no_loss(moves: Moves) -> None:
    """Seven seconds on hold, with music for the other, leave no losses in any direction."""
    holder = moves.looks[LATE].streams(CALLER, HOLDER.rtp_port)
    held = moves.looks[LATE].streams(CALLEE, HELD.rtp_port)
    streams = (*holder, *held)
    assert [stream["packets_lost"] for stream in streams] == [0, 0, 0, 0]
    # A telephone reports when it likes, after 2.5 to 7.5 s (RFC 3550 section 6.3.1), and the first
    # report of each stretch is but a baseline: little may be left of 25 s of one stream.
    assert sum(stream["packets_expected"] for stream in streams) > 250


def test_a_transferred_call_goes_on(moves: Moves) -> None:
    """The two who are left are one call, of which the one who gave it away is no part any more."""
    assert [look.scrape.value("voip_calls_active") for look in moves.looks[:3]] == [3.0, 3.0, 2.0]
    late = moves.looks[LATE]
    for party, phone in ((THIRD, TRANSFERRED), (CALLEE, TARGET)):
        streams = late.streams(party, phone.rtp_port)
        assert {stream["direction"] for stream in streams} == {
            "caller_to_callee",
            "callee_to_caller",
        }
        assert all(stream["packets_lost"] == 0 for stream in streams)


def test_a_changed_codec(moves: Moves) -> None:
    """PCMA before the re-INVITE and G.722 behind it."""
    codecs = [
        {stream["codec"] for stream in moves.looks[at].streams(CALLER, SIPP_PORT)}
        for at in (BEFORE, OVER)
    ]
    assert codecs == [{"PCMA"}, {"G722"}]


def test_nothing_is_left(moves: Moves) -> None:
    """Behind the hang-ups no call and no leg is active."""
    over = moves.looks[OVER]
    assert over.scrape.value("voip_calls_active") == 0.0
    assert {call["state"] for call in over.calls} == {"ended"}


def test_the_record_behind_a_transfer(moves: Moves) -> None:
    """Both of the records of the transferred call hold an R-factor."""
    (given, taken) = [
        record
        for record in moves.records
        if (record["src"], record["dst"]) in {("giver", "third"), ("third", "second")}
    ]
    assert given["linkedid"] == taken["linkedid"]
    assert float(given["r_factor"]) > 90
    assert float(taken["r_factor"]) > 90
