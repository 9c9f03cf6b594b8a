"""The tables of `analyze`."""

from __future__ import annotations

import io

import pytest

from qos_exporter.export.records import WRITERS, CaptureSummary
from qos_exporter.export.records.table_record import PLAIN_WIDTH
from qos_exporter.snapshot import Snapshot, Spread
from tests.export.recorded import BAD, CAPTURE, FAIR, UNSCORED, written
from tests.export.snapshots import (
    EMPTY,
    STREAM,
    call,
    snapshot,
)
from tests.export.variants import replace

SUMMARY_LINES = 6
"""Five lines about the whole file and an empty one; then come the heading and the rows."""


def unfolded(text: str) -> str:
    """Give a table with the endpoints of a stream behind its figures instead of below them."""
    return text.replace("\n    ", " ")


def lines(shown: Snapshot, *, top: int | None = None) -> list[str]:
    return unfolded(written("table", shown, top=top)).splitlines()


def tables(text: str) -> tuple[list[str], list[str]]:
    """Give the lines of the table of streams and those of the table of calls below it."""
    _, streams, calls = unfolded(text).split("\n\n")
    return streams.splitlines(), calls.splitlines()


def test_table_begins_with_the_counts_of_the_file() -> None:
    """File, calls, streams, windows and what was not read are summed up above the rows."""
    failed = replace(call("x", BAD), outcome="failed")
    assert lines(snapshot(call(), failed))[:SUMMARY_LINES] == [
        "calls.pcap: 12,345 packets in 60.0 s",
        "2 calls: 1 answered, 1 failed",
        "3 streams, windows: 12 good, 3 degraded, 0 bad, 3 unscored",
        "not decoded: 3 arp",
        "faulty messages: 2 sdp (media line)",
        "",
    ]


def test_what_was_not_read_stays_within_100_columns() -> None:
    """A capture of a busy network has more kinds of other traffic than fit into one line."""
    kinds = tuple((f"some_other_kind_{number}", 1_234) for number in range(9))
    shown = replace(snapshot(), exporter=replace(snapshot().exporter, undecoded=kinds))
    written_lines = written("table", shown).splitlines()
    assert max(map(len, written_lines)) <= 100
    whole = ", ".join(f"1,234 some other kind {number}" for number in range(9))
    assert f"not decoded: {whole}" in " ".join(line.strip() for line in written_lines)


def test_table_names_what_is_wrong_with_the_media_of_calls() -> None:
    """Anomalies, which no row of a stream could show, are counted above the rows."""
    silent = replace(call("a"), anomalies=("no_rtp",))
    half = replace(call("b", STREAM), anomalies=("one_way", "stopped"))
    found = lines(snapshot(silent, half, call("c", STREAM)))
    assert found[2] == "calls with anomalies: 1 no rtp, 1 one way, 1 stopped"


def test_table_has_one_row_per_stream_worst_first() -> None:
    """Scored streams come by their mean MOS, those without a score after them."""
    shown = snapshot(call("a", UNSCORED, STREAM), call("b", FAIR, BAD))
    rows, _ = tables(written("table", shown))
    assert [row.split()[0] for row in rows[1:]] == ["bad", "fair", "good", "unscored"]


def test_table_row_has_the_figures_of_the_stream() -> None:
    """Ratios are shown in percent and times in milliseconds."""
    (heading, row), _ = tables(written("table", snapshot(call("a", STREAM))))
    assert dict(zip(heading.split(), row.split(maxsplit=13), strict=True)) == {
        "Rating": "good",
        "MOS": "4.10",
        "min": "3.20",
        "on": "NB",
        "Loss%": "1.00",
        "Late%": "0.20",
        "Jit/ms": "4.0",
        "max": "12.0",
        "Pkts": "2970",
        "Codec": "PCMA",
        "Call": "1>",
        "Fault": "unknown",
        "SSRC": "1234ABCD",
        "Stream": "10.0.0.1:5004 > 10.0.0.2:6004",
    }


