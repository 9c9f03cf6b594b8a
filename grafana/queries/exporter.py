"""How the exporters fare; each for itself."""

from __future__ import annotations

from grafana.promql import OF_TAP, for_each_tap, highest, lowest, rate, ratio, select

INTERFACE = ("instance", "interface")
_EXPORTERS = select("qos_exporter_build_info", of=OF_TAP)


def of_exporters(vector: str, known: str = _EXPORTERS) -> str:
    """Leave out the targets that are no exporters: all have such series, and any may be chosen."""
    return f"{vector} and on (job, instance) {known}"


UP = lowest(
    # One that is down tells nothing of itself now.
    of_exporters(select("up", of=OF_TAP), f"present_over_time({_EXPORTERS}[1d])"),
    "instance",
)
HEALTHY = lowest(select("qos_exporter_capture_healthy", of=OF_TAP), *INTERFACE)
RELOADED = lowest(select("qos_exporter_config_last_reload_successful", of=OF_TAP), "instance")
_SERVER = ("instance", "server")
ASTERISK_UP = lowest(select("qos_exporter_ami_up", of=OF_TAP), *_SERVER)
ASTERISK_FAULTS = f"{highest(select('qos_exporter_ami_fault', of=OF_TAP), *_SERVER, 'fault')} == 1"
VERSIONS = highest(select("qos_exporter_build_info", of=OF_TAP), "instance", "version")
METHODS = highest(select("qos_exporter_capture_info", of=OF_TAP), *INTERFACE, "method")
_LAST_FRAME = select("qos_exporter_last_packet_timestamp_seconds", of=OF_TAP)
LAST_FRAME_AGE = f"time() - {highest(_LAST_FRAME, *INTERFACE)}"
_STARTED = of_exporters(select("process_start_time_seconds", of=OF_TAP))
UPTIME = f"time() - {highest(_STARTED, 'instance')}"
CORES = highest(of_exporters(rate("process_cpu_seconds_total", of=OF_TAP)), "instance")


def gauge(metric: str, *by: str) -> str:
    """A gauge as it is."""
    return highest(select(metric, of=OF_TAP), "instance", *by)


def own_gauge(metric: str) -> str:
    """A gauge that every target has, of the exporters."""
    return highest(of_exporters(select(metric, of=OF_TAP)), "instance")


def per_second(metric: str, *by: str) -> str:
    """The growth of a counter per second."""
    return highest(for_each_tap(rate(metric, of=OF_TAP), *by), "instance", *by)


def happening(metric: str, *by: str) -> str:
    """The growth of a counter per second, while it grows."""
    return f"{per_second(metric, *by)} > 0"


def dropped(*by: str) -> str:
    """Frames that were lost before the exporter saw them, of all frames."""
    kernel = rate("qos_exporter_capture_kernel_drops_total", of=OF_TAP)
    card = rate("qos_exporter_capture_interface_drops_total", of=OF_TAP)
    captured = rate("qos_exporter_capture_packets_total", of=OF_TAP)
    return highest(ratio(f"{kernel} + {card}", f"{captured} + {kernel} + {card}", *by), *by)


def fullness() -> str:
    """How full the tables of limited size are."""
    entries = select("qos_exporter_table_entries", of=OF_TAP)
    limit = select("qos_exporter_table_limit", of=OF_TAP)
    return highest(ratio(entries, limit, "table"), "instance", "table")
