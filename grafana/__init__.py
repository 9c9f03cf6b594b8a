"""The Grafana dashboards: what they show, and how their files are built."""
