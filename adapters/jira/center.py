"""Jira Data Center's ways: a light sweep, then spans of creation side by side, histories included.

Source:
    A Data Center answers by offset, and caps a page as its administrator says; what comes with the
    first page of a query is echoed and counts. An offset would skip rows when one before it is
    deleted: every page is asked for anew behind the creation of the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from adapters.errors import NotFoundError, SettingsError
from adapters.jira import assemble, history, queries
from adapters.jira.answers import SearchPage
from adapters.jira.payloads import instant, read
from adapters.jira.positions import Position, milliseconds, spans
from adapters.jira.product import AT_A_TIME, CHAINED, IN_HAND, Portion, Raw, Reader, batched, gathered, id_of
from adapters.jira.queries import Wanted
from adapters.jira.walking import ahead, guarded
from adapters.parallel import in_order
from adapters.protocol import Present


@dataclass(frozen=True, slots=True, kw_only=True)
class Center:
    """Reads a Jira Data Center site."""

    reader: Reader

    def first(self, wanted: Wanted, start: Position, fields: Sequence[str]) -> SearchPage:
        """Read the first page of issues behind a position, or of changes the first few, as one."""
        query = wanted.behind(start)
        most = 1 if wanted.since is None else CHAINED
        return self._pages_of(lambda start_at: _full(query, fields, start_at=start_at), most=most)

    def portions(
        self, wanted: Wanted, start: Position, fields: Sequence[str], first: SearchPage
    ) -> Iterator[Portion]:
        """Yield the issues behind a position, in the order of their creation."""
        behind = start.after(assemble.placed(first.issues))
        fresh = [self._whole(raw) for raw in first.issues if id_of(raw) not in start.seen]
        parts: Iterable[Sequence[Raw]] = (fresh,)
        if first.issues and (first.total is None or len(first.issues) < first.total):
            parts = chain(parts, self._rest(wanted, behind, fields))
        total = None if first.total is None else first.total - len(first.issues) + len(fresh)
        return gathered(parts, start, total=lambda: total)

    def sweep(self, wanted: Wanted) -> Iterator[tuple[Present, ...]]:
        """Yield every issue with its last update."""
        for raws in self._rows(wanted, Position()):
            yield tuple(self._present(raw) for raw in raws)

    def whole(self, issue_ids: Sequence[str], fields: Sequence[str]) -> Iterator[Sequence[Raw]]:
        """Yield these issues with all their histories."""
        for raws in self._named(issue_ids, by="id", fields=fields, histories=True):
            yield [self._whole(raw) for raw in raws]

    def find(self, values: Sequence[str], *, by: str) -> Iterator[Raw]:
        """Yield what names these issues and their projects."""
        return chain.from_iterable(self._named(values, by=by, fields=("project",), histories=False))

    def matching(self, wanted: Wanted, issue_ids: Sequence[str]) -> frozenset[str]:
        """Return which of these issues are wanted."""
        chunks = (self._meeting(wanted, chunk) for chunk in batched(issue_ids, queries.CLOUD_PAGE))
        return frozenset(map(id_of, chain.from_iterable(chunks)))

    def _meeting(self, wanted: Wanted, chunk: Sequence[str]) -> Sequence[Raw]:
        query = wanted.jql(queries.any_of("id", chunk))
        return self._all_of(
            lambda start_at: queries.center_search(
                query, fields=("id",), start_at=start_at, most=len(chunk), histories=False
            )
        )

    def _rest(self, wanted: Wanted, behind: Position, fields: Sequence[str]) -> Iterator[Sequence[Raw]]:
        rows = chain.from_iterable(ahead(self._rows(wanted, behind)))
        created_ms = (milliseconds(at) for _, at in assemble.placed(rows))
        begin = (behind.created_ms or 0,)
        jobs = (
            partial(self._spanned, wanted.within(span), fields)
            for span in spans(chain(begin, created_ms), most=queries.CENTER_PAGE)
        )
        for raws in in_order(jobs, at_a_time=IN_HAND):
            yield [raw for raw in raws if id_of(raw) not in behind.seen]

    def _rows(self, wanted: Wanted, start: Position) -> Iterator[Sequence[Raw]]:
        """Sweep what was created behind a position: each issue once, with its creation and update."""
        return guarded(self._pages(wanted, start), has_news=bool, told=f"{self.reader.name}: the search")

    def _pages(self, wanted: Wanted, behind: Position) -> Iterator[Sequence[Raw]]:
        offset, is_last = 0, False
        while not is_last:
            question = queries.center_search(
                wanted.behind(behind),
                fields=("created", "updated"),
                start_at=offset,
                most=queries.CENTER_SWEEP_PAGE,
                histories=False,
            )
            page = self.reader.search(SearchPage, question)
            yield [raw for raw in page.issues if id_of(raw) not in behind.seen]
            reached = offset + len(page.issues)
            is_last = not page.issues or (page.total is not None and reached >= page.total)
            moved = behind.after(assemble.placed(page.issues))
            offset = reached if moved.created_ms == behind.created_ms else 0
            behind = moved

    def _spanned(self, query: str, fields: Sequence[str]) -> list[Raw]:
        raws = self._all_of(lambda start_at: _full(query, fields, start_at=start_at))
        return [self._whole(raw) for raw in raws]

    def _named(
        self, values: Sequence[str], *, by: str, fields: Sequence[str], histories: bool
    ) -> Iterator[Sequence[Raw]]:
        size = queries.CENTER_PAGE if histories else queries.CLOUD_PAGE
        jobs = (
            partial(self._any_of, chunk, by=by, fields=fields, histories=histories)
            for chunk in batched(values, size)
        )
        for raws in in_order(jobs, at_a_time=AT_A_TIME):
            if not raws:
                self.reader.prove()
            yield raws

    def _any_of(
        self, chunk: Sequence[str], *, by: str, fields: Sequence[str], histories: bool
    ) -> Sequence[Raw]:
        ask = partial(
            queries.center_search,
            queries.any_of(by, chunk),
            fields=fields,
            most=len(chunk),
            histories=histories,
            strict=False,
        )
        try:
            found = self._all_of(lambda start_at: ask(start_at=start_at))
        except SettingsError:  # a server that checks values in spite of validateQuery=false
            found = []
        named = {id_of(raw) if by == "id" else str(raw.get("key")) for raw in found}
        left = (one for one in chunk if one not in named)  # gone, or passed over by searching: archived
        apart = (self._alone(one, fields=fields, histories=histories) for one in left)
        return [*found, *(raw for raw in apart if raw is not None)]

    def _all_of(self, question: Callable[[int], queries.Question]) -> Sequence[Raw]:
        return self._pages_of(question).issues

    def _pages_of(
        self, question: Callable[[int], queries.Question], *, most: int | None = None
    ) -> SearchPage:
        """Read the pages of a query as one, `most` of them, however few issues the site puts on each."""
        found: dict[str, dict[str, object]] = {}
        reached = turns = 0
        while True:
            page = self.reader.search(SearchPage, question(reached))
            fresh = {id_of(raw): raw for raw in page.issues if id_of(raw) not in found}
            found |= fresh
            reached, turns = reached + len(page.issues), turns + 1
            if not fresh or turns == most or (page.total is not None and reached >= page.total):
                return page.model_copy(update={"issues": tuple(found.values())})

    def _alone(self, issue_id: str, *, fields: Sequence[str], histories: bool) -> Raw | None:
        question = queries.issue(issue_id, root=queries.V2, fields=fields, histories=histories)
        try:
            return read(dict[str, object], self.reader.ask(question), question.told)
        except NotFoundError:
            return None

    def _whole(self, raw: Raw) -> Raw:
        """Read an issue by itself where the search cut its history."""
        if not history.is_cut(raw):
            return raw
        single = self._alone(id_of(raw), fields=("created",), histories=True)
        return raw if single is None else {**raw, "changelog": single.get("changelog")}

    def _present(self, raw: Raw) -> Present:
        fields = raw.get("fields")
        updated = fields.get("updated") if isinstance(fields, dict) else None
        return Present(key=self.reader.key(id_of(raw)), updated_at=instant(updated) if updated else None)


def _full(query: str, fields: Sequence[str], *, start_at: int = 0) -> queries.Question:
    return queries.center_search(
        query, fields=fields, start_at=start_at, most=queries.CENTER_PAGE, histories=True
    )
