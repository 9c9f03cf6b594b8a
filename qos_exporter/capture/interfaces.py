"""Finds interfaces with scapy: the one of the default route, and all that exist."""

from __future__ import annotations

from qos_exporter.capture.link_state import current_index
from qos_exporter.errors import CaptureError


def interface_names() -> list[str]:
    """Give the names of all interfaces."""
    import scapy.arch  # noqa: F401 -- tells scapy how to list the interfaces of this system
    from scapy.config import conf

    conf.ifaces.reload()
    return sorted(interface.name for interface in conf.ifaces.values())


def default_interface() -> str:
    """Give the interface of the default route; raises `CaptureError` if there is none."""
    from scapy.config import conf
    from scapy.route import Route
    from scapy.route6 import Route6

    conf.ifaces.reload()
    routes = [
        (metric, interface)
        for network, mask, _, interface, _, metric in Route().routes
        if network == mask == 0
    ]
    # The kernel keeps a route on the loopback interface for what it cannot reach.
    routes_v6 = [
        (metric, interface)
        for _, prefix_length, _, interface, _, metric in Route6().routes
        if prefix_length == 0 and interface != conf.loopback_name
    ]
    for found in (routes, routes_v6):
        if found:
            return str(min(found)[1])
    raise CaptureError(f"there is no default route: name an interface to listen on; {_choice()}")


def require_interface(name: str) -> None:
    """Raise `CaptureError`, which names those that exist, if there is no such interface."""
    if not current_index(name):
        raise CaptureError(f"there is no interface {name}; {_choice()}")


def _choice() -> str:
    names = interface_names()
    return f"there are {', '.join(names)}" if names else "there is none at all"
