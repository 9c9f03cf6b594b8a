"""Exporter: whether the figures can be trusted, and what it costs to have them."""

from __future__ import annotations

from grafana import limits, names
from grafana.columns import Column
from grafana.frame import Board, Section
from grafana.panels import Bars, Lines, Stat, Table
from grafana.queries import exporter
from grafana.query import Query

SELF = "{{instance}}"
INTERFACE = "{{instance}}, {{interface}}"
NO_EXPORTER = "No exporter"

UP = Stat(
    title="Scraped",
    description="Whether Prometheus reaches the exporter: 1 if it does.",
    queries=(Query(exporter.UP, SELF),),
    unit="bool_yes_no",
    steps=limits.ALL_UP,
    no_data=NO_EXPORTER,
    width=4,
)
HEALTHY = Stat(
    title="Capturing",
    description="Whether frames can be captured; not while the interface is down or gone.",
    queries=(Query(exporter.HEALTHY, INTERFACE),),
    unit="bool_yes_no",
    steps=limits.ALL_UP,
    no_data=NO_EXPORTER,
    width=4,
)
DROPPED = Stat(
    title="Capture drops",
    description="Frames that the kernel or the network card dropped before the exporter saw "
    "them, of all.",
    queries=(Query(exporter.dropped("instance", "interface"), INTERFACE),),
    unit="percentunit",
    decimals=2,
    steps=limits.DROPS,
    no_data="Nothing captured",
    width=4,
)
AGE = Stat(
    title="Since the last frame",
    description="How long ago the last frame was captured. On a line that is never silent it says "
    "whether the tap still works.",
    queries=(Query(exporter.LAST_FRAME_AGE, INTERFACE),),
    unit="s",
    decimals=0,
    no_data="No frame yet",
    width=4,
)
RELOADED = Stat(
    title="Configuration read",
    description="Whether the configuration was read well the last time; otherwise the old one is "
    "in use.",
    queries=(Query(exporter.RELOADED, SELF),),
    unit="bool_yes_no",
    steps=limits.ALL_UP,
    no_data=NO_EXPORTER,
    width=4,
)
UPTIME = Stat(
    title="Running for",
    description="Time since the exporter was started. Its counters begin anew then.",
    queries=(Query(exporter.UPTIME, SELF),),
    unit="dtdurations",
    no_data=NO_EXPORTER,
    width=4,
)
VERSIONS = Table(
    title="Exporters",
    description="Which version runs, on which interfaces, and how it captures: from the kernel's "
    "ring, a socket (slower), or a file.",
    queries=(Query(exporter.VERSIONS), Query(exporter.METHODS)),
    columns=(
        Column(title="Exporter", label="instance"),
        Column(title="Version", label="version"),
        Column(title="Interface", label="interface"),
        Column(title="Method", label="method"),
    ),
    sorted_by="Exporter",
    no_data=NO_EXPORTER,
    height=6,
    width=24,
)
FRAMES = Lines(
    title="Frames captured",
    description="Frames per second, of all kinds.",
    queries=(
        Query(exporter.per_second("qos_exporter_capture_packets_total", "interface"), INTERFACE),
    ),
    unit="pps",
    bottom=0,
    no_data=NO_EXPORTER,
    width=8,
)
BYTES = Lines(
    title="Bytes captured",
    description="Bytes per second, in the frames' length on the wire.",
    queries=(
        Query(exporter.per_second("qos_exporter_capture_bytes_total", "interface"), INTERFACE),
    ),
    unit="Bps",
    bottom=0,
    no_data=NO_EXPORTER,
    width=8,
)
DROPS = Lines(
    title="Frames dropped, interruptions, per second",
    description="Frames per second that the kernel or the network interface dropped, and outages "
    "of the interface. Windows in which the capture dropped frames are not scored.",
    queries=(
        Query(
            exporter.per_second("qos_exporter_capture_kernel_drops_total", "interface"),
            f"{INTERFACE}, kernel",
        ),
        Query(
            exporter.per_second("qos_exporter_capture_interface_drops_total", "interface"),
            f"{INTERFACE}, interface",
        ),
        Query(
            exporter.per_second("qos_exporter_capture_interruptions_total", "interface"),
            f"{INTERFACE}, interruptions",
        ),
    ),
    unit="none",
    bottom=0,
    steps=limits.NOT_ANY,
    no_data=NO_EXPORTER,
    width=8,
)

