"""Lets scapy do without tables that nobody here looks anything up in.

It reads the makers of 50,000 network cards and of Bluetooth devices when it is imported: a third
of the memory that the exporter would have at its start, and most of the time of the import.
"""

from __future__ import annotations

import sys
from types import ModuleType

TABLES: dict[str, object] = {"scapy.libs.manuf": "", "scapy.libs.bluetoothids": {}}
"""The modules with the tables, and the data of an empty one."""


def leave_out_tables() -> None:
    """Let scapy's tables be empty; has to come before anything else of scapy's is imported."""
    import scapy.main

    # Nor may what it makes of them be kept for other programs, or what they have kept be read.
    scapy.main.SCAPY_CACHE_FOLDER = None
    for name, data in TABLES.items():
        table = ModuleType(name)
        vars(table)["DATA"] = data
        sys.modules.setdefault(name, table)
    import scapy.data

    # Where Wireshark is installed it is that table that was read.
    scapy.data.MANUFDB.d.clear()
