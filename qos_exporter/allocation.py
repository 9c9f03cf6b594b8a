"""Making many objects at once, and large ones."""

from __future__ import annotations

import ctypes
import gc
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_lock = threading.Lock()
_at_work = 0
_was_enabled = False


@contextmanager
def no_collection() -> Iterator[None]:
    """Let the search for circular garbage wait until the last one that is here has left.

    It begins anew with every few hundred objects that are made, and half of the time of a large
    snapshot would go into looking through what is there to stay. If it begins while a large
    snapshot still lives it looks through all of it, half a second in which no thread gets on and
    frames are lost: so whatever is made in here should be dropped in here.
    """
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _at_work, _was_enabled  # noqa: PLW0603 -- there is one collector in a process
    with _lock:
        if _at_work == 0:
            _was_enabled = gc.isenabled()
            gc.disable()
        _at_work += 1


def _leave() -> None:
    global _at_work  # noqa: PLW0603 -- see above
    with _lock:
        _at_work -= 1
        if _at_work == 0 and _was_enabled:
            gc.enable()


NEW_OBJECTS = 50_000
"""After so many more objects the youngest are looked through; the figure of CPython 3.11 is 700. A
call and its streams are some hundred objects that stay for minutes, so nearly every look is in
vain: a tenth of the time that signalling takes."""


def collect_seldom() -> None:
    """Look for circular garbage less often, in the whole process."""
    gc.set_threshold(NEW_OBJECTS, 10, 10)


M_MMAP_THRESHOLD = -3
"""Of mallopt(3)."""
LARGE_BYTES = 128 * 1024
"""From this size on a block gets pages of its own; it is what glibc begins with."""


def return_large_blocks() -> None:
    """Let the memory of a large block go back to the system as soon as the block is freed.

    glibc raises the bound with each such block that is freed, up to 32 MiB. Then what a window or
    a scrape takes for a moment, and a table before it grows, leave holes that nothing else fits.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):  # other C libraries have no such bound
        library.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
