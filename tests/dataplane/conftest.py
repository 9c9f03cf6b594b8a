from __future__ import annotations

import pytest

from tests.dataplane.implementations import Implementation
from tests.oracle.stream import OracleStream


@pytest.fixture(params=[pytest.param(OracleStream, id="oracle")])
def implementation(request: pytest.FixtureRequest) -> Implementation:
    """Give each test both implementations in turn."""
    chosen: Implementation = request.param
    return chosen
