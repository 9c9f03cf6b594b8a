from __future__ import annotations

import numpy as np

from benchmarks.generate import make_streams
from benchmarks.receivers import SECOND_NS, compounds
from qos_exporter.protocols.rtcp import SenderReport, SourceDescription, parse_compound

AT_NS = 1_700_000_010 * SECOND_NS
RTCP_BEGINS = 16 + 14 + 20 + 8
"""Behind the headers of record, Ethernet, IPv4 and UDP."""


def test_each_end_reports_on_the_other() -> None:
    """A compound has a sender report with one block, about the opposite stream, and a name."""
    streams = make_streams(2, np.random.default_rng(1))
    before_ns = AT_NS - 2 * SECOND_NS
    rows = compounds(streams, at_ns=AT_NS, before_ns=before_ns, packets=500)
    heard = [parse_compound(row.tobytes()[RTCP_BEGINS:]) for row in rows]
    assert [each.faults for each in heard] == [(), ()]
    report, description = heard[0].packets
    assert isinstance(report, SenderReport)
    assert isinstance(description, SourceDescription)
    (block,) = report.reports
    assert (report.ssrc, block.ssrc) == tuple(streams.ssrc.tolist())
    assert block.packets_lost == 10
    assert block.extended_highest_sequence_number == streams.first_sequence_number[1] + 499
    assert block.delay_since_last_sr == round((2 - 0.02) * 65536 - 0.5)
