"""Durations and sizes as text."""

from __future__ import annotations

import pytest

from qos_exporter.config.quantities import (
    format_duration,
    format_size,
    parse_duration,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "duration_ns"),
    [
        pytest.param("10s", 10_000_000_000, id="seconds"),
        pytest.param("1m30s", 90_000_000_000, id="two units"),
        pytest.param("250ms", 250_000_000, id="milliseconds are not minutes"),
        pytest.param("20us", 20_000, id="microseconds"),
        pytest.param("7ns", 7, id="nanoseconds"),
        pytest.param("2h", 7_200_000_000_000, id="hours"),
        pytest.param("0.5s", 500_000_000, id="fraction"),
        pytest.param("0s", 0, id="zero"),
    ],
)
def test_durations_are_read(text: str, duration_ns: int) -> None:
    """A duration is the sum of its parts, in nanoseconds."""
    assert parse_duration(text) == duration_ns


@pytest.mark.parametrize(
    "text", ["", "10", "s", "-1s", "1 s", "1d", "1s,", "\u0661s", "1e3s", ".5s"]
)
def test_other_texts_are_no_durations(text: str) -> None:
    """There is no unit by default, no sign, no space and no exponent."""
    with pytest.raises(ValueError, match="must be a duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("duration_ns", "text"),
    [
        pytest.param(0, "0s", id="zero"),
        pytest.param(90_000_000_000, "90s", id="one unit only"),
        pytest.param(120_000_000_000, "2m", id="the largest unit that fits"),
        pytest.param(1_500_000_000, "1500ms", id="no fraction"),
        pytest.param(1, "1ns", id="smallest"),
    ],
)
def test_durations_are_written(duration_ns: int, text: str) -> None:
    """A duration is written exactly, in one unit."""
    assert format_duration(duration_ns) == text


@pytest.mark.parametrize(
    ("text", "size"),
    [
        pytest.param("64MiB", 67_108_864, id="mebibytes"),
        pytest.param("2 GiB", 2_147_483_648, id="with a space"),
        pytest.param("512KiB", 524_288, id="kibibytes"),
        pytest.param("4096", 4096, id="plain number"),
        pytest.param("4096B", 4096, id="bytes"),
    ],
)
def test_sizes_are_read(text: str, size: int) -> None:
    """A size is in bytes, its units are powers of 1024."""
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MiB", "64MB", "64M", "-1", "1.5GiB", "64  MiB"])
def test_other_texts_are_no_sizes(text: str) -> None:
    """Units that may mean 1000 or 1024 are refused."""
    with pytest.raises(ValueError, match="must be a size"):
        parse_size(text)


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0B"), (1023, "1023B"), (1 << 20, "1MiB"), (3 << 29, "1536MiB")]
)
def test_sizes_are_written(size: int, text: str) -> None:
    """A size is written exactly, in the largest unit that needs no fraction."""
    assert format_size(size) == text
