"""The web interface: metrics, a page for people, JSON for scripts."""

from __future__ import annotations

from qos_exporter.export.web.application import application
from qos_exporter.export.web.server import WebServer

__all__ = ["WebServer", "application"]
