"""Pieces that most flows are made of."""

from __future__ import annotations


def set_up(
    at_s: float, *, chain: str = "A>B", call: str = "one", tag: str = "b", media: tuple[str, str]
) -> str:
    """Write a call that rings after half a second and is answered after two."""
    back = chain.replace(">", "<")
    offer, answer = media
    return f"""
    {at_s:g} {call} {chain} INVITE 1 | {offer}
    {at_s + 0.5:g} {call} {back} 180 INVITE 1 /{tag}
    {at_s + 2:g} {call} {back} 200 INVITE 1 /{tag} | {answer}
    {at_s + 2.1:g} {call} {chain} ACK 1 /{tag}
    """


def change(at_s: float, chain: str, who: str, *, call: str = "one", media: tuple[str, str]) -> str:
    """Write a re-INVITE that is accepted; `who` is its number and the tag of the callee."""
    back = chain.replace(">", "<")
    offer, answer = media
    return f"""
    {at_s:g} {call} {chain} INVITE {who} | {offer}
    {at_s + 0.05:g} {call} {back} 200 INVITE {who} | {answer}
    {at_s + 0.1:g} {call} {chain} ACK {who}
    """


def refusal(at_s: float, chain: str, who: str, code: int, *, offer: str) -> str:
    """Write a re-INVITE that is refused."""
    back = chain.replace(">", "<")
    return f"""
    {at_s:g} one {chain} INVITE {who} | {offer}
    {at_s + 0.05:g} one {back} {code} INVITE {who}
    {at_s + 0.1:g} one {chain} ACK {who}
    """


def hang_up(at_s: float, chain: str, who: str, *, call: str = "one") -> str:
    """Write a BYE and the response to it."""
    back = chain.replace(">", "<")
    return f"""
    {at_s:g} {call} {chain} BYE {who}
    {at_s + 0.05:g} {call} {back} 200 BYE {who}
    """


A_TO_B = set_up(0, media=("A:4000", "B:5000"))
BACK = ("B:5000", "A:4000")
"""Descriptions of a re-INVITE of the callee that restores what was agreed on first."""
