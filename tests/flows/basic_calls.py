"""Basic call flows (RFC 3665 section 3)."""

from __future__ import annotations

from tests.flows.flow import CANCELLED, FAILED, Flow, answered, refused

CHALLENGED = """
    0      one  A>P      INVITE 1        | A:4000
    0.05   one  A<P      407 INVITE 1 /p
    0.06   one  A>P      ACK 1 /p
    0.1    one  A>P      INVITE 2        | A:4000
    0.11   one  A<P      100 INVITE 2
    0.12   one  P>Q>B    INVITE 2        | A:4000
    0.14   one  P<Q      100 INVITE 2
"""


def refused_by(code: int) -> str:
    """Write a call that the callee refuses: each hop acknowledges by itself."""
    return f"""{CHALLENGED}
    1      one  Q<B      {code} INVITE 2 /b
    1.01   one  Q>B      ACK 2 /b
    1.02   one  P<Q      {code} INVITE 2 /b
    1.03   one  P>Q      ACK 2 /b
    1.04   one  A<P      {code} INVITE 2 /b
    1.05   one  A>P      ACK 2 /b
    """


def redirected(proxy: str, first: str) -> str:
    """Write a call that is redirected and then offered by the callee (section 3.6)."""
    return f"""
    {first}
    0.1    one  A<R      302 INVITE 1 /r
    0.11   one  A>R      ACK 1 /r
    0.2    one  A>{proxy}>B  INVITE 2
    0.7    one  A<{proxy}<B  180 INVITE 2 /b
    2      one  A<{proxy}<B  200 INVITE 2 /b | B:5000
    2.1    one  A>{proxy}>B  ACK 2 /b        | A:4000
    2.2-20 A:4000=B:5000 1
    20     one  B>{proxy}>A  BYE 1 b/
    20.1   one  B<{proxy}<A  200 BYE 1 b/
    """


def proxy_fails(cseq: int) -> str:
    """Write a call whose first proxy is silent (section 3.4)."""
    repeated = "".join(
        f"{at_s} one A>P INVITE 1 | A:4000\n" for at_s in (0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5)
    )
    return f"""{repeated}
    32     one  A>Q>B    INVITE {cseq}~2      | A:4000
    32.5   one  A<Q<B    180 INVITE {cseq}~2 /b
    34     one  A<Q<B    200 INVITE {cseq}~2 /b | B:5000
    34.1   one  A>Q>B    ACK {cseq} /b
    34.2-50 A:4000=B:5000 1
    50     one  A>Q>B    BYE 5 /b
    50.1   one  A<Q<B    200 BYE 5 /b
    """


FLOWS = (
    Flow(
        "3665-3.1-direct",
        """
        0      one  A>B  INVITE 1          | A:4000
        0.5    one  A<B  180 INVITE 1 /b
        2      one  A<B  200 INVITE 1 /b   | B:5000
        2.1    one  A>B  ACK 1 /b
        2.2-20 A:4000=B:5000 1
        20     one  B>A  BYE 1 b/
        20.1   one  B<A  200 BYE 1 b/
        """,
        (answered(0, 2, 20, "1> 2<"),),
        (0.5,),
    ),
    Flow(
        "3665-3.2-two-proxies-one-challenges",
        f"""{CHALLENGED}
        1      one  A<P<Q<B  180 INVITE 2 /b
        3      one  A<P<Q<B  200 INVITE 2 /b | B:5000
        3.1    one  A>P>Q>B  ACK 2 /b
        3.2-20 A:4000=B:5000 1
        20     one  B>Q>P>A  BYE 1 b/
        20.1   one  B<Q<P<A  200 BYE 1 b/
        """,
        (answered(0, 3, 20, "1> 2<"),),
        (1,),
    ),
    Flow("3665-3.4-proxy-fails", proxy_fails(1), (answered(0, 34, 50, "1> 2<"),), (32.5,)),
    Flow("3665-3.4-with-new-number", proxy_fails(2), (answered(0, 34, 50, "1> 2<"),), (32.5,)),
    Flow(
        "3665-3.5-media-through-a-gateway",
        """
        0      one  A>P  INVITE 1          | A:4000
        0.02   one  P>B  INVITE 1          | P:7000
        0.03   one  A<P  100 INVITE 1
        0.5    one  A<P<B  180 INVITE 1 /b
        2      one  P<B  200 INVITE 1 /b   | B:5000
        2.01   one  A<P  200 INVITE 1 /b   | P:7002
        2.1    one  A>P>B  ACK 1 /b
        2.2-20 A:4000=P:7002 1
        2.2-20 P:7000=B:5000 3
        20     one  A>P>B  BYE 2 /b
        20.1   one  A<P<B  200 BYE 2 /b
        """,
        (answered(0, 2, 20, "1> 2< 3> 4<"),),
        (0.5,),
    ),
    Flow(
        "3665-3.6-redirected-and-offer-in-200",
        redirected("Q", "0 one A>R INVITE 1"),
        (answered(0, 2, 20, "1> 2<"),),
        (0.7,),
    ),
    Flow(
        "3665-3.7-callee-moves",
        """
        0      one  A>B  INVITE 1          | A:4000
        0.5    one  A<B  180 INVITE 1 /b
        2      one  A<B  200 INVITE 1 /b   | B:5000
        2.1    one  A>B  ACK 1 /b
        2.2-12 A:4000=B:5000 1
        12     one  C>A  INVITE 14 b/      | C:5002
        12.1   one  C<A  200 INVITE 14 b/  | A:4000
        12.2   one  C>A  ACK 14 b/
        12.2-22 A:4000>C:5002 1
        12.2-22 C:5002>A:4000 3
        22     one  C>A  BYE 15 b/
        22.1   one  C<A  200 BYE 15 b/
        """,
        (answered(0, 2, 22, "1> 2< 3<"),),
        (0.5,),
    ),
    Flow(
        "3665-3.8-given-up",
        f"""{CHALLENGED}
        1      one  A<P<Q<B  180 INVITE 2 /b
        9      one  A>P      CANCEL 2
        9.01   one  A<P      200 CANCEL 2
        9.02   one  P>Q      CANCEL 2
        9.03   one  P<Q      200 CANCEL 2
        9.04   one  Q>B      CANCEL 2
        9.05   one  Q<B      200 CANCEL 2
        9.06   one  Q<B      487 INVITE 2 /b
        9.07   one  Q>B      ACK 2 /b
        9.08   one  P<Q      487 INVITE 2 /b
        9.09   one  P>Q      ACK 2 /b
        9.1    one  A<P      487 INVITE 2 /b
        9.11   one  A>P      ACK 2 /b
        """,
        (refused(CANCELLED, 0, 9.1),),
        (1,),
    ),
    Flow("3665-3.9-busy", refused_by(486), (refused(FAILED, 0, 1.04),)),
    Flow("3665-3.11-unavailable", refused_by(480), (refused(FAILED, 0, 1.04),)),
    Flow(
        "3665-3.10-no-response",
        f"""{CHALLENGED}
        0.63   one  Q>B  INVITE 2  | A:4000
        1.63   one  Q>B  INVITE 2  | A:4000
        15.63  one  Q>B  INVITE 2  | A:4000
        32.3   one  P<Q  408 INVITE 2 /q
        32.31  one  P>Q  ACK 2 /q
        32.32  one  A<P  408 INVITE 2 /q
        32.33  one  A>P  ACK 2 /q
        """,
        (refused(FAILED, 0, 32.32),),
    ),
)
