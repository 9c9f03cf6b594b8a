"""`qos-exporter rules`: which thresholds reach the files, and how mistakes end."""

from __future__ import annotations

from pathlib import Path

import pytest

from qos_exporter import cli
from qos_exporter.rules.bounds import BY_NAME
from tests.rules.shipped import FOLDER, rules_of

FLAGS = (
    "--mos-min",
    "4.0",
    "--loss-max",
    "0.01",
    "--jitter-max",
    "0.03",
    "--round-trip-max",
    "0.2",
)


def limits(folder: Path, file: str, alert: str) -> dict[str, str]:
    """Give the last word of the expression of an alert, its limit, by severity."""
    rules = rules_of((folder / file).read_text(encoding="utf-8"), file=file)
    return {rule.labels["severity"]: rule.expr.split()[-1] for rule in rules if rule.name == alert}


def write(folder: Path, *words: str) -> Path:
    """Run the command and give the folder that it wrote."""
    assert cli.run(["rules", *words, "--out", str(folder)]) == 0
    return folder


def test_without_flags_it_writes_what_is_shipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The defaults give the shipped files, and the command names each of them."""
    out = write(tmp_path / "new" / "folder")
    written = {path.relative_to(out) for path in out.rglob("*") if path.is_file()}
    assert {out / path for path in written} == set(map(Path, capsys.readouterr().out.splitlines()))
    assert len(written) == 8
    assert all((out / path).read_bytes() == (FOLDER / path).read_bytes() for path in written)


@pytest.mark.parametrize(
    ("words", "alert", "expected"),
    [
        pytest.param(FLAGS, "PathMosLow", {"warning": "4", "critical": "3.6"}, id="MOS"),
        pytest.param(FLAGS, "PathLossHigh", {"warning": "0.01", "critical": "0.025"}, id="loss"),
        pytest.param(FLAGS, "PathJitterHigh", {"warning": "0.03", "critical": "0.06"}, id="jitter"),
        pytest.param(
            FLAGS, "PathRoundTripHigh", {"warning": "0.2", "critical": "0.333333"}, id="round trip"
        ),
        pytest.param((), "PathLossHigh", {"warning": "0.02", "critical": "0.05"}, id="default"),
        pytest.param(
            ("--loss-max", "1e-05"),
            "PathLossHigh",
            {"warning": "1e-05", "critical": "2.5e-05"},
            id="tiny",
        ),
    ],
)
def test_flags_reach_the_rules(
    tmp_path: Path, words: tuple[str, ...], alert: str, expected: dict[str, str]
) -> None:
    """The limit of the warning is the flag, and what is critical follows from it."""
    assert limits(write(tmp_path, *words), "voice_quality.rules.yml", alert) == expected


def test_the_objective_reaches_the_service_level(tmp_path: Path) -> None:
    """Burn rates and budget are those of the objective."""
    text = (write(tmp_path, "--objective", "0.995") / "slo.rules.yml").read_text()
    assert text.count("(1 - 0.995)") == 9
    assert "0.005 | humanizePercentage" in text
    assert "0.99)" not in text


def test_a_file_of_thresholds(tmp_path: Path) -> None:
    """A number is the limit of the warning, a mapping has both; flags win over the file."""
    thresholds = tmp_path / "thresholds.yml"
    thresholds.write_text(
        "mos_min: {warning: 3.8, critical: 3.0}\nloss_max: 0.01\njitter_max: 0.1\nobjective: 0.98\n"
    )
    out = write(tmp_path / "out", "--thresholds", str(thresholds), "--jitter-max", "0.02")
    file = "voice_quality.rules.yml"
    assert limits(out, file, "PathMosLow") == {"warning": "3.8", "critical": "3"}
    assert limits(out, file, "PathLossHigh") == {"warning": "0.01", "critical": "0.025"}
    assert limits(out, file, "PathJitterHigh") == {"warning": "0.02", "critical": "0.04"}
    assert "(1 - 0.98)" in (out / "slo.rules.yml").read_text()


def test_an_empty_file_of_thresholds_changes_nothing(tmp_path: Path) -> None:
    """A file may say nothing, like a configuration."""
    thresholds = tmp_path / "thresholds.yml"
    thresholds.write_text("# nothing yet\n")
    out = write(tmp_path / "out", "--thresholds", str(thresholds))
    name = "voice_quality.rules.yml"
    assert (out / name).read_bytes() == (FOLDER / name).read_bytes()


def test_places_reach_links_and_routing(tmp_path: Path) -> None:
    """Links lead where the dashboards are, and keys are where they are said to be."""
    out = write(
        tmp_path,
        *("--grafana-url", "https://grafana.example.net/"),
        *("--runbook-url", "https://wiki.example.net/voip"),
        *("--secrets-dir", "/run/secrets"),
        *("--pagerduty-url", "https://events.eu.pagerduty.com/v2/enqueue"),
    )
    rules = (out / "voice_quality.rules.yml").read_text(encoding="utf-8")
    assert '"https://grafana.example.net/d/qos-paths?' in rules
    assert '"https://wiki.example.net/voip#pathlosshigh"' in rules
    assert "localhost" not in rules
    routing = (out / "alertmanager.yml").read_text(encoding="utf-8")
    assert "slack_api_url_file: /run/secrets/slack_api_url\n" in routing
    assert "pagerduty_url: https://events.eu.pagerduty.com/v2/enqueue\n" in routing


MAPPING = "must be a number, or a mapping with the numbers warning and critical"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("mos: 4", ["1: mos is not a threshold; did you mean mos_min?"], id="typo"),
        pytest.param(
            "colour: red",
            [f"1: colour is not a threshold; known: {', '.join(BY_NAME)}."],
            id="unknown",
        ),
        pytest.param(
            "mos_min: 4\n\nloss_max: 2",
            ["3: loss_max is not a ratio from 0 to 1 (2 % is 0.02)."],
            id="per cent",
        ),
        pytest.param(
            "jitter_max: 50\nround_trip_max: .nan",
            [
                "1: jitter_max is not a time in seconds from 0 to 10 (50 ms is 0.05).",
                "2: round_trip_max is not a time in seconds from 0 to 10 (50 ms is 0.05).",
            ],
            id="milliseconds and no number",
        ),
        pytest.param("mos_min: high", [f"1: mos_min {MAPPING}."], id="a word"),
        pytest.param("mos_min: true", [f"1: mos_min {MAPPING}."], id="a truth"),
        pytest.param("mos_min: {warning: 4}", [f"1: mos_min {MAPPING}."], id="half a mapping"),
        pytest.param(
            "loss_max: {warning: 0.05, critical: 0.02}",
            ["1: loss_max must be worse where it is critical than where it is a warning."],
            id="critical before warning",
        ),
        pytest.param(
            "mos_min: {warning: 3, critical: 3.5}",
            ["1: mos_min must be worse where it is critical than where it is a warning."],
            id="critical above warning",
        ),
        pytest.param(
            "objective: 0.5",
            ["1: objective is not a ratio from 0.95 to 0.99999 (99 % is 0.99)."],
            id="objective that cannot burn",
        ),
        pytest.param("objective: {warning: 0.99}", ["1: objective must be a number."], id="two"),
        pytest.param("- 4", ["1: the file must be a mapping."], id="a list"),
        pytest.param(
            "mos_min: 4\nmos_min: 3", ["2: mos_min is there twice, first on line 1."], id="twice"
        ),
    ],
)
def test_a_wrong_file_of_thresholds(
    text: str, sentences: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every mistake is one sentence with file, line and key, and nothing is written."""
    thresholds = tmp_path / "thresholds.yml"
    thresholds.write_text(text)
    out = tmp_path / "out"
    assert cli.run(["rules", "--thresholds", str(thresholds), "--out", str(out)]) == 2
    assert capsys.readouterr().err.splitlines() == [f"{thresholds}:{line}" for line in sentences]
    assert not out.exists()


