"""Pictures as people upload them, and as nobody should."""

import io
import struct
import zlib
from functools import cache
from typing import Any

from PIL import Image


@cache
def picture(kind: str = "PNG", size: tuple[int, int] = (800, 200), mode: str = "RGB", **options: Any) -> bytes:
    """A picture that can be taken."""
    stream = io.BytesIO()
    Image.new(mode, size, 90 if mode == "L" else (59, 55, 155, 120)[: len(mode)]).save(stream, kind, **options)
    return stream.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, data: bytes, *extra: bytes) -> bytes:
    """A PNG with this header and these packed pixels, whether they fit or not."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        [b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", header), *extra, _chunk(b"IDAT", data), _chunk(b"IEND", b"")]
    )


def bomb() -> bytes:
    """A few kilobytes that say they are a picture of 30,000 × 30,000 pixels."""
    return png(30_000, 30_000, zlib.compress(bytes(10_000_000), 9))


def text_bomb() -> bytes:
    """A small picture with a comment that unpacks to 200 MB."""
    comment = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9))
    return png(800, 200, zlib.compress(bytes((800 * 3 + 1) * 200)), comment)
