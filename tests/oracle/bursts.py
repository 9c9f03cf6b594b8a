"""Bursts of loss, found in the text of what came and what did not (RFC 3611 section 4.7.2)."""

from __future__ import annotations

import re

_BURST = re.compile(r"x(?:\.{0,15}x)+")


class Bursts:
    """Writes down a dot for every number that came, an x for every one that is lost."""

    def __init__(self) -> None:
        self.epochs = [""]

    def settle(self, *, came: bool) -> None:
        """Note what became of the next number."""
        self.epochs[-1] += "." if came else "x"

    def end_epoch(self) -> None:
        """Numbers begin anew: nothing before is near to what follows."""
        self.epochs.append("")

    @property
    def found(self) -> list[str]:
        """Every burst, from its first loss to its last, with fewer than 16 dots in a row."""
        return [burst for epoch in self.epochs for burst in _BURST.findall(epoch)]
