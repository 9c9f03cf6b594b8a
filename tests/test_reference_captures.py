"""Real captures: every stream agrees with figures that were worked out by other means."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.reference_captures import (
    StreamName,
    StreamReport,
    analyze,
    endpoint,
    ssrc_text,
)

pytestmark = pytest.mark.shared

JITTER_TOLERANCE_S = 1.5e-7
"""The reference gives milliseconds with four decimals."""

NO_STREAM = frozenset({"stream"})


@dataclass(frozen=True, slots=True)
class Difference:
    """Columns in which we differ from the reference, and why ours is right."""

    columns: frozenset[str]
    reason: str


def differs(reason: str, *columns: str) -> Difference:
    """Make a row of the table below."""
    return Difference(frozenset(columns), reason)


NOISE = "comfort noise and the packet after it have no part in our jitter"
RELAYED = "media inside TURN indications are STUN to everybody on the way"
DIFFERENCES = {
    ("ndpi__FAX-Call-t38-CA-TDM-SIP-FB-1.pcap", "0x0EAF0EAF"): differs(
        "the sender was silent for 34 s and went on 1,712 numbers later, which is no loss; and the "
        "reference took the 27 RTP packets after the offer of T.38 for T.38",
        "received",
        "lost",
        "mean",
    ),
    ("ndpi__FAX-Call-t38-CA-TDM-SIP-FB-1.pcap", "0x17D90134"): differs(NOISE, "mean", "max"),
    ("sipnab__rtp-protocol.pcap", "0x44C61AFB"): differs(NOISE, "mean"),
    ("sipnab__rtp-protocol.pcap", "0x06C156FD"): differs(NOISE, "mean", "max"),
    ("ndpi__stun_dtls_rtp_unidir.pcapng", "0xD23DDC13"): Difference(NO_STREAM, RELAYED),
    ("ndpi__stun_dtls_rtp_unidir.pcapng", "0x26CF4F5D"): Difference(NO_STREAM, RELAYED),
}
"""The streams of the reference that we see otherwise, by file and SSRC."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One stream of the reference: its name, and what it says in our columns."""

    file: str
    name: StreamName
    columns: dict[str, float]

    @property
    def is_stream(self) -> bool:
        """Whether we see a stream in it: one packet alone proves nothing."""
        return self.columns["received"] > 1 and "stream" not in self.different.columns

    @property
    def different(self) -> Difference:
        """What the table says of this stream."""
        return DIFFERENCES.get((self.file, self.name.ssrc), Difference(frozenset(), ""))


def references(shared: Path) -> Iterator[Reference]:
    """Read the reference; its jitter of unknown clocks is empty and left out."""
    with (shared / "reference" / "rfc3550_streams.dev.csv").open(newline="") as rows:
        for row in csv.DictReader(rows):
            unique = int(row["packets_seen"]) - int(row["duplicates"]) - int(row["ignored_badseq"])
            columns: dict[str, float] = {
                "received": unique,
                "lost": int(row["lost_unique"]),
                "duplicate": int(row["duplicates"]),
                "reordered": int(row["out_of_order"]),
            }
            if row["jitter_mainPT_mean_ms"]:
                columns["mean"] = float(row["jitter_mainPT_mean_ms"]) / 1000
                columns["max"] = float(row["jitter_mainPT_max_ms"]) / 1000
            if row["clock_hz"]:
                columns["clock_rate"] = int(row["clock_hz"])
            src = endpoint(row["src"], row["sport"])
            dst = endpoint(row["dst"], row["dport"])
            ssrc = ssrc_text(int(row["ssrc"], 16))
            yield Reference(row["file"], StreamName(src, dst, ssrc), columns)


def columns_of(stream: StreamReport) -> dict[str, float | None]:
    """Tell a stream of ours in the reference's columns."""
    jitter_s = stream["jitter_s"] or {}
    return {
        "received": stream["packets_received"],
        "lost": stream["packets_lost"],
        "duplicate": stream["packets_duplicate"],
        "reordered": stream["packets_reordered"],
        "clock_rate": stream["clock_rate"],
        "mean": jitter_s.get("mean"),
        "max": jitter_s.get("max"),
    }


