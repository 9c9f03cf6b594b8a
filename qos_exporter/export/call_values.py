"""Where the value of each per-call series comes from, family by family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from qos_exporter.export.call_media import CallMedia
from qos_exporter.export.catalogue import BY_NAME, Family
from qos_exporter.export.catalogue.per_call import PACKET_FATES

RTP_SOURCE = "rtp"
"""The `source` of figures that were measured at the tap."""

UNKNOWN = "unknown"
"""The label value for what was not found out."""

Subject = Callable[[CallMedia], object]


@dataclass(frozen=True, slots=True)
class CallValue:
    """How to get the value of one family.

    It is taken in two steps, so that the first is done once for all families of a subject: with
    10,000 calls every step counts.
    """

    family: Family
    subject: Subject
    """The part of a row that the value is in; `None` where there is no such part."""
    of_subject: Callable[[object], float | None]
    """The value in that part; `None` where it is not known."""

    def of(self, media: CallMedia) -> float | None:
        """Give the value for one row, `None` where there is nothing to say."""
        subject = self.subject(media)
        return None if subject is None else self.of_subject(subject)


_window: Subject = attrgetter("scored.last_window")
_packets: Subject = attrgetter("packets")
_call: Subject = attrgetter("call")
_current: Subject = attrgetter("current")

_VALUES: dict[str, tuple[Subject, str]] = {
    "voip_call_mos_lq": (_window, "mos_lq"),
    "voip_call_mos_cq": (_window, "mos_cq"),
    "voip_call_r_factor": (_window, "r_factor"),
    "voip_call_loss_ratio": (_window, "loss_ratio"),
    "voip_call_discard_ratio": (_window, "discard_ratio"),
    "voip_call_burst_ratio": (_window, "burst_ratio"),
    "voip_call_jitter_seconds": (_window, "jitter_s"),
    "voip_call_jitter_max_seconds": (_window, "jitter_max_s"),
    **{f"voip_call_packets_{fate}_total": (_packets, fate) for fate in PACKET_FATES},
    "voip_call_start_timestamp_seconds": (_call, "start_s"),
    "voip_call_duration_seconds": (_call, "duration_s"),
    "voip_call_last_packet_timestamp_seconds": (_current, "last_s"),
}

CALL_INFO: Family = BY_NAME["voip_call_info"]
CALL_VALUES: tuple[CallValue, ...] = tuple(
    CallValue(BY_NAME[name], subject, attrgetter(path)) for name, (subject, path) in _VALUES.items()
)
"""All per-call families but `voip_call_info`, in the order of the catalogue."""

THIRD_LABEL: dict[str, Callable[[CallMedia], str]] = {
    "scale": lambda media: media.scored.scale or UNKNOWN,
    "source": lambda _: RTP_SOURCE,
}
"""What some families carry besides `call_id` and `direction`."""


def label_values(family: Family, media: CallMedia) -> tuple[str, ...]:
    """Give the label values of one series in the order of `family.labels`."""
    extra = (THIRD_LABEL[label](media) for label in family.labels[2:])
    return (media.call.call_id, media.direction, *extra)


def info_values(media: CallMedia) -> tuple[str, ...]:
    """Give the label values of `voip_call_info` in the order of its labels."""
    call, stream = media.call, media.current
    return (
        call.call_id,
        media.direction,
        call.caller,
        call.callee,
        stream.codec or UNKNOWN,
        stream.scale or UNKNOWN,
        stream.src,
        stream.dst,
        stream.src_network,
        stream.dst_network,
        stream.interface,
        call.state,
    )
