"""Stands between an exporter and Asterisk's manager interface, and writes down what that tells.

python -m tests.live.asterisk_tap LISTEN_PORT PORT FILE

Each message is written below a line with its time. An answer is written with what was asked before
it, each line of that with `Asked-` in front. Both ports are of this host.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from qos_exporter.protocols.ami.fields import split_fields
from tests.live.inside import ROOT, python_command
from tests.live.namespaces import Bed
from tests.live.processes import ending, wait_for_line

END = b"\r\n\r\n"
LISTEN, MANAGER = "5039", "5038"


class Tap:
    """What one exporter and one Asterisk say to each other."""

    def __init__(self, port: int, path: Path) -> None:
        self._port = port
        self._file = path.open("w")
        self._asked: dict[str, dict[str, str]] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on a connection until it ends."""
        theirs = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(
            self._pass_on(reader, theirs[1], is_question=True),
            self._pass_on(theirs[0], writer, is_question=False),
        )

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_question: bool
    ) -> None:
        waiting = b""
        while data := await reader.read(65536):
            writer.write(data)
            *messages, waiting = (waiting + data).split(END)
            for message in messages:
                fields = split_fields(message)
                if is_question:
                    self._asked[fields.get("ActionID", "")] = fields
                else:
                    self._write(message, fields)
        writer.close()

    def _write(self, message: bytes, fields: dict[str, str]) -> None:
        asked = self._asked.pop(fields.get("ActionID", ""), {}) if "Response" in fields else {}
        lines = [f"Asked-{name}: {value}" for name, value in asked.items() if name != "Secret"]
        lines += message.decode(errors="replace").split("\r\n")
        self._file.write("\n".join([f"# {time.time():.6f}", *lines, "", ""]))
        self._file.flush()


@contextlib.contextmanager
def tapping(bed: Bed, host: str, path: Path) -> Iterator[None]:
    """Run a tap on a host: on port `LISTEN`, to the manager interface that is there."""
    command = python_command(bed, host, "tests.live.asterisk_tap", LISTEN, MANAGER, str(path))
    with ending(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)) as process:
        wait_for_line(process, "listening")
        yield


async def _main(listen: int, port: int, path: Path) -> None:
    server = await asyncio.start_server(Tap(port, path).serve, "127.0.0.1", listen)
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
