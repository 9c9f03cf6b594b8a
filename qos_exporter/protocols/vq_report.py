"""Voice quality reports in SIP PUBLISH and NOTIFY: application/vq-rtcpxr (RFC 6035).

Contract: `parse_report` takes the body and returns a report or raises `DecodeError` with one of
`REASONS`. Phones depart from the grammar in most of its points, so it is read for what it says:
lines in any order and case, with or without white space after the colon, folded or not, a metric
under any name of a line. What cannot be read is absent, and never makes the rest unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from qos_exporter.errors import DecodeError
from qos_exporter.protocols.vq_address import VqAddress, parse_address
from qos_exporter.protocols.vq_metrics import MetricPairs, VqMetrics, read_metrics

MEDIA_TYPE = "application/vq-rtcpxr"

REASONS = ("empty", "report_type", "no_metrics")
"""Every reason that `parse_report` gives.

`empty`: nothing but white space. `report_type`: it does not begin with one of the three kinds.
`no_metrics`: it says nothing of any direction.
"""

_KIND = re.compile(r"VQ(Interval|Session|Alert)Report\b[ \t]*:?(.*)", re.IGNORECASE)
_ALERT_FIELD = re.compile(r"\b(Type|Severity|Dir)[ \t]*=[ \t]*(\w{1,32})", re.IGNORECASE)
_LINE_END = re.compile(r"\r*\n|\r")
_TAG = re.compile(r";[ \t]*(to-tag|from-tag)[ \t]*=[ \t]*([^;\s]*)", re.IGNORECASE)
_CALL_TERM = re.compile(r"[ \t]*CallTerm\b", re.IGNORECASE)
_INFORMATION = {
    "callid",
    "localid",
    "remoteid",
    "origid",
    "localgroup",
    "remotegroup",
    "localaddr",
    "remoteaddr",
    "localmac",
    "remotemac",
    "dialogid",
}
_SECTIONS = ("localmetrics", "remotemetrics")


class VqReportKind(StrEnum):
    """Which span of the call a report is about."""

    INTERVAL = "interval"
    """A part of the call, or the call until now: its times tell which (VQIntervalReport)."""
    SESSION = "session"
    """The call so far (VQSessionReport), as some phones send in its course."""
    CALL_TERM = "call_term"
    """The whole call, at its end (VQSessionReport: CallTerm)."""
    ALERT = "alert"
    """A threshold was crossed (VQAlertReport)."""


@dataclass(frozen=True, slots=True)
class VqAlert:
    """What a VQAlertReport is about, in lower case; empty where it is not said."""

    metric: str
    """Type: the key of the figure, such as `nlr`."""
    severity: str
    """`warning`, `critical` or `clear`."""
    direction: str
    """`local` or `remote`: whose metrics."""


@dataclass(frozen=True, slots=True)
class VqDialog:
    """The SIP dialog that a report is about. A tag that is not said is empty."""

    call_id: str
    to_tag: str
    from_tag: str


@dataclass(frozen=True, slots=True)
class VqReport:
    """One report of one phone about both directions of its call. Texts are as the phone sent them.

    `local` is about what the reporting phone receives: the stream from `remote_address`, with the
    SSRC named there, to `local_address`. `remote` is about the other direction, as the far end told
    the phone in RTCP XR.
    """

    kind: VqReportKind
    alert: VqAlert | None
    call_id: str
    """CallID of the call that is reported, which is not that of the message; else from DialogID."""
    dialog: VqDialog | None
    local_id: str
    remote_id: str
    orig_id: str
    """OrigID: the party that began the call."""
    local_group: str
    remote_group: str
    local_address: VqAddress | None
    remote_address: VqAddress | None
    local: VqMetrics | None
    remote: VqMetrics | None


def parse_report(data: bytes) -> VqReport:
    """Parse a body; raises DecodeError with one of `REASONS`."""
    text = data.decode("utf-8", "replace").strip("\ufeff\r\n\0 \t")
    if not text:
        raise DecodeError("empty")
    opening, *lines = _LINE_END.split(text)
    match = _KIND.match(opening)
    if not match:
        raise DecodeError("report_type")
    information, sections = _read_lines(_unfold(lines))
    if not any(sections.values()):
        raise DecodeError("no_metrics")
    return _assemble(_kind(match), _alert(match), information, sections)


def _kind(match: re.Match[str]) -> VqReportKind:
    if match[1].lower() == "session" and _CALL_TERM.match(match[2]):
        return VqReportKind.CALL_TERM
    return VqReportKind(match[1].lower())


def _alert(match: re.Match[str]) -> VqAlert | None:
    if match[1].lower() != "alert":
        return None
    fields = {key.lower(): value.lower() for key, value in _ALERT_FIELD.findall(match[2])}
    return VqAlert(
        metric=fields.get("type", ""),
        severity=fields.get("severity", ""),
        direction=fields.get("dir", ""),
    )


def _name(line: str) -> str:
    return line.partition(":")[0].strip().lower()


def _unfold(lines: list[str]) -> Iterator[str]:
    """Join a line that begins with white space to the one before, unless it has a name itself."""
    parts: list[str] = []
    for line in lines:
        if parts and line[:1].isspace() and line.strip() and not _is_known(line):
            parts.append(line.strip())
            continue
        if parts:
            yield " ".join(parts)
        parts = [line.strip()]
    yield " ".join(parts)


def _is_known(line: str) -> bool:
    name = _name(line)
    return name in _INFORMATION or name in _SECTIONS


def _read_lines(lines: Iterator[str]) -> tuple[dict[str, str], dict[str, MetricPairs]]:
    """Return what is said of the call, and the metrics by section.

    Metrics before any section are the phone's own. A blank line ends a section that has any: what
    a phone adds below it is about neither direction.
    """
    information: dict[str, str] = {}
    sections = {name: MetricPairs() for name in _SECTIONS}
    section = sections[_SECTIONS[0]]
    for line in lines:
        name = _name(line)
        if name in _INFORMATION:
            information.setdefault(name, line.partition(":")[2].strip())
            continue
        if not line and section:
            section = MetricPairs()
        section = sections.get(name, section)
        section.add(line)
    return information, sections


def _assemble(
    kind: VqReportKind,
    alert: VqAlert | None,
    information: dict[str, str],
    sections: dict[str, MetricPairs],
) -> VqReport:
    dialog = _dialog(information.get("dialogid", ""))
    local, remote = (read_metrics(pairs) if pairs else None for pairs in sections.values())
    return VqReport(
        kind=kind,
        alert=alert,
        call_id=information.get("callid", "") or (dialog.call_id if dialog else ""),
        dialog=dialog,
        local_id=information.get("localid", ""),
        remote_id=information.get("remoteid", ""),
        orig_id=information.get("origid", ""),
        local_group=information.get("localgroup", ""),
        remote_group=information.get("remotegroup", ""),
        local_address=_address(information.get("localaddr", "")),
        remote_address=_address(information.get("remoteaddr", "")),
        local=local,
        remote=remote,
    )


def _address(text: str) -> VqAddress | None:
    return parse_address(text) if text else None


def _dialog(text: str) -> VqDialog | None:
    """Read a dialog as RFC 3891 writes it: Call-ID;to-tag=...;from-tag=..."""
    call_id = text.partition(";")[0].strip()
    if not call_id:
        return None
    tags = {key.lower(): value for key, value in _TAG.findall(text)}
    return VqDialog(call_id, tags.get("to-tag", ""), tags.get("from-tag", ""))
