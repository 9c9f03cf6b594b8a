"""Lines that share one place (RFC 9143)."""

from __future__ import annotations

from itertools import chain

import pytest

from qos_exporter.net import Endpoint
from tests.protocols.test_sdp import parse

AUDIO = Endpoint("192.0.2.1", 40000)
VIDEO = Endpoint("192.0.2.1", 40002)
CANDIDATE = "a=candidate:1 1 UDP 2015363327 192.0.2.1 {} typ host"
GROUP = "a=group:BUNDLE audio0 video1"
NOWHERE = "c=IN IP4 0.0.0.0"
HERE = "c=IN IP4 192.0.2.1"


def video_places(
    group: str, connection: str, audio: tuple[str, ...], video: tuple[str, ...]
) -> tuple[Endpoint, ...]:
    """Where video may arrive, of a description with one line of each."""
    sound = (f"m=audio {audio[0]} RTP/SAVPF 96", connection, "a=mid:audio0", *audio[1:])
    picture = (f"m=video {video[0]} RTP/SAVPF 97", connection, "a=mid:video1", *video[1:])
    media = parse(group, *sound, *picture).media
    assert media[0].media_endpoints == (AUDIO,)
    return media[1].media_endpoints


@pytest.mark.parametrize(
    ("group", "connection", "audio", "video", "expected"),
    [
        pytest.param(
            GROUP, NOWHERE, ("9", CANDIDATE.format(40000)), ("0", "a=bundle-only"), (AUDIO,),
            id="offer-of-a-browser-that-insists",
        ),
        pytest.param(
            GROUP, NOWHERE, ("9", CANDIDATE.format(40000)), ("9",), (AUDIO,),
            id="answer-with-candidates-once",
        ),
        pytest.param(GROUP, HERE, ("40000",), ("40000",), (AUDIO,), id="the-same-port"),
        pytest.param(
            GROUP, HERE, ("40000",), ("40002",), (VIDEO, AUDIO),
            id="offer-that-also-works-apart",
        ),
        pytest.param(GROUP, HERE, ("40000",), ("0",), (), id="refused"),
        pytest.param("a=x", HERE, ("40000",), ("0", "a=bundle-only"), (), id="no-group"),
        pytest.param(
            "a=group:LS audio0 video1", HERE, ("40000",), ("40002",), (VIDEO,),
            id="group-for-something-else",
        ),
        pytest.param("a=group:", HERE, ("40000",), ("40002",), (VIDEO,), id="empty-group"),
    ],
)  # fmt: skip
def test_where_video_may_arrive(
    group: str,
    connection: str,
    audio: tuple[str, ...],
    video: tuple[str, ...],
    expected: tuple[Endpoint, ...],
) -> None:
    """At its own place, if it has one, and at that of the first line of its group."""
    assert video_places(group, connection, audio, video) == expected


def test_a_line_is_of_one_group() -> None:
    """A line that a second group names as well (against section 5) has the place of its first."""
    lines = [(f"m=audio {40000 + 2 * n} RTP/AVP 0", HERE, f"a=mid:{n}") for n in range(3)]
    groups = ("a=group:BUNDLE 0 2", "a=group:BUNDLE 1 2")
    media = parse(*groups, *chain.from_iterable(lines)).media
    assert [each.port for each in media[2].media_endpoints] == [40004, 40000]
    assert media[1].media_endpoints == (VIDEO,)


def test_groups_without_end_cost_no_time() -> None:
    """However many groups a datagram has room for, a line has no more places than two lines."""
    groups = ["a=group:BUNDLE " + " ".join(map(str, range(first, 32))) for first in range(32)]
    lines = [
        (
            f"m=audio {1000 + line} RTP/AVP 0",
            f"a=mid:{line}",
            *(CANDIDATE.format(2000 + 32 * line + number) for number in range(32)),
        )
        for line in range(32)
    ]
    media = parse(*groups, *chain.from_iterable(lines)).media
    assert max(len(each.media_endpoints) for each in media) <= 2 * 33
