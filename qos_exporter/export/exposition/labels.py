"""Label values as both formats write them."""

from __future__ import annotations

from qos_exporter.export.text import writable

SPECIAL = ("\\", "\n", '"')


def escaped(text: str) -> str:
    r"""Write a label value: backslash, newline and quote as `\\`, `\n` and `\"`."""
    return writable(text).replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def escaped_column(texts: list[str]) -> list[str]:
    """Write many label values; where none needs it, which one look at all can tell, as they are."""
    together = "".join(texts)
    if together.isascii() and not any(character in together for character in SPECIAL):
        return texts
    return list(map(escaped, texts))
