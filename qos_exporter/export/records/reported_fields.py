"""What the far ends reported, as the JSON contract has it: by source, of one stream."""

from __future__ import annotations

from qos_exporter.export.records.figures import Fields, Json, spread_fields
from qos_exporter.snapshot import Reported, ReportedQuality, ReportedReception, ReportedScore

RTCP = "rtcp"


def reported_fields(reported: Reported | None) -> Fields:
    """Give the sources that were heard."""
    if reported is None:
        return {}
    found: Fields = {} if reported.rtcp is None else {RTCP: _reception_fields(reported.rtcp)}
    return found | {quality.source: _quality_fields(quality) for quality in reported.quality}


def _reception_fields(reception: ReportedReception) -> Json:
    return {
        "reports": reception.reports,
        "loss_ratio": reception.loss_ratio,
        "packets_lost": reception.packets_lost,
        "jitter_s": spread_fields(reception.jitter),
        "round_trip_leg_s": spread_fields(reception.round_trip_leg),
    }


def _quality_fields(quality: ReportedQuality) -> Json:
    return {
        "reports": quality.reports,
        "loss_ratio": quality.loss_ratio,
        "packets_lost": quality.packets_lost,
        "discard_ratio": quality.discard_ratio,
        "jitter_s": spread_fields(quality.jitter),
        "round_trip_s": spread_fields(quality.round_trip),
        "round_trip_leg_s": spread_fields(quality.round_trip_leg),
        "end_system_delay_s": quality.end_system_delay_s,
        "mos_lq": _score_fields(quality.mos_lq),
        "mos_cq": _score_fields(quality.mos_cq),
        "r_factor": _score_fields(quality.r_factor),
    }


def _score_fields(score: ReportedScore | None) -> Json:
    return None if score is None else {"last": score.last, "mean": score.mean, "min": score.min}
