"""Capture files with known contents, analysed by the program and compared with what is known."""

from __future__ import annotations

import contextlib
import io
import ipaddress
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from qos_exporter import cli

MS = 1e-3


class StreamReport(TypedDict):
    """The part of `analyze --format json` that is compared here."""

    src: str
    dst: str
    ssrc: str
    clock_rate: int | None
    packets_expected: int
    packets_received: int
    packets_lost: int
    packets_duplicate: int
    packets_reordered: int
    packets_discarded: int
    jitter_s: dict[str, float] | None


@dataclass(frozen=True, slots=True)
class StreamName:
    """Endpoints and SSRC, in the words of the report."""

    src: str
    dst: str
    ssrc: str


def analyze(path: Path) -> dict[StreamName, StreamReport]:
    """Run the command on a file and give its streams by name."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        status = cli.run(["analyze", "--format", "json", str(path)])
    assert status == 0
    streams: list[StreamReport] = json.loads(output.getvalue())["streams"]
    return {StreamName(s["src"], s["dst"], s["ssrc"]): s for s in streams}


def endpoint(address: str, port: str | int) -> str:
    """Spell an endpoint as the report does."""
    text = str(ipaddress.ip_address(address))
    return f"[{text}]:{port}" if ":" in text else f"{text}:{port}"


def ssrc_text(ssrc: int) -> str:
    """Spell an SSRC as the report does."""
    return f"0x{ssrc:08X}"
