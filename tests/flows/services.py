"""Service examples (RFC 5359 section 2)."""

from __future__ import annotations

from tests.flows.calls import A_TO_B, BACK, change, hang_up, set_up
from tests.flows.flow import ANY, CANCELLED, FAILED, Expected, Flow, answered, refused

HELD = ("B:5000 sendonly", "A:4000 recvonly")
TO_C = ("B:5004", "C:6000")


def held_call(text: str) -> str:
    """Write a call that its callee holds after ten seconds, and what comes then."""
    return f"""{A_TO_B}
    2.2-10 A:4000=B:5000 1
    {change(10, "B>A", "7 b/", media=HELD)}
    {text}
    """


def forwarded(attempt: str, at_s: float) -> str:
    """Write a call that is put through to C after an attempt at B to no avail."""
    return f"""
    0     one A>P INVITE 1 | A:4000
    0.01  one A<P 100 INVITE 1
    0.02  one P>B INVITE 1 | A:4000
    {attempt}
    {at_s} one A<P 181 INVITE 1 /p
    {at_s} one P>C INVITE 1 | A:4000
    {at_s + 0.5} one A<P<C 180 INVITE 1 /c
    {at_s + 2} one A<P<C 200 INVITE 1 /c | C:6000
    {at_s + 2.1} one A>P>C ACK 1 /c
    {at_s + 2.2}-{at_s + 20} A:4000=C:6000 1
    {hang_up(at_s + 20, "C>P>A", "1 c/")}
    """


BUSY = """
    0.1   one P<B 486 INVITE 1 /b
    0.11  one P>B ACK 1 /b
"""
NO_ANSWER = """
    0.3   one A<P<B 180 INVITE 1 /b
    9     one P>B CANCEL 1
    9.01  one P<B 200 CANCEL 1
    9.02  one P<B 487 INVITE 1 /b
    9.03  one P>B ACK 1 /b
"""

