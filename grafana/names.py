"""What the dashboards are called, by people and in addresses."""

from __future__ import annotations

from dataclasses import dataclass

TAG = "qos-exporter"
"""Finds all dashboards, for the links from one to another."""


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a dashboard."""

    uid: str
    """Fixed, so that links and bookmarks go on leading here."""
    title: str
    description: str

    @property
    def path(self) -> str:
        """Give the address below Grafana's."""
        return f"/d/{self.uid}"


OVERVIEW = Name(
    "qos-overview",
    "VoIP quality / Overview",
    "Are calls good right now, and where are they not?",
)
PATHS = Name(
    "qos-paths",
    "VoIP quality / Paths",
    "From network to network, each direction: loss on either side of the tap, jitter, delay, MOS.",
)
CALL = Name(
    "qos-call",
    "VoIP quality / Call",
    "One call by its Call-ID: every window of both directions, and what the far ends heard.",
)
HISTORY = Name(
    "qos-history",
    "VoIP quality / History",
    "What became of calls: ratings, trends by week, codecs, distributions, the objective.",
)
EXPORTER = Name(
    "qos-exporter",
    "VoIP quality / Exporter",
    "Can the figures be trusted: capture, drops, what was not read, tables, the cost of scrapes.",
)
