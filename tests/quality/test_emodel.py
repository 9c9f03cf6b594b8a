from __future__ import annotations

import math

import pytest

from qos_exporter.quality.emodel import R_DEFAULT, Transmission, narrowband_terms
from qos_exporter.quality.mos import mos_from_r


def test_all_defaults() -> None:
    """The default values of G.107 give the 93.2 that the Recommendation quotes."""
    assert round(R_DEFAULT, 1) == 93.2
    assert float(mos_from_r(R_DEFAULT)) == pytest.approx(4.4094, abs=1e-4)


def test_default_noise() -> None:
    """`Ro` is 15 - 1.5 (SLR + No), with No worked out from the four default noise sources."""
    pre = 35.0 + 10.0 * math.log10(1.0 + 10.0**-0.8)
    sources_dbm0p = (
        -70.0,  # Nc
        35.0 - 8.0 - 3.0 - 100.0 + 0.004 * 8.0**2,  # Nos: Ps - OLR - Ds - 14 is 8
        2.0 - 121.0 + pre + 0.008 * (pre - 35.0) ** 2,  # Nor
        -64.0 + 2.0,  # Nfo
    )
    no = 10.0 * math.log10(sum(10.0 ** (level / 10.0) for level in sources_dbm0p))

    assert narrowband_terms().ro == pytest.approx(15.0 - 1.5 * (8.0 + no))


@pytest.mark.parametrize(
    ("line", "ro"),
    [
        pytest.param(Transmission(ps=60.0), 72.748415, id="loud-sender"),
        pytest.param(Transmission(pr=60.0), 81.715979, id="loud-receiver"),
    ],
)
def test_room_noise(line: Transmission, ro: float) -> None:
    """Noise of 60 dB(A) in a room, put into the formulas of 7.2 by hand."""
    assert narrowband_terms(line).ro == pytest.approx(ro, abs=1e-6)


@pytest.mark.parametrize(
    ("line", "ist"),
    [
        pytest.param(Transmission(stmr=30.0), 5.186798, id="hardly-any-sidetone"),
        pytest.param(Transmission(stmr=36.0), 7.884195, id="none"),
        pytest.param(Transmission(stmr=20.0, telr=20.0, t_ms=4.0), -0.019459, id="echo-adds"),
        pytest.param(Transmission(stmr=5.0, telr=20.0, t_ms=2.0), 4.344256, id="loud"),
    ],
)
def test_sidetone(line: Transmission, ist: float) -> None:
    """`Ist` by the formula of 7.3, worked out by hand; with the defaults it is -0.000715."""
    added = narrowband_terms(line).is_ - narrowband_terms().is_
    assert added == pytest.approx(ist + 0.000715, abs=1e-6)


@pytest.mark.parametrize(
    ("qdu", "ro_minus_is"),
    [
        pytest.param(1.0, 93.355253, id="one-conversion"),
        pytest.param(2.0, 91.633396, id="two"),
        pytest.param(4.0, 88.352195, id="four"),
        pytest.param(8.0, 80.083911, id="eight"),
    ],
)
def test_quantising_distortion(qdu: float, ro_minus_is: float) -> None:
    """Every conversion to PCM and back costs, as an independent program computes it."""
    terms = narrowband_terms(Transmission(qdu=qdu))
    assert terms.ro - terms.is_ == pytest.approx(ro_minus_is, abs=1e-6)


@pytest.mark.parametrize(
    ("line", "idte", "idle"),
    [
        pytest.param(Transmission(), 0.0, 0.149046, id="no-delay"),
        pytest.param(Transmission(t_ms=10.0, tr_ms=20.0), 0.154914, 0.352478, id="10-ms"),
        pytest.param(Transmission(t_ms=100.0, tr_ms=200.0), 1.963791, 0.727733, id="100-ms"),
        pytest.param(
            Transmission(t_ms=100.0, tr_ms=200.0, telr=45.0), 22.481827, 0.727733, id="loud-echo"
        ),
        pytest.param(Transmission(t_ms=1.0, telr=20.0), 3.749965, 0.149046, id="early-echo"),
        pytest.param(
            Transmission(t_ms=100.0, telr=45.0, stmr=5.0), 18.193384, 0.149046, id="loud-sidetone"
        ),
        pytest.param(
            Transmission(t_ms=100.0, telr=45.0, stmr=25.0), 22.618284, 0.149046, id="faint-sidetone"
        ),
    ],
)
def test_echo(line: Transmission, idte: float, idle: float) -> None:
    """Talker and listener echo as an independent program computes them."""
    terms = narrowband_terms(line)
    assert terms.idte == pytest.approx(idte, abs=1e-6)
    assert terms.idle == pytest.approx(idle, abs=1e-6)


@pytest.mark.parametrize(
    ("stmr", "corrected"),
    [
        pytest.param(8.9, True, id="low-sidetone"),
        pytest.param(9.0, False, id="range-begins"),
        pytest.param(20.0, False, id="range-ends"),
        pytest.param(20.1, True, id="high-sidetone"),
    ],
)
def test_sidetone_masks_echo(stmr: float, corrected: object) -> None:
    """Only outside 9 to 20 dB does the sidetone change what the talker hears of the echo."""
    line = Transmission(stmr=stmr, t_ms=100.0, telr=45.0)
    plain = Transmission(stmr=15.0, t_ms=100.0, telr=45.0)

    changed = narrowband_terms(line).idte != pytest.approx(narrowband_terms(plain).idte, abs=1e-9)
    assert changed is corrected


def test_rating_takes_every_impairment_off() -> None:
    """R is `Ro - Is` (93.355253), less both echoes, `Idd` at 200 ms (3.0444) and `Ie`."""
    line = Transmission(t_ms=100.0, tr_ms=200.0, ta_ms=200.0)
    r = narrowband_terms(line, ie=11.0).r
    assert r == pytest.approx(93.355253 - 1.963791 - 0.727733 - 3.0444 - 11.0, abs=1e-4)


def test_advantage_may_exceed_the_scale() -> None:
    """An advantage factor adds to R even past 100, where MOS stays at 4.5."""
    r = narrowband_terms(Transmission(a=20.0)).r
    assert r == pytest.approx(R_DEFAULT + 20.0)
    assert float(mos_from_r(r)) == 4.5