FLOWS = (
    Flow(
        "5359-2.1-hold",
        held_call(f"""
        {change(60, "B>A", "8 b/", media=BACK)}
        60.2-70 A:4000=B:5000 1
        {hang_up(70, "B>A", "9 b/")}
        """),
        (answered(0, 2, 70, "1> 2<"),),
        (0.5,),
    ),
    Flow(
        "5359-2.1-on-hold",
        held_call("60 one A>B OPTIONS 2 /b"),
        (Expected("one", "answered", 0, 2, None, "1> 2<", on_hold=True),),
        (0.5,),
    ),
    Flow(
        "5359-2.2-consultation",
        held_call(f"""
        {set_up(11, chain="B>C", call="two", tag="c", media=("B:5000", "C:6000"))}
        13.2-30 B:5000=C:6000 11
        {hang_up(30, "B>C", "2 /c", call="two")}
        {change(31, "B>A", "8 b/", media=BACK)}
        31.2-40 A:4000=B:5000 1
        {hang_up(40, "A>B", "2 /b")}
        """),
        (answered(0, 2, 40, "1> 2<"), answered(11, 13, 30, "11> 12<", "two")),
        (0.5, 0.5),
    ),
    Flow(
        "5359-2.3-music-on-hold",
        f"""{A_TO_B}
        2.2-10 A:4000=B:5000 1
        10     one B>A INVITE 7 b/
        10.05  one B<A 200 INVITE 7 b/   | A:4000
        10.1   two B>M INVITE 1          | A:4000 recvonly
        10.2   two B<M 200 INVITE 1 /m   | M:8000 sendonly
        10.3   two B>M ACK 1 /m
        10.3   one B>A ACK 7 b/          | M:8000 sendonly
        10.4-30 M:8000>A:4000 21
        {hang_up(30, "B>M", "2 /m", call="two")}
        {change(30.1, "B>A", "8 b/", media=BACK)}
        30.3-40 A:4000=B:5000 1
        {hang_up(40, "A>B", "2 /b")}
        """,
        (
            answered(0, 2, 40, ANY),
            Expected("two", "answered", 10.1, 10.2, 30, ANY, on_hold=True),
        ),
        (0.5, 0.1),
    ),
    Flow(
        "5359-2.4-unattended-transfer",
        f"""{A_TO_B}
        2.2-10 A:4000=B:5000 1
        10     one B>A REFER 7 b/
        10.02  one B<A 202 REFER 7 b/
        {hang_up(10.1, "B>A", "8 b/")}
        {set_up(10.2, chain="A>C", call="two", tag="c", media=("A:4000", "C:6000"))}
        12.4-30 A:4000>C:6000 1
        12.4-30 C:6000>A:4000 12
        12.4   one A>B NOTIFY 3 /b
        {hang_up(30, "C>A", "1 c/", call="two")}
        """,
        (answered(0, 2, 10.1, "1> 2<"), answered(10.2, 12.2, 30, "1> 12<", "two")),
        (0.5, 0.5),
    ),
    Flow(
        "5359-2.5-attended-transfer",
        held_call(f"""
        {set_up(11, chain="B>C", call="two", tag="c", media=TO_C)}
        13.2-30 B:5004=C:6000 11
        30     one B>A REFER 8 b/
        30.1   three A>C INVITE 1         | A:4004
        30.15  three A<C 200 INVITE 1 /c3 | C:6000
        30.2   three A>C ACK 1 /c3
        {hang_up(30.2, "C>B", "1 c/", call="two")}
        30.3-50 A:4004=C:6000 31
        {hang_up(30.4, "B>A", "9 b/")}
        {hang_up(50, "A>C", "2 /c3", call="three")}
        """),
        (
            Expected("one", "answered", 0, 2, 30.4, "1> 2<", on_hold=True),
            answered(11, 13, 30.2, "11> 12<", "two"),
            answered(30.1, 30.15, 50, "31> 32<", "three"),
        ),
        (0.5, 0.5, 0.05),
    ),
    Flow(
        "5359-2.8-forward-busy",
        forwarded(BUSY, 0.12),
        (answered(0, 2.12, 20.12, "1> 2<"),),
        (0.62,),
    ),
    Flow(
        "5359-2.9-forward-no-answer",
        forwarded(NO_ANSWER, 9.1),
        (answered(0, 11.1, 29.1, "1> 2<"),),
        (0.3,),
    ),
    Flow(
        "5359-2.10-conference-mixed-by-a-party",
        f"""{A_TO_B}
        2.2-10 A:4000=B:5000 1
        {change(10, "A>B", "2 /b", media=("A:4000 sendonly", "B:5000 recvonly"))}
        {set_up(11, chain="A>C", call="two", tag="c", media=("A:4002", "C:6000"))}
        13.2-40 A:4002=C:6000 11
        {change(20, "A>B", "3 /b", media=("A:4000", "B:5000"))}
        20.2-40 A:4000=B:5000 1
        {hang_up(40, "A>B", "4 /b")}
        {hang_up(40.2, "A>C", "2 /c", call="two")}
        """,
        (answered(0, 2, 40, "1> 2<"), answered(11, 13, 40.2, "11> 12<", "two")),
        (0.5, 0.5),
    ),
    Flow(
        "5359-2.12-find-me",
        f"""
        0     one A>P INVITE 1 | A:4000
        0.01  one A<P 100 INVITE 1
        0.02  one P>B INVITE 1 | A:4000
        0.02  one P>C INVITE 1 | A:4000
        0.02  one P>D INVITE 1 | A:4000
        0.3   one A<P<B 183 INVITE 1 /b | B:5000
        0.4   one A<P<C 180 INVITE 1 /c
        0.5-3 B:5000>A:4000 21
        0.5   one P<D 486 INVITE 1 /d
        0.51  one P>D ACK 1 /d
        3     one A<P<C 200 INVITE 1 /c | C:6000
        3.02  one P>B CANCEL 1
        3.03  one P<B 200 CANCEL 1
        3.04  one P<B 487 INVITE 1 /b
        3.05  one P>B ACK 1 /b
        3.1   one A>P>C ACK 1 /c
        3.2-20 A:4000=C:6000 1
        {hang_up(20, "A>P>C", "2 /c")}
        """,
        (answered(0, 3, 20, "1> 2< 21<"),),
        (0.3,),
    ),
    Flow(
        "5359-2.15-park",
        f"""{A_TO_B}
        2.2-10 A:4000=B:5000 1
        10     two M>A INVITE 1          | M:8000
        10.05  two M<A 200 INVITE 1 /a2  | A:4000
        10.1   two M>A ACK 1 /a2
        {hang_up(10.1, "A>B", "2 /b")}
        10.2-30 M:8000>A:4000 21
        10.2-30 A:4000>M:8000 1
        30     three C>A INVITE 1        | C:6000
        30.05  three C<A 200 INVITE 1 /a3 | A:4000
        30.1   three C>A ACK 1 /a3
        {hang_up(30.1, "A>M", "1 a2/", call="two")}
        30.2-40 C:6000=A:4000 31
        {hang_up(40, "C>A", "2 /a3", call="three")}
        """,
        (
            answered(0, 2, 10.1, "1> 2<"),
            answered(10, 10.05, 30.1, "1< 21>", "two"),
            answered(30, 30.05, 40, "31> 32<", "three"),
        ),
        (0.5, 0.05, 0.05),
    ),
    Flow(
        "5359-2.16-pickup",
        f"""
        0      one A>B INVITE 1          | A:4000
        0.3    one A<B 180 INVITE 1 /b
        3      two C>A INVITE 1          | C:6000
        3.05   two C<A 200 INVITE 1 /a2  | A:4000
        3.06   one A>B CANCEL 1
        3.07   one A<B 200 CANCEL 1
        3.08   one A<B 487 INVITE 1 /b
        3.09   one A>B ACK 1 /b
        3.1    two C>A ACK 1 /a2
        3.2-20 C:6000=A:4000 1
        {hang_up(20, "A>C", "1 a2/", call="two")}
        """,
        (refused(CANCELLED, 0, 3.08), answered(3, 3.05, 20, "1> 2<", "two")),
        (0.3, 0.05),
    ),
    Flow(
        "5359-2.17-redial",
        f"""
        0     one A>B INVITE 1 | A:4000
        0.1   one A<B 486 INVITE 1 /b
        0.11  one A>B ACK 1 /b
        1     watch A>B SUBSCRIBE 1
        1.1   watch A<B 200 SUBSCRIBE 1 /b
        9     watch B>A NOTIFY 2 b/
        9.1   watch B<A 200 NOTIFY 2 b/
        {set_up(10, call="two", media=("A:4000", "B:5000"))}
        12.2-30 A:4000=B:5000 1
        {hang_up(30, "A>B", "2 /b", call="two")}
        """,
        (refused(FAILED, 0, 0.1), answered(10, 12, 30, "1> 2<", "two")),
        (0.5,),
    ),
    Flow(
        "5359-2.18-click-to-dial",
        f"""
        0     dial C>A REFER 1
        0.01  dial C<A 202 REFER 1 /q
        0.02  dial A>C NOTIFY 1 q/
        0.03  dial A<C 200 NOTIFY 1 q/
        {set_up(0.1, media=("A:4000", "B:5000"))}
        2.3-20 A:4000=B:5000 1
        {hang_up(20, "A>B", "2 /b")}
        """,
        (answered(0.1, 2.1, 20, "1> 2<"),),
        (0.5,),
    ),
)
