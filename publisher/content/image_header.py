"""Type and size of a picture by its first bytes, for the four formats of nearly all pictures on the web.

Pillow takes ten times as long, and long to load. What is not whole, or not understood, is left for it to judge.
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

#: MIME type, width and height in pixels.
Header = tuple[str, int, int]

_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_GIF, _GIF_END = (b"GIF87a", b"GIF89a"), b";"
_JPEG, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
#: Markers of a JPEG that size follows: SOF0 to SOF15, without DHT, JPG and DAC (ITU T.81, table B.1).
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MULTI_PICTURE = b"MPF\x00"
_HEAD_BYTES = 32


def read_header(path: Path) -> Header | None:
    """Read a picture's type and size; None where Pillow should have a look. Raises OSError."""
    with path.open("rb") as file:
        length = file.seek(-min(len(_PNG_END), os.fstat(file.fileno()).st_size), os.SEEK_END) + len(_PNG_END)
        end = file.read()
        file.seek(0)
        head = file.read(_HEAD_BYTES)
        if len(head) < _HEAD_BYTES:
            return None
        if head.startswith(_PNG) and end == _PNG_END:
            return ("image/png", *struct.unpack(">II", head[16:24]))
        if head.startswith(_GIF) and end.endswith(_GIF_END):
            return ("image/gif", *struct.unpack("<HH", head[6:10]))
        if head.startswith(_JPEG) and end.endswith(_JPEG_END):
            return _jpeg(file)
        if head[:4] == b"RIFF" and head[8:12] == b"WEBP" and int.from_bytes(head[4:8], "little") + 8 == length:
            return _webp(head)
    return None


def _webp(head: bytes) -> Header | None:
    """Read the first chunk of a WebP file (RFC 9649, 2.5 to 2.7)."""
    kind = head[12:16]
    if kind == b"VP8X":
        return "image/webp", 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L" and head[20:21] == b"\x2f":
        bits = int.from_bytes(head[21:25], "little")
        return "image/webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[26:30])
        return "image/webp", width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(file: BinaryIO) -> Header | None:
    """Go from segment to segment to the one that holds the size."""
    file.seek(2)
    while True:
        segment = file.read(9)
        if len(segment) < 9 or segment[0] != 0xFF or segment[4:8] == _MULTI_PICTURE:  # noqa: PLR2004 - bytes of a segment
            return None
        if segment[1] in _JPEG_SIZES:
            height, width = struct.unpack(">HH", segment[5:9])
            return ("image/jpeg", width, height) if height else None
        file.seek(int.from_bytes(segment[2:4], "big") - 7, os.SEEK_CUR)
