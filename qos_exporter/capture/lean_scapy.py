"""Lets scapy do without tables that nobody here looks anything up in.

It reads the makers of 50,000 network cards and of Bluetooth devices when it is imported: a third
of the memory that the exporter would have at its start, and most of the time of the import.
"""

from __future__ import annotations

import builtins
import importlib
import sys
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

TABLES: dict[str, object] = {"scapy.libs.manuf": "", "scapy.libs.bluetoothids": {}}
"""The modules with the tables, and the data of an empty one."""
WIRESHARK_TABLE = "share/wireshark/manuf"
"""Where Wireshark is installed, its table is read instead."""


def leave_out_tables() -> None:
    """Let scapy's tables be empty; has to come before anything else of scapy's is imported."""
    import scapy.main

    # Nor may what it makes of them be kept for other programs, or what they have kept be read.
    scapy.main.SCAPY_CACHE_FOLDER = None
    for name, data in TABLES.items():
        table = ModuleType(name)
        vars(table)["DATA"] = data
        sys.modules.setdefault(name, table)
    import_with("scapy.data", open=open_other)


def import_with(name: str, **names: object) -> None:
    """Import a module, unless that was done, in which some names mean something else."""
    spec = find_spec(name)
    if name in sys.modules or spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    vars(module).update(names)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    package, _, own_name = name.rpartition(".")
    vars(importlib.import_module(package))[own_name] = module


def open_other(path: str | Path, *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 -- as `open`
    """Open any file but Wireshark's table."""
    if str(path).endswith(WIRESHARK_TABLE):
        raise FileNotFoundError(path)
    return builtins.open(path, *arguments, **keywords)  # noqa: PTH123 -- as scapy would
