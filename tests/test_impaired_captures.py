"""Real calls through an impairer, whose record of every packet is the truth."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.reference_captures import analyze

pytestmark = pytest.mark.shared


@dataclass(slots=True)
class Truth:
    """What an impairer did to one stream."""

    arrivals: list[tuple[float, int]] = field(default_factory=list)
    """When each packet left, and its number."""

    def counts(self) -> dict[str, int]:
        """Count what a listener behind the impairer can know."""
        numbers = [number for _, number in sorted(self.arrivals)]
        seen: set[int] = set()
        reordered = duplicate = 0
        for number in numbers:
            duplicate += number in seen
            reordered += number not in seen and bool(seen) and number < max(seen)
            seen.add(number)
        expected = max(numbers) - min(numbers) + 1
        return {
            "packets_expected": expected,
            "packets_received": len(seen),
            "packets_lost": expected - len(seen),
            "packets_duplicate": duplicate,
            "packets_reordered": reordered,
        }


def truths(path: Path, *, entered: str, order_kept: bool) -> dict[tuple[str, int], Truth]:
    """Read what was done to the streams that entered at one side, by SSRC and ports."""
    found: dict[tuple[str, int], Truth] = {}
    for line in path.read_text().splitlines():
        packet = json.loads(line)
        if packet["i"] != entered:
            continue
        ports = f"{packet['sp']}>{packet['dp']}"
        truth = found.setdefault((ports, packet["ssrc"]), Truth())
        if "loss" in packet["act"]:
            continue
        left_s = packet["t"] + (0 if order_kept else packet["ms"] / 1000)
        truth.arrivals.append((left_s, packet["seq"]))
        if "dup" in packet["act"]:
            truth.arrivals.append((left_s + 0.0005, packet["seq"]))
    return found


SIDES = [
    pytest.param(name, suffix, entered, order_kept, id=f"{name}{suffix}")
    for name, order_kept in (("imp_loss5_jitter8_fifo", True), ("imp_burst_reorder_dup", False))
    for suffix, entered in (("", "toA"), (".atA", "toB"))
]


@pytest.mark.parametrize(("name", "suffix", "entered", "order_kept"), SIDES)
def test_streams_behind_an_impairer(
    shared: Path, name: str, suffix: str, entered: str, *, order_kept: bool
) -> None:
    """Real calls through an impairer: every packet that it lost, doubled or delayed is found."""
    folder = shared / "captures" / "made"
    known = truths(folder / f"{name}.truth.jsonl", entered=entered, order_kept=order_kept)
    ours = {
        (f"{n.src.split(':')[1]}>{n.dst.split(':')[1]}", int(n.ssrc, 16)): stream
        for n, stream in analyze(folder / f"{name}{suffix}.pcap").items()
    }

    assert known
    for key, truth in known.items():
        counts = truth.counts()
        assert {column: ours[key][column] for column in counts} == counts  # type: ignore[literal-required]
