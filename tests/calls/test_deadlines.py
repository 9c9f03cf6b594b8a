from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.calls.deadlines import FEW, Deadlines

GRAIN_NS = 100


def test_items_come_when_they_are_due() -> None:
    """An item is given once, never early and at most one grain late."""
    deadlines: Deadlines[str] = Deadlines(GRAIN_NS)
    for due_ns, item in ((250, "b"), (100, "a"), (201, "c")):
        deadlines.put(due_ns, item)

    assert deadlines.take_due(99) == []
    assert deadlines.take_due(100) == ["a"]
    assert deadlines.take_due(249) == []
    assert deadlines.take_due(300) == ["b", "c"]
    assert deadlines.take_due(10_000) == []
    assert len(deadlines) == 0


def test_clear() -> None:
    """After clearing nothing is due any more."""
    deadlines: Deadlines[str] = Deadlines(GRAIN_NS)
    deadlines.put(1, "a")
    deadlines.clear()

    assert deadlines.take_due(1000) == []


@given(st.lists(st.integers(0, 5000)), st.lists(st.integers(0, 5000)))
def test_against_a_list(dues: list[int], times: list[int]) -> None:
    """Any order of entries and questions gives each item in its time."""
    deadlines: Deadlines[int] = Deadlines(GRAIN_NS)
    waiting = list(dues)
    for due_ns in dues:
        deadlines.put(due_ns, due_ns)
    for now_ns in sorted(times):
        taken = deadlines.take_due(now_ns)
        assert all(due_ns <= now_ns for due_ns in taken)
        for due_ns in taken:
            waiting.remove(due_ns)
        assert all(due_ns > now_ns - GRAIN_NS for due_ns in waiting)


def test_what_is_not_needed_goes() -> None:
    """Of very many items those that nobody needs any more do not wait for their time."""
    needed: set[int] = set()
    deadlines: Deadlines[int] = Deadlines(GRAIN_NS, is_needed=needed.__contains__)
    for item in range(10 * FEW):
        if item % 8 == 0:
            needed.add(item)
        deadlines.put(item, item)

    assert len(deadlines) < 4 * FEW
    assert needed <= set(deadlines.take_due(10 * FEW + GRAIN_NS))
    assert len(deadlines) == 0
