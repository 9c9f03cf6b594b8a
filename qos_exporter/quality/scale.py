"""The three scales of the E-model. Values of different scales never meet in one average."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qos_exporter.quality import fullband, wideband
from qos_exporter.quality.arrays import FloatArray
from qos_exporter.quality.emodel import R_DEFAULT
from qos_exporter.quality.loss import NARROWBAND_CEILING

NARROWBAND = "narrowband"
WIDEBAND = "wideband"
FULLBAND = "fullband"


@dataclass(frozen=True, slots=True)
class Scale:
    """The constants in which the E-models of the three bandwidths differ."""

    name: str
    r_default: float
    """R of a connection that takes nothing: no delay, no loss, a codec without impairment."""
    mos_divisor: float
    """Brings R to the 0..100 on which the MOS curve is defined."""
    ie_ceiling: float
    """The constant in `Ie_eff`."""
    idd_factor: float
    """Stretches the delay impairment of G.107 to this scale."""


SCALES = (
    Scale(NARROWBAND, R_DEFAULT, 1.0, NARROWBAND_CEILING, 1.0),
    Scale(WIDEBAND, wideband.RO, wideband.MOS_DIVISOR, wideband.IE_CEILING, wideband.IDD_FACTOR),
    Scale(FULLBAND, fullband.RO, fullband.MOS_DIVISOR, fullband.IE_CEILING, fullband.IDD_FACTOR),
)
SCALE_NAMES = tuple(scale.name for scale in SCALES)

R_DEFAULTS: FloatArray = np.array([scale.r_default for scale in SCALES])
MOS_DIVISORS: FloatArray = np.array([scale.mos_divisor for scale in SCALES])
IE_CEILINGS: FloatArray = np.array([scale.ie_ceiling for scale in SCALES])
IDD_FACTORS: FloatArray = np.array([scale.idd_factor for scale in SCALES])
"""The same constants as columns, to be indexed by the positions in `SCALES`."""


def narrowband_only(_scale: str) -> str:
    """The scale of the scores of a model that knows no other, whatever that of the codec."""
    return NARROWBAND
