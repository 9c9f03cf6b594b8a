"""Decompresses gzip files (RFC 1952) piece by piece, and gives all that a damaged one holds."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from qos_exporter.capture.faults import FormatError

MAGIC = b"\x1f\x8b"

_GZIP_WRAPPER = 16 + zlib.MAX_WBITS


def gunzip(compressed_pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the decompressed pieces; raises `FormatError` behind the last good byte.

    A piece may be a thousand times as long as the compressed one that it comes from.
    """
    decompressor = zlib.decompressobj(_GZIP_WRAPPER)
    inside_member = False
    for piece in compressed_pieces:
        compressed = piece
        # Members may follow one another, and zeros the last one (padding of tapes).
        while compressed := compressed if inside_member else compressed.lstrip(b"\0"):
            inside_member = True
            yield from _decompress(decompressor, compressed)
            compressed = decompressor.unused_data
            if decompressor.eof:
                decompressor = zlib.decompressobj(_GZIP_WRAPPER)
                inside_member = False
    if inside_member:
        raise FormatError("the gzip data ends early")


def _decompress(decompressor: zlib._Decompress, compressed: bytes) -> Iterator[bytes]:
    before = decompressor.copy()
    try:
        piece = decompressor.decompress(compressed)
    except zlib.error as error:
        # zlib drops what it made of the good bytes before the damage, so they go in once more.
        if salvaged := b"".join(_salvage(before, compressed)):
            yield salvaged
        raise FormatError(f"the gzip data is damaged ({error})") from error
    if piece:
        yield piece


def _salvage(decompressor: zlib._Decompress, compressed: bytes) -> Iterator[bytes]:
    for octet in compressed:
        try:
            yield decompressor.decompress(bytes([octet]))
        except zlib.error:
            return
