"""The small parts: tallies, paths, profiles, history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from qos_exporter.calls.party import Direction
from qos_exporter.calls.payloads import NO_PAYLOADS, PayloadMap
from qos_exporter.dataplane.kernel import Kernel
from qos_exporter.dataplane.settings import (
    KIND_COMFORT_NOISE,
    KIND_EVENT,
    KIND_MEDIA,
    KernelSettings,
)
from qos_exporter.monitor import profiles as profiles_module
from qos_exporter.monitor.history import History
from qos_exporter.monitor.paths import Paths
from qos_exporter.monitor.profiles import KINDS, Profiles, kernel_format
from qos_exporter.monitor.stream_views import payload_types
from qos_exporter.monitor.tallies import Tally
from qos_exporter.networks import Networks
from qos_exporter.protocols.session_description import PayloadFormat
from qos_exporter.quality.codecs import DEFAULT_CODECS, find
from qos_exporter.snapshot import Exemplar


def test_a_value_on_an_edge_belongs_below() -> None:
    """Prometheus' `le` means less than or equal; NaN is no observation."""
    tally = Tally((1.0, 2.0))
    tally.add(np.array([0.5, 1.0, 1.5, 2.0, 2.5, np.nan]))
    tally.add_one(2.0)
    tally.add_one(9.0)
    view = tally.view()
    assert view.counts == (2, 3, 2)
    assert view.sum == pytest.approx(0.5 + 1 + 1.5 + 2 + 2.5 + 2 + 9)


def test_an_exemplar_belongs_to_the_bucket_of_its_value() -> None:
    """The newest example of a bucket takes the place of the one before."""
    tally = Tally((1.0, 2.0))
    for call_id, value in (("a", 1.0), ("b", 0.5), ("c", 7.0)):
        tally.set_exemplar(Exemplar(call_id, value, 0.0))
    exemplars = tally.view().exemplars
    assert [each.call_id if each else None for each in exemplars] == ["b", None, "c"]


def test_nothing_to_add() -> None:
    """A tally of no values stays empty."""
    tally = Tally((1.0,))
    tally.add(np.array([np.nan]))
    assert tally.view().counts == (0, 0)


def test_paths_keep_their_numbers() -> None:
    """Equal labels have one number, and it means the same after the networks were renamed."""
    paths = Paths(Networks([("office", ["10.0.0.0/8"])]))
    number = paths.number_of(src="10.0.0.1", dst="10.9.9.9", direction=Direction.UNKNOWN)
    assert paths.number_of(src="10.1.1.1", dst="10.2.2.2", direction=Direction.UNKNOWN) == number
    paths.use(Networks([("home", ["10.0.0.0/8"])]))
    other = paths.number_of(src="10.0.0.1", dst="10.9.9.9", direction=Direction.UNKNOWN)
    assert other != number
    assert (paths[number].src_network, paths[other].src_network) == ("office", "home")


@pytest.mark.pitfall(26, 27)
@pytest.mark.parametrize(
    ("known", "clock_rate", "kind"),
    [
        pytest.param(PayloadFormat(0, "PCMU", 8000), 8000, KIND_MEDIA, id="PCMU"),
        pytest.param(PayloadFormat(9, "G722", 16000), 8000, KIND_MEDIA, id="G.722 is always 8000"),
        pytest.param(PayloadFormat(96, "opus", 8000), 48000, KIND_MEDIA, id="Opus always 48000"),
        pytest.param(PayloadFormat(101, "telephone-event", 8000), 8000, KIND_EVENT, id="event"),
        pytest.param(PayloadFormat(13, "CN", 8000), 8000, KIND_COMFORT_NOISE, id="noise"),
    ],
)
def test_formats_for_the_kernel(known: PayloadFormat, clock_rate: int, kind: int) -> None:
    """The clock is that of the packets, whatever the description claims."""
    made = kernel_format(known)
    assert (made.payload_type, made.clock_rate, made.kind) == (known.payload_type, clock_rate, kind)
    assert made.announced


def test_companions_have_no_codec_row() -> None:
    """Digits and comfort noise are no speech codecs."""
    assert all(find(encoding, 8000) is None for encoding in KINDS)


