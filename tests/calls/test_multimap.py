from __future__ import annotations

import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from qos_exporter.calls.multimap import LOOKED_AT, MultiMap


class Value:
    """Something that is told apart by identity."""


VALUES = [Value() for _ in range(3)]
STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 2), st.integers(0, 2)))


@given(STEPS)
def test_against_a_dictionary_of_lists(steps: list[tuple[bool, int, int]]) -> None:
    """It gives what a dictionary of lists without repetitions gives, in the same order."""
    ours: MultiMap[int, Value] = MultiMap()
    plain: dict[int, list[Value]] = {}
    for adds, key, index in steps:
        value = VALUES[index]
        if adds:
            ours.add(key, value)
            plain.setdefault(key, [])
            plain[key] += [value] if value not in plain[key] else []
        else:
            ours.discard(key, value)
            plain[key] = [each for each in plain.get(key, []) if each is not value]
    for key in range(3):
        assert list(ours.get(key)) == plain.get(key, [])

    present = {key for key, values in plain.items() if values}
    assert set(ours) == present
    assert len(ours) == len(present)
    assert [key in ours for key in range(3)] == [key in present for key in range(3)]


def test_clear() -> None:
    """After clearing no key has a value."""
    ours: MultiMap[int, Value] = MultiMap()
    for value in VALUES:
        ours.add(1, value)
    ours.clear()

    assert ours.get(1) == ()


def test_what_was_emptied_takes_no_room() -> None:
    """A dictionary does not shrink by itself when its entries go."""
    ours: MultiMap[int, Value] = MultiMap()
    tracemalloc.start()
    for key in range(1000):
        ours.add(key, VALUES[0])
    full, _ = tracemalloc.get_traced_memory()
    for key in range(1000):
        ours.discard(key, VALUES[0])
    empty, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert full > 20_000
    assert empty < 2_000


def calls_made(work: Callable[[], None]) -> int:
    """Count the functions in Python that are called for some work."""
    calls = Counter[str]()
    sys.setprofile(lambda _frame, kind, _argument: calls.update([kind]))
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls["call"]


def test_one_of_very_many() -> None:
    """To remove a value takes as many steps from among a thousand as from among two."""
    ours: MultiMap[int, Value] = MultiMap()
    values = [Value() for _ in range(1000)]
    for value in values:
        ours.add(1, value)
    steps = [calls_made(partial(ours.discard, 1, value)) for value in values]

    assert max(steps) <= steps[-2] + 1


def test_latest_of_very_many() -> None:
    """Who asks for the latest values gets no more than so many, in the order of their entry."""
    ours: MultiMap[int, Value] = MultiMap()
    values = [Value() for _ in range(2 * LOOKED_AT)]
    for value in values:
        ours.add(1, value)

    assert ours.latest(1) == tuple(values[LOOKED_AT:])
    assert ours.get(1) == tuple(values)
    assert ours.latest(2) == ()


def test_latest_of_few() -> None:
    """Where there are not very many, the latest are all of them."""
    ours: MultiMap[int, Value] = MultiMap()
    for value in VALUES:
        ours.add(1, value)

    assert ours.latest(1) == tuple(VALUES)
