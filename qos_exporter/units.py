"""Units of time, in nanoseconds: all times inside are whole numbers of them."""

MILLISECOND_NS = 1_000_000
SECOND_NS = 1_000_000_000
