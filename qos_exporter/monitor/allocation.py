"""Making many objects at once."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def no_collection() -> Iterator[None]:
    """Let the search for circular garbage wait meanwhile.

    It begins anew with every few hundred objects that are made, and half of the time of a large
    snapshot would go into looking through what is there to stay. Two threads may do so at the same
    time: at worst the search goes on while the second one is still at work.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
