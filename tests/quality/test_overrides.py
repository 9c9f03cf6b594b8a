from __future__ import annotations

import pytest

from qos_exporter.errors import ConfigError
from qos_exporter.quality.codec import OPERATOR, PUBLISHED
from qos_exporter.quality.codecs import DEFAULT_CODECS
from qos_exporter.quality.overrides import CodecOverride, operator_codecs


def test_values_of_the_operator_win() -> None:
    """A row takes over what is given, keeps the rest, and says where the values come from."""
    table = operator_codecs([CodecOverride(name="opus", ie=5.0, bpl=12.0)])
    codec = table.find("opus", 48000)
    assert codec is not None
    assert (codec.ie, codec.bpl, codec.scale, codec.provenance) == (5.0, 12.0, "fullband", OPERATOR)


def test_other_rows_are_untouched() -> None:
    """An override changes its codec only, and the built-in table not at all."""
    table = operator_codecs([CodecOverride(name="opus", ie=5.0, bpl=12.0)])
    assert table.by_name("PCMU") == DEFAULT_CODECS.by_name("PCMU")
    assert table.by_name("opus") != DEFAULT_CODECS.by_name("opus")


def test_codec_gets_its_first_values() -> None:
    """A codec that nobody has measured is scored once the operator gives values."""
    table = operator_codecs([CodecOverride(name="ILBC", ie=11.0, bpl=32.0)])
    codec = table.find("iLBC", 8000, "mode=30")
    assert codec is not None
    assert codec.is_scored


@pytest.mark.parametrize("clock_rate", [8000, 16000, 0])
def test_new_codec(clock_rate: int) -> None:
    """A codec that is not built in is found by its SDP name, whatever its clock."""
    table = operator_codecs([CodecOverride(name="X-NEW", scale="wideband", ie=3.0, bpl=9.0)])
    codec = table.find("x-new", clock_rate)
    assert codec is not None
    assert (codec.scale, codec.ie, codec.bpl, codec.provenance) == ("wideband", 3.0, 9.0, OPERATOR)


def test_encoding_means_all_its_rows() -> None:
    """A name that is an SDP encoding but no row changes every row of the encoding."""
    table = operator_codecs([CodecOverride(name="G7221", ie=1.0, bpl=9.0)])
    for bitrate in ("24000", "32000"):
        codec = table.find("G7221", 16000, f"bitrate={bitrate}")
        assert codec is not None
        assert codec.ie == 1.0


def test_name_of_a_row_means_that_row_only() -> None:
    """`opus` is a row and an encoding; as a name it leaves the other rows of the encoding alone."""
    table = operator_codecs([CodecOverride(name="opus", ie=5.0, bpl=12.0)])
    assert table.by_name("opus-low") == DEFAULT_CODECS.by_name("opus-low")


def test_name_of_a_new_codec() -> None:
    """The label of a codec that is not built in is its name as the operator wrote it."""
    table = operator_codecs([CodecOverride(name="x-New", scale="wideband", ie=3.0, bpl=9.0)])
    codec = table.find("X-NEW", 16000)
    assert codec is not None
    assert codec.name == "x-New"
    assert codec.delay_ms == 20.0  # what RFC 3551 section 4.2 packs by default


def test_another_name_means_the_same_codec() -> None:
    """RFC 3551 has two names for G.726, one for each order of bits; the codec is one."""
    table = operator_codecs([CodecOverride(name="AAL2-G726-32", bpl=12.0)])
    for encoding in ("AAL2-G726-32", "G726-32"):
        codec = table.find(encoding, 8000)
        assert codec is not None
        assert codec.bpl == 12.0


def test_no_concealment() -> None:
    """Without loss concealment G.711 has the Bpl of 4.3 that G.113 gives it, others keep theirs."""
    table = operator_codecs(plc=False)
    g711, g729 = table.by_name("PCMU"), table.by_name("G729")
    assert g711 is not None
    assert g729 is not None
    assert (g711.bpl, g711.provenance) == (4.3, PUBLISHED)
    assert g729.bpl == 19.0


def test_operator_knows_better_than_no_concealment() -> None:
    """A Bpl that the operator gives holds with and without concealment."""
    table = operator_codecs([CodecOverride(name="PCMU", bpl=10.0)], plc=False)
    codec = table.by_name("PCMU")
    assert codec is not None
    assert codec.bpl == 10.0


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        pytest.param(
            CodecOverride(name="X-NEW", ie=3.0),
            "codec 'X-NEW' is not built in and needs scale, bpl",
            id="new-row-with-gaps",
        ),
        pytest.param(
            CodecOverride(name="iLBC", ie=3.0),
            "codec 'iLBC' needs both ie and bpl",
            id="half-of-the-values",
        ),
        pytest.param(
            CodecOverride(name="PCMU", scale="stereo"),
            "codec 'PCMU': scale is 'stereo', not one of narrowband, wideband, fullband",
            id="no-such-scale",
        ),
        pytest.param(
            CodecOverride(name="PCMU", ie=95.0),
            "codec 'PCMU': ie is 95, not from 0 to below 95",
            id="ie-at-the-ceiling",
        ),
        pytest.param(
            CodecOverride(name="PCMU", bpl=0.0),
            "codec 'PCMU': bpl is 0, not above 0",
            id="bpl-of-zero",
        ),
        pytest.param(
            CodecOverride(name="PCMU", ie=-0.5),
            "codec 'PCMU': ie is -0.5, not from 0 to below 95",
            id="negative-ie",
        ),
        pytest.param(
            CodecOverride(name="opus", ie=132.0, bpl=12.0),
            "codec 'opus': ie is 132, not from 0 to below 132",
            id="ie-at-the-ceiling-of-fullband",
        ),
    ],
)
def test_refused(override: CodecOverride, sentence: str) -> None:
    """Values that the model cannot work with are refused in one sentence."""
    with pytest.raises(ConfigError) as error:
        operator_codecs([override])
    assert str(error.value) == sentence
