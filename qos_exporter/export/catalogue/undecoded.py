"""Why frames are not read: the values of `reason` in `qos_exporter_undecoded_frames_total`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

UNDECODED_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "link_type": "a link layer that is not read, such as PPP or 802.11",
        "truncated": "the capture kept less than the headers, or the packet ends before it should",
        "not_ip": "ARP, spanning tree and the like",
        "bad_ip_header": "lengths in the IP header that cannot be",
        "icmp": "ICMP, and with it RTP that an error message quotes",
        "other_transport": "neither UDP nor TCP on a SIP port",
        "bad_udp_length": "a length in the UDP header that cannot be",
        "stun": "STUN (ICE) other than checks of a connection and their answers, which are read",
        "dtls": "DTLS, or what begins like it",
        "zrtp": "ZRTP, or what begins like it",
        "turn_channel": "media or anything else inside a TURN channel",
        "not_rtp": "UDP that begins like none of these: DNS, games, keepalives",
        "bad_rtp_header": "begins like RTP, but its header does not fit into the datagram",
        "implausible_rtp": "like RTP, but unannounced, and of an unlikely payload type or size",
        "unproven_rtp": "like RTP, but no second packet in sequence followed",
        "after_call": "RTP of a stream whose call ended more than 200 ms before",
        "ip_fragment": "fragments of IP packets",
        "tcp_sip": "TCP on a SIP port",
        "tunnel": "frames inside others: GRE, IP in IP, VXLAN, GENEVE, GTP, TZSP, MPLS, PPPoE",
        "srtcp": "encrypted RTCP",
    }
)
"""In the order of the counters; what has to be looked into to be told comes last."""
