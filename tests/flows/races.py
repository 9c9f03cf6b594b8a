"""Messages that cross each other (RFC 5407 section 3)."""

from __future__ import annotations

from tests.flows.calls import A_TO_B, change, hang_up, refusal
from tests.flows.flow import CANCELLED, Flow, answered, refused

RINGING = """
    0      one A>B INVITE 1         | A:4000
    0.3    one A<B 180 INVITE 1 /b
"""
TALK = "2.2-20 A:4000=B:5000 1"


def up_to_20(text: str) -> str:
    """Write a call in which something happens at ten seconds, and that ends at twenty."""
    return f"{A_TO_B}{TALK}{text}{hang_up(20, 'A>B', '9 /b')}"


FLOWS = (
    Flow(
        "5407-3.1.1-repeated-invite-meets-the-answer",
        f"""{RINGING}
        0.5    one A<B 200 INVITE 1 /b  | B:5000
        0.51   one A>B INVITE 1         | A:4000
        0.6    one A>B ACK 1 /b
        1      one A<B 200 INVITE 1 /b  | B:5000
        1.1    one A>B ACK 1 /b
        1.2-20 A:4000=B:5000 1
        {hang_up(20, "A>B", "2 /b")}
        """,
        (answered(0, 0.5, 20, "1> 2<"),),
        (0.3,),
    ),
    *(
        Flow(
            f"5407-3.1.2-cancel-{name}-the-answer",
            f"""{RINGING}
            {cancel_s:g}  one A>B CANCEL 1
            2      one A<B 200 INVITE 1 /b  | B:5000
            2.05   one A<B 200 CANCEL 1 /b
            2.06   one A>B ACK 1 /b
            {hang_up(2.07, "A>B", "2 /b")}
            """,
            (answered(0, 2, 2.07, ""),),
            (0.3,),
        )
        for name, cancel_s in (("before", 1.99), ("after", 2.01))
    ),
    Flow(
        "5407-3.1.3-bye-before-the-answer",
        f"""{RINGING}
        1.99   one A>B BYE 2 /b
        2      one A<B 200 INVITE 1 /b  | B:5000
        2.05   one A>B ACK 1 /b
        2.06   one A<B 200 BYE 2 /b
        """,
        (answered(0, 2, 2.06, ""),),
        (0.3,),
    ),
    Flow(
        "3261-15-bye-gives-up",
        f"""{RINGING}
        2      one A>B BYE 2 /b
        2.05   one A<B 200 BYE 2 /b
        2.06   one A<B 487 INVITE 1 /b
        2.07   one A>B ACK 1 /b
        """,
        (refused(CANCELLED, 0, 2.06),),
        (0.3,),
    ),
    Flow(
        "5407-3.1.4-re-invite-before-the-ack",
        f"""{RINGING}
        0.5    one A<B 200 INVITE 1 /b  | B:5000
        0.6    one A>B INVITE 2 /b      | A:4100
        0.61   one A>B ACK 1 /b
        0.7    one A<B 200 INVITE 2 /b  | B:5000
        0.8    one A>B ACK 2 /b
        0.9-20 A:4100=B:5000 1
        {hang_up(20, "A>B", "3 /b")}
        """,
        (answered(0, 0.5, 20, "1> 2<"),),
        (0.3,),
    ),
    *(
        Flow(
            f"5407-3.2.1-bye-{name}-a-re-invite",
            f"""{A_TO_B}
            {TALK}
            20     one A>B BYE 2 /b
            {invite_s:g} one B>A INVITE 5 b/  | B:5100
            20.03  one B<A 481 INVITE 5 b/
            20.04  one A<B 200 BYE 2 /b
            20.05  one B>A ACK 5 b/
            """,
            (answered(0, 2, 20, "1> 2<"),),
            (0.5,),
        )
        for name, invite_s in (("before", 20.01), ("after", 19.99))
    ),
    Flow(
        "5407-3.2.4-bye-crosses-bye",
        f"""{A_TO_B}
        {TALK}
        20     one A>B BYE 2 /b
        20.01  one B>A BYE 9 b/
        20.05  one A<B 200 BYE 2 /b
        20.06  one B<A 200 BYE 9 b/
        """,
        (answered(0, 2, 20, "1> 2<"),),
        (0.5,),
    ),
    Flow(
        "5407-3.3.1-re-invites-cross",
        up_to_20(f"""
        10     one A>B INVITE 2 /b      | A:4100
        10.01  one B>A INVITE 1 b/      | B:5100 sendonly
        10.05  one A<B 491 INVITE 2 /b
        10.06  one B<A 491 INVITE 1 b/
        10.07  one A>B ACK 2 /b
        10.08  one B>A ACK 1 b/
        {change(13, "B>A", "2 b/", media=("B:5000", "A:4000"))}
        """),
        (answered(0, 2, 20, "1> 2<"),),
        (0.5,),
    ),
    Flow(
        "5407-3.3.2-update-crosses-re-invite",
        up_to_20("""
        10     one A>B UPDATE 2 /b      | A:4100 inactive
        10.01  one B>A INVITE 1 b/      | B:5100 inactive
        10.05  one A<B 491 UPDATE 2 /b
        10.06  one B<A 491 INVITE 1 b/
        10.07  one B>A ACK 1 b/
        """),
        (answered(0, 2, 20, "1> 2<"),),
        (0.5,),
    ),
    Flow(
        "3261-14-re-invite-given-up",
        up_to_20("""
        10     one A>B INVITE 2 /b      | A:4000 sendonly
        10.1   one A<B 100 INVITE 2 /b
        11     one A>B CANCEL 2 /b
        11.1   one A<B 200 CANCEL 2 /b
        11.2   one A<B 487 INVITE 2 /b
        11.3   one A>B ACK 2 /b
        """),
        (answered(0, 2, 20, "1> 2<"),),
        (0.5,),
    ),
    *(
        Flow(
            f"3261-14.1-re-invite-refused-{code}",
            up_to_20(refusal(10, "A>B", "2 /b", code, offer="A:4100 sendonly")),
            (answered(0, 2, 20, "1> 2<"),),
            (0.5,),
        )
        for code in (408, 488, 500)
    ),
    Flow(
        "3261-13.2.2.4-two-branches-answer",
        f"""
        0      one A>P INVITE 1         | A:4000
        0.02   one P>B INVITE 1         | A:4000
        0.02   one P>C INVITE 1         | A:4000
        0.3    one A<P<B 180 INVITE 1 /b
        2      one A<P<B 200 INVITE 1 /b | B:5000
        2.01   one A<P<C 200 INVITE 1 /c | C:6000
        2.1    one A>P>B ACK 1 /b
        2.11   one A>P>C ACK 1 /c
        {hang_up(2.12, "A>P>C", "2 /c")}
        2.2-20 A:4000=B:5000 1
        {hang_up(20, "A>P>B", "2 /b")}
        """,
        (answered(0, 2, 20, "1> 2<"),),
        (0.3,),
    ),
)
