"""What an Asterisk server told, as series."""

from __future__ import annotations

import pytest

from qos_exporter.export.exposition import OPENMETRICS, TEXT, Format, render
from qos_exporter.snapshot import PbxView
from tests.export.parsed import samples, value
from tests.export.snapshots import snapshot
from tests.export.test_exposition import AllFamilies
from tests.export.test_reported_series import by_source
from tests.export.variants import replace
from tests.monitor.pbx import Pbx, told_call

FORMATS = [pytest.param(TEXT, id="text"), pytest.param(OPENMETRICS, id="openmetrics")]
BOB = "4066aeac-7323-4f19-9721-8cad967c8e6a"
FROM_BOB = "callee_to_caller"


@pytest.fixture(scope="module")
def pbx() -> Pbx:
    """Give a server that has told of 4 % lost from bob, and of 40 ms to him and back."""
    return told_call()


@pytest.mark.parametrize("format_", FORMATS)
def test_figures_of_a_call(pbx: Pbx, format_: Format) -> None:
    """Loss and jitter bear the name of who told them, and scores are those of the E-model."""
    table = samples(pbx.show(), format_)
    assert by_source(table, "voip_call_loss_ratio", call_id=BOB, direction=FROM_BOB) == {
        "ami": pytest.approx(0.04)
    }
    assert by_source(table, "voip_call_jitter_seconds", call_id=BOB, direction=FROM_BOB) == {
        "ami": pytest.approx(5 / 8000)
    }
    mos = value(table, "voip_call_mos_lq", call_id=BOB, direction=FROM_BOB)
    assert mos == pytest.approx(4.02, abs=0.02)
    assert value(table, "voip_call_round_trip_seconds", call_id=BOB) == 0.04
    lost = value(table, "voip_call_packets_lost_total", call_id=BOB, direction=FROM_BOB)
    assert lost == 20
    info = [key for key in table if key[0] == "voip_call_info"]
    assert {dict(labels)["interface"] for _, labels in info} == {"127.0.0.1:5038"}


def test_what_nobody_counted_is_absent(pbx: Pbx) -> None:
    """Discards, bursts, duplicates and reordering are not told, and so not shown as none."""
    names = {name for name, _ in samples(pbx.show()) if name.startswith("voip_call_")}
    assert not names & {
        "voip_call_discard_ratio",
        "voip_call_burst_ratio",
        "voip_call_jitter_max_seconds",
        "voip_call_packets_duplicate_total",
        "voip_call_packets_reordered_total",
        "voip_call_packets_discarded_total",
    }


def test_aggregates(pbx: Pbx) -> None:
    """Windows, packets and scores count with all others; loss and jitter by who told them."""
    table = samples(pbx.show())
    labels = {"codec": "PCMU", "direction": FROM_BOB}
    assert value(table, "voip_packets_lost_total", **labels) == 20
    assert value(table, "voip_windows_total", **labels, result="degraded") == 2
    assert value(table, "voip_window_mos_lq_count", **labels) == 2
    assert by_source(table, "voip_window_loss_ratio_count", **labels) == {
        "rtp": 0,
        "rtcp": 0,
        "ami": 2,
    }
    assert by_source(table, "voip_active_loss_ratio_mean", **labels) == {"ami": 0.04}
    to_bob = {**labels, "direction": "caller_to_callee"}
    assert by_source(table, "voip_round_trip_seconds_count", **to_bob)["ami"] == 3


def test_groups_of_which_no_server_tells(pbx: Pbx) -> None:
    """Without a server there are no series that bear its name."""
    assert pbx.show().pbxs
    assert not any(dict(labels).get("source") == "ami" for _, labels in samples(snapshot()))


@pytest.mark.parametrize("format_", FORMATS)
def test_the_library_writes_the_same(pbx: Pbx, format_: Format) -> None:
    """The fast encoder and the client library agree on streams that a server told of."""
    shown = pbx.show()
    assert render(shown, format_=format_) == format_.generate(AllFamilies(shown))


def test_the_servers() -> None:
    """Each server has its state, its faults and its counters."""
    server = PbxView(
        server="pbx:5038",
        up=False,
        reconnects=3,
        faults=(("login_refused", True), ("silent", False)),
        events=(("hangup", 7),),
        rejected=(("rtt", 2),),
        cdr_writes=(("written", 5), ("refused", 0)),
    )
    table = samples(replace(snapshot(), pbxs=(server,)))
    name = {"server": "pbx:5038"}
    assert value(table, "qos_exporter_ami_up", **name) == 0
    assert value(table, "qos_exporter_ami_fault", **name, fault="login_refused") == 1
    assert value(table, "qos_exporter_ami_fault", **name, fault="silent") == 0
    assert value(table, "qos_exporter_ami_reconnects_total", **name) == 3
    assert value(table, "qos_exporter_ami_events_total", **name, event="hangup") == 7
    assert value(table, "qos_exporter_ami_values_rejected_total", **name, field="rtt") == 2
    assert value(table, "qos_exporter_cdr_writes_total", **name, result="written") == 5
