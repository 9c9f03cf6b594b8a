"""Calls that an agent connects or records, and proxies seen from their far side.

RFC 3725 section 4 (third party call control; R is the controller), RFC 7866 (recording; S records),
RFC 3261 section 16.7 (proxies).
"""

from __future__ import annotations

from tests.flows.calls import A_TO_B, hang_up
from tests.flows.flow import ANY, FAILED, Expected, Flow, answered, refused

BOTH_END = f"""
    {hang_up(30, "A>R", "1 a/", call="one")}
    {hang_up(30.1, "R>B", "2 /b", call="two")}
"""


def far_side(code: int, callee: str, *, tag: str, answer: str) -> str:
    """Write what the far side of a proxy shows of a call that it tries twice, last at `callee`."""
    return f"""
    0     one P>B INVITE 1    | A:4000
    0.1   one P<B {code} INVITE 1 /x
    0.11  one P>B ACK 1 /x
    0.12  one P>{callee} INVITE 1~2 | A:4000
    0.5   one P<{callee} 180 INVITE 1~2 /{tag}
    2     one P<{callee} 200 INVITE 1~2 /{tag} | {answer}
    2.1   one P>{callee} ACK 1 /{tag}
    2.2-20 A:4000={answer} 1
    {hang_up(20, f"{callee}>P", f"1 {tag}/")}
    """


FLOWS = (
    Flow(
        "3725-flow-I",
        f"""
        0     one R>A INVITE 1
        0.3   one R<A 180 INVITE 1 /a
        2     one R<A 200 INVITE 1 /a | A:4000
        2.1   two R>B INVITE 1        | A:4000
        2.5   two R<B 180 INVITE 1 /b
        5     two R<B 200 INVITE 1 /b | B:5000
        5.1   two R>B ACK 1 /b
        5.11  one R>A ACK 1 /a        | B:5000
        5.2-30 A:4000=B:5000 1
        {BOTH_END}
        """,
        (answered(0, 2, 30, ANY), answered(2.1, 5, 30.1, ANY, "two")),
        (0.3, 0.4),
    ),
    Flow(
        "3725-flow-I-busy",
        f"""
        0     one R>A INVITE 1
        2     one R<A 200 INVITE 1 /a | A:4000
        2.1   two R>B INVITE 1        | A:4000
        2.5   two R<B 486 INVITE 1 /b
        2.6   two R>B ACK 1 /b
        2.7   one R>A ACK 1 /a        | 0.0.0.0:9 inactive
        {hang_up(2.8, "R>A", "2 /a")}
        """,
        (
            Expected("one", "answered", 0, 2, 2.8, on_hold=True),
            refused(FAILED, 2.1, 2.5, "two"),
        ),
        (2,),
    ),
    Flow(
        "3725-flow-III",
        f"""
        0     one R>A INVITE 1
        1     one R<A 200 INVITE 1 /a | A:4000
        1.1   one R>A ACK 1 /a        | 0.0.0.0:1000
        1.2   two R>B INVITE 1
        3     two R<B 200 INVITE 1 /b | B:5000
        3.1   one R>A INVITE 2 /a     | B:5000
        3.2   one R<A 200 INVITE 2 /a | A:4000
        3.3   two R>B ACK 1 /b        | A:4000
        3.35  one R>A ACK 2 /a
        3.4-30 A:4000=B:5000 1
        {BOTH_END}
        """,
        (answered(0, 1, 30, ANY), answered(1.2, 3, 30.1, ANY, "two")),
        (1, 1.8),
    ),
    Flow(
        "7866-recorded-by-a-party",
        f"""{A_TO_B}
        2.2-20 A:4000=B:5000 1
        2.2   rec A>S INVITE 1 siprec | A:4100 sendonly, A:4102 sendonly
        2.3   rec A<S 200 INVITE 1 /s srs | S:7000 recvonly, S:7002 recvonly
        2.35  rec A>S ACK 1 /s
        {hang_up(20, "A>S", "2 /s", call="rec")}
        {hang_up(20.1, "A>B", "2 /b")}
        """,
        (answered(0, 2, 20.1, "1> 2<"),),
        (0.5,),
    ),
    Flow(
        "7866-recorded-by-the-server",
        f"""{A_TO_B}
        2.2-20 A:4000=B:5000 1
        2.2   rec S>A INVITE 1 srs
        2.3   rec S<A 200 INVITE 1 /a src | A:4100 sendonly, A:4102 sendonly
        2.35  rec S>A ACK 1 /a        | S:7000 recvonly, S:7002 recvonly
        2.4-20 A:4100>S:7000 51
        {hang_up(20, "S>A", "2 /a", call="rec")}
        {hang_up(20.1, "A>B", "2 /b")}
        """,
        (answered(0, 2, 20.1, "1> 2<"),),
        (0.5,),
    ),
    Flow(
        "3261-16.7-redirection-followed-by-a-proxy",
        far_side(302, "C", tag="c", answer="C:6000"),
        (answered(0, 2, 20, "1> 2<"),),
        (0.5,),
    ),
    Flow(
        "3261-22-challenge-answered-by-a-proxy",
        far_side(407, "B", tag="b", answer="B:5000"),
        (answered(0, 2, 20, "1> 2<"),),
        (0.5,),
    ),
)
