"""The fullband E-model (ITU-T G.107.2): 20 to 20000 Hz, R up to 148.

As in `wideband`, with `Ie,fb`; here also the constant in `Ie_eff` (132) and the delay term (times
1.48) are stretched to the longer scale.
"""

from __future__ import annotations

RO = 148.0
MOS_DIVISOR = 1.48
IE_CEILING = 132.0
IDD_FACTOR = 1.48
