from __future__ import annotations

import gzip
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import cast
from urllib.parse import quote

import pytest

from qos_exporter import __version__
from qos_exporter.export.web import WebServer, application
from qos_exporter.export.web.statistics import statistics
from qos_exporter.listen import ListenAddress
from qos_exporter.snapshot import Histogram, Snapshot, StreamView
from tests.export.parsed import families
from tests.export.snapshots import (
    EMPTY,
    GROUP,
    STREAM,
    TOTALS,
    WINDOW,
    call,
    reported_call,
    snapshot,
)
from tests.export.variants import replace
from tests.export.web_client import Picture, request

LOOPBACK = ListenAddress("127.0.0.1", 0)

picture = Picture()


@pytest.fixture(scope="module")
def address() -> Iterator[ListenAddress]:
    """A server that shows `picture`."""
    with WebServer(application(picture), LOOPBACK) as server:
        yield server.address


@pytest.fixture
def shows(address: ListenAddress) -> Iterator[Picture]:
    """The picture that the server shows, quiet at the start of each test."""
    assert address.port
    picture.shown, picture.broken = snapshot(), False
    yield picture
    picture.broken = False


def test_metrics_are_served_as_text(address: ListenAddress, shows: Picture) -> None:
    """Without preferences there is text 0.0.4, with the metrics of the process."""
    shows.shown = snapshot(call())
    answer = request(address, "/metrics")
    names = {sample.name for family in families(answer.body) for sample in family.samples}
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert {"voip_call_mos_lq", "process_cpu_seconds_total", "python_info"} <= names


def test_metrics_are_served_as_openmetrics(address: ListenAddress, shows: Picture) -> None:
    """A scraper that prefers OpenMetrics gets it."""
    shows.shown = snapshot(call())
    answer = request(address, "/metrics", Accept="application/openmetrics-text;version=1.0.0")
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.body.endswith(b"# EOF\n")


