"""Several real calls at once, three of them through an impaired line, with the exporter listening.

The tap is in the middle, before the trunk: what the sites send is seen behind the impairer, what
the trunk sends is seen as it was sent.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from tests.live.exporter import Scrape, open_exporter
from tests.live.impairment import Impairment
from tests.live.namespaces import MIDDLE
from tests.live.observation import Observation, settled
from tests.live.peers import Telephone
from tests.live.stage import Action, Stage, open_stage, play
from tests.live.truth import StreamTruth, between, read_truth

TRUNK = "203.0.113.10"
SITES = {"office": "192.168.10.11", "branch": "10.20.0.31", "home": "172.16.5.23"}
IMPAIRMENTS = [
    Impairment(
        address=SITES["branch"], enters="to-branch", loss_ratio=0.05, delay_ms=40, jitter_ms=6
    ),
    Impairment(
        address=SITES["home"],
        enters="to-home",
        burst_begin_ratio=0.02,
        burst_end_ratio=0.4,
        reorder_ratio=0.02,
        reorder_by_ms=35,
        duplicate_ratio=0.02,
        delay_ms=25,
    ),
]
CONFIGURATION = """\
networks:
  office: [192.168.10.0/24]
  branch: [10.20.0.0/16]
  home: [172.16.5.0/24]
  trunk: [203.0.113.0/24]
quality:
  window: 24s # begins with the first frame and holds all calls whole
"""
TALK_S = 13
STREAMS = 8
"""Two of each answered call; each ends its only window with the exporter's first."""
SIP_PORTS = (5060, 5062, 5064, 5066, 5068)


@dataclass(frozen=True, slots=True)
class Performance(Observation):
    """What the exporter said when all was over, and what really happened."""

    again: Scrape
    """A second scrape, right after the first."""
    truth_file: Path

    def truth(self, caller: str, direction: str) -> StreamTruth:
        """Give what happened to the packets of one direction of the call of a user."""
        return between(read_truth(self.truth_file), *self.ends(caller, direction))


def perform(directory: Path) -> Performance:
    """Make all calls and wait until the exporter has seen them end."""
    addresses = {"trunk": [TRUNK]} | {site: [address] for site, address in SITES.items()}
    with open_stage(addresses, IMPAIRMENTS, directory) as stage:
        interface = stage.bed.port("trunk")
        with open_exporter(
            stage.bed,
            MIDDLE,
            interface=interface,
            directory=directory,
            configuration=CONFIGURATION,
        ) as exporter:
            _call(stage)
            first = settled(exporter, streams=STREAMS)
            again = exporter.scrape()
        truth_file = stage.truth
    return Performance(first, again, truth_file)


def _call(stage: Stage) -> None:
    """Have sipp and the telephones call, all at once; return when the last has hung up."""
    actions = [
        *_telephone_call(stage, 0, site="home", caller="emil", codec="PCMU"),
        *_telephone_call(stage, 1, site="office", caller="carla", codec="G722"),
        *_telephone_call(stage, 2, site="office", caller="ivo", codec="opus"),
        *_telephone_call(stage, 3, site="office", caller="greta", codec="PCMU", answers=False),
        *_declined_call(stage, caller="jonas"),
        *_sipp_call(stage),
    ]
    play([*actions, (TALK_S + 3.0, lambda: None)])


def _telephone_call(
    stage: Stage, line: int, *, site: str, caller: str, codec: str, answers: bool = True
) -> list[Action]:
    """Start the far telephone, and later a call to it; not answered, it is given up after 3 s."""
    far = _telephone(line, "trunk", f"030{line}", codec, answers=answers)
    near = _telephone(line, site, caller, codec)
    stage.telephone(far, duration_s=TALK_S + 10)
    duration_s = TALK_S if answers else 3
    return [(1.0, functools.partial(stage.telephone, near, duration_s=duration_s, dial=far))]


def _declined_call(stage: Stage, *, caller: str) -> list[Action]:
    line = len(SIP_PORTS) - 1
    near = _telephone(line, "office", caller, "PCMU")
    far = _telephone(line, "trunk", f"030{line}", "PCMU")
    once = ["-m", "1", "-p", str(far.sip_port)]
    stage.sipp("trunk", scenario="callee_declines", address=TRUNK, arguments=once)
    return [(1.0, functools.partial(stage.telephone, near, duration_s=3, dial=far))]


def _sipp_call(stage: Stage) -> list[Action]:
    """Let sipp call sipp from the branch; its user is `alice`."""
    ports = ["-p", "5070", "-mp", "16000", "-m", "1"]
    stage.sipp("trunk", scenario="callee", address=TRUNK, arguments=ports)
    talk = [f"{TRUNK}:5070", "-s", "bob", "-d", str(1000 * (TALK_S - 1)), *ports]
    address = SITES["branch"]
    call = functools.partial(
        stage.sipp, "branch", scenario="caller", address=address, arguments=talk
    )
    return [(1.0, call)]


def _telephone(line: int, host: str, user: str, codec: str, *, answers: bool = True) -> Telephone:
    return Telephone(
        host=host,
        address=SITES.get(host, TRUNK),
        user=user,
        codec=codec,
        sip_port=SIP_PORTS[line],
        rtp_port=20000 + 100 * line,
        control_port=4444 + line,
        answers=answers,
    )
