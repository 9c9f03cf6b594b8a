"""What feeds the monitor with frames: a thread for each interface, or a replay."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Protocol

from qos_exporter.capture.live import LiveOptions, open_live
from qos_exporter.capture.replay import Replay
from qos_exporter.capture.sniffer import Sniffer
from qos_exporter.snapshot import CaptureView
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from qos_exporter.capture.sink import FrameSink
    from qos_exporter.capture.statistics import CaptureStatistics
    from qos_exporter.options import ReplayOptions, ServeOptions
    from qos_exporter.settings import CaptureSettings

logger = logging.getLogger(__name__)


class Feeder(Protocol):
    """A thread that captures, or replays, into the monitor."""

    def prepare(self) -> None:
        """Open what is read from; raises CaptureError."""

    def start(self) -> None:
        """Begin to read."""

    def stop(self) -> None:
        """Ask it to end."""

    def statistics(self) -> CaptureStatistics:
        """Say how it fares."""


def source_names(options: ServeOptions) -> tuple[str, ...]:
    """Name what is captured; without any choice, the interface of the default route.

    Whoever names an Asterisk server has chosen: then nothing is captured unless it is asked for.
    """
    if options.replay is not None:
        return (options.replay.path.name,)
    interfaces = options.settings.capture.interfaces
    if interfaces or options.settings.ami:
        return interfaces
    from qos_exporter.capture.interfaces import default_interface

    name = default_interface()
    logger.info("no interface was named: listening on %s, where the default route goes", name)
    return (name,)


def make_replay(options: ReplayOptions, sink: FrameSink) -> Replay:
    """Prepare to replay a capture file."""
    return Replay(
        0,
        options.path,
        sink,
        speed=options.speed,
        loop=options.loop,
        exit_at_end=options.exit,
    )


def make_sniffers(
    names: tuple[str, ...], capture: CaptureSettings, sink: FrameSink
) -> list[Sniffer]:
    """Prepare to capture on interfaces."""
    live = LiveOptions(
        ring_bytes=capture.ring_bytes, filter=capture.filter, promiscuous=capture.promiscuous
    )
    return [
        Sniffer(index, partial(open_live, name, live), sink, interface=name)
        for index, name in enumerate(names)
    ]


def capture_view(feeder: Feeder) -> CaptureView:
    """Show how a feeder fares."""
    statistics = feeder.statistics()
    last_ns = statistics.last_packet_ns
    return CaptureView(
        interface=statistics.interface,
        method=statistics.method,
        packets=statistics.packets,
        bytes=statistics.bytes,
        kernel_drops=statistics.kernel_drops,
        interface_drops=statistics.interface_drops,
        interruptions=statistics.interruptions,
        healthy=statistics.healthy,
        last_packet_s=None if last_ns is None else last_ns / SECOND_NS,
    )
