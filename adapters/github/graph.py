"""GitHub through GraphQL: pages of whole issues, a light census, single issues by number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NoReturn

from adapters.errors import AdapterError, NotFoundError
from adapters.github import documents
from adapters.github.answers import Connection, Home, marked, onward, read_connection, read_home, total_of
from adapters.github.asking import Asking, Pace, Send, Walk, divided
from adapters.github.assemble import Cursor, Face, Gathering, is_selected
from adapters.github.documents import MARK, Feature, Part
from adapters.github.fates import place_of, present_of
from adapters.github.parse import Context
from adapters.github.payloads import home_of
from adapters.github.queries import ordered_by, since_text
from adapters.github.settings import GitHubSettings
from adapters.parallel import in_order
from adapters.protocol import Batch, Census, Whereabouts
from adapters.wire import JSON

FETCHED_AT_ONCE = 50  # issues of one query by number
REFILLED_AT_ONCE = 20  # lists that go on, of one query
BLOCK_PAGES = 4  # pages that may wait together for the rest of their long lists
BLOCKS_AT_A_TIME = 2


@dataclass(slots=True, kw_only=True)
class _Told:
    """An issue as it came, the lists of it that may go on, and where those do."""

    node: Mapping[str, JSON]
    lists: dict[Part, list[JSON]]
    owed: dict[Part, str] = field(default_factory=dict)
    has_vanished: bool = False

    def take(self, part: Part, page: Connection, *, before: str) -> None:
        """Add a page to one of the lists."""
        self.lists[part].extend(page.nodes)
        if page.has_next:
            self.owed[part] = onward(page.end_cursor, before=before)
        else:
            self.owed.pop(part, None)

    def vanish(self) -> None:
        """It was deleted or transferred while we read."""
        self.has_vanished = True
        self.owed.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """A page of issues, with the cursor behind it. None: they were asked for by number."""

    told: Sequence[_Told]
    home: str
    after: str | None = None
    is_last: bool = False
    total: int | None = None

    @property
    def owed(self) -> int:
        """How many lists go on."""
        return sum(len(one.owed) for one in self.told)


class Graph:
    """One repository through GraphQL. `home` is what answered last."""

    def __init__(self, settings: GitHubSettings, context: Context, send: Send) -> None:
        """Take the source and the way out; nothing is asked yet."""
        self.home: Home | None = None
        self._settings = settings
        self._context = context
        self._asking = Asking(settings, send)
        self._pace = Pace()

    def batches(self, since: dt.datetime | None, *, after: str) -> Iterator[Batch]:
        """Yield the issues from a cursor on, whole.

        The next page is on its way while long lists of earlier ones are completed, and while the
        caller stores what it was given.
        """
        document = documents.issues_document
        walk = Walk(partial(self._page, document, self._pace, since), after=after)
        for batches in in_order(self._completions(walk), at_a_time=BLOCKS_AT_A_TIME):
            yield from batches

    def fetch(self, numbers: Sequence[int]) -> Iterator[Batch]:
        """Yield these issues whole; without those that are not here, or not selected."""
        chunks = _chunked(numbers, FETCHED_AT_ONCE)
        jobs = (partial(self._fetched, chunk, is_last=is_last) for chunk, is_last in chunks)
        return in_order(jobs, at_a_time=BLOCKS_AT_A_TIME)

    def census(self) -> Iterator[Census]:
        """Yield what there is, a hundred issues a page."""
        select = self._settings.select
        document = partial(documents.census_document, labels=bool(select))
        walk = Walk(partial(self._page, document, Pace(), None))
        for _, page in walk.pages():
            home = page.home.name if page.home else ""
            present = (
                present_of(node, context=self._context, home=home)
                for node in page.nodes
                if is_selected(node, select)
            )
            yield Census(present=tuple(present), last=not page.has_next)

    def places(self, numbers: Sequence[int]) -> Mapping[int, Whereabouts]:
        """Say where these issues are; those of which GraphQL knows nothing are left out."""
        found: dict[int, Whereabouts] = {}
        for chunk, _ in _chunked(numbers, FETCHED_AT_ONCE):
            places = zip(chunk, divided(self._placed, chunk), strict=True)
            found |= {number: place for number, place in places if place is not None}
        return found

    def count(self) -> int | None:
        """Return how many issues there are, pull requests not among them."""
        data = self._asking.query(lambda _: documents.COUNT_DOCUMENT, self._asking.names)
        return total_of(data, "repository", "issues")

    # Pages

    def _page(
        self,
        document: Callable[[frozenset[Feature]], str],
        pace: Pace,
        since: dt.datetime | None,
        after: str,
    ) -> Connection:
        told = {"after": after or None, "since": since_text(since), "order": ordered_by(since)}

        def ask(size: int) -> Connection:
            variables = {**self._asking.names, **told, "first": size}
            data = self._asking.query(document, variables, is_smallest=pace.is_least)
            home, asked = self._read_home(data)
            return replace(read_connection(asked.get("issues"), what="issues"), home=home)

        return pace.ask(ask)

    def _read_home(self, data: Mapping[str, JSON]) -> tuple[Home, Mapping[str, JSON]]:
        home, asked = read_home(data)
        if not home.has_issues:  # it answers as if there were none
            raise NotFoundError(f"{self._settings.repository} has its issues switched off")
        self.home = home
        return home, asked

    def _completions(self, walk: Walk) -> Iterator[Callable[[], list[Batch]]]:
        """Yield what completes the pages: one at once, or several together whose lists go on.

        What was had before a page failed is completed first.
        """
        block: list[_Sheet] = []
        try:
            for after, page in walk.pages():
                block.append(self._sheet(page, after=after))
                owed = sum(sheet.owed for sheet in block)
                if not owed or owed >= REFILLED_AT_ONCE or len(block) >= BLOCK_PAGES:
                    yield partial(self._completed, block)
                    block = []
        except AdapterError as exc:
            yield partial(self._completed, block)
            yield partial(_fail, exc)
        else:
            if block:
                yield partial(self._completed, block)

    def _sheet(self, page: Connection, *, after: str) -> _Sheet:
        return _Sheet(
            told=[self._told(node) for node in page.nodes],
            home=page.home.name if page.home else "",
            after=after,
            is_last=not page.has_next,
            total=page.total,
        )

    def _told(self, node: Mapping[str, JSON]) -> _Told:
        """Look which lists of an issue go on; of one that is not wanted, none is asked for."""
        told = _Told(node=node, lists={part: [] for part in Part})
        for part in Part if is_selected(node, self._settings.select) else ():
            if part in node:  # older servers lack some
                told.take(part, read_connection(node[part], what=part, lenient=True), before="")
        return told

    def _completed(self, block: Sequence[_Sheet]) -> list[Batch]:
        """Ask for all that goes on, then make the records."""
        told = [one for sheet in block for one in sheet.told]
        while owing := [(one, part) for one in told for part in one.owed]:
            divided(self._refill, owing[:REFILLED_AT_ONCE])
        return [self._batch(sheet) for sheet in block]

    def _refill(self, owing: Sequence[tuple[_Told, Part]]) -> Sequence[None]:
        """Ask for the next page of each of these lists."""
        variables: dict[str, JSON] = {}
        for place, (one, part) in enumerate(owing):
            variables |= {f"i{place}": one.node.get("id"), f"a{place}": one.owed[part]}
        parts = [part for _, part in owing]
        document = partial(documents.rest_document, parts=parts)
        data = self._asking.query(document, variables, is_smallest=len(owing) == 1)
        for (one, part), node in zip(owing, marked(data, len(owing)), strict=True):
            if node is None:
                one.vanish()
            elif not one.has_vanished:
                page = read_connection(node.get(part), what=part, lenient=True)
                one.take(part, page, before=one.owed[part])
        return [None] * len(owing)

    def _batch(self, sheet: _Sheet) -> Batch:
        gathering = Gathering(context=self._context, select=self._settings.select, home=sheet.home)
        for one in sheet.told:
            if not one.has_vanished:
                gathering.add(one.node, one.lists[Part.EVENTS], one.lists[Part.BLOCKERS])
        cursor = None if sheet.after is None else Cursor(face=Face.GRAPHQL, at=sheet.after)
        return gathering.batch(cursor, is_last=sheet.is_last, total=sheet.total)

    # Single issues

    def _fetched(self, numbers: Sequence[int], *, is_last: bool) -> Batch:
        document = documents.numbered_document
        found = divided(partial(self._numbered, document), numbers)
        here = [(home, node) for home, node in found if node and home_of(node).casefold() == home.casefold()]
        home = here[0][0] if here else ""
        sheet = _Sheet(told=[self._told(node) for _, node in here], home=home, is_last=is_last)
        (batch,) = self._completed([sheet])
        return batch

    def _placed(self, numbers: Sequence[int]) -> Sequence[Whereabouts | None]:
        found = self._numbered(documents.places_document, numbers)
        return [
            place_of(node, number=number, home=home, context=self._context, select=self._settings.select)
            if node
            else None
            for number, (home, node) in zip(numbers, found, strict=True)
        ]

    def _numbered(
        self, document: Callable[..., str], numbers: Sequence[int]
    ) -> Sequence[tuple[str, Mapping[str, JSON] | None]]:
        """Ask for issues by number; each with the repository's name now, None where there is none."""
        asked_for = {f"{MARK}{place}": number for place, number in enumerate(numbers)}
        data = self._asking.query(
            partial(document, count=len(numbers)),
            {**self._asking.names, **asked_for},
            is_smallest=len(numbers) == 1,
        )
        home, asked = self._read_home(data)
        return [(home.name, node) for node in marked(asked, len(numbers))]


def _chunked(numbers: Sequence[int], size: int) -> Iterator[tuple[Sequence[int], bool]]:
    """Yield so many at a time, and whether these are the last."""
    for begin in range(0, len(numbers), size):
        yield numbers[begin : begin + size], begin + size >= len(numbers)


def _fail(error: AdapterError) -> NoReturn:
    raise error
