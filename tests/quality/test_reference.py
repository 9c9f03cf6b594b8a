"""Agreement with values that independent programs worked out from the Recommendations."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from qos_exporter.quality.emodel import Terms, Transmission, narrowband_terms
from qos_exporter.quality.model_emodel import score
from qos_exporter.quality.mos import mos_from_r
from qos_exporter.quality.scale import FULLBAND, NARROWBAND, WIDEBAND
from tests.quality.connection import connection

pytestmark = pytest.mark.shared

Row = dict[str, str]

TOLERANCE_MOS = 0.001


def reference(shared: Path, model: str) -> list[Row]:
    """The rows of one model, which must not be none."""
    with (shared / "reference" / "emodel_reference.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["model"].startswith(model)]
    assert rows
    return rows


def number(row: Row, column: str, default: float = 0.0) -> float:
    return float(row[column]) if row[column].strip() else default


def narrowband(row: Row) -> Terms:
    line = Transmission(
        t_ms=number(row, "T_ms"),
        ta_ms=number(row, "Ta_ms"),
        tr_ms=number(row, "Tr_ms"),
        telr=number(row, "TELR"),
        a=number(row, "A"),
    )
    return narrowband_terms(
        line,
        ie=number(row, "Ie"),
        bpl=number(row, "Bpl"),
        ppl_percent=number(row, "Ppl_pct"),
        burst_r=number(row, "BurstR"),
    )


def assert_scored_as(row: Row, scale: str) -> None:
    """Hold R and MOS, the delay included, against a row that varies codec, loss and delay only."""
    scores = score(
        connection(
            scale,
            ie=number(row, "Ie"),
            bpl=number(row, "Bpl", default=4.3),
            ppl_percent=number(row, "Ppl_pct"),
            burst_r=number(row, "BurstR"),
            ta_ms=number(row, "Ta_ms"),
        )
    )
    # Scores never show an R below 0.
    assert float(scores.r_cq) == pytest.approx(max(0.0, number(row, "R")), abs=1e-4), row["id"]
    assert float(scores.mos_cq) == pytest.approx(number(row, "MOS_clamped"), abs=TOLERANCE_MOS), (
        row["id"]
    )


def is_scored(row: Row) -> bool:
    """Tell a row of default telephones under echo control from one that varies more than scores."""
    echo = max(number(row, "T_ms"), number(row, "Tr_ms"))
    return row["Ro_minus_Is"] == "93.355253" and echo == number(row, "A") == 0.0


def test_narrowband_rows(shared: Path) -> None:
    """Every term, R and MOS of the narrowband rows agree.

    Where a row varies a parameter that it does not name, its own `Ro - Is` takes the place of ours.
    """
    for row in reference(shared, "NB-G.107-full"):
        terms = narrowband(row)
        r = terms.r + number(row, "Ro_minus_Is") - (terms.ro - terms.is_)

        assert terms.idte == pytest.approx(number(row, "Idte"), abs=1e-4), row["id"]
        assert terms.idle == pytest.approx(number(row, "Idle"), abs=1e-4), row["id"]
        assert terms.idd == pytest.approx(number(row, "Idd_or_Id"), abs=1e-4), row["id"]
        assert terms.ie_eff == pytest.approx(number(row, "Ie_eff"), abs=1e-4), row["id"]
        assert r == pytest.approx(number(row, "R"), abs=1e-4), row["id"]
        assert float(mos_from_r(r)) == pytest.approx(
            number(row, "MOS_clamped"), abs=TOLERANCE_MOS
        ), row["id"]


def test_rating_to_mos_rows(shared: Path) -> None:
    """The curve from R to MOS agrees from far below 0 to far above 100."""
    for row in reference(shared, "NB R->MOS"):
        mos = float(mos_from_r(number(row, "R")))
        assert mos == pytest.approx(number(row, "MOS_clamped"), abs=1e-5), row["id"]


def test_narrowband_rows_are_scored_so(shared: Path) -> None:
    """Windows get R and MOS of the narrowband rows, wherever packets could show what they vary."""
    rows = [row for row in reference(shared, "NB-G.107-full") if is_scored(row)]
    assert len(rows) > 50
    for row in rows:
        assert_scored_as(row, NARROWBAND)


@pytest.mark.parametrize(
    ("model", "scale"),
    [
        pytest.param("WB-G.107.1", WIDEBAND, id="wideband"),
        pytest.param("FB-G.107.2", FULLBAND, id="fullband"),
    ],
)
def test_wider_rows(shared: Path, model: str, scale: str) -> None:
    """R and MOS of the wideband and fullband rows agree."""
    for row in reference(shared, model):
        assert_scored_as(row, scale)
