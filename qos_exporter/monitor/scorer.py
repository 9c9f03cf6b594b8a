"""Scores closed windows by the model of the settings, sums them up and remembers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from qos_exporter.quality.rating import DEGRADED, UNSCORED
from qos_exporter.quality.window import score_windows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from qos_exporter.monitor.groups import Groups
    from qos_exporter.monitor.history import History
    from qos_exporter.monitor.profiles import Profiles
    from qos_exporter.quality.codec_table import CodecTable
    from qos_exporter.quality.model import Model


class ScoredStreams(Protocol):
    """Streams in slots, each with the windows that it had."""

    @property
    def history(self) -> History:
        """Those windows, by slot."""

    def call_id_at(self, slot: int) -> str | None:
        """The call of the stream in a slot."""


class Windows(NamedTuple):
    """Windows that were closed together, one a stream, and where each belongs."""

    rows: NDArray[np.void]
    codec_index: NDArray[np.int32]
    groups: NDArray[np.int64]

    def only(self, wanted: NDArray[np.bool_]) -> Windows:
        """Give some of them."""
        return Windows(self.rows[wanted], self.codec_index[wanted], self.groups[wanted])


class Scorer:
    """Knows codecs and the model. Whoever closes windows has them scored here, and only here."""

    def __init__(
        self, codecs: CodecTable, model: Model, *, profiles: Profiles, groups: Groups
    ) -> None:
        self._codecs = codecs
        self._model = model
        self._profiles = profiles
        self._groups = groups

    def use(self, codecs: CodecTable, model: Model) -> None:
        """Score with other codecs and another model from now on."""
        self._codecs = codecs
        self._model = model

    def count(self, rows: NDArray[np.void]) -> Windows:
        """Find codecs and groups of windows, and count what they hold."""
        codec_index = self._profiles.codec_index[rows["profile"], rows["payload_type"]]
        groups = self._groups.numbers_of(rows, codec_index)
        self._groups.count(rows, groups)
        return Windows(rows, codec_index, groups)

    def score(
        self,
        streams: ScoredStreams,
        windows: Windows,
        reported: NDArray[np.void],
        end_ns: int,
        *,
        capture_degraded: bool = False,
        by_pbx: bool = False,
    ) -> NDArray[np.uint32]:
        """Score windows with what was reported of them; gives the slots of those less than good."""
        rows = windows.rows
        scores = score_windows(
            rows,
            codec_index=windows.codec_index,
            codecs=self._codecs,
            model=self._model,
            round_trip_s=reported["round_trip_s"],
            capture_degraded=capture_degraded,
        )
        self._groups.add(rows, scores, windows.groups, streams.call_id_at, by_pbx=by_pbx)
        streams.history.add(
            rows,
            scores,
            reported=reported,
            groups=windows.groups,
            end_ns=end_ns,
            rate=self._model.rate,
        )
        troubled = (scores.result >= DEGRADED) & (scores.result < UNSCORED)
        slots: NDArray[np.uint32] = rows["slot"][troubled]
        return slots
