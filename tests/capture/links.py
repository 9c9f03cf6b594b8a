"""Interfaces in the network namespace of a test, and frames to send through them."""

from __future__ import annotations

import socket
import struct
import subprocess

NEAR, FAR = "near0", "far0"


class Links:
    """Makes a pair of interfaces: what is sent into `FAR` arrives at `NEAR`."""

    def ip(self, *arguments: str) -> str:
        """Run a command of iproute2 in the namespace."""
        run = subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)
        return run.stdout

    def make_pair(self) -> None:
        """Make both interfaces, and bring them up in silence: no address, no neighbours."""
        self.ip("link", "add", NEAR, "type", "veth", "peer", "name", FAR)
        for name in (NEAR, FAR):
            self.ip("link", "set", name, "addrgenmode", "none")
            self.ip("link", "set", name, "up")

    def set(self, name: str, state: str) -> None:
        """Bring an interface up or down."""
        self.ip("link", "set", name, state)

    def send(self, *frames: bytes, times: int = 1) -> None:
        """Send frames into `FAR`."""
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sender:
            sender.bind((FAR, 0))
            for _ in range(times):
                for frame in frames:
                    sender.send(frame)


def udp_frame(payload: bytes, *, port: int = 5060, tci: int | None = None) -> bytes:
    """Build an Ethernet frame with a UDP datagram, and with an 802.1Q tag if `tci` is given."""
    udp = struct.pack("!HHHH", 40_000, port, 8 + len(payload), 0) + payload
    addresses = socket.inet_aton("192.0.2.1") + socket.inet_aton("192.0.2.2")
    # Version 4 and five words of header; DF; 64 hops; UDP. Nobody here checks a checksum.
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0x4000, 64, 17, 0)
    tag = b"" if tci is None else struct.pack("!HH", 0x8100, tci)
    ethernet = bytes.fromhex("020000000002 020000000001") + tag + b"\x08\x00"
    return ethernet + header + addresses + udp
