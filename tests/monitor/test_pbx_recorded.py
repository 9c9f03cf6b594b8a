"""What a real Asterisk told of calls that did not stay as they began, told again."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from qos_exporter.protocols.ami import (
    Action,
    GetVariable,
    LinkUp,
    ListChannels,
    Response,
    SetVariable,
)
from qos_exporter.protocols.ami.fields import split_fields
from qos_exporter.settings import AmiSettings, CdrSettings
from qos_exporter.units import SECOND_NS
from tests.monitor.pbx import Pbx, read, response
from tests.protocols.ami_messages import recorded_messages

FOLDER = Path(__file__).parents[1] / "data" / "asterisk"
WRITING = AmiSettings(
    username="monitor",
    secret="s",  # noqa: S106 -- nobody is logged in at
    cdr=CdrSettings(interval_ns=5 * SECOND_NS),
)


class RecordedPbx(Pbx):
    """Tells what was recorded, and answers what was answered then."""

    def __init__(self, name: str) -> None:
        super().__init__(server=WRITING)
        self._answered: dict[GetVariable, list[tuple[float, str]]] = defaultdict(list)
        self.answer_of = self._recorded
        self.tell(0.0, LinkUp())
        recorded = recorded_messages(FOLDER / f"{name}.txt")
        begin_s = recorded[0].at_s - 1.0
        told = []
        for at_s, message in recorded:
            fields = split_fields(message)
            if "Asked-Channel" in fields:
                asked = GetVariable(fields["Asked-Channel"], fields["Asked-Variable"])
                self._answered[asked].append((at_s - begin_s, fields.get("Value", "")))
            else:
                told.append((at_s - begin_s, message))
        for at_s, message in told:
            self.pass_time(at_s)
            self.tell(at_s, read(message))

    def _recorded(self, action: Action) -> Response | None:
        if isinstance(action, GetVariable):
            answers = self._answered[action]
            later = (value for at_s, value in answers if at_s >= self.at_s)
            return response(next(later, answers[-1][1] if answers else ""))
        return None if isinstance(action, ListChannels) else response()

    def lost(self) -> list[int]:
        return [stream.packets.lost for stream in self.show().streams]


def test_a_recorded_hold() -> None:
    """Nothing is lost in a call that was on hold for seven seconds, though a telephone says so."""
    path = FOLDER / "held_call.txt"
    said = {split_fields(each).get("Report0CumulativeLost") for _, each in recorded_messages(path)}
    assert max(int(each) for each in said if each) > 300
    pbx = RecordedPbx("held_call")
    assert pbx.lost() == [0, 0, 0, 0]
    assert pbx.show().totals.active == 0


@pytest.mark.pitfall(106)
def test_a_recorded_transfer() -> None:
    """It is one call, rated once behind its last leg, and both of its records are written."""
    pbx = RecordedPbx("transferred_call").pass_time(60.0)
    assert pbx.show().totals.active == 0
    assert sum(count for _, count in pbx.show().totals.by_outcome) == 1
    assert sum(count for _, count in pbx.show().totals.by_rating) == 1
    written = {each.channel.split("-")[0] for each in pbx.asked if isinstance(each, SetVariable)}
    assert written == {"PJSIP/caller", "PJSIP/third", "PJSIP/second"}


@pytest.mark.pitfall(101)
def test_a_recorded_change_of_codec() -> None:
    """PCMA until the re-INVITE, G.722 behind it."""
    pbx = RecordedPbx("codec_changed_call")
    assert {stream.codec for stream in pbx.show().streams} == {"G722"}
