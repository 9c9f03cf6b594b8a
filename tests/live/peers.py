"""Real endpoints: sipp, which plays scenarios, and baresip, which is a telephone.

Each writes its configuration into a directory of its own and runs on a host of the bed.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.live.audio import write_alaw, write_wav
from tests.live.namespaces import Bed
from tests.live.processes import prompt

SCENARIOS = Path(__file__).parent / "scenarios"
AUDIO_DURATION_S = 120
"""Longer than any call: a telephone hangs up at the end of its file."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How baresip names a codec and what audio it wants to be fed with."""

    account: str
    rate_hz: int
    channels: int


CODECS = {
    "PCMU": Codec("PCMU/8000/1", 8000, 1),
    "PCMA": Codec("PCMA/8000/1", 8000, 1),
    "G722": Codec("G722/16000/1", 16000, 1),
    "opus": Codec("opus/48000/2", 48000, 2),
}

BARESIP_CONFIG = """\
poll_method epoll
sip_listen {address}:{sip_port}
call_local_timeout 120
call_max_calls 4
audio_player aufile,{directory}/heard.wav
audio_source aufile,{audio}
audio_alert aufile,{directory}/alert.wav
audio_level no
ausrc_format s16
auplay_format s16
auenc_format s16
audec_format s16
rtp_tos 184
rtp_ports {rtp_port}-{last_rtp_port}
rtcp_mux no
jitter_buffer_delay 5-10
rtp_stats yes
module_path /usr/lib/baresip/modules
module g711.so
module g722.so
module opus.so
module aufile.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app rtcpsummary.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control_port}
opus_bitrate 24000
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephone:
    """One baresip: where it is, and what it speaks. `control_port` is free on its host."""

    host: str
    address: str
    user: str
    codec: str
    sip_port: int = 5060
    rtp_port: int = 10000
    control_port: int = 4444
    answers: bool = True

    @property
    def uri(self) -> str:
        """What others dial to reach it."""
        return f"sip:{self.user}@{self.address}:{self.sip_port}"


def start_telephone(
    bed: Bed, telephone: Telephone, directory: Path, *, duration_s: int, dial: str = ""
) -> subprocess.Popen[bytes]:
    """Start a baresip that dials a URI, or waits; it hangs up and quits after its duration."""
    home = directory / telephone.user
    home.mkdir()
    write_telephone(telephone, home, audio=_audio_for(CODECS[telephone.codec], directory))
    commands = ["-e", f"/dial {dial}"] if dial else []
    command = ["baresip", "-f", str(home), "-t", str(duration_s), *commands]
    return _start(bed.command(telephone.host, *command), home)


def write_telephone(telephone: Telephone, home: Path, *, audio: Path) -> None:
    """Write the four files that a baresip reads."""
    config = BARESIP_CONFIG.format(
        address=telephone.address,
        sip_port=telephone.sip_port,
        directory=home,
        audio=audio,
        rtp_port=telephone.rtp_port,
        last_rtp_port=telephone.rtp_port + 98,
        control_port=telephone.control_port,
    )
    (home / "config").write_text(config)
    mode = "auto" if telephone.answers else "manual"
    account = f"<sip:{telephone.user}@{telephone.address}>;regint=0;answermode={mode}"
    codec = CODECS[telephone.codec].account
    (home / "accounts").write_text(f"{account};audio_codecs={codec}\n")
    (home / "contacts").write_text("")
    (home / "uuid").write_text("00000000-0000-4000-8000-000000000000")


def start_sipp(
    bed: Bed,
    host: str,
    directory: Path,
    *,
    scenario: str,
    address: str,
    arguments: list[str],
    silent: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a sipp that plays one of our scenarios as `address` and ends with its last call."""
    home = directory / f"sipp-{scenario}-{address}"
    home.mkdir()
    write_alaw(home / "tone.al")
    lines = (SCENARIOS / f"{scenario}.xml").read_text().splitlines(keepends=True)
    kept = [line for line in lines if not (silent and "rtp_stream=" in line)]
    (home / "scenario.xml").write_text("".join(kept))
    local = ["-i", address, "-mi", address, "-nostdin"]
    command = ["sipp", "-sf", "scenario.xml", *local, *arguments]
    return _start(bed.command(host, *command), home)


def _start(command: list[str], home: Path) -> subprocess.Popen[bytes]:
    """Start a peer; what it prints is kept in its directory."""
    with (home / "output.txt").open("wb") as output:
        return subprocess.Popen(
            prompt(command),
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def _audio_for(codec: Codec, directory: Path) -> Path:
    """Give the file that feeds a codec, made when it is first wanted."""
    path = directory / f"tone-{codec.rate_hz}-{codec.channels}.wav"
    if not path.exists():
        write_wav(path, rate_hz=codec.rate_hz, channels=codec.channels, duration_s=AUDIO_DURATION_S)
    return path
