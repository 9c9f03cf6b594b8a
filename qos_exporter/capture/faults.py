"""What can be wrong with a capture file, in words."""

from __future__ import annotations

from qos_exporter.dataplane.blocks_common import WalkStatus


class FormatError(Exception):
    """A capture file cannot be read on; the text says why, and the caller knows file and offset."""


WALK_FAULTS = {
    WalkStatus.BLOCK_LENGTH: "a block gives a length that it cannot have",
    WalkStatus.LENGTHS_DIFFER: "a block gives its length twice, and differently",
    WalkStatus.CAPTURED_LENGTH: "a frame gives a captured length that it cannot have",
    WalkStatus.UNKNOWN_INTERFACE: "a frame names an interface that the file does not describe",
    WalkStatus.BLANK: "zeros stand where a frame should begin",
    WalkStatus.ANOTHER_FILE: "another pcap file begins here; mergecap joins captures, cat does not",
}