def wrong_columns(stream: StreamReport, reference: Reference) -> frozenset[str]:
    """Name the columns that disagree."""
    ours = columns_of(stream)
    return frozenset(
        name
        for name, value in reference.columns.items()
        if ours[name] != pytest.approx(value, rel=0, abs=JITTER_TOLERANCE_S)
    )


@pytest.mark.pitfall(23, 26, 27, 40)
def test_streams_agree_with_the_reference(shared: Path) -> None:
    """Packets, loss, duplicates, order, clock and jitter are the reference's, but where told."""
    by_file: dict[str, list[Reference]] = {}
    for reference in references(shared):
        by_file.setdefault(reference.file, []).append(reference)
    disagreements = {}
    for file, rows in by_file.items():
        ours = analyze(shared / "captures" / "third_party" / file)
        expected = {row.name for row in rows if row.is_stream}
        if set(ours) != expected:
            disagreements[file] = f"streams {set(ours) ^ expected}"
            continue
        for row in rows:
            if not row.is_stream:
                continue
            wrong = wrong_columns(ours[row.name], row)
            if wrong != row.different.columns:
                disagreements[f"{file} {row.name.ssrc}"] = f"{sorted(wrong)}"

    assert disagreements == {}


def test_captures_without_media(shared: Path) -> None:
    """Captures of other protocols hold no packet of a stream, whatever their bytes look like."""
    with_media = {reference.file for reference in references(shared)}
    others = [
        path
        for path in sorted((shared / "captures" / "third_party").iterdir())
        if path.name not in with_media
    ]

    assert others
    found = {path.name: analyze(path).values() for path in others}
    with_packets = {
        name for name, streams in found.items() if any(each["packets_received"] for each in streams)
    }
    assert with_packets == set()
    # One holds the RTCP of a call whose media are not in it.
    assert [name for name, streams in found.items() if streams] == [
        "ndpi__rtcp_multiple_pkts_in_the_same_datagram.pcap"
    ]


KNOWN = {
    "imp_random_loss.pcap": {"packets_expected": 425, "packets_received": 404, "packets_lost": 21},
    "imp_burst_loss.pcap": {"packets_expected": 425, "packets_received": 414, "packets_lost": 11},
    "imp_duplicates.pcap": {"packets_received": 425, "packets_duplicate": 12, "packets_lost": 0},
    "imp_reorder.pcap": {"packets_received": 425, "packets_reordered": 7, "packets_lost": 0},
    "imp_seq_wrap.pcap": {"packets_expected": 425, "packets_received": 422, "packets_lost": 3},
    "imp_seq_restart.pcap": {"packets_received": 424, "packets_lost": 0},
    "imp_jitter15.pcap": {"packets_received": 425, "packets_lost": 0, "packets_reordered": 0},
    "imp_clock_skew_1000ppm.pcap": {"packets_received": 425, "packets_lost": 0},
    "imp_dtx_gap3s.pcap": {"packets_received": 425, "packets_lost": 0, "packets_discarded": 0},
}
"""What was done to 425 packets of one stream, from the description that came with them."""


@pytest.mark.parametrize(("file", "counts"), KNOWN.items(), ids=KNOWN)
def test_made_impairments(shared: Path, file: str, counts: dict[str, int]) -> None:
    """Of a clean stream that was impaired on purpose we see exactly what was done."""
    (stream,) = analyze(shared / "captures" / "derived" / file).values()

    assert {column: stream[column] for column in counts} == counts  # type: ignore[literal-required]


