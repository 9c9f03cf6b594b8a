"""Makes the small captures of real calls in this directory: `python -m tests.data.make_fixtures`.

Needs root, sipp, baresip, ethtool and dumpcap. Every run gives other ports, SSRCs and fates; tests
compare with the record of the impairer beside a capture, never with numbers written down here.
Names of captures as arguments make only those.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.data.recording import record
from tests.live.impairment import Impairment
from tests.live.peers import Telephone
from tests.live.stage import Stage, play

HERE = Path(__file__).parent
CALLER, CALLEE = "192.0.2.10", "198.51.100.20"
ADDRESSES = {"caller": [CALLER], "callee": [CALLEE]}
WAIT_S = 30


def sipp_call(stage: Stage, *, calls: int = 1, talk_s: float = 6.0, silent: bool = False) -> None:
    """Let sipp call sipp: all calls at once, and all on one pair of RTP ports."""
    count = ["-m", str(calls), "-l", str(calls), "-mp", "16000"]
    stage.sipp("callee", scenario="callee", address=CALLEE, arguments=count, silent=silent)
    talk = ["-s", "bob", "-d", str(int(1000 * talk_s)), "-r", "10", *count]
    caller = stage.sipp(
        "caller",
        scenario="caller",
        address=CALLER,
        arguments=[f"{CALLEE}:5060", *talk],
        silent=silent,
    )
    caller.wait(WAIT_S)


def telephone_call(stage: Stage, *, hold: bool = False) -> None:
    """Let a telephone call a telephone for ten seconds, three of them on hold if asked."""
    bob = Telephone(host="callee", address=CALLEE, user="bob", codec="PCMU")
    alice = Telephone(host="caller", address=CALLER, user="alice", codec="PCMU")
    stage.telephone(bob, duration_s=WAIT_S)
    keys = [(4.0, "hold"), (7.0, "resume")] if hold else []
    presses = [(at_s, functools.partial(stage.control, alice, key)) for at_s, key in keys]
    dial = functools.partial(stage.telephone, alice, duration_s=11, dial=bob)
    play([(1.0, dial), *presses, (12.5, lambda: None)])


FIXTURES: dict[str, tuple[Callable[[Stage], None], Sequence[Impairment]]] = {
    "sipp_pcma_clean": (sipp_call, ()),
    "sipp_four_calls_one_port_pair": (functools.partial(sipp_call, calls=4, talk_s=4.0), ()),
    "sipp_no_rtp": (functools.partial(sipp_call, silent=True), ()),
    "baresip_hold_resume": (functools.partial(telephone_call, hold=True), ()),
    "impaired_loss_jitter": (
        functools.partial(sipp_call, talk_s=12.0),
        [Impairment(enters="to-caller", loss_ratio=0.05, delay_ms=40, jitter_ms=8)],
    ),
    "impaired_burst_reorder_duplicate": (
        telephone_call,
        [
            Impairment(
                enters="to-caller",
                burst_begin_ratio=0.02,
                burst_end_ratio=0.3,
                reorder_ratio=0.03,
                reorder_by_ms=35,
                duplicate_ratio=0.02,
                delay_ms=25,
            )
        ],
    ),
}


def main(names: Sequence[str]) -> None:
    """Make the named captures, or all."""
    for name in names or FIXTURES:
        perform, impairments = FIXTURES[name]
        path = HERE / f"{name}.pcap.gz"
        record(path, addresses=ADDRESSES, tap="callee", perform=perform, impairments=impairments)


if __name__ == "__main__":
    main(sys.argv[1:])
