"""The figures of one direction in a voice quality report (RFC 6035 section 4.6.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_PAIR = re.compile(r'\b([A-Za-z][A-Za-z0-9]{0,31})=("[^"]*"|[^\s;]*)')
# Some phones write the decimal comma of their language.
_NUMBER = re.compile(r"[+-]?[0-9]{1,10}(?:[.,][0-9]{1,10})?")
_MAX_MS = 65534
_MAX_R = 120


@dataclass(frozen=True, slots=True)
class VqMetrics:
    """What one end says of the stream that it receives. `None` is what it did not say.

    Also `None` is a figure outside its range, among them 127, with which RFC 3611 marks what is
    not known, and 65535 ms, which says `this or more`. The names in the comments are the wire's.
    """

    start_s: float | None
    """START and STOP, as Unix time by the clock of the phone. They may be in any order."""
    stop_s: float | None
    payload_type: int | None
    """PT."""
    encoding: str
    """PD, the name of the codec; empty where it is not said."""
    sample_rate: int | None
    """SR, in Hz."""
    frame_duration_s: float | None
    """FD."""
    frame_octets: int | None
    """FO."""
    frames_per_packet: int | None
    """FPP."""
    packets_per_second: float | None
    """PPS."""
    fmtp: str
    """FMTP, without its quotes."""
    plc: int | None
    """PLC: 0 unspecified, 1 disabled, 2 enhanced, 3 standard concealment."""
    silence_suppression: bool | None
    """SSUP."""
    jitter_buffer_kind: int | None
    """JBA: 0 unknown, 2 non-adaptive, 3 adaptive."""
    jitter_buffer_rate: int | None
    """JBR, 0 to 15."""
    jitter_buffer_nominal_s: float | None
    """JBN."""
    jitter_buffer_max_s: float | None
    """JBM."""
    jitter_buffer_abs_max_s: float | None
    """JBX."""
    loss_ratio: float | None
    """NLR, a percentage on the wire, as are JDR, BLD and GLD."""
    discard_ratio: float | None
    """JDR."""
    burst_density: float | None
    """BLD, 0 to 1."""
    burst_duration_s: float | None
    """BD."""
    gap_density: float | None
    """GLD, 0 to 1."""
    gap_duration_s: float | None
    """GD."""
    gmin: int | None
    """GMIN."""
    round_trip_s: float | None
    """RTD. On the wire 0 says that nothing was measured yet (RFC 3611 section 4.7.3)."""
    end_system_delay_s: float | None
    """ESD."""
    one_way_delay_s: float | None
    """OWD; like the next one above 0, since no path is without delay."""
    symmetric_one_way_delay_s: float | None
    """SOWD."""
    jitter_s: float | None
    """IAJ, interarrival jitter (RFC 3550), in ms on the wire."""
    mean_absolute_jitter_s: float | None
    """MAJ, mean absolute packet delay variation (G.1020)."""
    signal_level_dbm: float | None
    """SL."""
    noise_level_dbm: float | None
    """NL."""
    rerl_db: float | None
    """RERL, residual echo return loss."""
    r_lq: float | None
    """RLQ, 0 to 120 as are the other R factors."""
    r_cq: float | None
    """RCQ."""
    ext_r_in: float | None
    """EXTRI, of the network behind the receiver."""
    ext_r_out: float | None
    """EXTRO."""
    mos_lq: float | None
    """MOSLQ, 1 to 5."""
    mos_cq: float | None
    """MOSCQ, 1 to 5."""
    estimator: str
    """QoEEstAlg: how the MOS was made."""


class MetricPairs:
    """The `KEY=value` pairs of the lines of one section; the first of a repeated key counts.

    Keys are not bound to the line that RFC 6035 has them in: each means one thing, and phones
    leave out the names of lines.
    """

    __slots__ = ("_pairs",)

    def __init__(self) -> None:
        self._pairs: dict[str, str] = {}

    def add(self, line: str) -> None:
        """Take the pairs of a line, with or without its name before them."""
        for key, value in _PAIR.findall(line):
            self._pairs.setdefault(key.upper(), value.strip('",'))

    def __bool__(self) -> bool:
        return bool(self._pairs)

    def text(self, key: str) -> str:
        """Return the value as it stands, or an empty text."""
        return self._pairs.get(key, "")

    def number(self, key: str, low: float, high: float) -> float | None:
        """Return a number within its range."""
        text = self._pairs.get(key, "")
        if not _NUMBER.fullmatch(text):
            return None
        value = float(text.replace(",", "."))
        return value if low <= value <= high else None

    def count(self, key: str, low: int, high: int) -> int | None:
        """Return a whole number within its range."""
        value = self.number(key, low, high)
        return int(value) if value is not None and value.is_integer() else None

    def ratio(self, key: str) -> float | None:
        """Return a percentage as a ratio."""
        value = self.number(key, 0, 100)
        return None if value is None else value / 100

    def duration_s(self, key: str) -> float | None:
        """Return milliseconds as seconds."""
        value = self.number(key, 0, _MAX_MS)
        return None if value is None else value / 1000

    def delay_s(self, key: str) -> float | None:
        """Return milliseconds as seconds, where 0 says that nothing is known."""
        return self.duration_s(key) or None

    def flag(self, key: str) -> bool | None:
        """Return what `on` or `off` says."""
        return {"on": True, "off": False}.get(self.text(key).lower())

    def time_s(self, key: str) -> float | None:
        """Return an RFC 3339 time as Unix time; one without a zone is UTC."""
        try:
            moment = datetime.fromisoformat(self.text(key).upper())
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None


def read_metrics(pairs: MetricPairs) -> VqMetrics:
    """Give every figure of a section; never raises, since what cannot be read is absent."""
    return VqMetrics(
        start_s=pairs.time_s("START"),
        stop_s=pairs.time_s("STOP"),
        payload_type=pairs.count("PT", 0, 127),
        encoding=pairs.text("PD"),
        sample_rate=pairs.count("SR", 1, 1_000_000),
        frame_duration_s=pairs.delay_s("FD"),
        frame_octets=pairs.count("FO", 1, 65535),
        frames_per_packet=pairs.count("FPP", 1, 65535),
        packets_per_second=pairs.number("PPS", 1, 65535),
        fmtp=pairs.text("FMTP"),
        plc=pairs.count("PLC", 0, 3),
        silence_suppression=pairs.flag("SSUP"),
        jitter_buffer_kind=pairs.count("JBA", 0, 3),
        jitter_buffer_rate=pairs.count("JBR", 0, 15),
        jitter_buffer_nominal_s=pairs.duration_s("JBN"),
        jitter_buffer_max_s=pairs.duration_s("JBM"),
        jitter_buffer_abs_max_s=pairs.duration_s("JBX"),
        loss_ratio=pairs.ratio("NLR"),
        discard_ratio=pairs.ratio("JDR"),
        burst_density=pairs.ratio("BLD"),
        burst_duration_s=pairs.duration_s("BD"),
        gap_density=pairs.ratio("GLD"),
        gap_duration_s=pairs.duration_s("GD"),
        gmin=pairs.count("GMIN", 1, 255),
        round_trip_s=pairs.delay_s("RTD"),
        end_system_delay_s=pairs.duration_s("ESD"),
        one_way_delay_s=pairs.delay_s("OWD"),
        symmetric_one_way_delay_s=pairs.delay_s("SOWD"),
        jitter_s=pairs.duration_s("IAJ"),
        mean_absolute_jitter_s=pairs.duration_s("MAJ"),
        signal_level_dbm=pairs.number("SL", -128, 126),
        noise_level_dbm=pairs.number("NL", -128, 126),
        rerl_db=pairs.number("RERL", 0, 126),
        r_lq=pairs.number("RLQ", 0, _MAX_R),
        r_cq=pairs.number("RCQ", 0, _MAX_R),
        ext_r_in=pairs.number("EXTRI", 0, _MAX_R),
        ext_r_out=pairs.number("EXTRO", 0, _MAX_R),
        mos_lq=pairs.number("MOSLQ", 1, 5),
        mos_cq=pairs.number("MOSCQ", 1, 5),
        estimator=pairs.text("QOEESTALG"),
    )
