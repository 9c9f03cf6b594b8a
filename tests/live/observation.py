"""What the exporter says of calls, found by who made them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tests.live.exporter import Exporter, Scrape

SETTLE_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Observation:
    """A scrape at the end of some calls, of which every user has made one."""

    scrape: Scrape

    def call_id(self, caller: str) -> str:
        """Find the call that a user made; raises ValueError if there is not exactly one."""
        samples = self.scrape.samples("voip_call_info", caller=caller)
        (call_id,) = {dict(sample.labels)["call_id"] for sample in samples}
        return call_id

    def info(self, caller: str, direction: str) -> dict[str, str]:
        """Give the labels that describe one direction of the call of a user."""
        labels = {"call_id": self.call_id(caller), "direction": direction}
        (sample,) = self.scrape.samples("voip_call_info", **labels)
        return dict(sample.labels)

    def ends(self, caller: str, direction: str) -> tuple[str, str]:
        """Give source and destination of one direction of the call of a user."""
        info = self.info(caller, direction)
        return info["src"], info["dst"]

    def value(self, name: str, caller: str, direction: str, **labels: str) -> float:
        """Give one value of one direction."""
        return self.call_value(name, caller, direction=direction, **labels)

    def call_value(self, name: str, caller: str, **labels: str) -> float:
        """Give one value of the call as a whole."""
        return self.scrape.value(name, call_id=self.call_id(caller), **labels)


def settled(exporter: Exporter, *, streams: int) -> Scrape:
    """Scrape until the one window that holds all calls has closed over so many streams."""
    limit_s = time.monotonic() + SETTLE_LIMIT_S
    while True:
        scrape = exporter.scrape()
        if scrape.total("voip_windows_total") == streams or time.monotonic() > limit_s:
            return scrape
        time.sleep(0.5)
