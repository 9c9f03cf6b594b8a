"""Makes what Asterisk told of calls that change: `python -m tests.data.make_asterisk`.

Needs root, and what the tests with a real Asterisk need. Every run gives other ports and SSRCs.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from qos_exporter.protocols.ami.fields import split_fields
from tests.live.asterisk_moves import perform

FOLDER = Path(__file__).parent / "asterisk"
CALLS = {"caller": "held_call", "giver": "transferred_call", "alice": "codec_changed_call"}
"""The files, by who makes the call."""


def parts(events: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Give each message with its time and its fields."""
    for part in events.strip().split("\n\n"):
        yield part, split_fields(part.replace("\n", "\r\n").encode())


def about(events: str, linkedid: str) -> Iterator[str]:
    """Give what is told of one call, and what is answered about its channels."""
    channels = set()
    for part, fields in parts(events):
        if fields.get("Linkedid") == linkedid and fields.get("Event") != "CoreShowChannel":
            channels.add(fields.get("Channel", ""))
            yield part
        elif fields.get("Asked-Action") == "Getvar" and fields["Asked-Channel"] in channels:
            yield part


def save(events: str) -> None:
    """Write a file for each call."""
    begun = [fields for _, fields in parts(events) if fields.get("Event") == "Newchannel"]
    for number, name in CALLS.items():
        linkedid = next(each["Linkedid"] for each in begun if each["CallerIDNum"] == number)
        (FOLDER / f"{name}.txt").write_text("\n\n".join(about(events, linkedid)) + "\n")


def main() -> None:
    """Make the calls, or take them from a file that a tap has written before."""
    if len(sys.argv) > 1:
        save(Path(sys.argv[1]).read_text())
        return
    with tempfile.TemporaryDirectory() as name:
        perform(Path(name))
        save((Path(name) / "events.txt").read_text())


if __name__ == "__main__":
    main()
