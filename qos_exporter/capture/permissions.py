"""What to tell a user who may not capture."""

from __future__ import annotations

from qos_exporter.errors import CaptureError


def no_permission(interface: str) -> CaptureError:
    """Give the error that says, in one sentence, how to get the right to capture.

    Files, not links, can have capabilities, and the interpreter of an ordinary venv is a link to
    one that others use as well.
    """
    return CaptureError(
        f"no right to capture on {interface}: CAP_NET_RAW is needed, which"
        " `sudo` grants, or `setcap cap_net_raw+ep` to the python3 of a venv made with `--copies`,"
        " `AmbientCapabilities=CAP_NET_RAW` to a systemd service,"
        " `--user 0 --cap-add NET_RAW` to a Docker container, and"
        " `securityContext: {runAsUser: 0, capabilities: {add: [NET_RAW]}}` to a Kubernetes one"
    )
