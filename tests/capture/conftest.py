from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator

import pytest

from tests.capture.links import Links

CLONE_NEWNET = 0x40000000


@pytest.fixture
def links() -> Iterator[Links]:
    """Move the test into a network namespace of its own; threads that it starts are in it too.

    The namespace holds nothing but a loopback interface that is down, and is gone with the test.
    """
    if os.geteuid() != 0:
        pytest.skip("network namespaces are made by root only")
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net") as home:  # noqa: PTH123 -- a namespace, not a file
        if libc.unshare(CLONE_NEWNET):
            pytest.skip(f"no network namespace: {os.strerror(ctypes.get_errno())}")
        try:
            yield Links()
        finally:
            assert libc.setns(home.fileno(), CLONE_NEWNET) == 0
