"""What a command was asked to do: command line and configuration file put together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from qos_exporter.listen import ListenAddress
from qos_exporter.settings import LogFormat, LogLevel, Settings

AnalyzeFormat = Literal["table", "json", "prometheus"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What flags said; a flag that was not given is `None` (or empty) and changes nothing."""

    interfaces: tuple[str, ...] = ()
    listen_address: ListenAddress | None = None
    telemetry_path: str | None = None
    log_level: LogLevel | None = None
    log_format: LogFormat | None = None

    def apply(self, settings: Settings) -> Settings:
        """Put the flags over `settings`."""
        return replace(
            settings,
            capture=replace(
                settings.capture, interfaces=self.interfaces or settings.capture.interfaces
            ),
            web=replace(
                settings.web,
                listen_address=self.listen_address or settings.web.listen_address,
                telemetry_path=self.telemetry_path or settings.web.telemetry_path,
            ),
            log=replace(
                settings.log,
                level=self.log_level or settings.log.level,
                format=self.log_format or settings.log.format,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """A capture file that stands in for the interfaces."""

    path: Path
    speed: float = 1.0
    """1 keeps the distances between packets, 2 halves them, 0 does not wait at all."""
    loop: bool = False
    """Start again after the last packet."""
    exit: bool = False
    """End the program after the last packet, instead of serving on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """What `serve` and `demo` do."""

    settings: Settings
    config_path: Path | None = None
    overrides: Overrides = Overrides()
    replay: ReplayOptions | None = None

    def reloaded(self) -> ServeOptions:
        """Read the configuration file again, flags still on top; raises ConfigError."""
        return replace(self, settings=read_settings(self.config_path, self.overrides))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzeOptions:
    """What `analyze` does."""

    files: tuple[Path, ...]
    format: AnalyzeFormat = "table"
    top: int | None = None
    """Only this many streams are printed, the worst first; `None` prints all of them."""
    settings: Settings = field(default_factory=Settings)
    color: bool = True
    """Whether a terminal may get colours; other outputs never do."""


def read_settings(config_path: Path | None, overrides: Overrides) -> Settings:
    """Put flags over file over defaults; raises ConfigError when the file cannot be used."""
    if config_path is None:
        return overrides.apply(Settings())
    # Here, because pydantic would be half of the start time of a command that has no file to read.
    from qos_exporter.config.load import load_settings

    return overrides.apply(load_settings(config_path))
