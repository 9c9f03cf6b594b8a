"""Running as a service: capture threads feed the monitor, the web server shows it."""

from __future__ import annotations

import logging
import signal
import threading
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from qos_exporter import logs
from qos_exporter.capture.lean_scapy import leave_out_tables
from qos_exporter.capture.live import LiveOptions, open_live
from qos_exporter.capture.replay import Replay
from qos_exporter.capture.sniffer import Sniffer
from qos_exporter.errors import ConfigError
from qos_exporter.export.web.application import application
from qos_exporter.export.web.server import WebServer
from qos_exporter.monitor.monitor import Monitor
from qos_exporter.snapshot import CaptureView
from qos_exporter.turns import shorten_turns
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from qos_exporter.capture.statistics import CaptureStatistics
    from qos_exporter.listen import ListenAddress
    from qos_exporter.options import ReplayOptions, ServeOptions
    from qos_exporter.settings import Settings
    from qos_exporter.sources.ami.thread import AmiThread

logger = logging.getLogger(__name__)

EXIT_DAMAGED = 1


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


def serve(options: ServeOptions, *, announce: Callable[[ListenAddress], None] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, or to the end of a replay that was told to exit there.

    `announce` is told where the web server listens, once it does.
    """
    shorten_turns()
    leave_out_tables()
    service = Service(options, announce=announce)
    service.install_signals()
    return service.run()


class Service:
    """The running program: what was started, and what signals do to it."""

    def __init__(
        self, options: ServeOptions, *, announce: Callable[[ListenAddress], None] | None = None
    ) -> None:
        self._options = options
        self._started = options.settings
        self._announce = announce
        self._stop = threading.Event()
        self._reload = threading.Event()
        self._wake = threading.Event()
        self._opened = False
        names = source_names(options)
        self._monitor = Monitor(followed(options), names)
        self._monitor.own.reload_success_s = time.time()
        self._replay: Replay | None = None
        self._feeders = self._make_feeders(names)
        self._ami = self._make_ami()

    def install_signals(self) -> None:
        """Let signals stop and reload; only the main thread may."""
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_reload)

    def run(self) -> int:
        """Start everything, wait, stop everything; raises CaptureError and ConfigError."""
        for index, feeder in enumerate(self._feeders):
            feeder.prepare()
            self._monitor.watch(index, partial(capture_view, feeder))
        self._opened = True
        web = self._options.settings.web
        app = application(self._monitor.snapshot, metrics_path=web.telemetry_path)
        with WebServer(app, web.listen_address) as server:
            logger.info("listening on %s", server.address.url(web.telemetry_path))
            if self._announce is not None:
                self._announce(server.address)
            threads: list[Feeder | AmiThread] = [*self._feeders, *self._ami]
            for thread in threads:
                thread.start()
            self._wait()
            for thread in threads:
                thread.stop()
        return self._exit_code()

    def _make_feeders(self, names: tuple[str, ...]) -> list[Feeder]:
        replay = self._options.replay
        if replay is not None:
            self._replay = self._make_replay(replay)
            return [self._replay]
        capture = self._options.settings.capture
        live = LiveOptions(
            ring_bytes=capture.ring_bytes, filter=capture.filter, promiscuous=capture.promiscuous
        )
        return [
            Sniffer(index, partial(open_live, name, live), self._monitor, interface=name)
            for index, name in enumerate(names)
        ]

    def _make_ami(self) -> list[AmiThread]:
        """Prepare to follow Asterisk servers; what they tell is of now, and no replay is."""
        servers = self._options.settings.ami
        if servers and self._options.replay is not None:
            logger.warning("a capture file is replayed: no Asterisk server is followed")
            return []
        if not servers:
            return []
        from qos_exporter.sources.ami.thread import AmiThread

        thread = AmiThread(servers, self._monitor)
        for index, client in enumerate(thread.clients):
            self._monitor.watch_pbx(index, client.status)
        return [thread]

    def _make_replay(self, options: ReplayOptions) -> Replay:
        return Replay(
            0,
            options.path,
            self._monitor,
            speed=options.speed,
            loop=options.loop,
            exit_at_end=options.exit,
        )

    def _wait(self) -> None:
        """Wait for signals, and for the end of the replay where that is the end of all."""
        while not self._stop.is_set():
            self._wake.wait(timeout=0.2)
            self._wake.clear()
            if self._reload.is_set():
                self._reload.clear()
                self._read_settings()
            if self._replay_is_over():
                return

    def _replay_is_over(self) -> bool:
        replay = self._options.replay
        if replay is None or not replay.exit or self._replay is None:
            return False
        return self._replay.finished.is_set()

    def _exit_code(self) -> int:
        if self._replay is not None and self._replay.error is not None:
            return EXIT_DAMAGED
        return 0

    def _on_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stop.set()
        self._wake.set()
        if not self._opened:
            # Nobody looks at events yet, and a pipe without a writer stays in the making for ever.
            raise SystemExit(0)

    def _on_reload(self, _signal: int, _frame: FrameType | None) -> None:
        self._reload.set()
        self._wake.set()

    def _read_settings(self) -> None:
        """Take in the configuration file as it is now; a bad one changes nothing."""
        own = self._monitor.own
        try:
            options = self._options.reloaded()
            self._monitor.reconfigure(options.settings)
        except ConfigError as error:
            own.reload_successful = False
            logger.error("the configuration was not reloaded: %s", error)  # noqa: TRY400 -- the text says it all
            return
        logs.configure(options.settings.log.level, options.settings.log.format)
        warn_of_fixed(self._started, options.settings)
        self._options = options
        own.reload_successful = True
        own.reload_success_s = time.time()
        logger.info("the configuration was reloaded")


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


def followed(options: ServeOptions) -> Settings:
    """Give the settings without Asterisk servers that are not followed, as they are not down."""
    settings = options.settings
    return settings if options.replay is None else replace(settings, ami=())


FIXED: tuple[tuple[str, Callable[[Settings], object]], ...] = (
    ("capture", lambda settings: settings.capture),
    ("sip", lambda settings: settings.sip),
    ("streams", lambda settings: settings.streams),
    ("quality.window", lambda settings: settings.quality.window_ns),
    ("quality.playout", lambda settings: settings.quality.playout),
    ("ami", lambda settings: settings.ami),
    ("web", lambda settings: settings.web),
)
"""What is only looked at when the program starts."""


def warn_of_fixed(started: Settings, asked: Settings) -> None:
    """Say what the file asks for that a restart would bring: what is in use is as at the start."""
    changed = [name for name, part in FIXED if part(started) != part(asked)]
    if changed:
        logger.warning("changes take effect after a restart: %s", ", ".join(changed))
