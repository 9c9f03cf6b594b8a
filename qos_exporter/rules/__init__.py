"""Prometheus rules: what they compare quality with, and how their files are written."""
