"""Flags over file over defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from qos_exporter.errors import ConfigError
from qos_exporter.listen import ListenAddress
from qos_exporter.options import Overrides, ServeOptions, read_settings
from qos_exporter.settings import CaptureSettings, LogSettings, Settings, WebSettings

FILE = """
capture: {interfaces: [eth1], promiscuous: false}
web: {listen_address: ":1111", telemetry_path: /file}
log: {level: error, format: json}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration file that sets everything that flags can set."""
    path = tmp_path / "qos.yml"
    path.write_text(FILE)
    return path


def test_without_file_and_flags_there_are_defaults() -> None:
    """Nothing said means the defaults."""
    assert read_settings(None, Overrides()) == Settings()


def test_a_file_wins_over_defaults(config: Path) -> None:
    """What the file says holds where no flag says otherwise."""
    assert read_settings(config, Overrides()) == Settings(
        capture=CaptureSettings(interfaces=("eth1",), promiscuous=False),
        web=WebSettings(listen_address=ListenAddress("", 1111), telemetry_path="/file"),
        log=LogSettings(level="error", format="json"),
    )


def test_flags_win_over_a_file(config: Path) -> None:
    """A flag replaces its setting and leaves the neighbours alone."""
    overrides = Overrides(
        interfaces=("eth2", "eth3"),
        listen_address=ListenAddress("::1", 2222),
        telemetry_path="/flag",
        log_level="debug",
        log_format="logfmt",
    )
    assert read_settings(config, overrides) == Settings(
        capture=CaptureSettings(interfaces=("eth2", "eth3"), promiscuous=False),
        web=WebSettings(listen_address=ListenAddress("::1", 2222), telemetry_path="/flag"),
        log=LogSettings(level="debug", format="logfmt"),
    )


def test_a_reload_reads_the_file_again_and_keeps_the_flags(config: Path) -> None:
    """After a reload the file's new values hold, except where a flag was given."""
    overrides = Overrides(log_level="debug")
    options = ServeOptions(
        settings=read_settings(config, overrides), config_path=config, overrides=overrides
    )
    config.write_text("log: {level: warning}\nweb: {telemetry_path: /new}\n")
    reloaded = options.reloaded()
    assert reloaded.settings == Settings(
        web=WebSettings(telemetry_path="/new"), log=LogSettings(level="debug")
    )


def test_a_reload_of_a_bad_file_changes_nothing(config: Path) -> None:
    """The old options are values; a file with a mistake only raises."""
    options = ServeOptions(settings=read_settings(config, Overrides()), config_path=config)
    before = options.settings
    config.write_text("log: {level: loud}\n")
    with pytest.raises(ConfigError, match=r"log\.level must be"):
        options.reloaded()
    assert options.settings is before
