"""What has to be done inside a host's namespace, as a process that `ip netns exec` can start there.

python -m tests.live.inside get URL [ACCEPT]       print what an HTTP server answers
python -m tests.live.inside control PORT COMMAND [PARAMETERS]   tell a baresip what to do (`hold`)
python -m tests.live.inside ask PORT MESSAGE       send a datagram and print the one that answers it
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.live.namespaces import Bed

ROOT = Path(__file__).parents[2]


def python_command(bed: Bed, host: str, module: str, *arguments: str) -> list[str]:
    """Build the command that runs a module of this checkout on a host; its directory is `ROOT`."""
    return bed.command(host, sys.executable, "-m", module, *arguments)


def run_inside(bed: Bed, host: str, *arguments: str) -> str:
    """Run this module on a host and give what it prints; raises CalledProcessError if it fails."""
    command = python_command(bed, host, __name__, *arguments)
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=30)
    return done.stdout.decode()


def get(url: str, accept: str = "*/*") -> str:
    """Fetch a page as text."""
    request = urllib.request.Request(url, headers={"Accept": accept})  # noqa: S310 - always http
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        body: bytes = answer.read()
    return body.decode()


def control(port: str, command: str, parameters: str = "") -> str:
    """Send one command to a baresip's ctrl_tcp module, as JSON in a netstring; give its answer."""
    message = json.dumps({"command": command, "params": parameters}).encode()
    with socket.create_connection(("127.0.0.1", int(port)), timeout=5) as connection:
        connection.sendall(b"%d:%s," % (len(message), message))
        return connection.recv(65536).decode(errors="replace")


def ask(port: str, message: str) -> str:
    """Send a datagram to a server on this host and give its answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.sendto(message.encode(), ("127.0.0.1", int(port)))
        return client.recv(65536).decode()


ACTIONS: dict[str, Callable[..., str]] = {"get": get, "control": control, "ask": ask}


def main(arguments: Sequence[str]) -> None:
    """Run the action that the first argument names."""
    sys.stdout.write(ACTIONS[arguments[0]](*arguments[1:]))


if __name__ == "__main__":
    main(sys.argv[1:])
