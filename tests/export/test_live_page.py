"""The live page in a real browser, as far as it can be seen from outside: its document."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from qos_exporter.export.web import WebServer, application
from qos_exporter.export.web.page import page_html
from qos_exporter.listen import ListenAddress
from qos_exporter.snapshot import CallView, Snapshot
from tests.export.snapshots import STREAM, TOTALS, WINDOW, call, reported_call, snapshot
from tests.export.variants import replace
from tests.export.web_client import Picture

pytestmark = pytest.mark.browser

FIRST_LOOK_MS = 1000
"""Enough for the first fetch and not for the second."""
SECOND_LOOK_MS = 3000
"""Enough for one refresh."""


@pytest.fixture
def chromium() -> str:
    """The browser; without it the test is skipped."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("chromium is not installed")
    return found


def probed(shown: Picture, probe: str) -> Starlette:
    """Serve the page at /probed with one more script, which acts like somebody who looks at it."""
    page = page_html("metrics").replace("</body>", '<script src="probe.js"></script></body>')
    return Starlette(
        routes=[
            Route("/probed", lambda _: HTMLResponse(page)),
            Route("/probe.js", lambda _: Response(probe, media_type="text/javascript")),
            Mount("/", application(shown)),
        ]
    )


def document(
    chromium: str,
    shown: Picture,
    *,
    profile: Path,
    after_ms: int,
    probe: str = "",
    size: str = "1280,800",
) -> str:
    """Load the page, let `after_ms` of the page's time pass, and give its document."""
    app = probed(shown, probe) if probe else application(shown)
    with WebServer(app, ListenAddress("127.0.0.1", 0)) as server:
        done = subprocess.run(
            [
                *(chromium, "--headless", "--no-sandbox", "--disable-gpu"),
                *("--disable-background-networking", "--disable-dev-shm-usage"),
                f"--user-data-dir={profile}",
                f"--virtual-time-budget={after_ms}",
                f"--window-size={size}",
                "--dump-dom",
                f"http://{server.address}/{'probed' if probe else ''}",
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    return done.stdout


def body_rows(page: str) -> list[str]:
    """Give the text of each row of the table."""
    table = re.search(r'<tbody id="calls">(.*)</tbody>', page, re.DOTALL)
    assert table
    return [re.sub(r"<[^>]*>", " ", row) for row in table[1].split("<tr>")[1:]]


def figure(page: str, name: str) -> str:
    """Give the text of one of the figures above the table."""
    found = re.search(rf'<b id="{name}">([^<]*)</b>', page)
    assert found
    return found[1]


class Changing(Picture):
    """Shows one picture for the two questions of the first fetch, and another one afterwards."""

    def __init__(self, first: Snapshot, then: Snapshot) -> None:
        super().__init__(first)
        self._then = then
        self._taken = 0

    def __call__(self) -> Snapshot:
        self._taken += 1
        return self.shown if self._taken <= 2 else self._then


def test_table_shows_the_calls_and_their_quality(chromium: str, tmp_path: Path) -> None:
    """Each active call is a row with both directions; the worst one is on top."""
    bad = replace(STREAM, last_window=replace(WINDOW, mos_lq=2.5, result="bad", loss_ratio=0.087))
    ended = replace(call("over"), state="ended")
    setup = replace(call("ringing"), state="setup", streams=(), caller="carol", callee="dave")
    shown = snapshot(setup, call("fine"), ended, call("noisy", bad))
    page = document(chromium, Picture(shown), profile=tmp_path, after_ms=FIRST_LOOK_MS)
    noisy, fine, ringing = body_rows(page)
    assert " ".join(noisy.split()) == (
        "alice → bob noisy active 01:05 \N{EN DASH} 2.50 8.7 % 3.0 ms PCMA unknown \N{EN DASH}"
    )
    assert fine.count("4.25") == 2
    assert "carol → dave" in " ".join(ringing.split())
    assert re.search(r'<span class="mos bad"[^>]*>2.50<', page)


def test_table_says_where_the_fault_is(chromium: str, tmp_path: Path) -> None:
    """The round trip of a call, and for each direction the side of the tap that harms it."""
    shown = snapshot(reported_call("far"))
    page = document(chromium, Picture(shown), profile=tmp_path, after_ms=FIRST_LOOK_MS)
    (row,) = body_rows(page)
    assert "01:05 120 ms 4.25" in " ".join(row.split())
    assert "PCMA after the tap" in " ".join(row.split())
    assert 'title="lost after the tap: 2.6 %"' in page


def test_table_shows_the_audio_of_a_video_call(chromium: str, tmp_path: Path) -> None:
    """The video has a newer packet, and no score that could be shown."""
    unscored = replace(WINDOW, mos_lq=None, result="unscored", reason="unknown_codec")
    video = replace(
        STREAM, codec="H264", is_audio=False, last_s=STREAM.last_s + 1, last_window=unscored
    )
    shown = snapshot(call("both", video, STREAM))
    page = document(chromium, Picture(shown), profile=tmp_path, after_ms=FIRST_LOOK_MS)
    (row,) = body_rows(page)
    assert "4.25" in row
    assert "PCMA" in row
    assert "H264" not in row


def test_table_shows_the_worst_passage(chromium: str, tmp_path: Path) -> None:
    """On both sides of a relay the windows end together; what the relay lost is shown."""
    lossy = replace(STREAM, last_window=replace(WINDOW, mos_lq=2.5, result="bad", loss_ratio=0.1))
    older = replace(STREAM, last_window=replace(WINDOW, end_s=WINDOW.end_s - 10, mos_lq=1.5))
    clean = replace(STREAM, last_s=STREAM.last_s + 0.02)
    begun = replace(STREAM, last_s=STREAM.last_s + 0.04, last_window=None)
    shown = snapshot(call("one", older, clean, lossy, begun), call("two", begun, lossy, clean))
    page = document(chromium, Picture(shown), profile=tmp_path, after_ms=FIRST_LOOK_MS)
    rows = [" ".join(row.split()) for row in body_rows(page)]
    assert ["2.50 10.0 %" in row for row in rows] == [True, True]


def test_figures_sum_up_all_calls(chromium: str, tmp_path: Path) -> None:
    """Active and total calls, mean MOS with its scale, calls with issues and their share."""
    shown = replace(snapshot(call()), totals=replace(TOTALS, active=17, seen=1234, with_issues=87))
    page = document(chromium, Picture(shown), profile=tmp_path, after_ms=FIRST_LOOK_MS)
    names = ("calls-active", "calls-total", "mos", "issues", "loss")
    assert [figure(page, name) for name in names] == (
        ["17", "1,234", "4.10&nbsp;NB", "87 (7&nbsp;%)", "1.00 %"]
    )


def test_table_can_be_scrolled_with_the_keyboard(chromium: str, tmp_path: Path) -> None:
    """What is wider than the window can be reached by Tab, and has a name there."""
    page = document(chromium, Picture(snapshot(call())), profile=tmp_path, after_ms=FIRST_LOOK_MS)
    found = re.search(r'<div class="scroll"([^>]*)>', page)
    assert found
    assert all(word in found[1] for word in ('tabindex="0"', 'role="region"', "aria-label="))


def test_table_follows_the_calls(chromium: str, tmp_path: Path) -> None:
    """After two seconds the page shows what has changed, without being loaded again."""
    shown = Changing(snapshot(call("early")), snapshot(call("late-1"), call("late-2")))
    page = document(chromium, shown, profile=tmp_path, after_ms=SECOND_LOOK_MS)
    rows = body_rows(page)
    assert len(rows) == 2
    assert "early" not in page
    assert {row.split()[3] for row in rows} == {"late-1", "late-2"}


def later(call_id: str, mos_lq: float) -> CallView:
    """Give a call of `snapshots` a refresh later, with a score of its own."""
    scored = replace(STREAM, last_window=replace(WINDOW, mos_lq=mos_lq))
    return replace(call(call_id, scored), duration_s=call().duration_s + 2)


SELECT = """
setTimeout(() => getSelection().selectAllChildren(document.querySelector("#calls .call-id")), 1000);
setTimeout(() => { document.title = getSelection().toString(); }, 3000);
"""


def test_a_selected_call_id_stays_selected(chromium: str, tmp_path: Path) -> None:
    """A refresh that changes other figures of the call leaves time to copy its Call-ID."""
    shown = Changing(snapshot(call("one")), snapshot(later("one", 2.0), later("two", 4.0)))
    page = document(chromium, shown, profile=tmp_path, after_ms=SECOND_LOOK_MS + 500, probe=SELECT)
    assert len(body_rows(page)) == 2
    assert "2.00" in body_rows(page)[0]
    assert "<title>one</title>" in page


FOCUS = """
setTimeout(() => document.querySelector("#calls a").focus(), 1000);
setTimeout(() => { document.title = document.activeElement.parentElement.textContent; }, 3000);
"""


def test_the_focus_stays_with_its_call(chromium: str, tmp_path: Path) -> None:
    """Who goes through the calls by Tab goes on from the same one, wherever it has moved."""
    first = snapshot(later("one", 2.0), later("gone", 2.5), later("two", 3.0))
    shown = Changing(first, snapshot(later("two", 1.0), later("three", 1.5), later("one", 2.0)))
    page = document(chromium, shown, profile=tmp_path, after_ms=SECOND_LOOK_MS + 500, probe=FOCUS)
    assert [row.split()[3] for row in body_rows(page)] == ["two", "three", "one"]
    assert "<title>alice → bobone</title>" in page


ORDER = """
setTimeout(() => {
  const [caller, callee] = document.querySelectorAll("#calls a bdi");
  const left = (name) => name.getBoundingClientRect().left;
  document.title = left(caller) < left(callee) ? "caller first" : "callee first";
}, 1000);
"""


@pytest.mark.parametrize(
    ("caller", "callee"),
    [
        pytest.param("\u05e9\u05dc\u05d5\u05dd", "\u05d0\u05d1\u05d0", id="hebrew"),
        pytest.param("abc\u202egnp", "dave", id="an override that does not end"),
    ],
)
@pytest.mark.pitfall(111)
def test_caller_stays_left_of_the_arrow(
    chromium: str, tmp_path: Path, caller: str, callee: str
) -> None:
    """Names that are written from right to left do not change who calls whom."""
    shown = Picture(snapshot(replace(call(), caller=caller, callee=callee)))
    page = document(chromium, shown, profile=tmp_path, after_ms=SECOND_LOOK_MS, probe=ORDER)
    assert "<title>caller first</title>" in page


FIRST_SCORE = """
setTimeout(() => {
  const { right } = document.querySelector("#calls .mos").getBoundingClientRect();
  document.title = right <= 390 ? "seen" : `ends at ${right}`;
}, 1000);
"""


def test_a_telephone_shows_the_first_score(chromium: str, tmp_path: Path) -> None:
    """Within 390 pixels, however long the names are, a score is seen without scrolling."""
    # No window of Chromium is narrower than 500; the table is wider than both.
    long = replace(call(), caller="a" * 500, callee="b" * 500, state="active", duration_s=36_000)
    page = document(
        chromium,
        Picture(snapshot(long)),
        profile=tmp_path,
        after_ms=SECOND_LOOK_MS,
        probe=FIRST_SCORE,
        size="500,844",
    )
    assert "<title>seen</title>" in page


def said(page: str) -> str:
    """Give what a screen reader says by itself."""
    (found,) = re.findall(r'<[a-z]+ [^>]*role="status"[^>]*>([^<]*)<', page)
    return str(found)


def test_a_screen_reader_is_not_told_of_every_refresh(chromium: str, tmp_path: Path) -> None:
    """That figures are new is no news; that they cannot be had is."""
    shown = Picture(snapshot(call()))
    fresh = document(chromium, shown, profile=tmp_path, after_ms=FIRST_LOOK_MS)
    shown.broken = True
    lost = document(chromium, shown, profile=tmp_path, after_ms=FIRST_LOOK_MS)
    assert (said(fresh), said(lost)) == ("", "Calls are not up to date.")


class Tags(HTMLParser):
    """Counts the elements of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = Counter[str]()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Count one element."""
        del attrs
        self.seen[tag] += 1


HOSTILE = '"><img src=x onerror="document.title=1"><script>document.title=2</script>'


@pytest.mark.pitfall(111)
def test_names_from_the_network_stay_text(chromium: str, tmp_path: Path) -> None:
    """A caller named like markup is shown as he is called, and runs nothing."""
    stream = replace(STREAM, codec=HOSTILE, last_window=replace(WINDOW, reason=HOSTILE))
    shown = snapshot(
        replace(call(HOSTILE, stream), caller=HOSTILE, callee=HOSTILE, anomalies=(HOSTILE,))
    )
    page = document(chromium, Picture(shown), profile=tmp_path, after_ms=SECOND_LOOK_MS)
    assert "<title>qos-exporter</title>" in page
    tags = Tags()
    tags.feed(page)
    assert (tags.seen["script"], tags.seen["img"]) == (1, 1)
    assert html.unescape(body_rows(page)[0]).count(HOSTILE) == 5


def test_page_says_when_it_is_not_up_to_date(chromium: str, tmp_path: Path) -> None:
    """When the figures cannot be had, old ones are not passed off as new."""
    shown = Picture(snapshot(call()))
    shown.broken = True
    page = document(chromium, shown, profile=tmp_path, after_ms=FIRST_LOOK_MS)
    assert re.search(r'<p id="status"[^>]*class="lost">not up to date: [^<]*status 500<', page)


def test_page_says_that_there_are_no_calls(chromium: str, tmp_path: Path) -> None:
    """An empty table is explained."""
    page = document(chromium, Picture(), profile=tmp_path, after_ms=FIRST_LOOK_MS)
    assert body_rows(page) == []
    assert '<p id="empty">No calls at the moment.</p>' in page
