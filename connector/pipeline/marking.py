"""The project manager's copy of a draft: the page, with what is new marked and each value's source beside it.

Every value of the view gets two marks, from ranges of characters that no text uses; the page is
rendered as for the client; then the marks become tags. So the copy shows the very page, and the
source of a value is never guessed. The copy is internal: it says so, and lies where no client reads.
"""

from __future__ import annotations

import dataclasses
import enum
import html
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from connector.disclosure.changes import Novelty, NoveltyKind, new_to_audience
from connector.disclosure.leaves import leaves
from connector.disclosure.manifest import OWN_RULES, Disclosure
from connector.disclosure.marks import marked as marks_around
from connector.disclosure.projector import Projection
from connector.disclosure.view import ClientView, Leaf
from connector.publish.render import PAGE, render

_FIRST: Final = 0xF0000  # of the private use plane: the mark that begins value number n is _FIRST + n
_MOST: Final = 0xFFFD  # values that can be marked
_END: Final = "\U00100000"
_MARK: Final = re.compile("[\U000f0000-\U0010ffff]")
_UNMARKED: Final = re.compile(
    r"<style\b.*?</style>|<svg\b.*?</svg>|<title\b.*?</title>|<[^>]*>", re.DOTALL | re.IGNORECASE
)
_POLICY: Final = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_IDS: Final = "opaque id"
_BANNER: Final = (
    "<div class='pm-banner' role='note'><strong>INTERNAL</strong> – the project manager’s copy of a draft."
    " Not for the client: it names where each value comes from. <ins>Underlined with “new”</ins>: words this"
    " audience has never read. <ins>“moved”</ins>: a date that was another one.</div>"
)
_STYLE: Final = """
.pm-banner { background: #7a0b0b; color: #fff; font: 600 1rem/1.5 system-ui, sans-serif;
  padding: .8rem 1.2rem; border-bottom: .4rem dashed #ffd34d; position: sticky; top: 0; z-index: 9; }
.pm-banner ins { color: inherit; }
body { border-inline: .6rem dashed #7a0b0b; }
ins { text-decoration: underline; text-decoration-color: #b3261e; text-decoration-thickness: .15em;
  background: rgb(255 211 77 / .35); }
.pm-tag { font: 700 .7rem/1 system-ui, sans-serif; background: #7a0b0b; color: #fff; padding: .1rem .3rem;
  border-radius: .2rem; margin-inline: .2rem; }
.pm-source { font: .7rem/1.2 ui-monospace, monospace; color: #7a0b0b; background: #fff; padding: 0 .2rem;
  margin-inline-start: .2rem; white-space: normal; overflow-wrap: anywhere; }
.sheet { max-width: 80rem; }
.sheet * { flex-wrap: wrap; white-space: normal; grid-template-columns: none !important; }
"""
_HEAD: Final = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline';"
    " img-src data:; base-uri 'none'; form-action 'none'\">"
)


def marked(projection: Projection, previous: ClientView | None) -> bytes:
    """Render the project manager's copy.

    Args:
        projection: The draft with its manifest.
        previous: What the audience saw last; None before its first edition: then all is new.

    Returns:
        An HTML page; internal.
    """
    sources = {entry.path: entry for entry in projection.manifest if _is_told(entry)}
    paths = [path for path, _ in leaves(projection.view) if path in sources][:_MOST]
    numbers = {path: number for number, path in enumerate(dict.fromkeys(paths))}
    view = _with_marks(projection.view, numbers)
    news = {novelty.path: novelty for novelty in new_to_audience(projection.view, previous)}
    tags = _Tags([(sources[path], news.get(path)) for path in numbers])
    page = "".join(tags.tagged(render(view)[PAGE].decode()))
    page = _POLICY.sub(_HEAD, page, count=1)
    page = page.replace("<title>", "<title>INTERNAL – ", 1)
    page = page.replace("</head>", f"<style>{_STYLE}</style>\n</head>", 1)
    return page.replace("<body>", f"<body>\n{_BANNER}", 1).encode()


def _is_told(entry: Disclosure) -> bool:
    return entry.rule not in OWN_RULES and entry.rule != _IDS


def _with_marks(view: ClientView, numbers: Mapping[str, int]) -> ClientView:
    """Copy a view with marks around the words of each numbered leaf."""
    marks = {id(leaf): numbers[path] for path, leaf in leaves(view) if path in numbers}
    copied = _copied(view, marks)
    if not isinstance(copied, ClientView):
        raise TypeError("found another thing than the view that was copied")
    return copied


def _copied(value: object, marks: Mapping[int, int]) -> object:
    if id(value) in marks and isinstance(value, Leaf):
        return marks_around(value, partial(_around, number=marks[id(value)]))
    if isinstance(value, tuple):
        return tuple(_copied(each, marks) for each in value)
    if isinstance(value, Mapping):
        return {name: _copied(each, marks) for name, each in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type | enum.Enum | Leaf):
        found = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        changed = {name: _copied(each, marks) for name, each in found.items()}
        return dataclasses.replace(value, **changed)
    return value


def _around(text: str, number: int) -> str:
    return f"{chr(_FIRST + number)}{_MARK.sub('', text)}{_END}"


class _Tags:
    """Makes tags of marks."""

    def __init__(self, entries: list[tuple[Disclosure, Novelty | None]]) -> None:
        self._entries = entries
        self._open: list[tuple[Disclosure, Novelty | None]] = []

    def tagged(self, page: str) -> Iterator[str]:
        """Yield the page in pieces; inside tags, drawings and styles the marks are taken out."""
        done = 0
        for found in _UNMARKED.finditer(page):
            yield _MARK.sub(self._tag, page[done : found.start()])
            yield _MARK.sub("", found.group())
            done = found.end()
        yield _MARK.sub(self._tag, page[done:])

    def _tag(self, mark: re.Match[str]) -> str:
        if mark.group() != _END:
            self._open.append(self._entries[ord(mark.group()) - _FIRST])
            return _opening(self._open[-1][1])
        entry, novelty = self._open.pop()
        source = f"{entry.source_field} {entry.record}".rstrip()
        closing = "</ins>" if _is_marked(novelty) else ""
        return f"{closing}<small class='pm-source'>{html.escape(f'{source} · {entry.rule}')}</small>"


def _is_marked(novelty: Novelty | None) -> bool:
    return novelty is not None and novelty.kind in {NoveltyKind.TEXT, NoveltyKind.DATE}


def _opening(novelty: Novelty | None) -> str:
    if novelty is None or not _is_marked(novelty):
        return ""
    if novelty.kind is NoveltyKind.DATE and novelty.before:
        return f"<ins><b class='pm-tag'>moved, was {html.escape(novelty.before)}</b> "
    return "<ins><b class='pm-tag'>new</b> "
