"""What is shown of streams that are known from their RTCP alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qos_exporter.dataplane.rows import CLOCK_SOURCES
from qos_exporter.monitor.reporting.unseen import EXPIRY_NS
from qos_exporter.monitor.reporting.views import reported_view
from qos_exporter.net import Endpoint
from qos_exporter.snapshot import PacketCounts, StreamView, WindowCounts
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from qos_exporter.monitor.reporting.unseen import UnseenStream
    from qos_exporter.networks import Networks


def media_end(control: Endpoint) -> Endpoint:
    """Where the media of an RTCP endpoint are: RTCP has the odd port above (RFC 3550 section 11).

    An even port is that of the media themselves, as with rtcp-mux.
    """
    return Endpoint(control.address, control.port - control.port % 2)


def unseen_view(
    stream: UnseenStream, networks: Networks, *, interface: str, now_ns: int, ahead_ns: int
) -> StreamView:
    """View a stream that has no packets of its own; times as the source's clock tells them."""
    is_over = stream.call is not None and stream.call.is_ended
    return StreamView(
        call_id=None if stream.call is None else stream.call.call_id,
        direction=stream.direction.value,
        src=str(media_end(stream.src)),
        dst=str(media_end(stream.dst)),
        ssrc=stream.ssrc,
        payload_types=(),
        codec=None,
        clock_rate=None,
        clock_source=CLOCK_SOURCES[0],
        scale=None,
        src_network=networks.name_of(stream.src.address),
        dst_network=networks.name_of(stream.dst.address),
        interface=interface,
        first_s=(stream.first_ns - ahead_ns) / SECOND_NS,
        last_s=(stream.last_ns - ahead_ns) / SECOND_NS,
        packets=PacketCounts(),
        loss_ratio=0.0,
        discard_ratio=0.0,
        burst_ratio=1.0,
        jitter=None,
        delay_variation_max_s=None,
        mos_lq=None,
        mos_cq=None,
        r_factor=None,
        rating=None,
        windows=WindowCounts(),
        last_window=None,
        active=not is_over and now_ns - stream.last_ns < EXPIRY_NS,
        reported=reported_view(stream.reports),
    )