def test_metrics_are_compressed_where_accepted(address: ListenAddress, shows: Picture) -> None:
    """The compressed body holds the same series."""
    shows.shown = snapshot(call())
    plain = request(address, "/metrics", Accept_Encoding="identity")
    packed = request(address, "/metrics", Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    body = gzip.decompress(packed.body)
    assert [f.name for f in families(body)] == [f.name for f in families(plain.body)]
    assert len(packed.body) < len(body) / 4


def test_metrics_can_be_restricted(address: ListenAddress, shows: Picture) -> None:
    """name[] may be given several times."""
    shows.shown = snapshot(call())
    path = "/metrics?name[]=voip_calls_active&name%5B%5D=voip_call_info&name[]=python_info"
    found = {family.name for family in families(request(address, path).body)}
    assert found == {"voip_calls_active", "voip_call_info", "python_info"}


def test_restricting_metrics_changes_nothing_for_others(address: ListenAddress) -> None:
    """What one scrape leaves out is there in the next one."""
    whole = {family.name for family in families(request(address, "/metrics").body)}
    request(address, "/metrics?name[]=voip_calls_active")
    after = families(request(address, "/metrics").body)
    assert {family.name for family in after} == whole
    (python,) = (family for family in after if family.name == "python_info")
    assert len(python.samples) == 1


def test_metrics_fail_visibly(address: ListenAddress, shows: Picture) -> None:
    """Without a state to show the scrape fails, rather than looking like a quiet night."""
    shows.broken = True
    answer = request(address, "/metrics")
    assert (answer.status, answer.body) == (500, b"Internal error, see the log.\n")


def test_metrics_path_can_be_set() -> None:
    """The page then links to that path, and the usual one is free."""
    with WebServer(application(Picture(), metrics_path="/voip/metrics"), LOOPBACK) as server:
        assert request(server.address, "/voip/metrics").status == 200
        assert request(server.address, "/metrics").status == 404
        assert b'href="voip/metrics"' in request(server.address, "/").body


@pytest.mark.pitfall(112)
def test_concurrent_scrapes_see_the_same(address: ListenAddress, shows: Picture) -> None:
    """Several scrapers at once read the same values, and their reading changes nothing."""
    shows.shown = snapshot(*(call(f"c{i}") for i in range(50)))
    query = "/metrics?" + "&".join(f"name[]={name}" for name in ("voip_call_mos_lq", "voip_bytes"))
    with ThreadPoolExecutor(4) as scrapers:
        bodies = {a.body for a in scrapers.map(lambda _: request(address, query), range(12))}
    assert len(bodies) == 1
    assert bodies.pop().count(b"\nvoip_call_mos_lq{") == 100


@pytest.mark.parametrize("path", ["/-/healthy", "/-/ready"])
def test_probes_are_answered(address: ListenAddress, shows: Picture, path: str) -> None:
    """An exporter that runs is healthy and ready."""
    assert shows() is shows.shown
    assert request(address, path).status == 200


def test_not_ready_without_a_state(address: ListenAddress, shows: Picture) -> None:
    """A process that answers is healthy; it is ready when it has something to show."""
    shows.broken = True
    assert request(address, "/-/healthy").status == 200
    assert request(address, "/-/ready").status == 503


def test_calls_are_listed_worst_first(address: ListenAddress, shows: Picture) -> None:
    """Calls come by what the network took in their last windows, then by the lowest score.

    Where somebody is not heard is first, whatever the score of what is heard; unscored is last.
    """

    def scored(result: str, mos_lq: float) -> StreamView:
        return replace(STREAM, last_window=replace(WINDOW, result=result, mos_lq=mos_lq))

    shows.shown = snapshot(
        call("unscored", replace(STREAM, last_window=None)),
        call("good"),
        call("fullband", scored("degraded", 4.0)),
        call("bad", STREAM, scored("bad", 2.0)),
        call("narrowband", scored("good", 3.9)),
        replace(call("elsewhere"), anomalies=("no_rtp",), start_s=call("good").start_s + 1),
        replace(call("unheard"), anomalies=("one_way",)),
    )
    answer = request(address, "/api/v1/calls")
    assert [one["call_id"] for one in answer.rows("calls")] == [
        *("unheard", "bad", "fullband", "narrowband", "good", "elsewhere", "unscored"),
    ]
    assert answer.json()["matching"] == 7


def test_call_has_its_streams_in_full(address: ListenAddress, shows: Picture) -> None:
    """A call has the fields of analyze, its streams, and what is known of this moment."""
    shows.shown = snapshot(replace(call("a", STREAM), anomalies=("one_way",), on_hold=True))
    (found,) = request(address, "/api/v1/calls").rows("calls")
    assert (found["caller"], found["on_hold"], found["anomalies"]) == ("alice", True, ["one_way"])
    (stream,) = cast("list[dict[str, object]]", found["streams"])
    window = cast("dict[str, object]", stream["last_window"])
    assert (stream["packets_lost"], window["mos_lq"], window["result"]) == (30, 4.25, "good")


def test_call_tells_what_the_far_ends_report(address: ListenAddress, shows: Picture) -> None:
    """A live call has its round trip and legs, its streams their fault and their sender's name."""
    shows.shown = snapshot(reported_call("a"))
    (found,) = request(address, "/api/v1/calls").rows("calls")
    assert found["round_trip_s"] == {"last": 0.12, "mean": 0.125, "max": 0.19}
    assert cast("list[object]", found["round_trip_legs"])[0] == {
        "leg": "caller",
        "source": "rtcp",
        "round_trip_leg_s": {"last": 0.05, "mean": 0.06, "max": 0.09},
    }
    (stream,) = cast("list[dict[str, object]]", found["streams"])
    assert (stream["fault"], stream["cname"]) == ("after the tap", "phone@10.0.0.1")
    window = cast("dict[str, object]", stream["last_window"])
    names = ("round_trip_s", "reported_loss_ratio", "downstream_loss_ratio")
    assert [window[name] for name in names] == [0.12, 0.03, 0.025]
    assert [window[name] for name in ("reported_jitter_s", "downstream_jitter_s")] == [0.007, 0.004]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", ["setup", "active", "ended"], id="all"),
        pytest.param("?state=active", ["active"], id="one state"),
        pytest.param("?state=active&state=setup", ["setup", "active"], id="two states"),
        pytest.param("?limit=2", ["setup", "active"], id="limit"),
        pytest.param("?limit=0", [], id="none"),
    ],
)
def test_calls_can_be_filtered(
    address: ListenAddress, shows: Picture, query: str, expected: list[str]
) -> None:
    """By state, and by number."""
    states = ("setup", "active", "ended")
    shows.shown = snapshot(
        *(replace(call(s), state=s, start_s=float(i)) for i, s in enumerate(states))
    )
    found = request(address, f"/api/v1/calls{query}").rows("calls")
    assert [one["state"] for one in found] == expected


