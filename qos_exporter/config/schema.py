"""The configuration file as a schema: which keys there are, and what may stand behind them.

A field has the name of its setting; its key in the file is that name without `_ns`, because a
duration is written with its unit. Defaults are those of `settings.py`.
"""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Annotated, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    ValidationInfo,
    field_validator,
    model_validator,
)

from qos_exporter import settings
from qos_exporter.config import rules
from qos_exporter.config.quantities import format_duration
from qos_exporter.config.source import Path
from qos_exporter.listen import MAX_PORT, ListenAddress, checked_telemetry_path

DEFAULTS = settings.Settings()

Port = Annotated[int, Field(ge=1, le=MAX_PORT)]
UniqueList = (Strict(strict=False), AfterValidator(rules.unique))
EmptyIsDefault = BeforeValidator(rules.section)


def key_of(field: str) -> str:
    """Give the key under which a setting stands in the file."""
    return field.removesuffix("_ns")


class Section(BaseModel):
    """A mapping whose keys are known: others are refused, and nothing is converted silently."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, alias_generator=key_of)


class Capture(Section):
    """`capture:`."""

    interfaces: Annotated[
        tuple[Annotated[str, AfterValidator(rules.interface)], ...], *UniqueList
    ] = DEFAULTS.capture.interfaces
    filter: str = DEFAULTS.capture.filter
    ring_bytes: Annotated[int, rules.size("1MiB", "2GiB")] = DEFAULTS.capture.ring_bytes
    promiscuous: bool = DEFAULTS.capture.promiscuous


class Sip(Section):
    """`sip:`."""

    ports: Annotated[tuple[Port, ...], *UniqueList] = DEFAULTS.sip.ports


class Streams(Section):
    """`streams:`."""

    table_limit: Annotated[int, Field(ge=64, le=1 << 24)] = DEFAULTS.streams.table_limit
    vlan_in_key: bool = DEFAULTS.streams.vlan_in_key
    expiry_ns: Annotated[int, rules.duration("5s", "24h")] = DEFAULTS.streams.expiry_ns


class Calls(Section):
    """`calls:`."""

    series: Annotated[settings.SeriesPolicy, BeforeValidator(rules.no_off)] = DEFAULTS.calls.series
    series_limit: Annotated[int, Field(ge=0, le=1_000_000)] = DEFAULTS.calls.series_limit
    linger_ns: Annotated[int, rules.duration("0s", "1h")] = DEFAULTS.calls.linger_ns
    silence_timeout_ns: Annotated[int, rules.duration("5s", "24h")] = (
        DEFAULTS.calls.silence_timeout_ns
    )


class Playout(Section):
    """`quality.playout:`."""

    mode: settings.PlayoutMode = DEFAULTS.quality.playout.mode
    nominal_ns: Annotated[int, rules.duration("0s", "2s")] = DEFAULTS.quality.playout.nominal_ns
    min_ns: Annotated[int, rules.duration("0s", "2s")] = DEFAULTS.quality.playout.min_ns
    max_ns: Annotated[int, rules.duration("1ms", "2s")] = DEFAULTS.quality.playout.max_ns

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.min_ns <= self.nominal_ns <= self.max_ns:
            least, nominal, most = map(format_duration, (self.min_ns, self.nominal_ns, self.max_ns))
            raise ValueError(f"must have min <= nominal <= max, not {least}, {nominal} and {most}")
        return self


class Codec(Section):
    """One row of `quality.codecs:`."""

    scale: settings.Scale
    ie: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    bpl: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]

    @field_validator("ie")
    @classmethod
    def _leaves_room_for_loss(cls, ie: float, info: ValidationInfo) -> float:
        return rules.below_ceiling(ie, scale=info.data.get("scale"))


class Quality(Section):
    """`quality:`."""

    model: settings.QualityModel = DEFAULTS.quality.model
    window_ns: Annotated[int, rules.duration("2s", "10m")] = DEFAULTS.quality.window_ns
    plc: bool = DEFAULTS.quality.plc
    playout: Annotated[Playout, EmptyIsDefault] = Playout()
    codecs: Annotated[
        dict[str, Codec], EmptyIsDefault, AfterValidator(rules.one_row_per_codec)
    ] = {}


class Web(Section):
    """`web:`."""

    listen_address: Annotated[ListenAddress, BeforeValidator(rules.listen_address)] = (
        DEFAULTS.web.listen_address
    )
    telemetry_path: Annotated[str, AfterValidator(checked_telemetry_path)] = (
        DEFAULTS.web.telemetry_path
    )


class Log(Section):
    """`log:`."""

    level: settings.LogLevel = DEFAULTS.log.level
    format: settings.LogFormat = DEFAULTS.log.format


class Cdr(Section):
    """`cdr:` of a server."""

    interval_ns: Annotated[int, rules.duration("1s", "10m")] = settings.CdrSettings().interval_ns
    variables: Annotated[
        dict[Annotated[str, AfterValidator(rules.cdr_variable)], settings.CdrFigure],
        AfterValidator(rules.not_empty),
    ] = {each.name: each.figure for each in settings.CdrSettings().variables}


class Ami(Section):
    """One server of `ami:`."""

    host: Annotated[str, AfterValidator(rules.host)] = "127.0.0.1"
    port: Port = 5038
    username: Annotated[str, AfterValidator(rules.one_line)]
    secret: Annotated[str, AfterValidator(rules.one_line)] = ""
    secret_file: str = ""
    auth: settings.AmiAuth = "md5"
    tls: bool = False
    tls_ca_file: str = ""
    tls_verify: bool = True
    cdr: Annotated[Cdr | None, EmptyIsDefault] = None

    @model_validator(mode="after")
    def _has_one_secret(self) -> Self:
        if bool(self.secret) == bool(self.secret_file):
            raise ValueError("needs either secret or secret_file")
        return self


Prefixes = Annotated[tuple[Annotated[str, AfterValidator(rules.prefix)], ...], Strict(strict=False)]
NetworkName = Annotated[str, AfterValidator(rules.network_name)]


class Configuration(Section):
    """The whole file."""

    capture: Annotated[Capture, EmptyIsDefault] = Capture()
    sip: Annotated[Sip, EmptyIsDefault] = Sip()
    streams: Annotated[Streams, EmptyIsDefault] = Streams()
    calls: Annotated[Calls, EmptyIsDefault] = Calls()
    networks: Annotated[
        dict[NetworkName, Prefixes], EmptyIsDefault, AfterValidator(rules.one_name_per_prefix)
    ] = {}
    quality: Annotated[Quality, EmptyIsDefault] = Quality()
    ami: Annotated[
        tuple[Ami, ...],
        Strict(strict=False),
        BeforeValidator(rules.entries),
        AfterValidator(rules.one_entry_per_server),
    ] = ()
    web: Annotated[Web, EmptyIsDefault] = Web()
    log: Annotated[Log, EmptyIsDefault] = Log()


def _without_none(annotation: object) -> object:
    """Give what a section is that may be left out."""
    if isinstance(annotation, UnionType):
        (annotation,) = (each for each in get_args(annotation) if each is not NoneType)
    return annotation


def model_at(path: Path) -> type[Section]:
    """Give the schema of the mapping that stands at `path` of a file."""
    annotation: object = Configuration
    for part in path:
        if isinstance(annotation, type) and issubclass(annotation, Section):
            fields = annotation.model_fields.items()
            found = next(info.annotation for field, info in fields if key_of(field) == part)
            annotation = _without_none(found)
        elif isinstance(part, int):
            annotation, _ = get_args(annotation)  # a list of sections of one kind
        else:
            _, annotation = get_args(annotation)  # a mapping from names to sections of one kind
    if not (isinstance(annotation, type) and issubclass(annotation, Section)):
        raise TypeError(f"what stands at {path} is no section")
    return annotation
