from __future__ import annotations

import pytest

from qos_exporter.protocols.mime import find_part, part_types

SDP = b"v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\n"
MIXED = 'multipart/mixed;boundary="frontier"'


def multipart(
    *parts: tuple[str, bytes], boundary: str = "frontier", line_end: str = "\r\n"
) -> bytes:
    """Build a multipart body with a preamble and an epilogue."""
    lines = ["preamble"]
    for content_type, content in parts:
        lines += [f"--{boundary}", f"Content-Type: {content_type}", "", content.decode()]
    return line_end.join([*lines, f"--{boundary}--", "epilogue"]).encode()


@pytest.mark.pitfall(85)
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(SDP, "application/sdp", id="alone"),
        pytest.param(SDP, "Application/SDP; charset=utf-8", id="case-and-parameter"),
        pytest.param(
            multipart(("application/sdp", SDP), ("application/isup", b"\x01")), MIXED, id="first"
        ),
        pytest.param(
            multipart(("application/pidf+xml", b"<x/>"), ("application/sdp", SDP)),
            MIXED,
            id="second",
        ),
        pytest.param(
            multipart(("application/sdp", SDP), line_end="\n"), MIXED, id="bare-line-feeds"
        ),
        pytest.param(
            multipart(("application/sdp", SDP), boundary="x"),
            "multipart/related; type=a/b ; BOUNDARY=x",
            id="related-unquoted-boundary",
        ),
        pytest.param(
            multipart(
                (
                    "multipart/alternative; boundary=inner",
                    multipart(("application/sdp", SDP), boundary="inner"),
                )
            ),
            MIXED,
            id="nested",
        ),
    ],
)
def test_session_description_among_other_parts(body: bytes, content_type: str) -> None:
    """A description is found wherever it stands in the body."""
    part = find_part(body, content_type, wanted="application/sdp")

    assert part is not None
    assert part.split() == SDP.split()


@pytest.mark.pitfall(85)
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(SDP, "text/plain", id="other-type"),
        pytest.param(multipart(("application/sdp", SDP)), "multipart/mixed", id="no-boundary"),
        pytest.param(b"", MIXED, id="empty"),
        pytest.param(b"--frontier\r\napplication/sdp", MIXED, id="part-without-content"),
        pytest.param(multipart(("text/plain", b"v=0")), MIXED, id="looks-like-it"),
    ],
)
def test_no_session_description(body: bytes, content_type: str) -> None:
    """Without a part of that type there is no description."""
    assert find_part(body, content_type, wanted="application/sdp") is None


def test_part_without_headers_is_text() -> None:
    """A part may leave its headers out; it is plain text then (RFC 2046 section 5.1)."""
    assert part_types(b"--frontier\r\n\r\nhello\r\n--frontier--", MIXED) == ("text/plain",)


def test_bottomless_nesting_ends() -> None:
    """Parts within parts are followed to a limit only."""
    body = b"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" * 2000

    assert find_part(body, "multipart/mixed;boundary=a", wanted="application/sdp") is None
