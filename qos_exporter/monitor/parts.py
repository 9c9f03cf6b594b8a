"""What the monitor consists of, put together from the settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qos_exporter.calls.registry import CallRegistry
from qos_exporter.dataplane.packet_clock import PacketClock
from qos_exporter.dataplane.settings import KernelSettings, PlayoutSettings
from qos_exporter.monitor.admission import Admission
from qos_exporter.monitor.call_book import CallBook
from qos_exporter.monitor.control import KernelControl
from qos_exporter.monitor.decode_errors import DecodeErrors
from qos_exporter.monitor.groups import Groups
from qos_exporter.monitor.paths import Paths
from qos_exporter.monitor.profiles import Profiles
from qos_exporter.monitor.reporting.desk import ReportDesk
from qos_exporter.monitor.scorer import Scorer
from qos_exporter.monitor.scoring import Scoring
from qos_exporter.monitor.source import Source
from qos_exporter.monitor.twins import Twins
from qos_exporter.networks import Networks
from qos_exporter.quality.codec_table import CodecTable
from qos_exporter.quality.models import MODELS
from qos_exporter.quality.overrides import CodecOverride, operator_codecs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qos_exporter.settings import QualitySettings, Settings

FOREVER_NS = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts, each of which keeps a state of its own."""

    sources: tuple[Source, ...]
    machine: PacketClock
    """That of what does not come in frames, and of everything where there are none."""
    twins: Twins
    paths: Paths
    profiles: Profiles
    groups: Groups
    scorer: Scorer
    scoring: Scoring
    admission: Admission
    book: CallBook
    control: KernelControl
    calls: CallRegistry
    decode_errors: DecodeErrors
    reports: ReportDesk


def assemble(settings: Settings, names: Sequence[str], *, keep_all: bool) -> Parts:
    """Make all parts for sources with these names; raises ConfigError.

    With `keep_all` tables grow without limit, and ended calls stay.
    """
    limit = 0 if keep_all else settings.streams.table_limit
    for_kernel = kernel_settings(settings, table_limit=limit)
    sources = tuple(Source(index, name, for_kernel) for index, name in enumerate(names))
    codecs = codec_table(settings.quality)
    paths = Paths(named_networks(settings))
    profiles = Profiles(codecs, (source.kernel for source in sources))
    for source in sources:
        profiles.serve(source.streams)
    groups = Groups(codecs, profiles, paths)
    admission, book = Admission(settings.calls), CallBook()
    control = KernelControl(
        sources, profiles=profiles, paths=paths, groups=groups, admission=admission, book=book
    )
    scorer = Scorer(codecs, MODELS[settings.quality.model], profiles=profiles, groups=groups)
    decode_errors = DecodeErrors()
    calls = CallRegistry(
        control,
        silence_timeout_ns=settings.calls.silence_timeout_ns,
        linger_ns=FOREVER_NS if keep_all else settings.calls.linger_ns,
        limit=limit or None,
        keep_all=keep_all,
    )
    reports = ReportDesk(sources, calls, groups, decode_errors, keep_all=keep_all)
    return Parts(
        sources=sources,
        machine=PacketClock(),
        twins=Twins(sources, vlan_in_key=settings.streams.vlan_in_key),
        paths=paths,
        profiles=profiles,
        groups=groups,
        scorer=scorer,
        scoring=Scoring(scorer, reports.windows),
        admission=admission,
        book=book,
        control=control,
        calls=calls,
        decode_errors=decode_errors,
        reports=reports,
    )


def kernel_settings(settings: Settings, *, table_limit: int) -> KernelSettings:
    """What the kernels are told of the settings."""
    playout = settings.quality.playout
    return KernelSettings(
        table_limit=table_limit,
        window_ns=settings.quality.window_ns,
        idle_ns=settings.streams.expiry_ns,
        vlan_in_key=settings.streams.vlan_in_key,
        sip_ports=settings.sip.ports,
        playout=PlayoutSettings(
            adaptive=playout.mode == "adaptive",
            nominal_ns=playout.nominal_ns,
            min_ns=playout.min_ns,
            max_ns=playout.max_ns,
        ),
    )


def codec_table(quality: QualitySettings) -> CodecTable:
    """Put the operator's codecs over the built-in ones; raises ConfigError.

    Every row is on the scale of the scores that the chosen model gives.
    """
    overrides = (
        CodecOverride(name=each.name, scale=each.scale, ie=each.ie, bpl=each.bpl)
        for each in quality.codecs
    )
    table = operator_codecs(overrides, plc=quality.plc)
    scale_name = MODELS[quality.model].scale_name
    return CodecTable(replace(row, scale=scale_name(row.scale)) for row in table.rows)


def named_networks(settings: Settings) -> Networks:
    """Make the look-up of network names."""
    return Networks((each.name, each.prefixes) for each in settings.networks)
