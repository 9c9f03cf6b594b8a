from __future__ import annotations

import pytest

from tests.dataplane.harness import KernelStream
from tests.dataplane.implementations import Implementation, oracle


@pytest.fixture(params=[pytest.param(oracle, id="oracle"), pytest.param(KernelStream, id="kernel")])
def implementation(request: pytest.FixtureRequest) -> Implementation:
    """Give each test both implementations in turn."""
    chosen: Implementation = request.param
    return chosen
