from __future__ import annotations

import errno
import socket
from pathlib import Path

import pytest

from qos_exporter.capture import link_state
from tests.capture.links import FAR, NEAR, Links
from tests.capture.recording_sink import eventually


def test_loopback() -> None:
    """Index and hardware type are what the kernel says: ARPHRD_LOOPBACK is 772."""
    assert link_state.interface_index("lo") == socket.if_nametoindex("lo")
    assert link_state.hardware_type("lo") == 772


@pytest.mark.netns
def test_running(links: Links) -> None:
    """An interface runs while it is up and its other end is as well, once the kernel knows."""
    assert not link_state.is_running("lo")
    links.make_pair()
    assert eventually(lambda: link_state.is_running(NEAR))
    links.set(FAR, "down")
    assert eventually(lambda: not link_state.is_running(NEAR))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("qos-none", id="missing"),
        pytest.param("lo" + "x" * 20, id="longer than any"),
        pytest.param("lo:1", id="label of an address"),
        pytest.param("lo\0x", id="zero"),
        pytest.param("\udcff", id="no characters"),
    ],
)
def test_missing_interface(name: str) -> None:
    """Questions about an interface that does not exist are answered by ENODEV."""
    for ask in (link_state.interface_index, link_state.hardware_type, link_state.is_running):
        with pytest.raises(OSError, match="No such device") as caught:
            ask(name)
        assert caught.value.errno == errno.ENODEV


def test_lost_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Losses are frames missed and buffers overrun; `rx_dropped` is another thing."""
    monkeypatch.setattr(link_state, "_COUNTERS", tmp_path)
    folder = tmp_path / "eth7" / "statistics"
    folder.mkdir(parents=True)
    for name, value in (("rx_missed_errors", 4), ("rx_fifo_errors", 3), ("rx_dropped", 100)):
        (folder / name).write_text(f"{value}\n")

    assert link_state.lost_frames("eth7") == 7
    assert link_state.lost_frames("eth8") == 0


@pytest.mark.netns
def test_lost_frames_by_another_name(
    links: Links, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interface has one set of counters, whichever of its names it is captured by."""
    monkeypatch.setattr(link_state, "_COUNTERS", tmp_path)
    folder = tmp_path / NEAR / "statistics"
    folder.mkdir(parents=True)
    (folder / "rx_missed_errors").write_text("4\n")
    links.make_pair()
    links.ip("link", "property", "add", "dev", NEAR, "altname", "uplink")

    assert link_state.lost_frames("uplink") == 4
