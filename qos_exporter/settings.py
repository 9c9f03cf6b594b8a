"""Everything that an operator can set, with its default: one frozen value per section.

The values here are already checked and in the units that the program counts in (integer
nanoseconds, bytes). How they are written in a file is the business of `config/`, which is imported
only where there is a file to read. docs/configuration.md explains each of them to the operator.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from qos_exporter.listen import ListenAddress
from qos_exporter.units import MILLISECOND_NS, SECOND_NS

Scale = Literal["narrowband", "wideband", "fullband"]
SeriesPolicy = Literal["all", "degraded", "off"]
QualityModel = Literal["e-model", "simplified", "r_factor_lite"]
PlayoutMode = Literal["adaptive", "fixed"]
AmiAuth = Literal["md5", "plain"]
CdrFigure = Literal["r_factor_lite", "e-model", "mos_lq", "mos_cq", "loss", "jitter", "rtt"]
LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["logfmt", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSettings:
    """Where frames come from."""

    interfaces: tuple[str, ...] = ()
    """Interfaces to listen on; none means the one that holds the default route."""
    filter: str = ""
    """What the kernel lets through, in the language of tcpdump; empty means everything."""
    ring_bytes: int = 64 * 1024 * 1024
    """Size of the kernel's ring of frames, per interface."""
    promiscuous: bool = True
    """Whether to ask for frames that are addressed to other machines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SipSettings:
    """Where signalling is expected."""

    ports: tuple[int, ...] = (5060,)
    """UDP ports whose datagrams are read as SIP even where they do not look like it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSettings:
    """How RTP streams are told apart, and how many are kept."""

    table_limit: int = 65_536
    """Streams that are followed at the same time, per capture source."""
    vlan_in_key: bool = False
    """Whether equal addresses in different VLANs are different streams."""
    expiry_ns: int = 60 * SECOND_NS
    """A stream that is silent for so long is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSettings:
    """How long calls live, and which of them get series of their own."""

    series: SeriesPolicy = "all"
    series_limit: int = 1000
    """Calls that have series of their own at the same time."""
    linger_ns: int = 90 * SECOND_NS
    """How long the series of a call stay after its end, so that a scrape sees its last values."""
    silence_timeout_ns: int = 60 * SECOND_NS
    """A call whose media and signalling are silent for so long has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """A named part of the network; the name becomes the labels src_network and dst_network."""

    name: str
    prefixes: tuple[str, ...]
    """Address prefixes in CIDR notation, without host bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayoutSettings:
    """The receiver's jitter buffer that is simulated for every stream."""

    mode: PlayoutMode = "adaptive"
    nominal_ns: int = 60 * MILLISECOND_NS
    """The delay to start from (adaptive) or to keep (fixed)."""
    min_ns: int = 20 * MILLISECOND_NS
    max_ns: int = 200 * MILLISECOND_NS


@dataclass(frozen=True, slots=True, kw_only=True)
class CodecSettings:
    """What the operator knows better about a codec than the table that is built in."""

    name: str
    """The encoding name of SDP in upper case, for example `G729`."""
    scale: Scale
    ie: float
    """Equipment impairment factor on that scale (ITU-T G.107, G.107.1, G.107.2)."""
    bpl: float
    """Packet-loss robustness factor (same source); greater than 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualitySettings:
    """How measured windows become scores."""

    model: QualityModel = "e-model"
    window_ns: int = 10 * SECOND_NS
    """Packet time that is scored at once."""
    plc: bool = True
    """Whether receivers conceal lost G.711 packets (ITU-T G.113 appendix I)."""
    playout: PlayoutSettings = field(default_factory=PlayoutSettings)
    codecs: tuple[CodecSettings, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrVariableSettings:
    """A field of call detail records, and what is written there."""

    name: str
    figure: CdrFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrSettings:
    """What is written into call detail records, as long as calls are up."""

    interval_ns: int = 10 * SECOND_NS
    variables: tuple[CdrVariableSettings, ...] = (
        CdrVariableSettings(name="r-factor", figure="r_factor_lite"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiSettings:
    """An Asterisk server whose manager interface is listened to."""

    host: str = "127.0.0.1"
    port: int = 5038
    username: str
    secret: str = field(default="", repr=False)
    secret_file: str = ""
    """A file that holds the secret instead, in its first line."""
    auth: AmiAuth = "md5"
    """Whether the secret itself is sent (`plain`), or the answer to a challenge."""
    tls: bool = False
    tls_ca_file: str = ""
    """Whom to trust besides the system's authorities."""
    tls_verify: bool = True
    cdr: CdrSettings | None = None
    """`None`: nothing is written."""

    @property
    def name(self) -> str:
        """How the server is called in logs and labels."""
        return str(ListenAddress(self.host, self.port))


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Where results are served."""

    listen_address: ListenAddress = field(default_factory=lambda: ListenAddress("", 10667))
    telemetry_path: str = "/metrics"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """What is written to stderr."""

    level: LogLevel = "info"
    format: LogFormat = "logfmt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All sections."""

    capture: CaptureSettings = field(default_factory=CaptureSettings)
    sip: SipSettings = field(default_factory=SipSettings)
    streams: StreamSettings = field(default_factory=StreamSettings)
    calls: CallSettings = field(default_factory=CallSettings)
    networks: tuple[NetworkSettings, ...] = ()
    quality: QualitySettings = field(default_factory=QualitySettings)
    ami: tuple[AmiSettings, ...] = ()
    web: WebSettings = field(default_factory=WebSettings)
    log: LogSettings = field(default_factory=LogSettings)
