"""What the dashboards ask Prometheus, apart from how they show the answers."""