@pytest.mark.parametrize(
    ("query", "message"),
    [
        pytest.param("state=up", "The state has to be one of setup, active, ended.", id="state"),
        pytest.param(
            "limit=-1", "The limit has to be a whole number below ten million.", id="negative"
        ),
        pytest.param(
            "limit=", "The limit has to be a whole number below ten million.", id="empty limit"
        ),
        pytest.param(
            "limit=9" + "9" * 30,
            "The limit has to be a whole number below ten million.",
            id="huge limit",
        ),
    ],
)
def test_bad_filters_are_refused(address: ListenAddress, query: str, message: str) -> None:
    """A filter that means nothing gives status 400 and a sentence."""
    answer = request(address, f"/api/v1/calls?{query}")
    assert (answer.status, answer.json()) == (400, {"error": message})


@pytest.mark.pitfall(111)
@pytest.mark.parametrize(
    "call_id",
    [
        pytest.param("3848276298220188511@atlanta.example.com", id="with host"),
        pytest.param("a/b//c", id="slashes"),
        pytest.param("50% off?x=1#y&z", id="reserved characters"),
        pytest.param('quote"\\<tag>{}[] ', id="marks"),
        pytest.param("Zoë 李", id="UTF-8"),
        pytest.param("rtp-10.0.0.1:5004-[2001:db8::1]:6004", id="without signalling"),
    ],
)
def test_call_is_found_by_any_call_id(address: ListenAddress, shows: Picture, call_id: str) -> None:
    """A Call-ID may hold any character, in the path percent-encoded."""
    shows.shown = snapshot(call("other"), call(call_id))
    answer = request(address, f"/api/v1/calls/{quote(call_id, safe='')}")
    assert (answer.status, answer.json()["call_id"]) == (200, call_id)


def test_unknown_call_is_not_found(address: ListenAddress, shows: Picture) -> None:
    """The answer is JSON as well."""
    shows.shown = snapshot(call())
    answer = request(address, "/api/v1/calls/none")
    assert (answer.status, answer.headers["content-type"]) == (404, "application/json")
    assert answer.json() == {"error": "There is no call with this Call-ID."}


def test_of_dialogs_with_one_call_id_the_last_is_given(
    address: ListenAddress, shows: Picture
) -> None:
    """A forked call is answered by the dialog that began last."""
    shows.shown = snapshot(
        replace(call("fork"), start_s=2.0, callee="mobile"),
        replace(call("fork"), start_s=1.0, callee="desk"),
    )
    assert request(address, "/api/v1/calls/fork").json()["callee"] == "mobile"


def test_statistics_are_served(address: ListenAddress, shows: Picture) -> None:
    """Total and active calls, mean MOS, calls with issues and their share."""
    shows.shown = snapshot(call())
    found = request(address, "/api/v1/statistics").json()
    assert found["calls_total"] == 5
    assert found["calls_active"] == 1
    assert found["calls_with_issues"] == 1
    assert found["calls_with_issues_ratio"] == 0.2
    assert found["mos_lq"] == {"mean": pytest.approx(20.5 / 5)}
    assert found["mos_cq"] is None
    assert found["loss_ratio"] == 0.01
    assert found["packets_lost"] == 30
    assert found["windows"] == {"good": 4, "degraded": 1, "bad": 0, "unscored": 1}


@pytest.mark.pitfall(115)
def test_mean_mos_of_statistics_weighs_windows() -> None:
    """Groups count by their windows, not one each."""
    long, short = Histogram((0,) * 11 + (3, 0, 0), 3 * 4.2), Histogram((1,) + (0,) * 13, 1.0)
    groups = tuple(replace(GROUP, window_mos_lq=scores) for scores in (long, short))
    found = statistics(replace(snapshot(), groups=groups))
    assert cast("dict[str, float]", found["mos_lq"])["mean"] == pytest.approx((3 * 4.2 + 1) / 4)


