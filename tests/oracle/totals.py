"""What is known of a stream, column by column as the kernel hands it out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Everything since the first packet; the glossary of the documentation says what each means."""

    payload_types: frozenset[int]
    payload_type: int
    clock_rate: int
    clock_source: int
    first_ns: int
    last_ns: int
    expected: int
    received: int
    lost: int
    duplicate: int
    reordered: int
    discarded: int
    ignored: int
    restarts: int
    stopped_gaps: int
    loss_runs: int
    concealed_s: int
    severely_concealed_s: int
    bursts: int
    burst_packets: int
    burst_lost: int
    packet_ns: int
    bytes: int
    media_ns: int
    jitter_count: int
    jitter_last_s: float
    jitter_mean_s: float
    jitter_max_s: float
    delay_variation_max_s: float
    playout_delay_s: float
    delay_variation_histogram: tuple[int, ...]
    loss_run_histogram: tuple[int, ...]
