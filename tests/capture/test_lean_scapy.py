from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from qos_exporter.capture.lean_scapy import leave_out_tables
leave_out_tables()
import scapy.arch, scapy.data
assert not scapy.data.MANUFDB.d
assert not scapy.data.BLUETOOTH_CORE_COMPANY_IDENTIFIERS
import scapy.interfaces
assert "lo" in scapy.interfaces.get_if_list()
"""


def test_scapy_works_without_the_tables() -> None:
    """Scapy finds the interfaces, and knows no makers of network cards."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
