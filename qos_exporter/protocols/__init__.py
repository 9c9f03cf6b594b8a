"""Bytes to values: SIP, SDP, RTCP, STUN and what PBXs say, without input, output or a clock."""
