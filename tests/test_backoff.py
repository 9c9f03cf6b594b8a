from __future__ import annotations

from qos_exporter.backoff import Backoff


def test_waits_grow_up_to_a_bound() -> None:
    """Each wait is twice the one before, up to the longest; a success begins anew."""
    backoff = Backoff(first_s=0.5, longest_s=3)

    assert [backoff.next_s() for _ in range(5)] == [0.5, 1, 2, 3, 3]
    backoff.reset()
    assert backoff.next_s() == 0.5
