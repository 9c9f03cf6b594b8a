"""Prometheus exporter for VoIP call quality, measured passively from SIP and RTP."""

__version__ = "0.1.0"
