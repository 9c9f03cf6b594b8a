"""The thread that all connections live in."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence

from qos_exporter.settings import AmiSettings
from qos_exporter.sources.ami.client import AmiClient, AmiTimes, CallFollower

logger = logging.getLogger(__name__)


class AmiThread(threading.Thread):
    """Follows servers until `stop`. What the follower raises is logged, and the others go on."""

    def __init__(
        self,
        servers: Sequence[AmiSettings],
        follower: CallFollower,
        *,
        times: AmiTimes | None = None,
    ) -> None:
        super().__init__(name="ami", daemon=True)
        self._times = times or AmiTimes()
        self.clients = tuple(
            AmiClient(index, server, follower, times=self._times)
            for index, server in enumerate(servers)
        )
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let the thread end, which takes it a moment."""
        self._loop.call_soon_threadsafe(self._stopping.set)

    def run(self) -> None:
        """Follow the servers."""
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        tasks = [asyncio.create_task(client.run()) for client in self.clients]
        tasks.append(asyncio.create_task(self._tick()))
        await self._stopping.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # connections that were closed are let go in the next round

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self._times.tick_s)
            for client in self.clients:
                try:
                    client.tick()
                except Exception:
                    logger.exception("cannot bring the calls of %s up to date", client.status.name)
