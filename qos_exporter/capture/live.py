"""Opens live captures: the ring where the kernel gives one, else a plain socket."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from qos_exporter.capture.bpf import FilterProgram, compile_program
from qos_exporter.capture.link_state import hardware_type
from qos_exporter.capture.link_types import has_ethernet_header
from qos_exporter.capture.live_source import LiveSource
from qos_exporter.capture.packet_socket import is_link_error
from qos_exporter.capture.permissions import no_permission
from qos_exporter.errors import CaptureError

logger = logging.getLogger(__name__)

DEFAULT_RING_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOptions:
    """How to capture. `filter` is an expression of pcap-filter(7); empty takes all frames."""

    ring_bytes: int = DEFAULT_RING_BYTES
    filter: str = ""
    promiscuous: bool = True


def open_live(interface: str, options: LiveOptions) -> LiveSource:
    """Open a capture.

    Raises OSError while the link is down or the interface gone, which may pass, and `CaptureError`
    where somebody has to change something.
    """
    try:
        program = _compile(interface, options.filter)
        return _open(interface, options, program)
    except PermissionError as error:
        raise no_permission(interface) from error
    except OSError as error:
        if is_link_error(error):
            raise
        raise CaptureError(f"cannot capture on {interface}: {error.strerror}") from error


def _compile(interface: str, expression: str) -> FilterProgram | None:
    if not expression:
        return None
    ethernet = has_ethernet_header(hardware_type(interface))
    return compile_program(expression, ethernet=ethernet)


def _open(interface: str, options: LiveOptions, program: FilterProgram | None) -> LiveSource:
    """Open the ring, or the socket, and log why, where the kernel has no ring for us."""
    try:
        return _open_ring(interface, options, program)
    except OSError as error:
        if is_link_error(error):
            raise
        # Who may not have a ring may capture all the same, and a plain socket tells whether.
        capture = _open_socket(interface, options, program)
        logger.warning(
            "%s: there is no receive ring (%s); capturing through a plain socket, which is slower",
            interface,
            error.strerror,
        )
        return capture


def _open_ring(interface: str, options: LiveOptions, program: FilterProgram | None) -> LiveSource:
    from qos_exporter.capture.ring import RingSocket

    return RingSocket(
        interface, ring_bytes=options.ring_bytes, program=program, promiscuous=options.promiscuous
    )


def _open_socket(interface: str, options: LiveOptions, program: FilterProgram | None) -> LiveSource:
    from qos_exporter.capture.fallback import FallbackSocket

    return FallbackSocket(interface, program=program, promiscuous=options.promiscuous)
