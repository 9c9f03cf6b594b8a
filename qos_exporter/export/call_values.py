"""Where the value of each per-call series comes from, family by family."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from qos_exporter.export.call_media import CallMedia
from qos_exporter.export.catalogue import BY_NAME, Family
from qos_exporter.export.catalogue.per_call import PACKET_FATES
from qos_exporter.snapshot import WindowQuality

Value = Callable[[CallMedia], float | None]

RTP_SOURCE = "rtp"
"""The `source` of figures that were measured at the tap."""

UNKNOWN = "unknown"
"""The label value for what was not found out."""


def _of_window(value: Callable[[WindowQuality], float | None], media: CallMedia) -> float | None:
    """Give a figure of the last complete window, `None` before the first one."""
    window = media.window
    return None if window is None else value(window)


def _jitter_of_window(
    value: Callable[[WindowQuality], float | None], media: CallMedia
) -> float | None:
    """Jitter is a time only where the clock rate is known; without it there is nothing to say."""
    return None if media.scored.jitter is None else _of_window(value, media)


def _packets(fate: int, media: CallMedia) -> float | None:
    return media.packets[fate]


_VALUES: dict[str, Value] = {
    "voip_call_mos_lq": partial(_of_window, lambda window: window.mos_lq),
    "voip_call_mos_cq": partial(_of_window, lambda window: window.mos_cq),
    "voip_call_r_factor": partial(_of_window, lambda window: window.r_factor),
    "voip_call_loss_ratio": partial(_of_window, lambda window: window.loss_ratio),
    "voip_call_discard_ratio": partial(_of_window, lambda window: window.discard_ratio),
    "voip_call_burst_ratio": partial(_of_window, lambda window: window.burst_ratio),
    "voip_call_jitter_seconds": partial(_jitter_of_window, lambda window: window.jitter_s),
    "voip_call_jitter_max_seconds": partial(_jitter_of_window, lambda window: window.jitter_max_s),
    **{
        f"voip_call_packets_{fate}_total": partial(_packets, position)
        for position, fate in enumerate(PACKET_FATES)
    },
    "voip_call_start_timestamp_seconds": lambda media: media.call.start_s,
    "voip_call_duration_seconds": lambda media: media.call.duration_s,
    "voip_call_last_packet_timestamp_seconds": lambda media: media.current.last_s,
}

CALL_INFO: Family = BY_NAME["voip_call_info"]
CALL_VALUES: tuple[tuple[Family, Value], ...] = tuple(
    (BY_NAME[name], value) for name, value in _VALUES.items()
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
