"""The aggregates: what was counted since the start, by codec, networks and direction.

A window's row is added to the sums of its group and forgotten, so these counters never fall and
their number does not grow with that of the calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.monitor.reporting.group_reports import ReportSums
from qos_exporter.monitor.tallies import Tally
from qos_exporter.quality.codec_table import NO_CODEC
from qos_exporter.quality.rating import NO_REASON, RATINGS, REASONS, RESULTS, UNSCORED
from qos_exporter.snapshot import Exemplar, GroupKey
from qos_exporter.snapshot.edges import JITTER_S_EDGES, LOSS_RATIO_EDGES, MOS_EDGES, R_FACTOR_EDGES
from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from qos_exporter.monitor.paths import Paths
    from qos_exporter.monitor.profiles import Profiles
    from qos_exporter.quality.codec_table import CodecTable
    from qos_exporter.quality.window import WindowScores

    CallIdOf = Callable[[int], str | None]


UNKNOWN = "unknown"
"""The label of a codec that nobody named, and of its scale."""
OTHER = "other"
"""The label of a codec that was named but that the codec table does not have."""

CODEC_BASE = 2
"""Codec numbers in a group's code: 0 unknown, 1 other, then the rows of the table."""

COUNTERS = (
    "expected",
    "received",
    "lost_for_good",
    "duplicate",
    "reordered",
    "discarded",
    "bytes",
    "concealed_s",
    "severely_concealed_s",
)

RESULT_REASONS = (
    *((result, "") for result in RESULTS[:UNSCORED]),
    *((RESULTS[UNSCORED], reason) for reason in REASONS[NO_REASON + 1 :]),
)
"""Every (result, reason) that a window can have."""


class Heard:
    """Loss and jitter, which are kept apart by who measured them."""

    def __init__(self) -> None:
        self.is_empty = True
        self.loss_ratio = Tally(LOSS_RATIO_EDGES)
        self.jitter_s = Tally(JITTER_S_EDGES)


class GroupSums:
    """Everything that is summed up for one group of streams."""

    def __init__(self, key: GroupKey) -> None:
        self.key = key
        self.counters = np.zeros(len(COUNTERS), dtype=np.int64)
        self.windows = np.zeros(len(RESULT_REASONS), dtype=np.int64)
        self.media_ns = np.zeros(len(RATINGS) + 1, dtype=np.int64)
        self.mos_lq = Tally(MOS_EDGES)
        self.mos_cq = Tally(MOS_EDGES)
        self.r_factor = Tally(R_FACTOR_EDGES)
        self.by_tap = Heard()
        self.by_pbx = Heard()
        self.delay_variation = np.zeros(12, dtype=np.int64)
        self.delay_variation_sum_s = 0.0
        self.loss_runs = np.zeros(11, dtype=np.int64)
        self.loss_run_packets = 0
        self.reports = ReportSums()

    def count(self, rows: NDArray[np.void]) -> None:
        """Add what was counted in the rows, all of this group."""
        for position, name in enumerate(COUNTERS):
            self.counters[position] += int(rows[name].sum(dtype=np.int64))
        self._add_histograms(rows)

    def add(
        self,
        rows: NDArray[np.void],
        scores: WindowScores,
        at: NDArray[np.intp],
        call_id_of: CallIdOf,
        *,
        by_pbx: bool = False,
    ) -> None:
        """Add the scores that stand at `at` for the rows (all of this group)."""
        self._add_verdicts(rows, scores, at)
        self.mos_lq.add(scores.mos_lq[at])
        self.mos_cq.add(scores.mos_cq[at])
        self.r_factor.add(scores.r_lq[at])
        heard = self.by_pbx if by_pbx else self.by_tap
        heard.is_empty = False
        heard.loss_ratio.add(scores.loss_ratio[at][rows["expected"] > 0])
        heard.jitter_s.add(rows["jitter_mean_s"])
        self._keep_exemplars(self.mos_lq, scores.mos_lq[at], rows, call_id_of)
        self._keep_exemplars(heard.loss_ratio, scores.loss_ratio[at], rows, call_id_of)

    @staticmethod
    def _keep_exemplars(
        tally: Tally, values: NDArray[np.float64], rows: NDArray[np.void], call_id_of: CallIdOf
    ) -> None:
        """Remember one call for each bucket that these windows fell into."""
        known = np.flatnonzero(~np.isnan(values))
        _, first = np.unique(tally.buckets_of(values[known]), return_index=True)
        for position in known[first]:
            call_id = call_id_of(int(rows["slot"][position]))
            if call_id is not None:
                at_s = int(rows["last_ns"][position]) / SECOND_NS
                tally.set_exemplar(Exemplar(call_id, float(values[position]), at_s))

    def _add_verdicts(
        self, rows: NDArray[np.void], scores: WindowScores, at: NDArray[np.intp]
    ) -> None:
        result, reason = scores.result[at].astype(np.int64), scores.reason[at].astype(np.int64)
        kinds = np.where(result == UNSCORED, UNSCORED + reason - 1, result)
        self.windows += np.bincount(kinds, minlength=len(RESULT_REASONS))
        ratings = np.minimum(scores.rating[at], len(RATINGS))
        np.add.at(self.media_ns, ratings, rows["media_ns"])

    def _add_histograms(self, rows: NDArray[np.void]) -> None:
        self.delay_variation += rows["delay_variation_histogram"].sum(axis=0, dtype=np.int64)
        self.delay_variation_sum_s += float(rows["delay_variation_sum_s"].sum())
        self.loss_runs += rows["loss_run_histogram"].sum(axis=0, dtype=np.int64)
        self.loss_run_packets += int(rows["loss_run_packets"].sum(dtype=np.int64))


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
        name, scale = (UNKNOWN, OTHER)[codec] if codec < CODEC_BASE else "", UNKNOWN
        if codec >= CODEC_BASE:
            row = self._codecs.rows[codec - CODEC_BASE]
            name, scale = row.name, row.scale
        return GroupKey(name, scale, path.src_network, path.dst_network, path.direction)
