from __future__ import annotations

import pytest

from qos_exporter.export.exposition import OPENMETRICS, TEXT, Format, accepts_gzip, choose_format

PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "format_"),
    [
        pytest.param("", TEXT, id="nothing asked for"),
        pytest.param("*/*", TEXT, id="anything"),
        pytest.param("text/plain", TEXT, id="text"),
        pytest.param("text/*", TEXT, id="any text"),
        pytest.param(BROWSER, TEXT, id="browser"),
        pytest.param(PROMETHEUS_3, OPENMETRICS, id="Prometheus 3"),
        pytest.param("application/openmetrics-text", OPENMETRICS, id="OpenMetrics of any version"),
        pytest.param("application/*", OPENMETRICS, id="any application"),
        pytest.param("Application/OpenMetrics-Text; Version=1.0.0", OPENMETRICS, id="capitals"),
        pytest.param('application/openmetrics-text; version="1.0.0"', OPENMETRICS, id="quotes"),
        pytest.param("application/openmetrics-text;version=0.0.1", TEXT, id="older version"),
        pytest.param("application/openmetrics-text;version=2.0.0", TEXT, id="newer version"),
        pytest.param("text/plain;version=1.0.0", TEXT, id="text with UTF-8 names"),
        pytest.param("application/json", TEXT, id="what we do not have"),
        pytest.param(
            "application/openmetrics-text;version=1.0.0;q=0.3,text/plain;q=0.8",
            TEXT,
            id="text preferred by weight",
        ),
        pytest.param(
            "text/plain;version=0.0.4;q=0.2,application/openmetrics-text;version=1.0.0;q=0.75",
            OPENMETRICS,
            id="OpenMetrics preferred by weight",
        ),
        pytest.param("text/plain,application/openmetrics-text", TEXT, id="first of equals, text"),
        pytest.param(
            "application/openmetrics-text,text/plain",
            OPENMETRICS,
            id="first of equals, OpenMetrics",
        ),
        pytest.param("application/openmetrics-text;q=0", TEXT, id="refused"),
        pytest.param("application/openmetrics-text;q=many", TEXT, id="weight that is no number"),
        pytest.param("application/openmetrics-text;q=nan", TEXT, id="weight not a number"),
        pytest.param("application/openmetrics-text;q=7", TEXT, id="weight out of range"),
        pytest.param(";;,=;q=,,", TEXT, id="garbage"),
    ],
)
def test_format_is_the_one_that_the_scraper_prefers(accept: str, format_: Format) -> None:
    """Weights and versions decide; what cannot be served gives text 0.0.4."""
    assert choose_format(accept) is format_


@pytest.mark.parametrize(
    ("accept_encoding", "accepted"),
    [
        pytest.param("", False, id="nothing"),
        pytest.param("gzip", True, id="gzip"),
        pytest.param("deflate, GZIP;q=0.5", True, id="among others"),
        pytest.param("*", True, id="anything"),
        pytest.param("gzip;q=0", False, id="refused"),
        pytest.param("*, gzip;q=0", False, id="anything else"),
        pytest.param("identity, br", False, id="others only"),
    ],
)
def test_gzip_is_used_where_it_is_accepted(accept_encoding: str, accepted: object) -> None:
    """Compression is the scraper's choice."""
    assert accepts_gzip(accept_encoding) is accepted
