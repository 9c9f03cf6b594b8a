"""The search for circular garbage while many objects are made."""

from __future__ import annotations

import gc
import threading

from qos_exporter.allocation import collect_seldom, no_collection


def test_it_waits_for_the_last_of_several_threads() -> None:
    """A thread that is done does not start the search under one that is still at work."""
    first_is_in, second_is_done = threading.Event(), threading.Event()
    seen: list[bool] = []

    def first() -> None:
        with no_collection():
            first_is_in.set()
            second_is_done.wait(5)
            seen.append(gc.isenabled())

    thread = threading.Thread(target=first)
    thread.start()
    first_is_in.wait(5)
    with no_collection():
        pass
    second_is_done.set()
    thread.join()

    assert seen == [False]
    assert gc.isenabled()


def test_it_stays_off_where_it_was_off() -> None:
    """Who runs without the search gets it back as it was."""
    gc.disable()
    try:
        with no_collection():
            pass

        assert not gc.isenabled()
    finally:
        gc.enable()


def test_it_begins_after_many_new_objects_only() -> None:
    """What a call is made of does not set it off, and circular garbage still goes in the end."""
    before = gc.get_threshold()
    passes = sum(each["collections"] for each in gc.get_stats())
    try:
        collect_seldom()
        kept = [[number] for number in range(20_000)]
        few = sum(each["collections"] for each in gc.get_stats()) - passes
        kept += [[number] for number in range(100_000)]
        many = sum(each["collections"] for each in gc.get_stats()) - passes
    finally:
        gc.set_threshold(*before)

    assert len(kept) == 120_000
    assert few <= 1
    assert many >= 1
