"""Strategies for every kind of RTCP value, over the whole range of each field."""

from __future__ import annotations

from typing import TypeVar

from hypothesis import strategies as st

from qos_exporter.protocols import rtcp

Value = TypeVar("Value")

bits_8 = st.integers(0, 2**8 - 1)
bits_16 = st.integers(0, 2**16 - 1)
bits_32 = st.integers(0, 2**32 - 1)
bits_64 = st.integers(0, 2**64 - 1)
five_bits = st.integers(0, 31)
ratios = bits_8.map(lambda value: value / 256)
texts = st.text(max_size=63).filter(lambda text: not text.endswith("\0"))
"""Up to 252 octets of UTF-8."""


def some(strategy: st.SearchStrategy[Value]) -> st.SearchStrategy[tuple[Value, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


report_blocks = st.builds(
    rtcp.ReceptionReport,
    ssrc=bits_32,
    fraction_lost=bits_8,
    packets_lost=st.integers(-(2**23), 2**23 - 1),
    extended_highest_sequence_number=bits_32,
    interarrival_jitter_ticks=bits_32,
    last_sr=bits_32,
    delay_since_last_sr=bits_32,
)
sender_reports = st.builds(
    rtcp.SenderReport,
    ssrc=bits_32,
    ntp_timestamp=bits_64,
    rtp_timestamp=bits_32,
    sender_packet_count=bits_32,
    sender_octet_count=bits_32,
    reports=some(report_blocks),
)
receiver_reports = st.builds(rtcp.ReceiverReport, ssrc=bits_32, reports=some(report_blocks))
source_descriptions = st.builds(
    rtcp.SourceDescription,
    sources=some(st.builds(rtcp.DescribedSource, ssrc=bits_32, cname=st.none() | texts)),
)
goodbyes = st.builds(
    rtcp.Goodbye, ssrcs=some(bits_32), reason=st.none() | texts.filter(lambda text: text != "")
)
applications = st.builds(
    rtcp.ApplicationPacket,
    ssrc=bits_32,
    subtype=five_bits,
    name=st.text(st.characters(codec="ascii"), min_size=4, max_size=4),
)
feedbacks = st.builds(
    rtcp.Feedback,
    kind=st.sampled_from(("rtpfb", "psfb")),
    message_type=five_bits,
    sender_ssrc=bits_32,
    media_ssrc=bits_32,
)
unknown_packets = st.builds(
    rtcp.UnknownPacket, packet_type=st.sampled_from([*range(192, 200), *range(208, 224)])
)

unread_blocks = st.builds(rtcp.UnreadBlock, block_type=st.sampled_from([1, 2, 3, *range(8, 256)]))
reference_times = st.builds(rtcp.ReceiverReferenceTime, ntp_timestamp=bits_64)
dlrrs = st.builds(
    rtcp.Dlrr,
    sub_blocks=some(
        st.builds(rtcp.DlrrSubBlock, ssrc=bits_32, last_rr=bits_32, delay_since_last_rr=bits_32)
    ),
)
absent = st.just((None, None, None, None))
summaries = st.builds(
    lambda head, lost, duplicate, jitters, hops: rtcp.StatisticsSummary._make(
        (*head, lost, duplicate, *jitters, *hops)
    ),
    st.tuples(bits_32, bits_16, bits_16),
    st.none() | bits_32,
    st.none() | bits_32,
    absent | st.tuples(bits_32, bits_32, bits_32, bits_32),
    st.tuples(st.none(), st.none(), st.none(), st.none(), st.none())
    | st.tuples(st.sampled_from((4, 6)), bits_8, bits_8, bits_8, bits_8),
)
delays_ms = st.none() | st.integers(1, 2**16 - 1)
levels_dbm = st.none() | st.integers(-128, 126)
r_factors = st.none() | st.integers(0, 100)
scores = st.none() | st.integers(10, 50).map(lambda tenths: tenths / 10)
voip_metrics = st.builds(
    rtcp.VoipMetrics,
    ssrc=bits_32,
    loss_rate=ratios,
    discard_rate=ratios,
    burst_density=ratios,
    gap_density=ratios,
    burst_duration_ms=bits_16,
    gap_duration_ms=bits_16,
    round_trip_delay_ms=delays_ms,
    end_system_delay_ms=delays_ms,
    signal_level_dbm=levels_dbm,
    noise_level_dbm=levels_dbm,
    rerl_db=st.none() | bits_8.filter(lambda value: value != 127),
    gmin=bits_8,
    r_factor=r_factors,
    ext_r_factor=r_factors,
    mos_lq=scores,
    mos_cq=scores,
    rx_config=bits_8,
    jb_nominal_ms=bits_16,
    jb_maximum_ms=bits_16,
    jb_abs_max_ms=bits_16,
)
extended_reports = st.builds(
    rtcp.ExtendedReport,
    ssrc=bits_32,
    blocks=some(
        st.one_of(unread_blocks, reference_times, dlrrs, summaries, voip_metrics),
    ),
)

packets = st.one_of(
    sender_reports,
    receiver_reports,
    source_descriptions,
    goodbyes,
    applications,
    feedbacks,
    unknown_packets,
    extended_reports,
)
