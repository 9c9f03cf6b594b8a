"""Address translation on a host of a bed, as a router at a customer's does it."""

from __future__ import annotations

import subprocess

from tests.live.namespaces import Bed

RULES = """\
table ip nat {{
  chain out {{
    type nat hook postrouting priority 100; policy accept;
    ip saddr {inside} meta l4proto udp snat to {outside}:30000-30999
  }}
}}
"""


def translate(bed: Bed, host: str, *, inside: str, outside: str) -> None:
    """Let what a host sends from an address inside come from another one, and other ports."""
    rules = RULES.format(inside=inside, outside=outside)
    command = bed.command(host, "nft", "-f", "-")
    subprocess.run(command, input=rules, text=True, check=True, timeout=10)
