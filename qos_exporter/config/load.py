"""Reads a configuration file into settings, or says everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from qos_exporter import settings
from qos_exporter.config import schema, source
from qos_exporter.config.messages import path_of, text_of
from qos_exporter.errors import ConfigError


def load_settings(path: Path) -> settings.Settings:
    """Read the settings at `path`; raises ConfigError with one sentence per line and mistake."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8, from byte {error.start} on.") from error
    return parse_settings(text, name=str(path))


def parse_settings(text: str, *, name: str) -> settings.Settings:
    """Read the settings in `text`; `name` is what its errors call the file."""
    document = source.read_document(text)
    faults = list(document.faults)
    configuration = None
    # What YAML itself refuses leaves nothing that could be checked further.
    if not any(fault.path == () for fault in faults):
        try:
            configuration = schema.Configuration.model_validate(
                {} if document.data is None else document.data
            )
        except ValidationError as error:
            faults.extend(_schema_faults(error, document))
    if configuration is None or faults:
        raise ConfigError("\n".join(_sentences(faults, name)))
    return _settings(configuration)


def _schema_faults(error: ValidationError, document: source.Document) -> Iterator[source.Fault]:
    already = {(fault.path, fault.line) for fault in document.faults}
    for details in error.errors(include_url=False):
        path = path_of(details)
        line = document.line_of(path)
        if (path, line) not in already:
            yield source.Fault(path, line, text_of(details))


def _sentences(faults: list[source.Fault], name: str) -> Iterator[str]:
    for fault in sorted(faults, key=lambda fault: fault.line):
        subject = dotted(fault.path) or "the file"
        stop = "" if fault.text.endswith("?") else "."
        yield f"{name}:{fault.line}: {subject} {fault.text}{stop}"


def dotted(path: source.Path) -> str:
    """Write a place in a file the usual way: `sip.ports[1]`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{plain(part)}" for part in path)
    return "".join(parts).removeprefix(".")


def plain(key: str) -> str:
    """Write a key so that it is seen, and does nothing to a terminal."""
    return key if key and key.isprintable() else repr(key)


def _settings(configuration: schema.Configuration) -> settings.Settings:
    """Give the checked file as settings; the fields of both have the same names."""
    quality = configuration.quality
    return settings.Settings(
        capture=settings.CaptureSettings(**dict(configuration.capture)),
        sip=settings.SipSettings(**dict(configuration.sip)),
        streams=settings.StreamSettings(**dict(configuration.streams)),
        calls=settings.CallSettings(**dict(configuration.calls)),
        networks=tuple(
            settings.NetworkSettings(name=name, prefixes=prefixes)
            for name, prefixes in configuration.networks.items()
        ),
        quality=settings.QualitySettings(
            model=quality.model,
            window_ns=quality.window_ns,
            plc=quality.plc,
            playout=settings.PlayoutSettings(**dict(quality.playout)),
            codecs=tuple(
                settings.CodecSettings(name=name.upper(), **dict(codec))
                for name, codec in quality.codecs.items()
            ),
        ),
        ami=tuple(map(_server, configuration.ami)),
        web=settings.WebSettings(**dict(configuration.web)),
        log=settings.LogSettings(**dict(configuration.log)),
    )


def _server(server: schema.Ami) -> settings.AmiSettings:
    cdr = None
    if server.cdr is not None:
        variables = server.cdr.variables.items()
        cdr = settings.CdrSettings(
            interval_ns=server.cdr.interval_ns,
            variables=tuple(
                settings.CdrVariableSettings(name=name, figure=figure) for name, figure in variables
            ),
        )
    return settings.AmiSettings(**{**dict(server), "cdr": cdr})
