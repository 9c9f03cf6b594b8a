"""The families in which the exporter speaks about itself."""

from __future__ import annotations

from functools import partial

from qos_exporter.export.catalogue.family import Family

_gauge = partial(Family, group="exporter", kind="gauge")
_total = partial(Family, group="exporter", kind="counter")

CAPTURE = (
    Family(
        name="qos_exporter_capture_info",
        kind="info",
        group="exporter",
        labels=("interface", "method"),
        help="How frames are captured: from the kernel's ring, a socket or a file; always 1.",
    ),
    _gauge(
        name="qos_exporter_capture_healthy",
        labels=("interface",),
        help="1 while frames can be captured, 0 while the interface is down or gone.",
    ),
    _total(
        name="qos_exporter_capture_packets_total",
        unit="packets",
        labels=("interface",),
        help="Frames captured.",
    ),
    _total(
        name="qos_exporter_capture_bytes_total",
        unit="bytes",
        labels=("interface",),
        help="Bytes of the frames captured, in their length on the wire.",
    ),
    _total(
        name="qos_exporter_capture_kernel_drops_total",
        labels=("interface",),
        help="Frames that the kernel dropped because the exporter did not fetch them in time.",
    ),
    _total(
        name="qos_exporter_capture_interface_drops_total",
        labels=("interface",),
        help="Frames that the network interface dropped before the kernel saw them.",
    ),
    _total(
        name="qos_exporter_capture_interruptions_total",
        labels=("interface",),
        help="Outages after which capturing went on: the interface had been down or gone.",
    ),
    _gauge(
        name="qos_exporter_last_packet_timestamp_seconds",
        unit="seconds",
        labels=("interface",),
        help="When the last frame was captured; absent before the first.",
    ),
)

DECODING = (
    _total(
        name="qos_exporter_undecoded_frames_total",
        labels=("reason",),
        help="Frames that were not read as media or signalling, by reason.",
    ),
    _total(
        name="qos_exporter_decode_errors_total",
        labels=("protocol", "reason"),
        help="Messages that break the rules of their protocol.",
    ),
    _total(
        name="qos_exporter_reports_unmatched_total",
        labels=("source",),
        help="Reports about a stream that was not seen: it passes elsewhere, or is over.",
    ),
    _total(
        name="qos_exporter_round_trips_rejected_total",
        labels=("source", "reason"),
        help="Round trips that cannot be: not_positive, or too_long (more than 10 s).",
    ),
)

PBXS = (
    _gauge(
        name="qos_exporter_ami_up",
        labels=("server",),
        help="1 while the exporter is logged in at the manager interface of an Asterisk server.",
    ),
    _gauge(
        name="qos_exporter_ami_fault",
        labels=("server", "fault"),
        help="1 for what is wrong with the connection to a server or the rights of its user.",
    ),
    _total(
        name="qos_exporter_ami_reconnects_total",
        labels=("server",),
        help="Logins at a manager interface after the first one.",
    ),
    _total(
        name="qos_exporter_ami_events_total",
        labels=("server", "event"),
        help="Events that a manager interface sent, by kind.",
    ),
    _total(
        name="qos_exporter_ami_values_rejected_total",
        labels=("server", "field"),
        help="Values in reports of RTCP that cannot be, such as a round trip of 65535.99 s.",
    ),
    _total(
        name="qos_exporter_cdr_writes_total",
        labels=("server", "result"),
        help="Variables sent for call detail records: written, refused, no_channel or failed.",
    ),
)

TABLES = (
    _gauge(
        name="qos_exporter_table_entries",
        labels=("table",),
        help="Entries in a bounded table.",
    ),
    _gauge(
        name="qos_exporter_table_limit",
        labels=("table",),
        help="Entries that a bounded table can hold.",
    ),
    _total(
        name="qos_exporter_evictions_total",
        labels=("table",),
        help="Entries that had to go before their time to make room, and failures to make any.",
    ),
    _total(
        name="qos_exporter_call_series_dropped_total",
        help="Calls without series of their own because the series limit was reached.",
    ),
)

OPERATION = (
    Family(
        name="qos_exporter_build_info",
        kind="info",
        group="exporter",
        labels=("version",),
        help="The version of the exporter; always 1.",
    ),
    _gauge(
        name="qos_exporter_config_last_reload_successful",
        help="1 if the configuration was read well the last time, else 0 (the old one is in use).",
    ),
    _gauge(
        name="qos_exporter_config_last_reload_success_timestamp_seconds",
        unit="seconds",
        help="When the configuration was last read well; absent without a configuration.",
    ),
    _gauge(
        name="qos_exporter_snapshot_duration_seconds",
        unit="seconds",
        help="How long it took to draw up the picture that this scrape shows.",
    ),
)

EXPORTER: tuple[Family, ...] = (*OPERATION, *CAPTURE, *DECODING, *PBXS, *TABLES)
