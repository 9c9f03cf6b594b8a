"""One call: what was measured at the tap, and what its far ends report.

Where several exporters hear the call, the worse of their figures is shown.
"""

from __future__ import annotations

from grafana.promql import OF_TAP, highest, increase, lowest, rate, ratio, select

OF_CALL = (*OF_TAP, 'call_id="$call_id"')
IN_VIEW = "$__range"

DESCRIBED = ("direction", "caller", "callee", "codec", "scale", "src", "dst")
PLACES = ("src_network", "dst_network", "interface", "instance")

INFO = highest(
    f"last_over_time({select('voip_call_info', of=OF_CALL)}[{IN_VIEW}])", *DESCRIBED, *PLACES
)
STATE = highest(select("voip_call_info", of=OF_CALL), "state")
_START = f"last_over_time({select('voip_call_start_timestamp_seconds', of=OF_CALL)}[{IN_VIEW}])"
START_MS = f"1000 * {highest(_START)}"
"""In milliseconds, which is how Grafana takes times."""


def worst(metric: str, *by: str, low: bool = False) -> str:
    """The worst value of a gauge at each moment."""
    return (lowest if low else highest)(select(metric, of=OF_CALL), *by)


def worst_in_view(metric: str, *by: str, low: bool = False) -> str:
    """The worst value of a gauge in the time that is shown."""
    function, choose = ("min", lowest) if low else ("max", highest)
    return choose(f"{function}_over_time({select(metric, of=OF_CALL)}[{IN_VIEW}])", *by)


def lost_in_view() -> str:
    """Packets lost of those expected, in the time that is shown."""
    lost = increase("voip_call_packets_lost_total", over=IN_VIEW, of=OF_CALL)
    expected = increase("voip_call_packets_expected_total", over=IN_VIEW, of=OF_CALL)
    return highest(ratio(lost, expected, "direction"), "direction")


def packets(fate: str) -> str:
    """Packets per second that fared so."""
    return highest(rate(f"voip_call_packets_{fate}_total", of=OF_CALL), "direction")
