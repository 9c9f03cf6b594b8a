"""A stage whose way has two segments, each impaired for itself, with the tap in between.

What the impairer of a sender's own segment does, the tap sees; what the other one does, only the
receiver can know. All hosts of the near segment reach those of the far one through the tap:

    near host - impairer - TAP - impairer - far host
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.live.impairment import Impairment
from tests.live.namespaces import lay_cable, open_bed
from tests.live.stage import Stage, impairing
from tests.live.truth import StreamKey, StreamTruth, read_truth

TAP = "tap"
TAP_FAR_END = "tap-far-end"


@dataclass(frozen=True, slots=True)
class Segment:
    """The hosts on one side of the tap, by the addresses that they have, and what befalls them."""

    addresses: Mapping[str, Sequence[str]]
    impairments: Sequence[Impairment]


@dataclass(frozen=True, slots=True)
class Records:
    """What the two impairers did; whole once the stage is closed."""

    near: Path
    far: Path

    def read(self) -> tuple[dict[StreamKey, StreamTruth], dict[StreamKey, StreamTruth]]:
        """Give every stream's fate in the near segment, and in the far one."""
        return read_truth(self.near), read_truth(self.far)


@contextlib.contextmanager
def open_segments(near: Segment, far: Segment, directory: Path) -> Iterator[tuple[Stage, Records]]:
    """Make a bed of two segments and take everything away afterwards; the exporter goes to `TAP`.

    A profile names the way by the interface by which frames enter: in the near segment `to-HOST`
    is towards the tap and `TAP` from it; in the far one it is `to-HOST` and `TAP_FAR_END`.
    """
    records = Records(directory / "near.jsonl", directory / "far.jsonl")
    with open_bed({**near.addresses, **far.addresses}) as bed, contextlib.ExitStack() as cleanup:
        lay_cable(bed, TAP, TAP_FAR_END)
        near_ports = [TAP, *map(bed.port, near.addresses)]
        far_ports = [TAP_FAR_END, *map(bed.port, far.addresses)]
        cleanup.enter_context(impairing(bed, near_ports, near.impairments, records.near))
        cleanup.enter_context(impairing(bed, far_ports, far.impairments, records.far))
        yield Stage(bed, directory, cleanup), records
