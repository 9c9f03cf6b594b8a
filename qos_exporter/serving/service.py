"""The running program: what was started, and what signals do to it."""

from __future__ import annotations

import contextlib
import logging
import queue
import signal
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from qos_exporter import logs
from qos_exporter.errors import ConfigError
from qos_exporter.export.web.application import application
from qos_exporter.export.web.server import WebServer
from qos_exporter.monitor.monitor import Monitor
from qos_exporter.serving.feeders import (
    Feeder,
    capture_view,
    make_replay,
    make_sniffers,
    source_names,
)
from qos_exporter.serving.fixed import warn_of_fixed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from qos_exporter.capture.replay import Replay
    from qos_exporter.listen import ListenAddress
    from qos_exporter.options import ServeOptions
    from qos_exporter.settings import Settings
    from qos_exporter.sources.ami.thread import AmiThread

logger = logging.getLogger(__name__)

EXIT_DAMAGED = 1


class Service:
    """Starts and stops everything, and reads the configuration anew."""

    def __init__(
        self, options: ServeOptions, *, announce: Callable[[ListenAddress], None] | None = None
    ) -> None:
        self._options = options
        self._started = options.settings
        self._announce = announce
        self._stop = False
        self._reload = False
        # What wakes the main thread is put in by handlers of signals, which may interrupt it, and
        # one another, anywhere: an Event would wait for itself then.
        self._wake: queue.SimpleQueue[None] = queue.SimpleQueue()
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
        app = application(
            self._monitor.snapshot,
            take_series=self._monitor.series_snapshot,
            take_calls=self._monitor.chosen_calls,
            metrics_path=web.telemetry_path,
        )
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

    def _make_feeders(self, names: tuple[str, ...]) -> Sequence[Feeder]:
        replay = self._options.replay
        if replay is None:
            return make_sniffers(names, self._options.settings.capture, self._monitor)
        self._replay = make_replay(replay, self._monitor)
        return [self._replay]

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

    def _wait(self) -> None:
        """Wait for signals, and for the end of the replay where that is the end of all."""
        while not self._stop:
            with contextlib.suppress(queue.Empty):
                self._wake.get(timeout=0.2)
            if self._reload:
                self._reload = False
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
        self._stop = True
        self._wake.put(None)
        if not self._opened:
            # Nobody looks at events yet, and a pipe without a writer stays in the making for ever.
            raise SystemExit(0)

    def _on_reload(self, _signal: int, _frame: FrameType | None) -> None:
        self._reload = True
        self._wake.put(None)

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


def followed(options: ServeOptions) -> Settings:
    """Give the settings without Asterisk servers that are not followed, as they are not down."""
    settings = options.settings
    return settings if options.replay is None else replace(settings, ami=())
