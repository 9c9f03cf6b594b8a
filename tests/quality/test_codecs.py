from __future__ import annotations

import math

import pytest

from qos_exporter.quality.codec import PROVENANCES, PUBLISHED, UNPUBLISHED, Codec
from qos_exporter.quality.codec_table import NO_CODEC
from qos_exporter.quality.codecs import DEFAULT_CODECS, find
from qos_exporter.quality.scale import FULLBAND, NARROWBAND, SCALE_NAMES, WIDEBAND

ROWS = [pytest.param(row, id=row.name) for row in DEFAULT_CODECS.rows]


@pytest.mark.parametrize(
    ("encoding", "clock_rate", "scale", "ie", "bpl"),
    [
        # ITU-T G.113 appendix I
        pytest.param("PCMU", 8000, NARROWBAND, 0.0, 25.1, id="PCMU"),
        pytest.param("PCMA", 8000, NARROWBAND, 0.0, 25.1, id="PCMA"),
        pytest.param("G729", 8000, NARROWBAND, 11.0, 19.0, id="G729"),
        pytest.param("G723", 8000, NARROWBAND, 15.0, 16.1, id="G723"),
        pytest.param("GSM-EFR", 8000, NARROWBAND, 5.0, 10.0, id="GSM-EFR"),
    ],
)
def test_published_narrowband(
    encoding: str, clock_rate: int, scale: str, ie: float, bpl: float
) -> None:
    """The rows that are marked published hold the values of G.113."""
    codec = find(encoding, clock_rate)
    assert codec is not None
    assert (codec.scale, codec.ie, codec.bpl) == (scale, ie, bpl)
    assert codec.provenance == PUBLISHED


@pytest.mark.parametrize(
    ("encoding", "clock_rate", "fmtp", "name"),
    [
        pytest.param("pcmu", 8000, "", "PCMU", id="any-case"),
        pytest.param("G722", 8000, "", "G722", id="g722-by-the-book"),
        pytest.param("G722", 16000, "", "G722", id="g722-as-often-written"),
        pytest.param("G729", 8000, "annexb=no", "G729", id="g729-without-vad"),
        pytest.param("G723", 8000, "annexa=yes;bitrate=6.3", "G723", id="g723-high"),
        pytest.param("G723", 8000, "bitrate=5.3; annexa=no", "G723-5.3", id="g723-low"),
        pytest.param("AAL2-G726-32", 8000, "", "G726-32", id="g726-bit-order"),
        pytest.param("G7221", 16000, "bitrate=24000", "G7221-24", id="g722.1-24"),
        pytest.param("G7221", 16000, "bitrate=32000", "G7221-32", id="g722.1-32"),
        pytest.param("AMR", 8000, "octet-align=1", "AMR", id="amr-any-mode"),
        pytest.param("AMR", 8000, "mode-set=0,2,4,7", "AMR", id="amr-with-12.2"),
        pytest.param("AMR", 8000, "mode-set=0,2,4", "AMR-low", id="amr-without-12.2"),
        pytest.param("AMR-WB", 16000, "", "AMR-WB", id="amr-wb-any-mode"),
        pytest.param("AMR-WB", 16000, "mode-set=0,1,2", "AMR-WB-12.65", id="amr-wb-12.65"),
        pytest.param("AMR-WB", 16000, "mode-set=0,1,2,8", "AMR-WB-23.85", id="amr-wb-23.85"),
        pytest.param("AMR-WB", 16000, "mode-set=0,5", "AMR-WB", id="amr-wb-mode-not-in-g113"),
        pytest.param("opus", 48000, "useinbandfec=1; minptime=10", "opus", id="opus"),
        pytest.param("opus", 48000, "maxplaybackrate=48000", "opus", id="opus-48k"),
        # RFC 7587: super-wideband is a playback rate of 24000.
        pytest.param("opus", 48000, "maxplaybackrate=24000", "opus", id="opus-24k"),
        pytest.param("opus", 48000, "maxplaybackrate=16000", "opus-low", id="opus-16k"),
        pytest.param("opus", 48000, "maxplaybackrate=8000", "opus-low", id="opus-8k"),
        pytest.param("EVS", 16000, "bw=nb-swb", "EVS", id="evs-super-wideband"),
        pytest.param("EVS", 16000, "bw=wb", "EVS-low", id="evs-wideband"),
        pytest.param("speex", 8000, "", "speex", id="speex"),
        pytest.param("speex", 16000, "vbr=vad", "speex-wb", id="speex-wb"),
        pytest.param("iLBC", 8000, "mode=30", "iLBC", id="ilbc"),
        pytest.param("G729", 0, "", "G729", id="clock-not-known"),
        pytest.param("AMR", 8000, "mode-set=;;=x", "AMR", id="broken-parameters"),
    ],
)
def test_find(encoding: str, clock_rate: int, fmtp: str, name: str) -> None:
    """A codec is found by its name in SDP, its clock and its format parameters."""
    codec = find(encoding, clock_rate, fmtp)
    assert codec is not None
    assert codec.name == name


