from __future__ import annotations

import pytest

from qos_exporter.payload_types import STATIC_PAYLOADS


@pytest.mark.parametrize(
    ("payload_type", "encoding", "clock_rate"),
    [
        # RFC 3551, table 4
        pytest.param(0, "PCMU", 8000, id="PCMU"),
        pytest.param(3, "GSM", 8000, id="GSM"),
        pytest.param(4, "G723", 8000, id="G723"),
        pytest.param(8, "PCMA", 8000, id="PCMA"),
        pytest.param(9, "G722", 8000, id="G722-with-its-odd-clock"),
        pytest.param(13, "CN", 8000, id="CN"),
        pytest.param(15, "G728", 8000, id="G728"),
        pytest.param(18, "G729", 8000, id="G729"),
        pytest.param(34, "H263", 90000, id="H263"),
    ],
)
def test_assigned(payload_type: int, encoding: str, clock_rate: int) -> None:
    """An assigned number means what RFC 3551 says."""
    payload = STATIC_PAYLOADS[payload_type]
    assert (payload.encoding, payload.clock_rate) == (encoding, clock_rate)


@pytest.mark.parametrize(
    "payload_type",
    [
        pytest.param(2, id="once-G721"),
        pytest.param(1, id="reserved"),
        pytest.param(19, id="once-CN"),
        pytest.param(23, id="unassigned"),
        pytest.param(35, id="unassigned-above-video"),
        pytest.param(72, id="RTCP-conflict"),
        pytest.param(96, id="dynamic"),
        pytest.param(127, id="last-dynamic"),
    ],
)
def test_not_assigned(payload_type: int) -> None:
    """A number that is reserved, unassigned or dynamic means nothing without SDP."""
    assert payload_type not in STATIC_PAYLOADS
