"""Writes RTCP packets octet by octet, after the diagrams of RFC 3550, RFC 3611 and RFC 4585.

It shares nothing with the parser but the names of the values, so that each proves the other.
"""

from __future__ import annotations

from functools import singledispatch

from qos_exporter.protocols import rtcp

VERSION_2 = 2 << 6
PADDED = 1 << 5
NULL = b"\0"
FEEDBACK_TYPES = {"rtpfb": 205, "psfb": 206}
TTL_KINDS = {None: 0, 4: 1, 6: 2}


def octets(value: int, count: int) -> bytes:
    """Write a field of `count` octets; negative numbers as two's complement."""
    return value.to_bytes(count, "big", signed=value < 0)


def packet(
    packet_type: int, body: bytes = b"", *, count: int = 0, padding: int = 0, words: int = -1
) -> bytes:
    """Put a header before a body. `words` lies about the length, which is else that of the body."""
    if padding:
        body += bytes(padding - 1) + octets(padding, 1)
    first = VERSION_2 | (PADDED if padding else 0) | count
    length = words if words >= 0 else len(body) // 4
    return octets(first, 1) + octets(packet_type, 1) + octets(length, 2) + body


def filled_up(text: bytes) -> bytes:
    """Add nulls up to the next word."""
    return text + NULL * (-len(text) % 4)


def report_block(block: rtcp.ReceptionReport) -> bytes:
    """RFC 3550 section 6.4.1, from `SSRC_n` on."""
    return (
        octets(block.ssrc, 4)
        + octets(block.fraction_lost, 1)
        + octets(block.packets_lost, 3)
        + octets(block.extended_highest_sequence_number, 4)
        + octets(block.interarrival_jitter_ticks, 4)
        + octets(block.last_sr, 4)
        + octets(block.delay_since_last_sr, 4)
    )


def item(item_type: int, text: bytes) -> bytes:
    """An item of a source description: type, length, text (section 6.5)."""
    return octets(item_type, 1) + octets(len(text), 1) + text


def chunk(ssrc: int, *items: bytes) -> bytes:
    """A chunk of a source description: its items end with at least one null."""
    return octets(ssrc, 4) + filled_up(b"".join(items) + NULL)


def xr_block(block_type: int, content: bytes, *, flags: int = 0, words: int = -1) -> bytes:
    """RFC 3611 section 3. `words` lies about the length."""
    length = words if words >= 0 else len(content) // 4
    return octets(block_type, 1) + octets(flags, 1) + octets(length, 2) + content


@singledispatch
def encode(value: object) -> bytes:
    """Write a packet or a block of an extended report."""
    raise TypeError(value)


@encode.register
def _(value: rtcp.SenderReport) -> bytes:
    body = (
        octets(value.ssrc, 4)
        + octets(value.ntp_timestamp, 8)
        + octets(value.rtp_timestamp, 4)
        + octets(value.sender_packet_count, 4)
        + octets(value.sender_octet_count, 4)
    )
    return packet(200, body + b"".join(map(report_block, value.reports)), count=len(value.reports))


@encode.register
def _(value: rtcp.ReceiverReport) -> bytes:
    body = octets(value.ssrc, 4) + b"".join(map(report_block, value.reports))
    return packet(201, body, count=len(value.reports))


@encode.register
def _(value: rtcp.SourceDescription) -> bytes:
    chunks = [
        chunk(source.ssrc, *([] if source.cname is None else [item(1, source.cname.encode())]))
        for source in value.sources
    ]
    return packet(202, b"".join(chunks), count=len(chunks))


@encode.register
def _(value: rtcp.Goodbye) -> bytes:
    text = b"" if value.reason is None else value.reason.encode()
    reason = filled_up(octets(len(text), 1) + text) if text else b""
    ssrcs = b"".join(octets(ssrc, 4) for ssrc in value.ssrcs)
    return packet(203, ssrcs + reason, count=len(value.ssrcs))


@encode.register
def _(value: rtcp.ApplicationPacket) -> bytes:
    return packet(204, octets(value.ssrc, 4) + value.name.encode(), count=value.subtype)


@encode.register
def _(value: rtcp.Feedback) -> bytes:
    body = octets(value.sender_ssrc, 4) + octets(value.media_ssrc, 4)
    return packet(FEEDBACK_TYPES[value.kind], body, count=value.message_type)


@encode.register
def _(value: rtcp.ExtendedReport) -> bytes:
    return packet(207, octets(value.ssrc, 4) + b"".join(map(encode, value.blocks)))


@encode.register
def _(value: rtcp.UnknownPacket) -> bytes:
    return packet(value.packet_type, octets(0x12345678, 4))


@encode.register
def _(value: rtcp.UnreadBlock) -> bytes:
    return xr_block(value.block_type, octets(0x12345678, 4) + octets(0x00010002, 4))


@encode.register
def _(value: rtcp.ReceiverReferenceTime) -> bytes:
    return xr_block(4, octets(value.ntp_timestamp, 8))


@encode.register
def _(value: rtcp.Dlrr) -> bytes:
    return xr_block(
        5,
        b"".join(
            octets(sub.ssrc, 4) + octets(sub.last_rr, 4) + octets(sub.delay_since_last_rr, 4)
            for sub in value.sub_blocks
        ),
    )


@encode.register
def _(value: rtcp.StatisticsSummary) -> bytes:
    words = [
        value.packets_lost,
        value.packets_duplicate,
        value.min_jitter_ticks,
        value.max_jitter_ticks,
        value.mean_jitter_ticks,
        value.deviation_jitter_ticks,
    ]
    hops = [
        value.min_hops_left,
        value.max_hops_left,
        value.mean_hops_left,
        value.deviation_hops_left,
    ]
    has = [value.packets_lost, value.packets_duplicate, value.min_jitter_ticks]
    flags = sum(1 << 7 - bit for bit, field in enumerate(has) if field is not None)
    content = octets(value.ssrc, 4) + octets(value.begin_seq, 2) + octets(value.end_seq, 2)
    # What a flag does not vouch for may hold anything.
    content += b"".join(octets(0xDEADBEEF if word is None else word, 4) for word in words)
    content += b"".join(octets(0xAA if hop is None else hop, 1) for hop in hops)
    return xr_block(6, content, flags=flags | TTL_KINDS[value.ip_version] << 3)


@encode.register
def _(value: rtcp.VoipMetrics) -> bytes:
    ratios = (value.loss_rate, value.discard_rate, value.burst_density, value.gap_density)
    lengths = (value.burst_duration_ms, value.gap_duration_ms)
    delays = (value.round_trip_delay_ms, value.end_system_delay_ms)
    levels = (value.signal_level_dbm, value.noise_level_dbm, value.rerl_db)
    factors = (value.r_factor, value.ext_r_factor)
    scores = (value.mos_lq, value.mos_cq)
    buffer = (value.jb_nominal_ms, value.jb_maximum_ms, value.jb_abs_max_ms)
    content = octets(value.ssrc, 4)
    content += b"".join(octets(round(256 * ratio), 1) for ratio in ratios)
    content += b"".join(octets(length, 2) for length in lengths)
    content += b"".join(octets(delay or 0, 2) for delay in delays)
    content += b"".join(octets(127 if level is None else level, 1) for level in levels)
    content += octets(value.gmin, 1)
    content += b"".join(octets(127 if factor is None else factor, 1) for factor in factors)
    content += b"".join(octets(127 if mos is None else round(10 * mos), 1) for mos in scores)
    content += octets(value.rx_config, 1) + NULL
    content += b"".join(octets(delay, 2) for delay in buffer)
    return xr_block(7, content)
