"""The files of the dashboards: what is in them, and whether they are up to date."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import AnnotationQuery, DashboardLink

from grafana.call import CALL_BOARD
from grafana.exporter import EXPORTER_BOARD
from grafana.frame import Board
from grafana.history import HISTORY_BOARD
from grafana.overview import OVERVIEW_BOARD
from grafana.paths import PATHS_BOARD


class Encoder(JSONEncoder):
    """Leaves out that links and annotations are to hide in a menu, which the models all say."""

    def default(self, obj: object) -> object:
        """Give an object as what JSON has a form for."""
        found = super().default(obj)
        if isinstance(obj, DashboardLink | AnnotationQuery):
            found.pop("placement", None)
        return found


FOLDER = Path(__file__).parent / "dashboards"
BOARDS = (OVERVIEW_BOARD, PATHS_BOARD, CALL_BOARD, HISTORY_BOARD, EXPORTER_BOARD)


def path_of(board: Board) -> Path:
    """Name the file of a dashboard."""
    return FOLDER / f"{board.name.uid.removeprefix('qos-')}.json"


def text_of(board: Board) -> str:
    """Give the file of a dashboard, to the letter."""
    text = json.dumps(board.build(), cls=Encoder, indent=2, sort_keys=True, ensure_ascii=False)
    return f"{text}\n"


def stale() -> Iterator[Path]:
    """Name the files that are not what would be written now, or should not be there."""
    wanted = {path_of(board): text_of(board) for board in BOARDS}
    for path in sorted({*wanted, *FOLDER.glob("*.json")}):
        if not path.is_file() or path.read_text() != wanted.get(path):
            yield path


def write() -> None:
    """Write all files, and remove those of dashboards that are no more."""
    wanted = {path_of(board): text_of(board) for board in BOARDS}
    FOLDER.mkdir(exist_ok=True)
    for path in {*FOLDER.glob("*.json")} - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text)
