"""Single calls among all others: the worst of them, with who and where they are."""

from __future__ import annotations

from grafana.promql import OF_TAP, highest, lowest, select

WHO = ("caller", "callee", "codec", "src_network", "dst_network")
EACH = ("call_id", "direction", *WHO)
WORST = 5


def described(figure: str) -> str:
    """Add to a figure of calls who they are between; only calls on the chosen paths remain."""
    info = select("voip_call_info")
    return f"{figure} * on (job, instance, call_id, direction) group_left ({', '.join(WHO)}) {info}"


def worst_now() -> str:
    """The calls with the lowest MOS in their last window, for each scale."""
    mos = lowest(described(select("voip_call_mos_lq", of=OF_TAP)), *EACH, "scale")
    return f"bottomk by (scale) ({WORST}, {mos})"


def worst_within(time: str) -> str:
    """The calls with the lowest MOS of a window within a time, for each scale."""
    figure = f"min_over_time({select('voip_call_mos_lq', of=OF_TAP)}[{time}])"
    info = f"max by (job, instance, call_id, direction, {', '.join(WHO)}) ({_seen(time)})"
    joined = (
        f"{figure} * on (job, instance, call_id, direction) group_left ({', '.join(WHO)}) {info}"
    )
    return f"bottomk by (scale) (10, {lowest(joined, *EACH, 'scale')})"


def loss_of(calls: str) -> str:
    """Loss at the tap, of those calls."""
    return _of(highest(select("voip_call_loss_ratio", 'source="rtp"', of=OF_TAP), *EACH[:2]), calls)


def loss_after_tap_of(calls: str) -> str:
    """Loss behind the tap, of those calls."""
    return _of(highest(select("voip_call_downstream_loss_ratio", of=OF_TAP), *EACH[:2]), calls)


def jitter_of(calls: str) -> str:
    """Jitter at the tap, of those calls."""
    figure = select("voip_call_jitter_seconds", 'source="rtp"', of=OF_TAP)
    return _of(highest(figure, *EACH[:2]), calls)


def _of(figure: str, calls: str) -> str:
    return f"{figure} and on (call_id, direction) {calls}"


def _seen(time: str) -> str:
    return f"last_over_time({select('voip_call_info')}[{time}])"
