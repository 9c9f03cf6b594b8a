"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A machine that is busy with something else is slow, and no example has failed by that.
settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference captures and worked values; without it the test is skipped."""
    folder = Path(os.environ.get("QOS_SHARED", CHECKOUT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no reference material at {folder} (set QOS_SHARED)")
    return folder
