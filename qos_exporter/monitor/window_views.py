"""From the histories of streams to what is shown of their windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qos_exporter.monitor.columns import known, names, quotients, seconds, tuples, where
from qos_exporter.monitor.history import REPORTED_FIGURES
from qos_exporter.quality.rating import RATINGS, REASONS, RESULTS
from qos_exporter.snapshot import Score, WindowCounts, WindowQuality

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATING_NAMES = dict(enumerate(RATINGS))


def window_counts(history: NDArray[np.void]) -> list[WindowCounts]:
    """How many windows ended with which verdict."""
    return list(map(WindowCounts._make, history["windows"].tolist()))


def scores(history: NDArray[np.void], name: str, *, count: str) -> list[Score | None]:
    """Mean and minimum over the scored windows; `None` where there was none."""
    means = quotients(history[f"{name}_sum"], history[count])
    both = tuples(Score, means, history[f"{name}_min"].tolist())
    return where(history[count].tolist(), both)


def ratings(history: NDArray[np.void]) -> list[str | None]:
    """The ratings by all scored windows; `None` where there was none."""
    return list(map(RATING_NAMES.get, history["rating"].tolist()))


def last_windows(history: NDArray[np.void]) -> list[WindowQuality | None]:
    """The last complete windows, of the streams that have had one."""
    timed = np.where(np.isnan(history["jitter_s"]), np.nan, history["jitter_max_s"])
    windows = tuples(
        WindowQuality,
        seconds(history["end_ns"]),
        names(history["result"], RESULTS),
        names(history["reason"], REASONS),
        known(history["mos_lq"]),
        known(history["mos_cq"]),
        known(history["r_factor"]),
        history["loss_ratio"].tolist(),
        history["discard_ratio"].tolist(),
        history["burst_ratio"].tolist(),
        known(history["jitter_s"]),
        known(timed),
        *(known(history[name]) for name in REPORTED_FIGURES),
    )
    return where(history["end_ns"].tolist(), windows)
