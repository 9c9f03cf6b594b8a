"""Somebody to whom news are told, who writes them down."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from qos_exporter.protocols.ami import Action, News
from qos_exporter.settings import AmiSettings
from qos_exporter.sources.ami.client import AmiTimes
from qos_exporter.sources.ami.thread import AmiThread
from tests.sources.fake_asterisk import SECRET, FakeAsterisk

QUICK = AmiTimes(connect_s=2.0, ping_s=0.1, first_wait_s=0.02, longest_wait_s=0.05, tick_s=0.02)


class Recorder:
    """A `CallFollower` that asks for what a test wants it to ask."""

    def __init__(self) -> None:
        self.news: list[tuple[int, News]] = []
        self.to_ask: list[Action] = []
        self.ticks = 0

    def take_from_pbx(self, server: int, news: Sequence[News], now_ns: int) -> Sequence[Action]:
        assert now_ns > 0
        self.ticks += not news
        self.news += ((server, each) for each in news)
        asked, self.to_ask = self.to_ask, []
        return asked

    def count(self, kind: type) -> int:
        """Count what was told by its type."""
        return sum(isinstance(each, kind) for _, each in self.news)


def settings_for(
    server: FakeAsterisk, *, secret: str = SECRET, auth: str = "md5", **others: object
) -> AmiSettings:
    """Give what a client needs to find a server."""
    fields = {"secret": secret, "auth": auth, **others}
    return AmiSettings(port=server.port, username="monitor", **fields)  # type: ignore[arg-type]


@contextlib.contextmanager
def following(
    follower: Recorder, *servers: AmiSettings, times: AmiTimes = QUICK
) -> Iterator[AmiThread]:
    """Follow servers for a while."""
    thread = AmiThread(servers, follower, times=times)
    thread.start()
    try:
        yield thread
    finally:
        thread.stop()
        thread.join(10)
        assert not thread.is_alive()
