"""Offers and answers in every message that may carry them, and what they change.

RFC 6337 section 2.2 lists the messages; RFC 3262 (PRACK), RFC 3311 (UPDATE), RFC 3264 section 10,
RFC 3312 (preconditions), RFC 3959 and RFC 3960 (early media), RFC 4028 (session timers), RFC 6141
(re-INVITE).
"""

from __future__ import annotations

from tests.flows.calls import A_TO_B, BACK, change, hang_up, refusal, set_up
from tests.flows.flow import Expected, Flow, answered

FAX = ("B:5002 t38", "A:4002 t38")
TALK = "2.2-10 A:4000=B:5000 1"


def progress(first: str, *rows: str, ends: tuple[str, str] = ("A:4000", "B:5000")) -> str:
    """Write a call that is negotiated before its answer, which says nothing of media."""
    middle = "\n".join(rows)
    return f"""
    {first}
    {middle}
    3      one A<B 200 INVITE 1 /b
    3.1    one A>B ACK 1 /b
    3.2-20 {ends[0]}={ends[1]} 1
    {hang_up(20, "A>B", "9 /b")}
    """


OFFER = "0 one A>B INVITE 1 | A:4000"
NO_OFFER = "0 one A>B INVITE 1"
ANSWER = "0.5 one A<B 183 INVITE 1 /b | B:5000"
PRACK = "0.6 one A>B PRACK 2 /b rack=7\n0.62 one A<B 200 PRACK 2 /b"
EARLY = (answered(0, 3, 20, "1> 2<"),)