UNDECODED = Lines(
    title="Frames that are no media or signalling, per second",
    description="By reason. Most are no fault but what else a line carries; tunnel and ip_fragment "
    "may hide calls.",
    queries=(
        Query(
            exporter.happening("qos_exporter_undecoded_frames_total", "reason"),
            f"{SELF}, {{{{reason}}}}",
        ),
    ),
    unit="none",
    bottom=0,
    no_data="None now",
    width=8,
)
ERRORS = Lines(
    title="Messages that break their protocol",
    description="SIP, SDP, RTCP and the like that could not be read, by reason.",
    queries=(
        Query(
            exporter.per_second("qos_exporter_decode_errors_total", "protocol", "reason"),
            f"{SELF}, {{{{protocol}}}} {{{{reason}}}}",
        ),
    ),
    unit="cps",
    bottom=0,
    steps=limits.NOT_ANY,
    no_data="None so far",
    width=8,
)
REPORTS = Lines(
    title="Reports of the far ends",
    description="RTCP packets read, by type; reports on streams that were not seen; round trips "
    "that cannot be.",
    queries=(
        Query(exporter.happening("voip_rtcp_reports_total", "type"), f"{SELF}, {{{{type}}}}"),
        Query(
            exporter.happening("qos_exporter_reports_unmatched_total", "source"),
            f"{SELF}, {{{{source}}}} unmatched",
        ),
        Query(
            exporter.happening("qos_exporter_round_trips_rejected_total", "source", "reason"),
            f"{SELF}, {{{{source}}}} round trip {{{{reason}}}}",
        ),
    ),
    unit="cps",
    bottom=0,
    no_data="None now",
    width=8,
)

ASTERISK = Table(
    title="Asterisk servers",
    description="Whether the exporter is logged in at the manager interface of each server, and "
    "what is wrong with the connection or the rights of its user.",
    queries=(Query(exporter.ASTERISK_UP), Query(exporter.ASTERISK_FAULTS)),
    columns=(
        Column(title="Exporter", label="instance"),
        Column(title="Server", label="server"),
        Column(title="Logged in", query="A", unit="bool_yes_no", steps=limits.ALL_UP, width=110),
        Column(title="Fault", label="fault"),
    ),
    sorted_by="Server",
    no_data="No server is followed",
    height=6,
    width=24,
)

FULLNESS = Bars(
    title="Tables, how full",
    description="Streams, calls and the like that are followed, of those that can be. At 100 % the "
    "oldest have to go.",
    queries=(Query(exporter.fullness(), f"{SELF}, {{{{table}}}}"),),
    unit="percentunit",
    decimals=1,
    bottom=0,
    top=1,
    steps=limits.FULL,
    no_data=NO_EXPORTER,
)
ENTRIES = Lines(
    title="Entries in tables",
    description="Streams, calls and the like that are followed.",
    queries=(
        Query(exporter.gauge("qos_exporter_table_entries", "table"), f"{SELF}, {{{{table}}}}"),
    ),
    unit="short",
    bottom=0,
    no_data=NO_EXPORTER,
    width=8,
)
EVICTIONS = Lines(
    title="Evictions, calls without series",
    description="Entries that had to go before their time, and calls that have no series of their "
    "own because `calls.series_limit` was reached.",
    queries=(
        Query(
            exporter.per_second("qos_exporter_evictions_total", "table"),
            f"{SELF}, {{{{table}}}}",
        ),
        Query(
            exporter.per_second("qos_exporter_call_series_dropped_total"),
            f"{SELF}, calls without series",
        ),
    ),
    unit="cps",
    bottom=0,
    steps=limits.NOT_ANY,
    no_data=NO_EXPORTER,
    width=8,
)

SCRAPE = Lines(
    title="Time of a scrape",
    description="How long Prometheus waits for an answer, and how much of that goes into drawing "
    "up the picture.",
    queries=(
        Query(exporter.own_gauge("scrape_duration_seconds"), f"{SELF}, scrape"),
        Query(exporter.gauge("qos_exporter_snapshot_duration_seconds"), f"{SELF}, picture"),
    ),
    unit="s",
    bottom=0,
    no_data=NO_EXPORTER,
    width=6,
)
SAMPLES = Lines(
    title="Samples of a scrape",
    description="How many series Prometheus keeps for the exporter: most are those of single "
    "calls.",
    queries=(Query(exporter.own_gauge("scrape_samples_scraped"), SELF),),
    unit="short",
    bottom=0,
    no_data=NO_EXPORTER,
    width=6,
)
CPU = Lines(
    title="Processor",
    description="Cores in use: 1 is one core.",
    queries=(Query(exporter.CORES, SELF),),
    unit="none",
    decimals=2,
    bottom=0,
    no_data=NO_EXPORTER,
    width=6,
)
MEMORY = Lines(
    title="Memory",
    description="Resident memory.",
    queries=(Query(exporter.own_gauge("process_resident_memory_bytes"), SELF),),
    unit="bytes",
    bottom=0,
    no_data=NO_EXPORTER,
    width=6,
)

EXPORTER_BOARD = Board(
    name=names.EXPORTER,
    hide_paths=True,
    sections=(
        Section("Right now", (UP, HEALTHY, DROPPED, AGE, RELOADED, UPTIME)),
        Section("Capture", (FRAMES, BYTES, DROPS)),
        Section("Decoding", (UNDECODED, ERRORS, REPORTS)),
        Section("Tables", (FULLNESS, ENTRIES, EVICTIONS)),
        Section("Asterisk", (ASTERISK,)),
        Section("Cost", (SCRAPE, SAMPLES, CPU, MEMORY)),
        Section("Who they are", (VERSIONS,)),
    ),
)
