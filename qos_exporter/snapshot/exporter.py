"""The exporter about itself: what it listens to, and how it fares."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaptureView:
    """One source of frames and its own account of what it saw and missed."""

    interface: str
    method: str
    packets: int
    bytes: int
    kernel_drops: int
    interface_drops: int
    healthy: bool
    last_packet_s: float | None
    interruptions: int = 0
    """Times that nothing was captured for a while, and then again."""


@dataclass(frozen=True, slots=True)
class TableView:
    """One bounded table: how full it is, and how often something had to go for something new."""

    name: str
    entries: int
    limit: int
    evictions: int


@dataclass(frozen=True, slots=True)
class ReportTotals:
    """Reports counted since the start."""

    rtcp_packets: tuple[tuple[str, int], ...] = ()
    """(type, count): `sr`, `rr`, `sdes`, `bye`, `app`, `rtpfb`, `psfb`, `xr`, `unknown`."""
    unmatched: tuple[tuple[str, int], ...] = ()
    """(source, count): reports about a stream that nobody has seen."""
    rejected_round_trips: tuple[tuple[str, str, int], ...] = ()
    """(source, reason, count): round trips that were not believed."""
    encrypted: int = 0
    """RTCP datagrams of which nothing can be read."""


@dataclass(frozen=True, slots=True)
class PbxView:
    """One PBX that is listened to."""

    server: str
    up: bool
    reconnects: int
    faults: tuple[tuple[str, bool], ...]
    """(fault, whether it is there), every one that there can be."""
    events: tuple[tuple[str, int], ...]
    """(kind, count)."""
    rejected: tuple[tuple[str, int], ...]
    """(field, count) of values that cannot be."""
    cdr_writes: tuple[tuple[str, int], ...]
    """(result, count) of writes into call detail records; empty where none are asked for."""


@dataclass(frozen=True, slots=True)
class ExporterView:
    """The exporter about itself."""

    undecoded: tuple[tuple[str, int], ...]
    """(reason, frames) that could not be read or are not media."""
    decode_errors: tuple[tuple[str, str, int], ...]
    """(protocol, reason, count)."""
    tables: tuple[TableView, ...]
    config_reload_successful: bool
    config_reload_success_s: float | None
    snapshot_duration_s: float
    counting_s: float
