"""Markers: texts that exist nowhere else, planted in what is internal, searched for in what is published."""

from __future__ import annotations

import base64
import binascii
import html
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from pypdf import PdfReader

from connector.demo.trackers.exchange import Answer, Request, Serve, answer_json

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LENGTH = 5
_TAGS = re.compile(r"<[^<>]*>")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_CODED = re.compile(r"[A-Za-z0-9+/_=-]{12,}")
_HEX = re.compile(r"[0-9a-fA-F]{16,}")
_STRINGS = frozenset(
    ("self", "iconUrl", "avatarUrl", "avatar_url", "environment", "goal", "description", "displayName")
)


@dataclass(slots=True)
class Markers:
    """Hands out markers and knows where each was planted. Another `seed` makes other ones."""

    seed: str = "zq"
    planted: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict)

    def __call__(self, where: str) -> str:
        """Make a marker for a place; the same place gets the same one."""
        if where in self._tokens:
            return self._tokens[where]
        number, letters = len(self.planted), ""
        for _ in range(_LENGTH):
            number, rest = divmod(number, len(_LETTERS))
            letters = _LETTERS[rest] + letters
        token = f"{self.seed}{letters}vw"
        self.planted[token] = where
        self._tokens[where] = token
        return token

    def number(self, where: str) -> float:
        """Make a number that stands for money or an estimate."""
        digits = f"{ord(self.seed[0]) % 10}{len(self.numbers) + 1}8273{len(self.numbers) + 1}"
        self.numbers[digits] = where
        return float(digits)

    def found(self, artefacts: Mapping[str, bytes]) -> frozenset[str]:
        """Return where the markers were planted that stand in any artefact or its name, in any form."""
        token = re.compile(re.escape(self.seed) + f"[a-z]{{{_LENGTH}}}vw")
        places: set[str] = set()
        for name, content in artefacts.items():
            read = _read(name, content)
            for text in _forms(name + "\n" + read):
                places |= {self.planted[one] for one in token.findall(text) if one in self.planted}
            digits = re.sub(r"(?<=\d)[\s,.'\u2019](?=\d)", "", read)
            places |= {where for number, where in self.numbers.items() if number in digits}
        return frozenset(places)

    def salt(self, request: Request, serve: Serve) -> Answer:
        """Stand before a tracker: put a marker into every object it answers, and behind idle texts."""
        answer = serve(request)
        if not answer.body.startswith((b"{", b"[")) or answer.status != 200:
            return answer
        salted = answer_json(self._salted(json.loads(answer.body), ""), issues=answer.issues)
        return Answer(
            status=answer.status, body=salted.body, headers={**answer.headers, "X-Planted": self("header")}
        )

    def _salted(self, value: object, path: str) -> object:
        if isinstance(value, list):
            return [self._salted(one, path) for one in value]
        if isinstance(value, dict):
            inner = {name: self._salted(one, f"{path}.{name}") for name, one in value.items()}
            return inner | {"planted": self(f"unknown key of {path}")}
        name = path.rpartition(".")[2]
        if isinstance(value, str) and name in _STRINGS and self.seed not in value:
            return f"{value}{self(f'behind {path}')}"
        return value


def _read(name: str, content: bytes) -> str:
    """Return what an artefact says: of a PDF its text, title and addresses, of others all of it."""
    if not name.endswith(".pdf"):
        return content.decode("utf-8", "replace")
    reader = PdfReader(io.BytesIO(content))
    links = (note.get_object() for page in reader.pages for note in page.get("/Annots") or ())
    return "\n".join(
        (*(page.extract_text() for page in reader.pages), str(reader.metadata), *map(str, links))
    )


def _forms(text: str) -> Iterator[str]:
    """Yield a text as it is, decoded from every usual encoding, and without markup, space and signs."""
    plain = unicodedata.normalize("NFKC", text)
    entities = html.unescape(html.unescape(plain))
    escapes = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), plain)
    for one in (plain, entities, escapes, unquote_plus(plain), unquote_plus(entities)):
        folded = one.casefold()
        yield folded
        yield re.sub(r"[\W_]+", "", _TAGS.sub("", folded))
    for run in _CODED.findall(plain):
        yield from _decoded(run)
    for run in _HEX.findall(plain):
        yield bytes.fromhex(run[: len(run) // 2 * 2]).decode("latin-1").casefold()


def _decoded(run: str) -> Iterator[str]:
    usual = run.replace("-", "+").replace("_", "/").replace("=", "")
    for start in range(4):
        part = usual[start:]
        part += "=" * (-len(part) % 4)
        try:
            yield base64.b64decode(part).decode("latin-1").casefold()
        except binascii.Error:
            continue
