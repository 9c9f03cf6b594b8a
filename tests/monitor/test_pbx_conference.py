"""A conference at a PBX that goes on while its participants come and go."""

from __future__ import annotations

import gc

from qos_exporter.calls.call import Call
from qos_exporter.net import Endpoint
from qos_exporter.protocols.ami import ChannelGone, ChannelSeen, ReportEvent
from qos_exporter.protocols.ami.values import STATE_RING, STATE_UP, Channel
from qos_exporter.protocols.rtcp import ReceptionReport
from tests.monitor.pbx import Pbx

ROOM = Channel("PJSIP/room-0", "room", "room", STATE_UP, "100", "", "")
ENDS = Endpoint("10.77.0.3", 20131), Endpoint("10.77.0.2", 11747)


def participate(pbx: Pbx, number: int, *, lost_of_1000: int) -> None:
    """Let somebody call, join the conference, be heard for ten seconds, and leave."""
    start_s = 30.0 * number
    uniqueid = f"participant-{number}"
    alone = Channel(f"PJSIP/{uniqueid}", uniqueid, uniqueid, STATE_RING, "200", "", "")
    joined = alone._replace(linkedid=ROOM.uniqueid, state=STATE_UP)
    pbx.pass_time(start_s)
    pbx.tell(start_s, ChannelSeen(alone, is_new=True))
    pbx.tell(start_s + 1, ChannelSeen(joined))
    for sent in (100, 600, 1100):
        at_s = start_s + 2 + sent / 100
        block = ReceptionReport(
            ssrc=0x1000 + number,
            fraction_lost=0,
            packets_lost=lost_of_1000 * (sent - 100) // 1000,
            extended_highest_sequence_number=sent,
            interarrival_jitter_ticks=0,
            last_sr=0,
            delay_since_last_sr=0,
        )
        report = ReportEvent(joined, False, *ENDS, None, sent, 0x2000, block)  # noqa: FBT003 -- the fields of a tuple
        pbx.pass_time(at_s)
        pbx.tell(at_s, report)
    pbx.tell(start_s + 15, ChannelGone(joined, 16))


def participants() -> int:
    """Count the calls of participants that are in memory."""
    gc.collect()
    known = [each for each in gc.get_objects() if isinstance(each, Call)]
    return sum(each.call_id.startswith("participant-") for each in known)


def test_conference_that_goes_on() -> None:
    """Who has left it long ago is forgotten, and how bad it was for them is not.

    At the end it counts as one call with the rating of its worst leg: a tenth of the packets of
    G.711 lost at random is R = 93.2 - 95·10/(10 + 25.1) = 66, a MOS of 3.4 and `poor`.
    """
    pbx = Pbx()
    pbx.tell(0.0, ChannelSeen(ROOM, is_new=True))
    for number in range(1, 8):
        participate(pbx, number, lost_of_1000=100 if number == 2 else 0)
    pbx.pass_time(400.0)
    assert participants() == 0
    assert not any(count for _, count in pbx.show().totals.by_rating)

    pbx.tell(401.0, ChannelGone(ROOM, 16))
    pbx.pass_time(420.0)
    rated = {rating: count for rating, count in pbx.show().totals.by_rating if count}
    assert rated == {"poor": 1}
