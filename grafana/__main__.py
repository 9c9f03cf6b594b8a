"""Write the dashboards, or check that they are as they would be written.

python -m grafana [--check]
"""

from __future__ import annotations

import argparse
import sys

from grafana import files


def main() -> int:
    """Write or check; 1 where a file is not up to date."""
    parser = argparse.ArgumentParser(prog="python -m grafana", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, say what is stale")
    if not parser.parse_args().check:
        files.write()
        return 0
    stale = [*files.stale()]
    for path in stale:
        print(f"{path} is not as it is built; run: make dashboards", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
