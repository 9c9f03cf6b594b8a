def number_text(number: float) -> str:
    """Write a number so that it reads back exactly, with the exponents that Go would use.

    `1000000` becomes `1e+06` and 1732175999.5 becomes `1.7321759995e+09`, but only for positive
    numbers: that is how the client library of Python spells them, and series of one name must not
    depend on which of the two wrote them. Zero has no sign.
    """

class LabelValues:
    """The values of one label in many series, as they are to be written: escaped."""

    def __init__(self, texts: list[str]) -> None: ...

def series_lines(
    labels: list[tuple[str, LabelValues]],
    end: str,
    rows: list[tuple[object, ...] | None],
    field: int,
) -> bytes:
    """Write one line per row, and none where the row or its number is `None`; gives UTF-8.

    The number is what stands at position `field` of the row. A line has, for each of `labels`, a
    text that is the same in all lines and its value of the label; then `end`, which is the same in
    all lines, and the number::

        series_lines([('up{job="', LabelValues(["a", "b"]))], '"} ', [(1, 0.5), (0, 0.5)], 0)

    Raises ValueError if there are not as many values as rows, or more than 16 labels.
    """
