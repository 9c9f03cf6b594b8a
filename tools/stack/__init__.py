"""Exporter, Prometheus and Alertmanager on this machine, with the files that the project ships."""
