"""The text of a PDF, and every string that its objects hold. Its library is an optional extra."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from connector.errors import SafetyError

try:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError
    from pypdf.generic import (
        ByteStringObject,
        DictionaryObject,
        IndirectObject,
        StreamObject,
        TextStringObject,
    )
except ImportError as exc:
    raise SafetyError(
        "found a PDF among what would be published; to search it, expected the library pypdf:"
        " pip install 'clientview[pdf]'"
    ) from exc

_READ_AS_TEXT: Final = frozenset({"/Metadata", "/EmbeddedFile"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfText:
    """What a PDF says.

    `text` is in reading order, page by page; `strings` are those of all objects: title, outline,
    addresses of links, names; `inside` are the contents of attachments and metadata.
    """

    text: str
    strings: tuple[str, ...]
    inside: tuple[bytes, ...]


def read_pdf(content: bytes) -> PdfText:
    """Read a PDF.

    Raises:
        SafetyError: It is damaged or encrypted, so it cannot be searched.
    """
    try:
        reader = PdfReader(io.BytesIO(content), strict=True)
        objects = tuple(_objects(reader))
        return PdfText(
            text="\n".join(page.extract_text() for page in reader.pages),
            strings=tuple(dict.fromkeys(text for one in objects for text in _strings(one))),
            inside=tuple(
                one.get_data()
                for one in objects
                if isinstance(one, StreamObject) and one.get("/Type") in _READ_AS_TEXT
            ),
        )
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError) as exc:
        raise SafetyError(f"found a PDF that cannot be searched ({type(exc).__name__})") from None


def _objects(reader: PdfReader) -> Iterator[object]:
    """Yield every object of a file, also one that no other refers to."""
    yield reader.trailer
    for number in range(1, int(str(reader.trailer["/Size"]))):
        yield reader.get_object(number)


def _strings(thing: object) -> Iterator[str]:
    """Yield the strings in an object. What it refers to is another object, and walked by itself."""
    if isinstance(thing, TextStringObject):
        yield str(thing)
    elif isinstance(thing, ByteStringObject):
        yield bytes(thing).decode("latin-1")
    elif isinstance(thing, DictionaryObject | list):
        inner = dict.values(thing) if isinstance(thing, DictionaryObject) else thing
        for one in inner:
            if not isinstance(one, IndirectObject):
                yield from _strings(one)
