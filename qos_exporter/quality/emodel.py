"""The narrowband E-model (ITU-T G.107, 2015): all its terms, for one connection.

Scores of windows need only two of them, `Idd` and `Ie_eff`; the others describe telephones, rooms
and echo, which packets do not show. They stay at the defaults of the Recommendation's table 2.
"""

from __future__ import annotations

from dataclasses import dataclass

from qos_exporter.quality.delay import delay_impairment
from qos_exporter.quality.echo import listener_echo_impairment, talker_echo_impairment
from qos_exporter.quality.loss import effective_equipment_impairment
from qos_exporter.quality.noise import (
    basic_signal_to_noise_ratio,
    receive_room_noise,
    send_room_noise,
    total_noise,
)
from qos_exporter.quality.simultaneous import (
    loudness_impairment,
    quantising_impairment,
    sidetone_impairment,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmission:
    """A connection without its codec and losses: the default values of G.107, table 2."""

    slr: float = 8.0
    """Send loudness rating, dB."""
    rlr: float = 2.0
    """Receive loudness rating, dB."""
    stmr: float = 15.0
    """Sidetone masking rating, dB."""
    lstr: float = 18.0
    """Listener sidetone rating, dB."""
    ds: float = 3.0
    """D-value of the telephone at the send side."""
    telr: float = 65.0
    """Talker echo loudness rating, dB."""
    wepl: float = 110.0
    """Weighted echo path loss, dB."""
    t_ms: float = 0.0
    """Mean one-way delay of the echo path; 0 stands for perfect echo control."""
    tr_ms: float = 0.0
    """Round-trip delay in the four-wire loop; 0 stands for perfect echo control."""
    ta_ms: float = 0.0
    """Absolute delay, mouth to ear, in one direction."""
    qdu: float = 1.0
    """Quantising distortion units."""
    nc: float = -70.0
    """Circuit noise at the 0 dBr point, dBm0p."""
    nfor: float = -64.0
    """Noise floor at the receive side, dBmp."""
    ps: float = 35.0
    """Room noise at the send side, dB(A)."""
    pr: float = 35.0
    """Room noise at the receive side, dB(A)."""
    a: float = 0.0
    """Advantage factor: what users forgive for mobility or remoteness."""

    @property
    def olr(self) -> float:
        """Overall loudness rating, dB."""
        return self.slr + self.rlr


DEFAULTS = Transmission()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a rating factor is made of: `r = ro - is_ - id_ - ie_eff + a`."""

    ro: float
    is_: float
    idte: float
    idle: float
    idd: float
    ie_eff: float
    a: float

    @property
    def id_(self) -> float:
        """Impairment by delay and echo."""
        return self.idte + self.idle + self.idd

    @property
    def r(self) -> float:
        """The rating factor as the formula has it: below 0 or above its scale where it leads."""
        return self.ro - self.is_ - self.id_ - self.ie_eff + self.a


def _noise(line: Transmission) -> float:
    """`No`, dBm0p."""
    return total_noise(
        circuit=line.nc,
        send=send_room_noise(ps=line.ps, slr=line.slr, ds=line.ds, olr=line.olr),
        receive=receive_room_noise(pr=line.pr, rlr=line.rlr, lstr=line.lstr),
        floor=line.nfor + line.rlr,
    )


def narrowband_terms(
    line: Transmission = DEFAULTS,
    *,
    ie: float = 0.0,
    bpl: float = 4.3,
    ppl_percent: float = 0.0,
    burst_r: float = 1.0,
) -> Terms:
    """All terms of G.107 for one connection; the codec's defaults are those of table 2."""
    no = _noise(line)
    ro = basic_signal_to_noise_ratio(slr=line.slr, no=no)
    ist = sidetone_impairment(stmr=line.stmr, telr=line.telr, t_ms=line.t_ms)
    loud = loudness_impairment(olr=line.olr, no=no, rlr=line.rlr)
    ie_eff = effective_equipment_impairment(
        ie=ie, bpl=bpl, ppl_percent=ppl_percent, burst_r=burst_r
    )
    return Terms(
        ro=ro,
        is_=loud + ist + quantising_impairment(ro=ro, qdu=line.qdu),
        idte=talker_echo_impairment(
            no=no, rlr=line.rlr, telr=line.telr, t_ms=line.t_ms, stmr=line.stmr, ist=ist
        ),
        idle=listener_echo_impairment(ro=ro, wepl=line.wepl, tr_ms=line.tr_ms),
        idd=float(delay_impairment(line.ta_ms)),
        ie_eff=float(ie_eff),
        a=line.a,
    )


R_DEFAULT = narrowband_terms().r
"""93.206: the rating of a connection with all defaults, quoted as 93.2."""
