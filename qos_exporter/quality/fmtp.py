"""Which row of the codec table an SDP format means, where the encoding name alone is not enough.

Format parameters (`a=fmtp`) bound what a sender may use. The bound is taken for what it does use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

Parameters = Mapping[str, str]

_INTEGER = re.compile(r"\d{1,9}")
_SUPER_WIDEBAND_HZ = 24000
_AMR_12_2 = 7
_AMR_WB_ROWS = MappingProxyType(
    {
        0: "AMR-WB-6.60",
        1: "AMR-WB-8.85",
        2: "AMR-WB-12.65",
        4: "AMR-WB-15.85",
        7: "AMR-WB-23.05",
        8: "AMR-WB-23.85",
    }
)


def parse_parameters(fmtp: str) -> Parameters:
    """The `name=value` pairs of an `a=fmtp` line after the payload type, names in lower case."""
    pairs = (part.partition("=") for part in fmtp.split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs}


def _integers(text: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in _INTEGER.findall(text))


def _amr(parameters: Parameters) -> str:
    modes = _integers(parameters.get("mode-set", ""))
    return "AMR" if not modes or _AMR_12_2 in modes else "AMR-low"


def _amr_wb(parameters: Parameters) -> str:
    """The highest allowed mode (RFC 4867); 12.65 where any is allowed or G.113 lacks the mode."""
    modes = _integers(parameters.get("mode-set", ""))
    return _AMR_WB_ROWS.get(max(modes), "AMR-WB") if modes else "AMR-WB"


def _g7221(parameters: Parameters) -> str:
    return "G7221-24" if parameters.get("bitrate") == "24000" else "G7221-32"


def _g723(parameters: Parameters) -> str:
    return "G723-5.3" if parameters.get("bitrate") == "5.3" else "G723"


def _opus(parameters: Parameters) -> str:
    """RFC 7587: what the receiver can play bounds what the sender should code."""
    rates = _integers(parameters.get("maxplaybackrate", ""))
    return "opus-low" if rates and rates[0] < _SUPER_WIDEBAND_HZ else "opus"


def _evs(parameters: Parameters) -> str:
    """3GPP TS 26.445: `bw` is one bandwidth or a range that ends with the widest."""
    widest = parameters.get("bw", "fb").rpartition("-")[2]
    return "EVS-low" if widest in {"nb", "wb"} else "EVS"


VARIANTS: Mapping[str, Callable[[Parameters], str]] = MappingProxyType(
    {
        "AMR": _amr,
        "AMR-WB": _amr_wb,
        "EVS": _evs,
        "G7221": _g7221,
        "G723": _g723,
        "OPUS": _opus,
    }
)
"""Upper-case encoding -> the rule that picks the name of the row."""