def test_a_file_of_thresholds_that_is_no_yaml(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What YAML refuses is told with its line, and nothing else is."""
    thresholds = tmp_path / "thresholds.yml"
    thresholds.write_text("mos_min: 4\nloss_max: [")
    assert cli.run(["rules", "--thresholds", str(thresholds), "--out", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{thresholds}:2: the file is not YAML: ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(
            ["--mos-min", "5"],
            "qos-exporter rules: argument --mos-min: '5' is not a MOS from 1 to 4.5; "
            "try qos-exporter rules --help.",
            id="MOS",
        ),
        pytest.param(
            ["--loss-max", "2%"],
            "qos-exporter rules: argument --loss-max: '2%' is not a number; "
            "try qos-exporter rules --help.",
            id="per cent",
        ),
        pytest.param(
            ["--time-scale", "0"],
            "qos-exporter rules: argument --time-scale: '0' is not a factor from 1 to 1000; "
            "try qos-exporter rules --help.",
            id="time scale",
        ),
        *(
            pytest.param(
                ["--grafana-url", place],
                f"qos-exporter rules: argument --grafana-url: {place!r} has a character that does "
                "not belong there; try qos-exporter rules --help.",
                id=f"place {place!r}",
            )
            for place in ('http://x/"y', "http://x/ y", "http://x/{{ 1 }}", "http://x#y", "")
        ),
        pytest.param(
            ["--thresholds", "/nowhere.yml"],
            "/nowhere.yml: cannot be read: No such file or directory.",
            id="no file",
        ),
    ],
)
def test_wrong_flags(
    words: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake is one sentence on stderr, and the exit code 2."""
    assert cli.run(["rules", *words, "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"{sentence}\n"


def test_it_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written to where nobody said."""
    assert cli.run(["rules"]) == 2
    assert "the following arguments are required: --out;" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error names the file and the reason."""
    place = tmp_path / "file"
    place.touch()
    assert cli.run(["rules", "--out", str(place)]) == 2
    path = place / "recording.rules.yml"
    assert capsys.readouterr().err == f"{path}: cannot be written: File exists.\n"


def test_a_file_of_thresholds_that_is_no_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first byte that is no UTF-8 is named."""
    thresholds = tmp_path / "thresholds.yml"
    thresholds.write_bytes(b"a: \xff")
    assert cli.run(["rules", "--thresholds", str(thresholds), "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"{thresholds}: is not UTF-8, from byte 3 on.\n"
