"""Following one server: connecting again and again, and passing on what comes."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from qos_exporter.backoff import Backoff
from qos_exporter.protocols.ami import Action, Filter, LinkDown, LinkUp, News, Ping
from qos_exporter.protocols.ami.message import PARSERS
from qos_exporter.settings import AmiSettings
from qos_exporter.sources.ami.connect import connect, log_in
from qos_exporter.sources.ami.faults import AmiError, Fault
from qos_exporter.sources.ami.link import Link
from qos_exporter.sources.ami.status import LinkStatus

WANTED = Filter(f"Event: ({'|'.join(PARSERS)})")
"""Has the others not sent. It needs the class `system`; without it some more come, and are left."""
MISSED_PINGS = 3
"""Asterisk answers at once: who misses so many pings is gone, whatever TCP still believes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiTimes:
    """How long a connection waits for what, in seconds."""

    connect_s: float = 10.0
    """For the connection and the login together."""
    ping_s: float = 10.0
    first_wait_s: float = 1.0
    """Before the second attempt; each further one waits for twice as long."""
    longest_wait_s: float = 60.0
    tick_s: float = 1.0
    """How often whoever follows the calls learns what time it is."""


class CallFollower(Protocol):
    """Whoever follows the calls of servers."""

    def take_from_pbx(self, server: int, news: Sequence[News], now_ns: int) -> Sequence[Action]:
        """Take in what a server told, in order; gives what is to be asked of it in turn."""


class AmiClient:
    """Follows one server for ever."""

    def __init__(
        self, server: int, settings: AmiSettings, follower: CallFollower, *, times: AmiTimes
    ) -> None:
        self.status = LinkStatus(settings.name)
        self._server = server
        self._settings = settings
        self._follower = follower
        self._times = times
        self._backoff = Backoff(first_s=times.first_wait_s, longest_s=times.longest_wait_s)
        self._link: Link | None = None

    async def run(self) -> None:
        """Connect, listen until that ends, wait, and so on."""
        while True:
            try:
                await self._follow()
            except Exception as error:  # noqa: BLE001 -- a task that ends would end the source
                self.status.went_down(_plain(error))
            finally:
                was_up = self._close()
            if was_up:
                self._tell_of_end()
            # Not all exporters at once knock at a server that has come back.
            await asyncio.sleep(self._backoff.next_s() * random.uniform(0.5, 1.0))

    def tick(self) -> None:
        """Let time pass, and send what is due."""
        self._pass_on(())

    async def _follow(self) -> None:
        async with asyncio.timeout(self._times.connect_s):
            link = await connect(self._settings)
            try:
                await log_in(link, self._settings)
            except BaseException:
                link.close()
                raise
        self._link = link
        self.status.came_up()
        self._backoff.reset()
        link.send(WANTED)
        self._pass_on((LinkUp(),))
        pings = asyncio.create_task(self._ping(link))
        try:
            await self._listen(link)
        finally:
            pings.cancel()

    async def _listen(self, link: Link) -> None:
        while True:
            try:
                async with asyncio.timeout(MISSED_PINGS * self._times.ping_s):
                    await link.flush()
                    news = await link.read()
            except TimeoutError:
                text = f"nothing was heard for {MISSED_PINGS * self._times.ping_s:g} s"
                raise AmiError(Fault.SILENT, text) from None
            if news:
                self._pass_on(news)

    async def _ping(self, link: Link) -> None:
        while True:
            await asyncio.sleep(self._times.ping_s)
            link.send(Ping())

    def _pass_on(self, news: Sequence[News]) -> None:
        for action in self._follower.take_from_pbx(self._server, news, time.time_ns()):
            if self._link is not None:
                self._link.send(action)

    def _tell_of_end(self) -> None:
        try:
            self._pass_on((LinkDown(),))
        except Exception as error:  # noqa: BLE001 -- as in `run`
            self.status.went_down(error)

    def _close(self) -> bool:
        link, self._link = self._link, None
        if link is not None:
            link.close()
        return link is not None


def _plain(error: Exception) -> Exception:
    """Say of a time-out what has timed out."""
    if isinstance(error, TimeoutError):
        return AmiError(Fault.UNREACHABLE, "no connection and login within the time for it")
    return error