@pytest.mark.pitfall(50)
def test_mean_mos_never_mixes_scales() -> None:
    """With narrowband and wideband calls there is a mean for each and none for both."""
    wide = replace(GROUP, key=replace(GROUP.key, scale="wideband"))
    found = statistics(replace(snapshot(), groups=(GROUP, wide)))
    assert found["mos_lq"] is None
    assert found["scales"] == {
        "narrowband": {"mos_lq": {"mean": 4.1}, "mos_cq": None},
        "wideband": {"mos_lq": {"mean": 4.1}, "mos_cq": None},
    }


def test_statistics_without_calls_have_no_shares() -> None:
    """Nothing of nothing is unknown, not zero."""
    found = statistics(EMPTY)
    unknown = ("calls_with_issues_ratio", "loss_ratio", "discard_ratio", "mos_lq")
    assert [found[key] for key in unknown] == [None] * 4
    assert found["calls_total"] == 0


@pytest.mark.pitfall(118)
def test_partial_calls_are_counted_among_the_others() -> None:
    """A call whose beginning was missed is one more outcome."""
    totals = replace(TOTALS, by_outcome=(("answered", 1), ("partial", 2)), seen=3)
    found = statistics(replace(snapshot(), totals=totals))
    assert found["outcomes"] == {"answered": 1, "partial": 2}
    assert found["calls_total"] == 3


def test_page_names_version_and_links(address: ListenAddress) -> None:
    """The start page says what this is and where to go on."""
    answer = request(address, "/")
    page = answer.body.decode()
    assert f"<small>{__version__}</small>" in page
    for link in ("metrics", "api/v1/calls", "api/v1/statistics", "-/healthy", "-/ready"):
        assert f'href="{link}"' in page
        assert request(address, f"/{link}").status == 200


def test_page_loads_nothing_from_elsewhere(address: ListenAddress) -> None:
    """All resources are our own, and the browser is told to refuse others."""
    answer = request(address, "/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert b"http://" not in answer.body
    assert b"https://" not in answer.body
    for name in ("live.js", "live.css", "icon.svg"):
        assert request(address, f"/static/{name}").status == 200


def test_files_of_the_page_are_asked_for_anew(address: ListenAddress) -> None:
    """After an update the page is not run with the script of before; until then nothing is sent."""
    first = request(address, "/static/live.js")
    again = request(address, "/static/live.js", If_None_Match=first.headers["etag"])
    assert (first.status, again.status, again.body) == (200, 304, b"")
    assert first.headers["cache-control"] == again.headers["cache-control"] == "no-cache"
    assert first.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "status", "content_type"),
    [
        pytest.param("GET", "/nothing", 404, "text/plain", id="unknown path"),
        pytest.param("GET", "/api/v1/nothing", 404, "application/json", id="unknown in the API"),
        pytest.param("GET", "/static/../server.py", 404, "text/plain", id="outside of static"),
        pytest.param("POST", "/metrics", 405, "text/plain", id="wrong method"),
        pytest.param("DELETE", "/api/v1/calls", 405, "application/json", id="wrong in the API"),
        pytest.param("HEAD", "/metrics", 200, "text/plain", id="only the head"),
    ],
)
def test_other_requests_are_answered_cleanly(
    address: ListenAddress, method: str, path: str, status: int, content_type: str
) -> None:
    """What is not served gets the right status, and below the API the answer is JSON."""
    answer = request(address, path, method=method)
    assert answer.status == status
    assert answer.headers["content-type"].startswith(content_type)
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    ("path", "looks"),
    [
        pytest.param("/metrics", "series", id="metrics"),
        pytest.param("/-/ready", "series", id="ready"),
        pytest.param("/api/v1/statistics", "series", id="statistics"),
        pytest.param("/api/v1/calls", "whole", id="calls"),
        pytest.param("/api/v1/calls/other", "whole", id="call"),
        pytest.param("/-/healthy", None, id="healthy"),
    ],
)
def test_calls_without_series_are_viewed_where_they_are_asked_for(
    path: str, looks: str | None
) -> None:
    """What is not about single calls is answered from those with series, which are fewer."""
    looked: list[str] = []

    def whole() -> Snapshot:
        looked.append("whole")
        return snapshot(call(), call("other"))

    def series() -> Snapshot:
        looked.append("series")
        return snapshot(call())

    with WebServer(application(whole, take_series=series), LOOPBACK) as server:
        assert request(server.address, path).status == 200
    assert looked == ([looks] if looks else [])
