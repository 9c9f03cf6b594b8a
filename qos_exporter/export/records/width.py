"""How much room a text takes on a terminal, which is not the number of its characters."""

from __future__ import annotations

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def columns_of(text: str) -> int:
    """Give the columns that `text` takes: wide characters (CJK, emoji) two, combining ones none."""
    if text.isascii():
        return len(text)
    # Here, because most text is ASCII, and the tables of Unicode take a while to read.
    from rich.cells import cell_len

    return cell_len(text)


def shortened(text: str, most: int) -> str:
    """Give the beginning of what takes more than `most` columns, with an ellipsis."""
    if columns_of(text) <= most:
        return text
    kept = text[:most]
    while columns_of(kept) >= most:
        kept = kept[:-1]
    return f"{kept}{ELLIPSIS}"


def aligned(cells: list[str], *, left: bool) -> list[str]:
    """Give all cells one width, with spaces behind them (`left`) or before them."""
    pad = str.ljust if left else str.rjust
    widths = list(map(columns_of, cells))
    most = max(widths)
    # What pads counts characters, of which there may be more or fewer than columns.
    return [pad(cell, most + len(cell) - width) for cell, width in zip(cells, widths, strict=True)]
