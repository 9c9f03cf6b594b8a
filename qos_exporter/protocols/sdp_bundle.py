"""Media of several `m=` lines that share one place (BUNDLE, RFC 9143).

The lines of a group come to the place of its first line that has one. That line alone need say
where this is, in its port and its candidates; the others may repeat it, name the place that they
have should the other side refuse to bundle, or, as `a=bundle-only`, port 0.
"""

from __future__ import annotations

from collections.abc import Iterable

from qos_exporter.protocols.session_description import IceCandidate, MediaDescription

RTP = 1
"""The component of candidates; grouped lines multiplex RTCP (RFC 9143 section 9.3)."""


def share_places(
    media: list[MediaDescription], groups: Iterable[tuple[str, ...]]
) -> list[MediaDescription]:
    """Give the lines of every group, which is named by their `a=mid`, its common place as well.

    A line that several groups name is of the first: no line may be of two (section 5).
    """
    grouped: set[str] = set()
    for group in groups:
        names = set(group) - grouped
        grouped |= names
        members = [
            each
            for each in media
            if each.terms.mid in names and (each.port or each.terms.is_bundle_only)
        ]
        common = next((each for each in members if each.port), None)
        if common is not None:
            media = [_at(common, each) if each in members else each for each in media]
    return media


def _at(common: MediaDescription, line: MediaDescription) -> MediaDescription:
    if line == common:
        return line
    own = line if line.port else line._replace(port=common.port, address=common.address)
    candidates = own.terms.candidates
    places = [IceCandidate(RTP, "host", endpoint) for endpoint in common.media_endpoints]
    others = [each for each in places if each not in candidates]
    return own._replace(terms=own.terms._replace(candidates=(*candidates, *others)))
