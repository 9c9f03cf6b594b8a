"""How good media are, of all calls or by labels: of several exporters the worst."""

from __future__ import annotations

from grafana.promql import for_each_tap, highest, lowest, quantile, rate, ratio, share

AT_TAP = 'source=~"rtp|ami"'
BY_RECEIVER = 'source="rtcp"'
SCORED = 'result!="unscored"'


def loss_before_tap(*by: str, ago: str = "") -> str:
    """Packets that did not reach the tap, of those that were sent."""
    lost = rate("voip_packets_lost_total", ago=ago)
    expected = rate("voip_packets_expected_total", ago=ago)
    return highest(ratio(lost, expected, *by), *by)


def loss_after_tap(*by: str) -> str:
    """Packets that passed the tap and did not reach the receiver, as it reports."""
    lost = rate("voip_downstream_packets_lost_total")
    expected = rate("voip_downstream_packets_expected_total")
    return highest(ratio(lost, expected, *by), *by)


def loss_reported(*by: str) -> str:
    """Packets that the receiver missed, wherever they were lost."""
    lost = rate("voip_reported_packets_lost_total", BY_RECEIVER)
    expected = rate("voip_reported_packets_expected_total", BY_RECEIVER)
    return highest(ratio(lost, expected, *by), *by)


def discards(*by: str) -> str:
    """Packets that came too late for the playout buffer, of those that were sent."""
    late = rate("voip_packets_discarded_total")
    return highest(ratio(late, rate("voip_packets_expected_total"), *by), *by)


def loss_run(share: float, *by: str) -> str:
    """Give a quantile of how many packets are lost in a row."""
    return highest(quantile(share, rate("voip_loss_run_packets_bucket"), *by), *by)


def jitter(share: float, *by: str, source: str = AT_TAP) -> str:
    """Give a quantile of the jitter of windows."""
    return highest(quantile(share, rate("voip_window_jitter_seconds_bucket", source), *by), *by)


def delay_variation(share: float, *by: str) -> str:
    """Give a quantile of how much longer packets take than the fastest."""
    return highest(quantile(share, rate("voip_delay_variation_seconds_bucket"), *by), *by)


def round_trip(share: float, *by: str) -> str:
    """Give a quantile of the time from caller to callee and back."""
    return highest(quantile(share, rate("voip_round_trip_seconds_bucket"), *by), *by)


def mos(share: float, *by: str, ago: str = "") -> str:
    """Give a quantile of the MOS-LQ of windows; scales are kept apart."""
    buckets = rate("voip_window_mos_lq_bucket", ago=ago)
    return lowest(quantile(share, buckets, "scale", *by), "scale", *by)


def mos_conversational(share: float, *by: str) -> str:
    """Give a quantile of the MOS-CQ of windows; scales are kept apart."""
    buckets = rate("voip_window_mos_cq_bucket")
    return lowest(quantile(share, buckets, "scale", *by), "scale", *by)


def good_windows(*by: str, ago: str = "") -> str:
    """Windows from which the network took little, of all that were scored."""
    good = rate("voip_windows_total", 'result="good"', ago=ago)
    return lowest(ratio(good, rate("voip_windows_total", SCORED, ago=ago), *by), *by)


def not_good() -> str:
    """Windows that were degraded or bad, of all that were scored, by result."""
    part = for_each_tap(rate("voip_windows_total", 'result=~"degraded|bad"'), "result")
    whole = for_each_tap(rate("voip_windows_total", SCORED))
    return highest(share(part, whole), "result")


def unscored() -> str:
    """Windows that were not scored, of all, by reason."""
    part = for_each_tap(rate("voip_windows_total", 'result="unscored"'), "reason")
    whole = for_each_tap(rate("voip_windows_total"))
    return highest(share(part, whole), "reason")