@pytest.mark.pitfall(48)
@pytest.mark.parametrize(
    ("encoding", "clock_rate"),
    [
        pytest.param("L16", 44100, id="linear"),
        pytest.param("X-SECRET", 8000, id="private"),
        pytest.param("", 0, id="nothing-known"),
        pytest.param("PCMU", 16000, id="known-name-with-another-clock"),
        pytest.param("telephone-event", 8000, id="digits"),
        pytest.param("CN", 8000, id="comfort-noise"),
        pytest.param("speex", 32000, id="ultra-wideband"),
    ],
)
def test_not_in_the_table(encoding: str, clock_rate: int) -> None:
    """What the table does not have gets no row, least of all that of G.711."""
    assert find(encoding, clock_rate) is None
    assert DEFAULT_CODECS.index(find(encoding, clock_rate)) == NO_CODEC


@pytest.mark.pitfall(48)
@pytest.mark.parametrize(
    ("encoding", "clock_rate", "fmtp", "scored"),
    [
        pytest.param("opus", 48000, "", True, id="opus"),
        pytest.param("AMR", 8000, "", True, id="amr"),
        pytest.param("AMR", 8000, "mode-set=0", False, id="amr-4.75"),
        pytest.param("iLBC", 8000, "", False, id="ilbc"),
        pytest.param("speex", 16000, "", False, id="speex"),
    ],
)
def test_without_itu_values(encoding: str, clock_rate: int, fmtp: str, scored: object) -> None:
    """A codec without ITU values says so, and is scored by a named assumption or not at all."""
    codec = find(encoding, clock_rate, fmtp)
    assert codec is not None
    assert codec.provenance == UNPUBLISHED
    assert codec.is_scored is scored
    assert ("assumed" in codec.source) is scored
    if scored:
        assert (codec.ie, codec.bpl) != (0.0, 25.1)


@pytest.mark.parametrize("row", ROWS)
def test_hearsay_is_not_published(row: Codec) -> None:
    """Values that we know from a single quotation do not pass for those of the Recommendation."""
    assert "second-hand" not in row.source or row.provenance == UNPUBLISHED


@pytest.mark.parametrize("row", ROWS)
def test_rows_are_whole(row: Codec) -> None:
    """Each row has a scale, a provenance and a source; an assumption is named as one."""
    assert row.scale in SCALE_NAMES
    assert row.provenance in PROVENANCES
    assert row.source
    assert row.encoding == row.encoding.upper()
    assert math.isnan(row.ie) == math.isnan(row.bpl)
    assert row.delay_ms >= 20.0 or row.name == "G729"
    if row.provenance == UNPUBLISHED:
        assert "assumed" in row.source or not row.is_scored


def test_names_are_unique() -> None:
    """A name means one row, whatever its case."""
    names = [name.upper() for name in DEFAULT_CODECS.names]
    assert len(set(names)) == len(names)


@pytest.mark.pitfall(50)
def test_wideband_values_stay_on_their_scale() -> None:
    """Wideband codecs are rated on the wideband scale, where G.711 would lose 35.8 points."""
    wideband = {row.name for row in DEFAULT_CODECS.rows if row.scale == WIDEBAND}
    fullband = {row.name for row in DEFAULT_CODECS.rows if row.scale == FULLBAND}
    assert {"G722", "AMR-WB", "speex-wb"} <= wideband
    assert fullband == {"opus", "opus-low", "EVS", "EVS-low"}


def test_columns_follow_the_rows() -> None:
    """The arrays hold what the rows say, and one element more for codecs without row."""
    table = DEFAULT_CODECS
    for index, row in enumerate(table.rows):
        assert table.index(row) == index
        assert table.delay_ms[index] == row.frame_ms + row.look_ahead_ms
        assert (table.ie[index], table.bpl[index]) == pytest.approx((row.ie, row.bpl), nan_ok=True)
        assert SCALE_NAMES[table.scale[index]] == row.scale
        assert table.scored[index] == row.is_scored
    assert math.isnan(table.ie[NO_CODEC])
    assert not table.scored[NO_CODEC]
