from __future__ import annotations

import json
import subprocess
import sys
from typing import TypedDict, get_args

import pytest

from qos_exporter import cli
from qos_exporter.commands.mos import FORMATS
from qos_exporter.commands.mos_answer import PRINTERS
from qos_exporter.quality.models import MODELS
from qos_exporter.settings import QualityModel


class Document(TypedDict):
    """The JSON of the command."""

    codec: str
    scale: str
    provenance: str
    source: str
    model: str
    r_factor: float
    r_lq: float
    mos_lq: float
    r_cq: float | None
    mos_cq: float | None
    result: str
    rating: str
    terms: dict[str, float]


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> Document:
    """Run the command in this process and read its JSON."""
    assert cli.run(["mos", *words, "--format", "json"]) == 0
    document: Document = json.loads(capsys.readouterr().out)
    return document


def test_every_term(capsys: pytest.CaptureFixture[str]) -> None:
    """Loss in bursts and a delay give the values that a pocket calculator gives for G.107."""
    found = ask(
        capsys,
        *("--codec", "G729", "--loss", "0.02", "--burst-ratio", "1.5", "--one-way-delay", "0.15"),
    )
    terms = found["terms"]
    ie_eff = 11.0 + 84.0 * 2.0 / (2.0 / 1.5 + 19.0)

    assert terms["ro"] - terms["is"] - terms["idle"] == pytest.approx(93.2062, abs=1e-4)
    assert terms["ie_eff"] == pytest.approx(ie_eff, abs=1e-5)
    assert terms["idd"] == pytest.approx(0.1635, abs=1e-4)
    assert (terms["ie"], terms["bpl"], terms["ppl_percent"]) == (11.0, 19.0, 2.0)
    assert (terms["burst_r"], terms["a"]) == (1.5, 0.0)
    assert found["r_lq"] == pytest.approx(93.2062 - ie_eff, abs=1e-4)
    assert found["r_cq"] == pytest.approx(93.2062 - ie_eff - 0.1635, abs=2e-4)
    assert found["r_factor"] == found["r_cq"]
    assert (found["scale"], found["provenance"]) == ("narrowband", "published")