def test_table_top_keeps_the_counts_whole() -> None:
    """With top there are fewer rows, but the same sums."""
    shown = snapshot(call("a", STREAM, FAIR), call("b", BAD))
    short, long = lines(shown, top=1), lines(shown)
    assert short[:4] == long[:4]
    assert short[SUMMARY_LINES:][:2] == long[SUMMARY_LINES:][:2]
    of_streams, of_calls = tables("\n".join(short))
    assert (len(of_streams), len(of_calls)) == (2, 2)
    assert of_calls[1].split()[-1] == "b"


def test_table_leads_from_a_stream_to_its_call() -> None:
    """Streams bear the number of a call and their direction, and the calls are listed by them."""
    back = replace(STREAM, direction="callee_to_caller", ssrc=2)
    stray = replace(UNSCORED, call_id=None)
    bad = replace(call("c-2", BAD), caller="carol", callee="", anomalies=("one_way",))
    refused = replace(call("c-3"), streams=(), outcome="failed", duration_s=0.25)
    talk = replace(call("c-1", STREAM, back), round_trip=Spread(0.12, 0.125, 0.19))
    shown = snapshot(talk, bad, refused)
    rows, calls = tables(written("table", replace(shown, streams=(*shown.streams, stray))))
    column = rows[0].index("Call")
    assert [row[column : column + 4].strip() for row in rows[1:]] == ["1>", "2>", "2<", "-"]
    assert [" ".join(row.split()) for row in calls] == [
        "Call Caller > callee Start (UTC) Length/s RTT/ms Outcome Call-ID",
        "1 carol > - 2024-11-21 07:58:54 65.0 - answered, one way c-2",
        "2 alice > bob 2024-11-21 07:58:54 65.0 125 answered c-1",
        "3 alice > bob 2024-11-21 07:58:54 0.2 - failed c-3",
    ]


def test_table_of_calls_without_signalling_pairs_the_streams() -> None:
    """Where nobody is known to have called there is no list of calls, but the numbers stay."""
    unsigned = replace(call("rtp-1", STREAM), caller="", callee="")
    heading, row = lines(snapshot(unsigned))[SUMMARY_LINES:]
    assert row[heading.index("Call") :].split()[0] == "1>"


def test_table_without_calls_needs_no_numbers() -> None:
    """Streams that belong to no call have no column for it."""
    heading, _ = lines(replace(snapshot(), streams=(STREAM,)))[SUMMARY_LINES:]
    assert "Call" not in heading


WIDE = [
    pytest.param("10.0.0.1:5004", id="short"),
    pytest.param("255.255.255.255:65535", id="long IPv4"),
    pytest.param("[2001:db8:1111:2222:3333:4444:5555:6666]:65535", id="long IPv6"),
]


@pytest.mark.parametrize("endpoint", WIDE)
def test_table_stays_within_100_columns(endpoint: str) -> None:
    """Long endpoints go to a line of their own, and are never cut."""
    stream = replace(
        STREAM, src=endpoint, dst=endpoint, packets=replace(STREAM.packets, received=10**7)
    )
    text = written("table", snapshot(call("a", stream, replace(stream, codec="TELEPHONE"))))
    assert max(map(len, text.splitlines())) <= max(
        100, len(f"    12345678 {endpoint} > {endpoint}")
    )
    assert f"{endpoint} > {endpoint}" in text


def test_long_names_of_parties_are_shortened() -> None:
    """A whole URI in place of a number does not make the rows of calls wider than 100 columns."""
    uri = "sip:200.57.7.195:55061;user=phone"
    text = written("table", snapshot(replace(call("a", STREAM), caller=uri, callee=uri)))
    (row,) = [line for line in text.splitlines() if "sip:" in line]
    assert "sip:200.57.7.195:5\u2026 > sip:200.57.7.195:5\u2026" in row
    assert len(row) <= 100


