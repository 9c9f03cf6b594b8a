"""Makes captures of calls whose far ends report: `python -m tests.data.make_far_end`.

Needs root, baresip, linphonec, kamailio, rtpengine, ethtool and dumpcap. Every run gives other
ports, SSRCs and fates; tests compare with the records of the impairers beside a capture.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.data.recording import capturing, compress
from tests.live import proxied_call, telephone_calls
from tests.live.proxy import open_proxy
from tests.live.segments import TAP, open_segments
from tests.live.stage import open_stage

HERE = Path(__file__).parent
TALK_S = 13
"""Long enough for two reports of a telephone, and for one that a softphone publishes."""


def record_telephones(directory: Path) -> None:
    """Two calls of telephones: losses on both sides of the tap, and delay."""
    capture = directory / "capture.pcap"
    with (
        open_segments(telephone_calls.NEAR, telephone_calls.FAR, directory) as (stage, records),
        capturing(stage, TAP, capture),
    ):
        telephone_calls.make_calls(stage, sites=["both", "delayed"], talk_s=TALK_S)
    compress(capture, HERE / "far_end_telephones.pcap.gz")
    compress(records.near, HERE / "far_end_telephones.near.truth.jsonl.gz")
    compress(records.far, HERE / "far_end_telephones.far.truth.jsonl.gz")


def record_softphones(directory: Path) -> None:
    """One call of softphones through a relay, with RTCP XR and published reports."""
    capture = directory / "capture.pcap"
    address = proxied_call.PROXY
    with (
        open_stage(proxied_call.ADDRESSES, proxied_call.IMPAIRMENTS, directory) as stage,
        open_proxy(stage.bed, "proxy", address, directory),
        capturing(stage, stage.bed.port("proxy"), capture),
    ):
        proxied_call.make_call(stage, talk_s=TALK_S)
    compress(capture, HERE / "far_end_softphones.pcap.gz")
    compress(stage.truth, HERE / "far_end_softphones.truth.jsonl.gz")


def main() -> None:
    """Make both."""
    for make in (record_telephones, record_softphones):
        with tempfile.TemporaryDirectory() as name:
            make(Path(name))


if __name__ == "__main__":
    main()
