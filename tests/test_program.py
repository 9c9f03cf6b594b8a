"""The command line as a process: its streams, the signals that end it, and what it loads."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import qos_exporter


def run_program(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def run_shell(words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", words], capture_output=True, text=True, check=False, timeout=60
    )


def test_the_module_is_the_program() -> None:
    """`python -m qos_exporter` knows its name and version."""
    ended = run_program("-m", "qos_exporter", "--version")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"qos-exporter {qos_exporter.__version__}\n"


def test_a_reader_that_stops_early_causes_no_complaint() -> None:
    """`qos-exporter … | head` ends quietly, like every other filter."""
    process = subprocess.Popen(
        [sys.executable, "-m", "qos_exporter", "check-config", "--print"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    complaint = process.stderr.read()
    process.stderr.close()
    assert (complaint, process.wait(timeout=60)) == (b"", 141)


CAPTURE = Path(__file__).parent / "data" / "sipp_pcma_clean.pcap.gz"


def analyze_in_ascii(path: Path, *flags: str) -> bytes:
    """Analyze a file where the locale knows ASCII only, and give what is printed."""
    ended = subprocess.run(
        [sys.executable, "-m", "qos_exporter", "analyze", *flags, path],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    return ended.stdout


def test_a_table_spells_out_what_the_locale_lacks(tmp_path: Path) -> None:
    """A name that cannot be written in the locale costs its characters, not the table."""
    named = tmp_path / "caf\u00e9.pcap.gz"
    shutil.copy(CAPTURE, named)
    assert rb"/caf\xe9.pcap.gz: " in analyze_in_ascii(named)


@pytest.mark.parametrize("name", ["json", "prometheus"])
def test_formats_for_programs_are_utf_8(tmp_path: Path, name: str) -> None:
    """JSON (RFC 8259, section 8.1) and metrics are UTF-8 whatever the locale is."""
    named = tmp_path / "caf\u00e9.pcap.gz"
    shutil.copy(CAPTURE, named)
    assert "/caf\u00e9.pcap.gz" in analyze_in_ascii(named, "--format", name).decode()


def test_a_full_disk_is_named() -> None:
    """Output that cannot be written is one sentence."""
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "qos_exporter", "check-config", "--print"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert ended.stderr == "the output cannot be written: No space left on device\n"
    assert ended.returncode == 2


@pytest.mark.parametrize("closed", ["1", "2"], ids=["stdout", "stderr"])
def test_a_stream_that_is_closed_causes_no_complaint(closed: str) -> None:
    """Whoever closes stdout or stderr gets the work done and the exit code."""
    words = shlex.join([sys.executable, "-m", "qos_exporter", "check-config", "--print"])
    ended = run_shell(f"{words} {closed}>&-")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_an_interruption_is_no_traceback() -> None:
    """Ctrl-C ends a command quietly, and by the signal, so that a loop in a shell ends as well."""
    program = (
        "import os, signal; from qos_exporter import app, cli;"
        "app.analyze = lambda options: os.kill(os.getpid(), signal.SIGINT);"
        "cli.sys.argv[1:] = ['analyze', 'x']; cli.main()"
    )
    ended = run_program("-c", program)
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, "", "")


@pytest.mark.parametrize("library", ["pydantic", "starlette", "uvicorn", "scapy"])
def test_a_command_line_without_file_imports_nothing_heavy(library: str) -> None:
    """Reading the command line and the defaults costs no import of a large library."""
    program = (
        "import sys; from qos_exporter import cli; from qos_exporter.options import *;"
        "cli.build_parser(); read_settings(None, Overrides());"
        f"sys.exit({library!r} in sys.modules)"
    )
    assert run_program("-c", program).returncode == 0
