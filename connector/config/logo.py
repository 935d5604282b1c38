"""A publisher's logo: a small PNG or JPEG, told by its content and not by its name."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from connector.config.values import expected

MOST_BYTES: Final = 100_000
MOST_PIXELS: Final = 2000  # a side
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # markers of a JPEG that hold its size
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length


def check_logo(file: Path) -> Path:
    """Refuse what is no small picture.

    Raises:
        PydanticCustomError: It is neither PNG nor JPEG, or too large.
    """
    try:
        content = file.read_bytes()
    except OSError as exc:
        raise expected("a readable file", found=f"{file}, {exc.strerror}") from exc
    if len(content) > MOST_BYTES:
        raise expected(f"at most {MOST_BYTES} bytes: every page carries it", found=f"{len(content)} bytes")
    size = _size(content)
    if size is None:
        raise expected("a PNG or JPEG picture", found=f"a file of another kind, {file.name}")
    if not all(1 <= side <= MOST_PIXELS for side in size):
        found = f"a picture of {size[0]} x {size[1]} pixels"
        raise expected(f"1 to {MOST_PIXELS} pixels a side", found=found)
    return file


def data_address(file: Path) -> str:
    """Return a checked logo as the `data:` address under which a page embeds it."""
    content = file.read_bytes()
    kind = "png" if content.startswith(_PNG) else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _size(content: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels; None where the content is no PNG or JPEG.

    Source:
        PNG (W3C, third edition), 11.2.1: IHDR stands first. JPEG (ITU-T T.81), B.2.2: frame header.
    """
    if content.startswith(_PNG) and content[12:16] == b"IHDR" and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content.startswith(_JPEG):
        return next(_frame_sizes(content), None)
    return None


def _frame_sizes(content: bytes) -> Iterator[tuple[int, int]]:
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            yield width, height
            return
        bare = marker in _BARE or marker == 0xFF
        place += (1 if marker == 0xFF else 2) if bare else 2 + int.from_bytes(content[place + 2 : place + 4])
