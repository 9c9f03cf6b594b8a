"""The search for circular garbage while many objects are made, and the memory of large ones."""

from __future__ import annotations

import gc
import subprocess
import sys
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


def test_large_blocks_leave_no_holes() -> None:
    """What is freed goes back to the system, also below a block that stays."""
    program = """
from benchmarks.bench_memory import kib
from qos_exporter.allocation import return_large_blocks

return_large_blocks()
large = bytearray(b"x") * (16 << 20)
del large
before = kib("self", "RssAnon")
hole = bytearray(b"x") * (8 << 20)
stays = bytearray(b"x") * (200 << 10)
full = kib("self", "RssAnon")
del hole
print(full - before, kib("self", "RssAnon") - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    full, left = map(int, done.stdout.split())

    assert full > 8 * 1024
    assert left < 1024