def test_made_impairments_are_those_described(shared: Path) -> None:
    """The table above says what the description says, where that counts the same things."""
    text = (shared / "captures" / "derived" / "ground_truth.json").read_text()
    words = {
        "sent": "packets_expected",
        "received": "packets_received",
        "unique": "packets_received",
        "lost": "packets_lost",
        "dup": "packets_duplicate",
        "ooo": "packets_reordered",
    }
    truth = json.loads(text)
    for file, counts in KNOWN.items():
        # In the order of `words`: where packets come twice, those that are unique count.
        told = {words[word]: truth[file][word] for word in words if word in truth[file]}
        assert {name: told.get(name, counts[name]) for name in counts} == counts, file


def test_source_that_changes(shared: Path) -> None:
    """A sender that changes its SSRC in mid-call makes two streams without loss."""
    streams = analyze(shared / "captures" / "derived" / "imp_ssrc_change.pcap")

    assert {name.ssrc: s["packets_received"] for name, s in streams.items()} == {
        "0x343DA99B": 200,
        "0x11112222": 225,
    }
    assert all(stream["packets_lost"] == 0 for stream in streams.values())


@pytest.mark.pitfall(38)
def test_skew_is_no_jitter(shared: Path) -> None:
    """Clocks a thousandth apart give less than a tenth of a millisecond of jitter."""
    (stream,) = analyze(shared / "captures/derived/imp_clock_skew_1000ppm.pcap").values()

    assert stream["jitter_s"]
    assert stream["jitter_s"]["max"] < 1e-4
    assert stream["packets_discarded"] == 0


@pytest.mark.pitfall(24)
def test_silence_is_no_jitter(shared: Path) -> None:
    """Three seconds of silence change the jitter of a stream by nothing."""
    folder = shared / "captures" / "derived"
    (silent,) = analyze(folder / "imp_dtx_gap3s.pcap").values()
    (steady,) = analyze(folder / "imp_clock_skew_1000ppm.pcap").values()

    assert silent["jitter_s"]
    assert steady["jitter_s"]
    assert silent["jitter_s"]["max"] < 1e-4


VARIANTS = [
    "enc_qinq.pcap",
    "enc_vlan.pcap",
    "fmt_bigendian.pcap",
    "fmt_gz.pcap.gz",
    "fmt_nanosec.pcap",
    "fmt_pcapng.pcapng",
    "fmt_snaplen96.pcap",
    "ipv6_call.pcap",
    "link_loop.pcap",
    "link_null.pcap",
    "link_raw.pcap",
    "link_sll.pcap",
    "link_sll2.pcap",
]
"""The same call in other file formats, on other link types and in other versions of IP."""


@pytest.mark.parametrize("file", VARIANTS)
def test_same_call_in_another_form(shared: Path, file: str) -> None:
    """Whatever a call was captured as, its stream has the same figures."""
    captures = shared / "captures"
    (plain,) = analyze(captures / "third_party" / "rtp-pcap__sip-rtp-g729a.pcap").values()
    (variant,) = analyze(captures / "derived" / file).values()

    assert columns_of(variant) == columns_of(plain)


MADE = {
    "ast_baresip_bridge": 4,
    "baresip_hold_resume": 2,
    "baresip_no_rtp": 0,
    "baresip_opus": 2,
    "baresip_pcmu": 2,
    "baresip_srtp_sdes": 2,
    "ffmpeg_opus": 1,
    "linphone_pcmu_xr_voip": 2,
    "pjsua_pcmu_xr": 2,
    "sipp_multi10": 20,
    "sipp_rtpstream_pcma": 2,
}
"""Captures of undisturbed calls between two hosts, and how many streams they hold."""


@pytest.mark.pitfall(11, 13)
@pytest.mark.parametrize(("name", "streams"), MADE.items(), ids=MADE)
def test_undisturbed_calls(shared: Path, name: str, streams: int) -> None:
    """Calls on a bridge that loses nothing have all their streams, and no loss on any."""
    found = analyze(shared / "captures" / "made" / f"{name}.pcap")

    assert len(found) == streams
    for stream in found.values():
        assert (stream["packets_lost"], stream["packets_duplicate"]) == (0, 0)
        assert stream["packets_expected"] == stream["packets_received"]