KANJI = "\u5c71\u7530\u592a\u90ce"
"""Four characters that take two columns each on a terminal (Unicode, annex 11)."""


@pytest.mark.parametrize(
    ("caller", "columns"),
    [
        pytest.param(KANJI, 8, id="wide"),
        pytest.param("cafe\u0301", 4, id="combining"),
        pytest.param(KANJI * 3, 19, id="wide and too long: nine characters and an ellipsis"),
    ],
)
def test_columns_stay_below_their_headings(caller: str, columns: int) -> None:
    """What stands behind a name is aligned by the columns that the name takes on a terminal."""
    named = replace(call("x"), caller=caller, callee="b")
    plain = replace(call("y"), caller="a" * columns, callee="b")
    _, calls = tables(written("table", snapshot(named, plain)))
    of_name, of_plain = calls[1:]
    assert of_name.split(" > b ")[1].split()[0] == of_plain.split(" > b ")[1].split()[0]
    behind = [line.split(" > b", 1)[1] for line in (of_name, of_plain)]
    assert behind[0].removesuffix("x") == behind[1].removesuffix("y")


def test_table_of_nothing_has_no_rows() -> None:
    """An empty capture is summed up and nothing else."""
    nothing = CaptureSummary("empty.pcap", 0, None, None)
    assert written("table", EMPTY, capture=nothing).splitlines() == [
        "empty.pcap: 0 packets",
        "0 calls",
        "0 streams, windows: 0 good, 0 degraded, 0 bad, 0 unscored",
    ]


@pytest.mark.pitfall(111)
def test_table_cannot_be_coloured_from_the_wire() -> None:
    """Control characters in a codec's name do not reach the terminal."""
    text = written("table", snapshot(call("a", replace(STREAM, codec="\x1b[31mX\nY"))))
    assert "\x1b" not in text
    assert "\ufffd[31mX\ufffdY" in text


class Terminal(io.StringIO):
    """A file that says that it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for name, setting in {"TERM": "xterm-256color", "COLUMNS": "200", **environment}.items():
        monkeypatch.setenv(name, setting)
    out = Terminal()
    WRITERS["table"](snapshot(call("a", STREAM, BAD, UNSCORED)), CAPTURE, out)
    return out.getvalue()


def test_table_is_coloured_by_rating_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bad streams are red and bold, good ones green, unscored ones dim."""
    rows = on_terminal(monkeypatch).splitlines()[SUMMARY_LINES + 1 :][:3]
    assert [row.partition("m")[0] for row in rows] == ["\x1b[1;31", "\x1b[32", "\x1b[2"]


def test_table_uses_the_width_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a wide terminal every stream has one line, which ends with the place of the fault."""
    _, streams, _ = on_terminal(monkeypatch, NO_COLOR="1").split("\n\n")
    assert [row.split()[-1] for row in streams.splitlines()] == ["Fault", *["unknown"] * 3]


@pytest.mark.parametrize("fault", ["before the tap", "after the tap", "both", "clean", "unknown"])
def test_table_says_in_words_where_the_fault_is(fault: str) -> None:
    """The last column of a row names the side of the tap, and the heading above it says so."""
    text = written("table", snapshot(call("a", replace(STREAM, fault=fault))))
    _, streams, _ = text.split("\n\n")
    heading, _, row, _ = streams.splitlines()
    assert heading.endswith("Fault")
    assert row[heading.index("Fault") :] == fault


def test_table_is_plain_where_colour_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR is respected."""
    assert "\x1b" not in on_terminal(monkeypatch, NO_COLOR="1")


def test_no_codec_makes_all_rows_wide() -> None:
    """Of a codec whose name is longer than any the beginning is shown."""
    text = written("table", snapshot(call("a", replace(STREAM, codec="X" * 1000))))

    assert f" {'X' * 18}\u2026 " in text
    assert max(map(len, text.splitlines())) <= PLAIN_WIDTH
