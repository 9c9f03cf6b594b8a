"""`python -m qos_exporter` is `qos-exporter`."""

from __future__ import annotations

from qos_exporter.cli import main

if __name__ == "__main__":
    main()