@pytest.mark.pitfall(51)
def test_no_delay_given(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a delay MOS-CQ is absent, and R is that of listening."""
    found = ask(capsys, "--codec", "PCMU", "--loss", "0.05")
    assert found["mos_cq"] is None
    assert found["r_cq"] is None
    assert "idd" not in found["terms"]
    assert found["r_factor"] == found["r_lq"]
    assert round(found["mos_lq"], 2) == 3.92


@pytest.mark.parametrize(
    ("words", "codec", "scale", "provenance"),
    [
        pytest.param(["--codec", "g.711"], "PCMU", "narrowband", "published", id="spoken-name"),
        pytest.param(["--codec", "alaw"], "PCMA", "narrowband", "published", id="other-name"),
        pytest.param(["--codec", "g722"], "G722", "wideband", "unpublished", id="wideband"),
        pytest.param(["--codec", "OPUS"], "opus", "fullband", "unpublished", id="fullband"),
        pytest.param(
            ["--codec", "G722", "--model", "simplified"],
            *("G722", "narrowband", "unpublished"),
            id="codec-blind-model",
        ),
    ],
)
def test_codec_names(
    capsys: pytest.CaptureFixture[str], words: list[str], codec: str, scale: str, provenance: str
) -> None:
    """Codecs are found by their usual names, and say on which scale and ground they stand."""
    found = ask(capsys, *words)
    assert (found["codec"], found["scale"], found["provenance"]) == (codec, scale, provenance)


def test_without_concealment(capsys: pytest.CaptureFixture[str]) -> None:
    """`--no-plc` rates G.711 with a Bpl of 4.3: 2 % take 190 / 6.3 points."""
    found = ask(capsys, "--codec", "PCMU", "--loss", "0.02", "--no-plc")
    assert found["terms"]["bpl"] == 4.3
    assert found["terms"]["ie_eff"] == pytest.approx(190.0 / 6.3)
    assert found["result"] == "bad"


def test_lite_model(capsys: pytest.CaptureFixture[str]) -> None:
    """The lite model takes the round trip to be twice the one-way delay."""
    found = ask(
        capsys,
        *("--codec", "PCMU", "--model", "r_factor_lite"),
        *("--loss", "0.05", "--one-way-delay", "0.1"),
    )
    assert found["r_cq"] == pytest.approx(100.0 - 20.0 - 10.0)
    assert found["rating"] == "fair"


@pytest.mark.parametrize("model", sorted(MODELS))
def test_text_fits_a_terminal(capsys: pytest.CaptureFixture[str], model: str) -> None:
    """The text has every score and fits 80 columns."""
    words = ["--codec", "opus", "--loss", "0.1", "--one-way-delay", "0.3", "--model", model]
    assert cli.run(["mos", *words]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("listening (LQ)") for line in lines)
    assert any(line.startswith("conversation (CQ)") for line in lines)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(["--codec", "MP3"], "codec 'MP3' is not known; known are PCMU", id="unknown"),
        pytest.param(["--codec", "iLBC"], "codec iLBC has no score: no ITU value", id="no-value"),
        pytest.param(
            ["--codec", "PCMU", "--loss", "2"], "is not a ratio from 0 to 1", id="percent"
        ),
        pytest.param(["--codec", "PCMU", "--loss", "nan"], "is not a ratio from 0 to 1", id="nan"),
        pytest.param(
            ["--codec", "PCMU", "--burst-ratio", "0.5"], "is not a burst ratio from 1", id="burst"
        ),
        pytest.param(
            ["--codec", "PCMU", "--one-way-delay", "-1"], "is not a time in seconds", id="delay"
        ),
        pytest.param(
            ["--codec", "PCMU", "--one-way-delay", "150"], "50 ms is 0.05", id="milliseconds"
        ),
        pytest.param(["--codec", "PCMU", "--loss", "5%"], "'5%' is not a number", id="sign"),
        pytest.param(
            ["--codec", "PCMU", "--loss", "0.6", "--discard", "0.6"], "exceed 1", id="both"
        ),
    ],
)
def test_refused(capsys: pytest.CaptureFixture[str], words: list[str], sentence: str) -> None:
    """A question without answer ends with 2 and one line on stderr that says why."""
    assert cli.run(["mos", *words]) == 2
    output = capsys.readouterr()
    assert sentence in output.err
    assert output.err.count("\n") == 1
    assert output.out == ""


def test_as_a_program() -> None:
    """The command runs from the shell and prints its table."""
    command = [sys.executable, "-m", "qos_exporter", "mos", "--codec", "G729", "--loss", "0.02"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Ie_eff       19.000" in done.stdout
    assert "needs --one-way-delay" in done.stdout


def test_names_agree() -> None:
    """The names that the command line and the settings offer are those that exist."""
    assert set(get_args(QualityModel)) == set(MODELS)
    assert set(FORMATS) == set(PRINTERS)


@pytest.mark.parametrize("model", get_args(QualityModel))
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--discard", "0.05"], id="discard"),
        pytest.param(["--burst-ratio", "3"], id="burst ratio"),
        pytest.param(["--jitter", "0.05"], id="jitter"),
        pytest.param(["--no-plc"], id="no plc"),
    ],
)
def test_a_condition_that_does_not_count_is_named(
    capsys: pytest.CaptureFixture[str], model: str, words: list[str]
) -> None:
    """A flag either changes the R of a model, or the command says that the model ignores it."""
    question = ("--codec", "PCMU", "--loss", "0.02", "--model", model)
    plain = ask(capsys, *question)
    assert cli.run(["mos", *question, *words, "--format", "json"]) == 0
    out, err = capsys.readouterr()
    changed = json.loads(out)["r_lq"] != plain["r_lq"]
    assert err == ("" if changed else f"the model {model} does not look at {words[0]}.\n")