FLOWS = (
    Flow("6337-answer-in-183", progress(OFFER, ANSWER, PRACK), EARLY, (0.5,)),
    Flow(
        "6337-offer-in-183-answer-in-prack",
        progress(
            NO_OFFER,
            ANSWER,
            "0.6 one A>B PRACK 2 /b rack=7 | A:4000",
            "0.62 one A<B 200 PRACK 2 /b",
        ),
        EARLY,
        (0.5,),
    ),
    Flow(
        "6337-new-offer-in-prack",
        progress(
            OFFER,
            ANSWER,
            "0.6 one A>B PRACK 2 /b rack=7 | A:4100",
            "0.62 one A<B 200 PRACK 2 /b | B:5100",
            ends=("A:4100", "B:5100"),
        ),
        EARLY,
        (0.5,),
    ),
    Flow(
        "3311-update-of-the-caller",
        progress(
            OFFER,
            ANSWER,
            PRACK,
            "0.8 one A>B UPDATE 3 /b | A:4100",
            "0.85 one A<B 200 UPDATE 3 /b | B:5100",
            ends=("A:4100", "B:5100"),
        ),
        EARLY,
        (0.5,),
    ),
    Flow(
        "3311-update-of-the-callee",
        progress(
            OFFER,
            ANSWER,
            PRACK,
            "0.8 one B>A UPDATE 1 b/ | B:5100",
            "0.85 one B<A 200 UPDATE 1 b/ | A:4100",
            ends=("A:4100", "B:5100"),
        ),
        EARLY,
        (0.5,),
    ),
    Flow(
        "3312-preconditions",
        progress(
            "0 one A>B INVITE 1 | A:4000 inactive",
            "0.5 one A<B 183 INVITE 1 /b | B:5000 inactive",
            PRACK,
            "0.8 one A>B UPDATE 3 /b | A:4000",
            "0.85 one A<B 200 UPDATE 3 /b | B:5000",
            "1 one A<B 180 INVITE 1 /b",
        ),
        EARLY,
        (0.5,),
    ),
    Flow(
        "3312-preconditions-and-no-media",
        f"""
        0     one A>B INVITE 1 | A:4000 inactive
        0.5   one A<B 183 INVITE 1 /b | B:5000 inactive
        0.8   one A>B UPDATE 3 /b | A:4000
        0.85  one A<B 200 UPDATE 3 /b | B:5000
        3     one A<B 200 INVITE 1 /b
        3.1   one A>B ACK 1 /b
        {hang_up(20, "A>B", "9 /b")}
        """,
        (Expected("one", "answered", 0, 3, 20, "", ("no_rtp",)),),
        (0.5,),
    ),
    Flow(
        "3960-announcement-before-the-answer",
        f"""
        0     one A>B INVITE 1 | A:4000
        0.5   one A<B 183 INVITE 1 /b | M:9000
        0.6-3 M:9000>A:4000 21
        3     one A<B 200 INVITE 1 /b | B:5000
        3.1   one A>B ACK 1 /b
        3.2-20 A:4000=B:5000 1
        {hang_up(20, "A>B", "9 /b")}
        """,
        (answered(0, 3, 20, "1> 2< 21<"),),
        (0.5,),
    ),
    Flow(
        "3959-early-session",
        progress(
            OFFER,
            ANSWER,
            "0.6 one A<B 183 INVITE 1 /b early | M:9000 sendonly",
            "0.7 one A>B PRACK 2 /b rack=7 early | A:4500 recvonly",
            "0.72 one A<B 200 PRACK 2 /b",
            "0.8-3 M:9000>A:4500 21",
        ),
        (answered(0, 3, 20, "1> 2< 21<"),),
        (0.5,),
    ),
    Flow(
        "3959-only-an-early-session",
        """
        0     one A>B INVITE 1 | A:4000
        0.5   one A<B 183 INVITE 1 /b early | M:9000 sendonly
        0.7   one A>B PRACK 2 /b rack=7 early | A:4500 recvonly
        0.72  one A<B 200 PRACK 2 /b
        0.8-3 M:9000>A:4500 21
        3     one A<B 200 INVITE 1 /b | B:5000
        3.1   one A>B ACK 1 /b
        3.2-20 A:4000=B:5000 1
        20    one A>B BYE 9 /b
        20.1  one A<B 200 BYE 9 /b
        """,
        (answered(0, 3, 20, "1> 2< 21<"),),
        (0.5,),
    ),
    Flow(
        "3666-announcement-and-no-answer",
        """
        0     one A>B INVITE 1 | A:4000
        0.5   one A<B 183 INVITE 1 /b | B:5000
        0.6-8 A:4000=B:5000 1
        8     one A<B 404 INVITE 1 /b
        8.1   one A>B ACK 1 /b
        """,
        (Expected("one", "failed", 0, None, 8, "1> 2<"),),
        (0.5,),
    ),
    Flow(
        "6337-re-invite-without-offer",
        f"""{A_TO_B}
        {TALK}
        10     one A>B INVITE 2 /b
        10.05  one A<B 200 INVITE 2 /b | B:5100
        10.1   one A>B ACK 2 /b | A:4100
        10.2-20 A:4100=B:5100 3
        {hang_up(20, "A>B", "3 /b")}
        """,
        (answered(0, 2, 20, "1> 2< 3> 4<"),),
        (0.5,),
    ),
    Flow(
        "6141-update-within-a-re-invite",
        f"""{A_TO_B}
        {TALK}
        10     one A>B INVITE 2 /b | A:4100
        10.1   one A<B 183 INVITE 2 /b | B:5100
        10.3   one A>B UPDATE 3 /b | A:4200
        10.35  one A<B 200 UPDATE 3 /b | B:5200
        10.5   one A<B 200 INVITE 2 /b
        10.6   one A>B ACK 2 /b
        10.7-20 A:4200=B:5200 3
        {hang_up(20, "A>B", "4 /b")}
        """,
        (answered(0, 2, 20, "1> 2< 3> 4<"),),
        (0.5,),
    ),
    Flow(
        "4028-longer-interval-and-refreshes",
        f"""
        0     one A>B INVITE 1 | A:4000
        0.1   one A<B 422 INVITE 1 /x
        0.11  one A>B ACK 1 /x
        0.2   one A>B INVITE 2 | A:4000
        0.7   one A<B 180 INVITE 2 /b
        2     one A<B 200 INVITE 2 /b | B:5000
        2.1   one A>B ACK 2 /b
        2.2-40 A:4000=B:5000 1
        10    one A>B UPDATE 3 /b
        10.1  one A<B 200 UPDATE 3 /b
        {change(20, "A>B", "4 /b", media=("A:4000", "B:5000"))}
        30    one B>A UPDATE 1 b/
        30.1  one B<A 200 UPDATE 1 b/
        {hang_up(40, "A>B", "5 /b")}
        """,
        (answered(0, 2, 40, "1> 2<"),),
        (0.7,),
    ),
    Flow(
        "3264-10.1-ports-move-and-a-line-is-added",
        f"""{set_up(0, media=("A:4000, A:4002", "B:5000, B:0"))}
        {TALK}
        {
            change(
                10,
                "B>A",
                "1 b/",
                media=(
                    "B:5100, B:0, B:5104 110/telephone-event recvonly",
                    "A:4000, A:0, A:4104 110/telephone-event sendonly",
                ),
            )
        }
        10.2-20 A:4000>B:5100 1
        10.2-20 B:5100>A:4000 3
        {hang_up(20, "A>B", "2 /b")}
        """,
        (answered(0, 2, 20, "1> 2< 3<"),),
        (0.5,),
    ),
    Flow(
        "3264-8.4-held-by-both",
        f"""{A_TO_B}
        {TALK}
        {change(10, "B>A", "1 b/", media=("B:5000 sendonly", "A:4000 recvonly"))}
        {change(20, "A>B", "2 /b", media=("A:4000 inactive", "B:5000 inactive"))}
        {change(30, "A>B", "3 /b", media=("A:4000", "B:5000 sendonly"))}
        {change(40, "B>A", "2 b/", media=BACK)}
        40.2-50 A:4000=B:5000 1
        {hang_up(50, "A>B", "4 /b")}
        """,
        (answered(0, 2, 50, "1> 2<"),),
        (0.5,),
    ),
    Flow(
        "3264-5.1-numbers-of-the-receiver",
        f"""{set_up(0, media=("A:4000 97/iLBC 98/PCMA", "B:5000 98/iLBC"))}
        2.2-10 A:4000>B:5000 1 pt=98
        2.2-10 B:5000>A:4000 2 pt=97
        {hang_up(10, "A>B", "2 /b")}
        """,
        (answered(0, 2, 10, "1> 2<"),),
        (0.5,),
    ),
    Flow(
        "fax-and-back",
        f"""{A_TO_B}
        {TALK}
        {change(10, "B>A", "1 b/", media=FAX)}
        {change(50, "B>A", "2 b/", media=BACK)}
        50.2-60 A:4000=B:5000 1
        {hang_up(60, "A>B", "2 /b")}
        """,
        (answered(0, 2, 60, "1> 2<"),),
        (0.5,),
    ),
    Flow(
        "fax-refused",
        f"""{A_TO_B}
        2.2-20 A:4000=B:5000 1
        {refusal(10, "B>A", "1 b/", 488, offer="B:5002 t38")}
        {hang_up(20, "A>B", "2 /b")}
        """,
        (answered(0, 2, 20, "1> 2<"),),
        (0.5,),
    ),
    Flow(
        "4961-symmetric-rtp-behind-nat",
        f"""{set_up(0, chain="N>B", media=("192.168.1.5:4000", "B:5000"))}
        2.2-20 N:30000=B:5000 1
        {hang_up(20, "N>B", "2 /b")}
        """,
        (answered(0, 2, 20, "1> 2<"),),
        (0.5,),
    ),
    Flow(
        "4091-two-versions-of-ip",
        f"""{set_up(0, media=("A:4000, 2001:db8::1:4002", "B:0, 2001:db8::2:5000"))}
        2.2-20 2001:db8::1:4002=2001:db8::2:5000 1
        {hang_up(20, "A>B", "2 /b")}
        """,
        (answered(0, 2, 20, "1> 2<"),),
        (0.5,),
    ),
    Flow(
        "5118-4.9-mapped-address",
        f"""{set_up(0, media=("::ffff:10.0.0.3:4000", "::ffff:10.0.0.4:5000"))}
        2.2-20 C:4000=D:5000 1
        {hang_up(20, "A>B", "2 /b")}
        """,
        (answered(0, 2, 20, "1> 2<"),),
        (0.5,),
    ),
)
