"""Jira Cloud's ways: a sweep of ids, issues in bulk by id, histories that were cut in bulk too.

Source:
    The search gives 100 issues a page in a chain of tokens, but 5000 where nothing except ids is
    asked for. Issues by id are as they are now, whatever the index says, and can be asked for side
    by side. With an issue come the latest 20 to 40 of its histories, depending on the site.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice

from adapters.errors import NotFoundError
from adapters.jira import assemble, history, queries
from adapters.jira.answers import ChangelogPage, IdPage, IssueHistories, SearchPage
from adapters.jira.payloads import read
from adapters.jira.positions import Position, evenly, milliseconds
from adapters.jira.product import (
    AT_A_TIME,
    CHAINED,
    IN_HAND,
    Portion,
    Raw,
    Reader,
    batched,
    deferred,
    gathered,
    id_of,
)
from adapters.jira.queries import Wanted
from adapters.jira.walking import by_token, guarded
from adapters.parallel import in_order
from adapters.protocol import Present

SWEEP_PART = 1250  # ids of a part of the sweep, about; parts are swept side by side
SWEEP_PARTS = 8  # the most
SURELY_WHOLE = 20  # an issue with fewer histories than this came with all of them
UNTOLD_HISTORIES = 100  # of an issue that does not say how many it has, about
_PORTIONS_AHEAD = 1  # completed while the one before is read


@dataclass(slots=True)
class _Swept:
    """How many issues a sweep has seen, and whether that is all."""

    issues: int = 0
    is_done: bool = False

    def total(self) -> int | None:
        """Return how many there are, once that is known."""
        return self.issues if self.is_done else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """Reads a Jira Cloud site."""

    reader: Reader

    def first(self, wanted: Wanted, start: Position, fields: Sequence[str]) -> SearchPage:
        """Read the first page of issues behind a position, or of changes the first few, as one."""
        query = wanted.behind(start)

        def turn(token: str | None) -> SearchPage:
            return self.reader.search(SearchPage, queries.cloud_search(query, fields=fields, token=token))

        most = 1 if wanted.since is None else CHAINED
        pages = tuple(islice(by_token(turn, told=f"{self.reader.name}: the search"), most))
        return pages[-1].model_copy(update={"issues": tuple(one for page in pages for one in page.issues)})

    def portions(
        self, wanted: Wanted, start: Position, fields: Sequence[str], first: SearchPage
    ) -> Iterator[Portion]:
        """Yield the issues behind a position, as they are now, in the order of the sweep."""
        swept = _Swept()
        fresh = [raw for raw in first.issues if id_of(raw) not in start.seen]
        parts: Iterable[Sequence[Raw]] = (fresh,)
        if first.next_page_token:
            had = start.seen | {id_of(raw) for raw in first.issues}
            rest = self._swept(self._parts(wanted, start, first), had, swept)
            parts = chain(parts, self._bulk(rest, fields=fields, histories=True))
        else:
            swept.issues, swept.is_done = len(fresh), True
        portions = gathered(parts, start, total=swept.total)
        return in_order(deferred(portions, self._completed), at_a_time=_PORTIONS_AHEAD)

    def sweep(self, wanted: Wanted) -> Iterator[tuple[Present, ...]]:
        """Yield the id of every issue."""
        for ids in self._ids(wanted.jql()):
            yield tuple(Present(key=self.reader.key(one)) for one in ids)

    def whole(self, issue_ids: Sequence[str], fields: Sequence[str]) -> Iterator[Sequence[Raw]]:
        """Yield these issues with all their histories, read past the index."""
        for raws in self._bulk(issue_ids, fields=fields, histories=True):
            yield self._with_histories(raws)

    def find(self, values: Sequence[str], *, by: str) -> Iterator[Raw]:
        """Yield what names these issues; ids and keys are told apart by the site."""
        del by
        return chain.from_iterable(self._bulk(values, fields=("project",), histories=False))

    def matching(self, wanted: Wanted, issue_ids: Sequence[str]) -> frozenset[str]:
        """Return which of these issues are wanted, by their latest state."""
        jobs = (partial(self._reconciled, wanted, chunk) for chunk in batched(issue_ids, queries.RECONCILED))
        return frozenset(chain.from_iterable(in_order(jobs, at_a_time=AT_A_TIME)))

    def _parts(self, wanted: Wanted, start: Position, first: SearchPage) -> tuple[str, ...]:
        """Cut what is left into parts of time, as many as it is worth by Cloud's own estimate."""
        behind = start.after(assemble.placed(first.issues))
        query = wanted.behind(behind)
        parts = min(-(-(self.reader.count(query) or 0) // SWEEP_PART), SWEEP_PARTS)
        if parts < 2 or behind.created_ms is None:
            return (query,)
        cut = evenly(behind.created_ms, milliseconds(self.reader.now()), parts=parts)
        return tuple(wanted.within(span) for span in cut)

    def _swept(self, parts: Sequence[str], had: frozenset[str], swept: _Swept) -> Iterator[str]:
        jobs = (partial(self._part, query) for query in parts)
        for ids in in_order(jobs, at_a_time=AT_A_TIME):
            fresh = [str(one) for one in ids if str(one) not in had]
            swept.issues += len(fresh)
            yield from fresh
        swept.issues, swept.is_done = swept.issues + len(had), True
        if swept.issues == len(had):
            self.reader.prove()

    def _part(self, query: str) -> array[int]:
        """Sweep a part, in as little memory as its ids need."""
        return array("q", (int(one) for ids in self._ids(query) for one in ids))

    def _ids(self, query: str, *, fresh: Sequence[str] = ()) -> Iterator[tuple[str, ...]]:
        def turn(token: str | None) -> IdPage:
            return self.reader.search(IdPage, queries.cloud_ids(query, token=token, fresh=fresh))

        told = f"{self.reader.name}: the search"
        pages = by_token(turn, told=told)
        before: frozenset[str] = frozenset()
        for page in guarded(pages, has_news=lambda one: bool(one.issues), told=told):
            ids = [one.id for one in page.issues]
            yield tuple(one for one in ids if one not in before)  # pages shift while issues change
            before = frozenset(ids)

    def _reconciled(self, wanted: Wanted, chunk: Sequence[str]) -> tuple[str, ...]:
        query = wanted.jql(queries.any_of("id", chunk))
        return tuple(chain.from_iterable(self._ids(query, fresh=chunk)))

    def _bulk(
        self, issue_ids: Iterable[str], *, fields: Sequence[str], histories: bool
    ) -> Iterator[Sequence[Raw]]:
        jobs = (
            partial(self._got, chunk, fields=fields, histories=histories)
            for chunk in batched(issue_ids, queries.CLOUD_PAGE)
        )
        for asked, answer in in_order(jobs, at_a_time=IN_HAND):
            page = read(SearchPage, answer, "issue/bulkfetch")
            if not page.issues:
                self.reader.prove()
            apart = (self._alone(one.id, fields) for one in page.issue_errors if one.id)
            place = {issue_id: number for number, issue_id in enumerate(asked)}
            raws = [*page.issues, *(raw for raw in apart if raw is not None)]
            yield sorted(raws, key=lambda raw: place.get(id_of(raw), 0))

    def _got(
        self, chunk: Sequence[str], *, fields: Sequence[str], histories: bool
    ) -> tuple[Sequence[str], bytes]:
        return chunk, self.reader.ask(queries.cloud_fetch(chunk, fields=fields, histories=histories))

    def _alone(self, issue_id: str, fields: Sequence[str]) -> Raw | None:
        """Read an issue that was too large, or failed, among others."""
        question = queries.issue(issue_id, root=queries.V3, fields=fields, histories=True)
        try:
            return read(dict[str, object], self.reader.ask(question), question.told)
        except NotFoundError:
            return None

    def _completed(self, portion: Portion) -> Portion:
        return replace(portion, raws=self._with_histories(portion.raws))

    def _with_histories(self, raws: Sequence[Raw]) -> Sequence[Raw]:
        """Ask for the histories of issues that came with only the latest, or perhaps did."""
        cut = {id_of(raw): raw for raw in raws if history.is_cut(raw, most=SURELY_WHOLE)}
        if not cut:
            return raws
        told: dict[str, list[Raw]] = {}
        jobs = (partial(self._changelogs, chunk) for chunk in packed(cut))
        for one in chain.from_iterable(in_order(jobs, at_a_time=AT_A_TIME)):
            told.setdefault(one.issue_id, []).extend(one.change_histories)
        return [
            history.completed(raw, told.get(id_of(raw), ())) if id_of(raw) in cut else raw for raw in raws
        ]

    def _changelogs(self, issue_ids: Sequence[str]) -> list[IssueHistories]:
        def turn(token: str | None) -> ChangelogPage:
            question = queries.changelog(issue_ids, token=token)
            return read(ChangelogPage, self.reader.ask(question), question.told)

        told = f"{self.reader.name}: the changelog"
        pages = guarded(
            by_token(turn, told=told), has_news=lambda page: bool(page.issue_change_logs), told=told
        )
        return [one for page in pages for one in page.issue_change_logs]


def packed(cut: Mapping[str, Raw]) -> Iterator[tuple[str, ...]]:
    """Put issues together whose histories one page of the bulk changelog holds, by what they tell."""
    held: list[str] = []
    histories = 0
    for issue_id, raw in cut.items():
        own = history.total_of(raw) or UNTOLD_HISTORIES
        if held and (histories + own > queries.CHANGELOG_PAGE or len(held) == queries.CHANGELOG_ISSUES):
            yield tuple(held)
            held, histories = [], 0
        held.append(issue_id)
        histories += own
    if held:
        yield tuple(held)
