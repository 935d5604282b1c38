"""The readable parts of an artefact: what its reader's program shows or keeps, taken out of its format.

A page, data, Markdown, a feed and a drawing are text and are read as they are. A mail is read header
by header and part by part, as a mail program decodes them. A calendar's folded lines are joined. Of a
PDF the text is read in reading order, and every string of every object: title, outline, addresses of
links, names and contents of attachments. What cannot be read cannot be searched, and is refused.
"""

from __future__ import annotations

import email
import email.message
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from connector.errors import SafetyError

MAIL: Final = frozenset({".eml"})
PDF: Final = frozenset({".pdf"})
CALENDAR: Final = frozenset({".ics"})
PDF_START: Final = b"%PDF-"
FORMAT_TEXTS: Final = (
    "MIME-Version: 1.0",
    "Content-Type: multipart/mixed; boundary=",
    "Content-Type: multipart/alternative; boundary=",
    "Content-Type: multipart/related; boundary=",
    'Content-Type: text/plain; charset="utf-8"',
    'Content-Type: text/html; charset="utf-8"',
    'Content-Type: text/calendar; charset="utf-8"',
    "Content-Type: application/pdf",
    "Content-Transfer-Encoding: quoted-printable",
    "Content-Transfer-Encoding: base64",
    "Content-Transfer-Encoding: 7bit",
    "Content-Transfer-Encoding: 8bit",
    "Content-Disposition: attachment; filename=",
    "Content-Disposition: inline; filename=",
    "<!doctype html><html",
    ' style="',
    '<content type="xhtml">',
    '<content type="html">',
    "<?xml version='1.0' encoding='utf-8'?>",
)
"""What every mail says about its own parts, and every page and feed about itself."""
MOST_NESTED: Final = 3  # mails and attachments inside each other
_FOLD: Final = re.compile(r"\r?\n[ \t]")
_IDEOGRAPHS: Final = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_HYPHENATED: Final = re.compile(
    rf"[\u2010\u00ad]\n|(?<=\w-)\n(?=\w)|(?<=[{_IDEOGRAPHS}])\n(?=[{_IDEOGRAPHS}])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A text inside an artefact. `where` tells it in fixed words: `header 3`, `part 2`; "" for the whole."""

    where: str
    text: str


def parts(name: str, content: bytes) -> tuple[Part, ...]:
    """Take the readable parts out of an artefact.

    Args:
        name: File name; its ending tells the format. A PDF is also known by its first bytes.
        content: The bytes as they will leave.

    Raises:
        SafetyError: The artefact cannot be read, so nobody could say what is in it.
    """
    return tuple(_parts(PurePosixPath(name).suffix.lower(), content, depth=0))


def _parts(suffix: str, content: bytes, *, depth: int) -> Iterator[Part]:
    if depth > MOST_NESTED:
        raise SafetyError(f"found an artefact nested more than {MOST_NESTED} deep; it cannot be searched")
    if suffix in PDF or content.startswith(PDF_START):
        yield from _of_pdf(content, depth=depth)
    elif suffix in MAIL:
        yield from _of_mail(email.message_from_bytes(content, policy=email.policy.default), depth=depth)
    elif suffix in CALENDAR:
        yield Part(where="", text=_FOLD.sub("", _text(content)))
    else:
        yield Part(where="", text=_text(content))


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")


def _of_mail(message: email.message.Message, *, depth: int) -> Iterator[Part]:
    """Yield all headers and bodies, the words between them, and what is attached."""
    for place, one in enumerate(message.walk(), start=1):
        where = f"part {place}"
        yield Part(where=f"headers of {where}", text="\n".join(_headers(one)))
        for beside in (one.preamble, one.epilogue):
            if beside:
                yield Part(where=f"beside {where}", text=beside)
        if not one.is_multipart():
            yield from _within(where, _body(one, depth=depth))


def _headers(message: email.message.Message) -> Iterator[str]:
    """Yield every header decoded; one with a defect, or that loses a comment so, also as it is written."""
    for (name, value), (_, raw) in zip(message.items(), message.raw_items(), strict=True):
        yield f"{name}: {value}"
        if getattr(value, "defects", ()) or raw.count("(") > str(value).count("("):
            yield f"{name}: {raw}"
    if message.get_filename():
        yield str(message.get_filename())


def _body(message: email.message.Message, *, depth: int) -> Iterator[Part]:
    content = message.get_payload(decode=True)
    if not isinstance(content, bytes):
        raise SafetyError("found a part of a mail that cannot be decoded; it cannot be searched")
    charset = message.get_content_charset("utf-8")
    if message.get_content_maintype() == "text" and charset not in {"utf-8", "us-ascii"}:
        content = _recoded(content, charset)
    suffix = PurePosixPath(message.get_filename() or "").suffix.lower()
    if message.get_content_type() == "text/calendar":
        suffix = ".ics"
    yield from _parts(suffix, content, depth=depth + 1)


def _recoded(content: bytes, charset: str) -> bytes:
    try:
        return content.decode(charset, errors="replace").encode()
    except LookupError as exc:
        raise SafetyError("found a mail in an unknown character set; it cannot be searched") from exc


def _within(where: str, found: Iterator[Part]) -> Iterator[Part]:
    for part in found:
        yield Part(where=f"{where}, {part.where}" if part.where else where, text=part.text)


def _of_pdf(content: bytes, *, depth: int) -> Iterator[Part]:
    from connector.disclosure.pdf_text import read_pdf  # noqa: PLC0415 - its library is an extra

    found = read_pdf(content)
    yield Part(where="text", text=_HYPHENATED.sub("", found.text))
    yield Part(where="strings", text="\n".join(found.strings))
    for place, attached in enumerate(found.inside, start=1):
        yield from _within(f"inside {place}", _parts("", attached, depth=depth + 1))
