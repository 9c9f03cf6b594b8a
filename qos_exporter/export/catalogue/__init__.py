"""Every metric as data: what the exposition, the documentation, rules and dashboards agree on."""

from __future__ import annotations

from qos_exporter.export.catalogue.aggregate import AGGREGATE
from qos_exporter.export.catalogue.exporter import EXPORTER
from qos_exporter.export.catalogue.family import Family, Group, Kind
from qos_exporter.export.catalogue.per_call import PER_CALL

FAMILIES: tuple[Family, ...] = (*EXPORTER, *AGGREGATE, *PER_CALL)
"""All families in the order of the exposition."""

BY_NAME: dict[str, Family] = {family.name: family for family in FAMILIES}

__all__ = [
    "AGGREGATE",
    "BY_NAME",
    "EXPORTER",
    "FAMILIES",
    "PER_CALL",
    "Family",
    "Group",
    "Kind",
]
