"""The quality models that can be chosen (`quality.model`).

`e-model` is the measure. The two others are for comparison with figures of older tools; they know
no codec, and their numbers are on the narrowband scale whatever the codec was.
"""

from __future__ import annotations

from types import MappingProxyType

from qos_exporter.quality.model_emodel import E_MODEL
from qos_exporter.quality.model_r_factor_lite import R_FACTOR_LITE
from qos_exporter.quality.model_simplified import SIMPLIFIED

MODELS = MappingProxyType({model.name: model for model in (E_MODEL, SIMPLIFIED, R_FACTOR_LITE)})
"""By the name that the configuration uses."""

DEFAULT_MODEL = E_MODEL
