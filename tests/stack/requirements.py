"""What the tests of a running stack need."""

from __future__ import annotations

import shutil

import pytest

from tools.stack.running import PROGRAMS

_MISSING = [name for name in PROGRAMS if shutil.which(name) is None]
needs_prometheus = pytest.mark.skipif(
    bool(_MISSING), reason=f"not installed: {', '.join(_MISSING)}"
)
