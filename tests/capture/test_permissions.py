from __future__ import annotations

from qos_exporter.capture.permissions import no_permission


def test_sentence() -> None:
    """The sentence names the interface and the way to the right in each kind of deployment."""
    assert str(no_permission("eth7")) == (
        "no right to capture on eth7: CAP_NET_RAW is needed, which"
        " `sudo` grants, or `setcap cap_net_raw+ep` to the python3 of a venv made with `--copies`,"
        " `AmbientCapabilities=CAP_NET_RAW` to a systemd service,"
        " `--user 0 --cap-add NET_RAW` to a Docker container, and"
        " `securityContext: {runAsUser: 0, capabilities: {add: [NET_RAW]}}` to a Kubernetes one"
    )