def a_map(number: int, name: str = "PCMA") -> PayloadMap:
    return PayloadMap((PayloadFormat(number, name, 8000),))


def test_equal_maps_have_one_number() -> None:
    """Profiles are numbered alike in all kernels, 0 is the map that says nothing."""
    kernels = [Kernel(KernelSettings()) for _ in range(2)]
    profiles = Profiles(DEFAULT_CODECS, kernels)
    assert profiles.number_of(NO_PAYLOADS) == 0
    number = profiles.number_of(a_map(96))
    assert profiles.number_of(a_map(96)) == number == 1
    for kernel in kernels:
        with pytest.raises(IndexError):
            kernel.put_profile(3, [])
        kernel.put_profile(2, [])
    assert profiles.labels_of(number, 96) == ("PCMA", "narrowband")
    assert profiles.labels_of(0, 96) == (None, None)
    assert profiles.labels_of(profiles.number_of(a_map(97, "ODD")), 97) == ("ODD", None)


@dataclass
class Having:
    """A stream that has a profile."""

    profile: int


def test_there_is_room_for_so_many_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit a description is not believed: better no codec than no bound."""
    monkeypatch.setattr(profiles_module, "PROFILE_LIMIT", 3)
    profiles = Profiles(DEFAULT_CODECS, [Kernel(KernelSettings())])
    profiles.serve(lambda: [Having(1), Having(2)])
    assert [profiles.number_of(a_map(96 + n)) for n in range(4)] == [1, 2, 0, 0]
    assert profiles.number_of(a_map(97)) == 2


def test_numbers_that_no_stream_has_are_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many maps come in the course of weeks, those of the streams that run are known."""
    monkeypatch.setattr(profiles_module, "PROFILE_LIMIT", 4)
    profiles = Profiles(DEFAULT_CODECS, [Kernel(KernelSettings())])
    running = [Having(2)]
    profiles.serve(lambda: running)
    assert [profiles.number_of(a_map(96 + n, f"OLD{n}")) for n in range(3)] == [1, 2, 3]

    number = profiles.number_of(a_map(99, "PCMA"))
    assert number in (1, 3)
    assert profiles.labels_of(number, 99) == ("PCMA", "narrowband")
    assert profiles.labels_of(2, 97) == ("OLD1", None)
    assert profiles.number_of(a_map(97, "OLD1")) == 2
    assert profiles.number_of(a_map(96, "OLD0")) not in (0, 2, number)


def test_streams_are_looked_through_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """While all numbers are in use the search for others is not made for every new stream."""
    monkeypatch.setattr(profiles_module, "PROFILE_LIMIT", 2)
    profiles = Profiles(DEFAULT_CODECS, [Kernel(KernelSettings())])
    running = [Having(1)]
    profiles.serve(lambda: running)
    assert [profiles.number_of(a_map(96)), profiles.number_of(a_map(97))] == [1, 0]

    running.clear()
    asked = [profiles.number_of(a_map(97)) for _ in range(profiles_module.MISSES_MAX)]
    assert asked == [0] * (profiles_module.MISSES_MAX - 1) + [1]


def test_payload_types_of_a_bitmap() -> None:
    """Bit 0 of the first byte is payload type 0, bit 7 of the last one 127."""
    bits = bytearray(16)
    bits[0] = 0b0000_0001
    bits[1] = 0b0010_0001
    bits[15] = 0b1000_0000
    assert payload_types(bytes(bits)) == (0, 8, 13, 127)


def test_history_grows_with_its_slots() -> None:
    """A slot far out makes room for all before it; a used one starts empty."""
    history = History()
    history.begin([5000])
    assert len(history.rows) > 5000
    history.rows[5000]["scored"] = 3
    history.foresee(5000, 7)
    assert history.rows[5000]["group"] == 7
    history.begin([5000])
    assert history.rows[5000]["scored"] == 0
    assert history.rows[5000]["group"] == -1


def test_the_group_of_the_last_window_holds() -> None:
    """What a window was counted in is not changed by a guess at the next one."""
    history = History()
    history.begin([0])
    history.rows[0]["end_ns"] = 1
    history.rows[0]["group"] = 2
    history.foresee(0, 7)
    assert history.rows[0]["group"] == 2
