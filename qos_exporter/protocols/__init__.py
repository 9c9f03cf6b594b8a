"""Bytes to values: SIP and SDP, with no input, output or clock of their own."""
