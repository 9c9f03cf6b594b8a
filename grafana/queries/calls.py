"""Single calls among all others: the worst of them, with who and where they are."""

from __future__ import annotations

from grafana.promql import OF_TAP, TAP, highest, lowest, select

WHO = ("caller", "callee", "codec", "src_network", "dst_network")
EACH = ("call_id", "direction", *WHO)
ONE = (*TAP, *EACH[:2])
"""The labels of one direction of one call, as one exporter saw it."""


def worst_now() -> str:
    """The calls with the lowest MOS in their last window, for each scale."""
    mos = select("voip_call_mos_lq", of=OF_TAP)
    return _worst(mos, select("voip_call_info"), count=5)


def worst_within(time: str) -> str:
    """The calls with the lowest MOS of a window within a time, for each scale."""
    mos = f"min_over_time({select('voip_call_mos_lq', of=OF_TAP)}[{time}])"
    return _worst(mos, f"last_over_time({select('voip_call_info')}[{time}])", count=10)


def loss_of(calls: str) -> str:
    """Loss at the tap, of those calls."""
    return _of(_at_tap("voip_call_loss_ratio"), calls)


def loss_after_tap_of(calls: str) -> str:
    """Loss behind the tap, of those calls."""
    return _of(highest(select("voip_call_downstream_loss_ratio", of=OF_TAP), *EACH[:2]), calls)


def jitter_of(calls: str) -> str:
    """Jitter at the tap, of those calls."""
    return _of(_at_tap("voip_call_jitter_seconds"), calls)


def _at_tap(metric: str) -> str:
    """Ask the tap, or Asterisk about calls that the tap does not see."""
    seen, told = (select(metric, f'source="{source}"', of=OF_TAP) for source in ("rtp", "ami"))
    return highest(f"{seen} or on (job, instance, call_id, direction) {told}", *EACH[:2])


def _worst(mos: str, info: str, *, count: int) -> str:
    """Choose the worst, and say who they are between; only calls on the chosen paths remain.

    A call whose codec or state changed has several descriptions: one of them is enough.
    """
    one = ", ".join(ONE)
    described = f"{mos} * on ({one}) group_left ({', '.join(WHO)}) topk by ({one}) (1, {info})"
    return f"bottomk by (scale) ({count}, {lowest(described, *EACH, 'scale')})"


def _of(figure: str, calls: str) -> str:
    return f"{figure} and on (call_id, direction) {calls}"
