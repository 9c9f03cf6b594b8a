"""What follows PBXs, put together from the settings and the other parts of the monitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.monitor.pbx.desk import PbxDesk
from qos_exporter.monitor.pbx.parts import PbxParts
from qos_exporter.monitor.pbx.placing import Placing
from qos_exporter.monitor.pbx.scoring import PbxScoring
from qos_exporter.monitor.pbx.streams import PbxStreams
from qos_exporter.monitor.reporting.targets import Targets

if TYPE_CHECKING:
    from qos_exporter.monitor.parts import Parts
    from qos_exporter.settings import Settings


def assemble_pbx(settings: Settings, parts: Parts) -> PbxDesk:
    """Make all that follows the PBXs of the settings."""
    streams = PbxStreams()
    parts.profiles.serve(streams.__iter__)
    own = PbxParts(
        sources=parts.sources,
        clock=parts.machine,
        calls=parts.calls,
        targets=Targets(parts.sources, parts.calls),
        trips=parts.reports.trips,
        groups=parts.groups,
        profiles=parts.profiles,
        paths=parts.paths,
        admission=parts.admission,
        book=parts.book,
        streams=streams,
        scoring=PbxScoring(
            settings.quality, parts.scorer, parts.reports.trips, clock=parts.machine
        ),
        placing=Placing(parts.calls, parts.book, parts.admission, is_alone=not parts.sources),
    )
    return PbxDesk(settings.ami, own, parts.decode_errors)
