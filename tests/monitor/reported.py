"""What a listener shows of reports."""

from __future__ import annotations

from qos_exporter.snapshot import Reported, ReportedQuality, ReportedReception
from tests.dataplane.traffic import StreamId
from tests.monitor.recording import Listener


def reported(listener: Listener, stream: StreamId) -> Reported:
    """Everything that was reported of a stream, which must be something."""
    found = listener.stream(stream).reported
    assert found is not None
    return found


def reception(listener: Listener, stream: StreamId) -> ReportedReception:
    """What receiver reports said of a stream."""
    found = reported(listener, stream).rtcp
    assert found is not None
    return found


def quality(listener: Listener, stream: StreamId, source: str) -> ReportedQuality:
    """The figures of one source of a stream's reports."""
    (found,) = (each for each in reported(listener, stream).quality if each.source == source)
    return found


def unmatched(listener: Listener) -> dict[str, int]:
    """Reports about streams that nobody has seen, by source."""
    return {str(source): count for source, count in listener.show().reports.unmatched if count}


def rejected(listener: Listener) -> dict[tuple[str, str], int]:
    """Round trips that were not believed, by source and reason."""
    rows = listener.show().reports.rejected_round_trips
    return {(source, reason): count for source, reason, count in rows if count}
