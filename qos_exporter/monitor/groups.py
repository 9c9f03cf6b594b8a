"""Which windows are counted together: those of one codec, pair of networks and direction.

So there are no more sums than there are such combinations, however many calls there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.monitor.group_sums import GroupSums
from qos_exporter.quality.codec_table import NO_CODEC
from qos_exporter.snapshot import GroupKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from qos_exporter.monitor.group_sums import CallIdOf
    from qos_exporter.monitor.paths import Paths
    from qos_exporter.monitor.profiles import Profiles
    from qos_exporter.quality.codec_table import CodecTable
    from qos_exporter.quality.window import WindowScores


UNKNOWN = "unknown"
"""The label of a codec that nobody named, and of its scale."""
OTHER = "other"
"""The label of a codec that was named but that the codec table does not have."""

CODEC_BASE = 2
"""Codec numbers in a group's code: 0 unknown, 1 other, then the rows of the table."""


def by_number(numbers: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Give each number that occurs, and the positions at which it does."""
    order = np.argsort(numbers, kind="stable")
    present, starts = np.unique(numbers[order], return_index=True)
    # Of nothing, `split` still makes one empty part.
    yield from zip(present.tolist(), np.split(order, starts[1:]), strict=False)


class Groups:
    """All groups, and which of them a window belongs to."""

    def __init__(self, codecs: CodecTable, profiles: Profiles, paths: Paths) -> None:
        self._codecs = codecs
        self._profiles = profiles
        self._paths = paths
        self._numbers: dict[int, int] = {}
        self._by_key: dict[GroupKey, int] = {}
        self._foreseen: dict[tuple[int, int, int], int] = {}
        self._profiles_then = profiles.generation
        self.sums: list[GroupSums] = []

    def use(self, codecs: CodecTable) -> None:
        """Number codecs by another table; groups that mean the same go on."""
        self._codecs = codecs
        self._numbers.clear()
        self._foreseen.clear()

    def numbers_of(
        self, rows: NDArray[np.void], codec_index: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        """Number the group of each row; new groups are made as they appear."""
        codec = np.where(codec_index == NO_CODEC, self._unnamed(rows), codec_index + CODEC_BASE)
        width = len(self._codecs.rows) + CODEC_BASE
        codes, inverse = np.unique(
            rows["group"].astype(np.int64) * width + codec, return_inverse=True
        )
        numbers = np.array([self._number(int(code), width) for code in codes], dtype=np.int64)
        return numbers[inverse]

    def number_of(self, *, path: int, profile: int, payload_type: int) -> int:
        """Number the group that the windows of a stream are going to belong to."""
        if self._profiles_then != self._profiles.generation:
            self._profiles_then = self._profiles.generation
            self._foreseen.clear()
        known = (path, profile, payload_type)
        number = self._foreseen.get(known)
        if number is None:
            number = self._foreseen[known] = self._number_of_key(self._foresee(*known))
        return number

    def _foresee(self, path: int, profile: int, payload_type: int) -> GroupKey:
        codec = int(self._profiles.codec_index[profile, payload_type])
        if codec == NO_CODEC:
            known = self._profiles.format_of(profile, payload_type)
            return self._key(path, int(known is not None))
        return self._key(path, codec + CODEC_BASE)

    def count(self, rows: NDArray[np.void], numbers: NDArray[np.int64]) -> None:
        """Add what was counted in the rows to their groups."""
        for number, at in by_number(numbers):
            self.sums[number].count(rows[at])

    def add(
        self,
        rows: NDArray[np.void],
        scores: WindowScores,
        numbers: NDArray[np.int64],
        call_id_of: CallIdOf,
        *,
        by_pbx: bool = False,
    ) -> None:
        """Add scored windows to their groups; `call_id_of` tells the call of a slot.

        `by_pbx`: it was not our tap that measured them.
        """
        for number, at in by_number(numbers):
            self.sums[number].add(rows[at], scores, at, call_id_of, by_pbx=by_pbx)

    def _unnamed(self, rows: NDArray[np.void]) -> NDArray[np.int64]:
        """0 or 1 for codecs without a row: whether their name is known at all."""
        pairs = rows["profile"].astype(np.int64) * 128 + rows["payload_type"]
        known, inverse = np.unique(pairs, return_inverse=True)
        named = [self._profiles.format_of(*divmod(int(pair), 128)) is not None for pair in known]
        return np.array(named, dtype=np.int64)[inverse]

    def _number(self, code: int, width: int) -> int:
        number = self._numbers.get(code)
        if number is None:
            number = self._numbers[code] = self._number_of_key(self._key(*divmod(code, width)))
        return number

    def _number_of_key(self, key: GroupKey) -> int:
        number = self._by_key.setdefault(key, len(self.sums))
        if number == len(self.sums):
            self.sums.append(GroupSums(key))
        return number

    def _key(self, path_number: int, codec: int) -> GroupKey:
        path = self._paths[path_number]
        if codec < CODEC_BASE:
            name, scale = (UNKNOWN, OTHER)[codec], UNKNOWN
        else:
            row = self._codecs.rows[codec - CODEC_BASE]
            name, scale = row.name, row.scale
        return GroupKey(name, scale, path.src_network, path.dst_network, path.direction)
