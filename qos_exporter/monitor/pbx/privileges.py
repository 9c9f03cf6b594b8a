"""What the PBX's user is not allowed, found out by what does not come."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from qos_exporter.units import SECOND_NS

if TYPE_CHECKING:
    from qos_exporter.monitor.pbx.server import PbxServer

logger = logging.getLogger(__name__)

PATIENCE_NS = 30 * SECOND_NS
"""RTCP comes every five seconds; so long nothing has come at all."""


def check_privileges(server: PbxServer, now_ns: int) -> None:
    """See whether calls are up, and nothing is ever told of their RTCP while we listen.

    Asterisk does not say what a user may not read: it is silent.
    """
    if server.has_reported:
        server.faults["no_reporting"] = False
        return
    if server.faults["no_reporting"] or server.away_since_ns is not None:
        return
    waiting = [
        leg
        for leg in server.legs.values()
        if leg.has_media
        and leg.is_up
        and now_ns - max(leg.since_ns, server.up_since_ns) >= PATIENCE_NS
    ]
    if waiting:
        server.faults["no_reporting"] = True
        logger.warning(
            "%s tells of calls, but of no RTCP: give the user %s 'read = reporting' in "
            "manager.conf (or all media pass Asterisk by: direct_media)",
            server.name,
            server.settings.username,
        )
