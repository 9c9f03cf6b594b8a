"""The wideband E-model (ITU-T G.107.1): 50 to 7000 Hz, R up to 129.

The shape is that of G.107, with codec values on a scale of their own (`Ie,wb`, `Bpl,wb`): an
`Ie,wb` must never be taken from 93.2, nor an `Ie` from 129. Noise, level and echo terms are left
at "no impairment"; the constant in `Ie_eff` stays 95, the delay term that of the narrowband model.
"""

from __future__ import annotations

from qos_exporter.quality.loss import NARROWBAND_CEILING

RO = 129.0
MOS_DIVISOR = 1.29
IE_CEILING = NARROWBAND_CEILING
IDD_FACTOR = 1.0
