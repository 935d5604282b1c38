"""GitHub through REST: lists by Link, conditional where that spares; histories one issue at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from urllib.parse import urlencode

from adapters import wire
from adapters.errors import GoneError, MalformedError, MovedError, NotFoundError, SettingsError
from adapters.github.asking import Send
from adapters.github.assemble import Cursor, Face, Gathering, is_selected
from adapters.github.fates import fate_of_gone, is_conversion, place_of, present_of
from adapters.github.notebook import note_end, note_page, read_noted, token_ends_at
from adapters.github.parse import Context, UnreadableError, parse_milestone
from adapters.github.payloads import home_of, is_pull_request, number_of, total_blocked_by
from adapters.github.queries import PAGE_ROWS, Rules, headers_of, issues_params
from adapters.github.settings import GitHubSettings
from adapters.parallel import in_order
from adapters.protocol import Batch, Census, Environment, Fate, Whereabouts
from adapters.records import Milestone, Quarantined
from adapters.wire import JSON

TIMELINES_AT_A_TIME = 4
FETCHED_AT_ONCE = 50
NOTED_PAGES = 3  # of a list; what is longer changes each time
NOTED_HISTORIES = 10  # of one incremental page: an overlap's worth


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """An issue's row with its history and blockers."""

    row: JSON
    events: Sequence[JSON]
    blockers: Sequence[JSON]


class Rest:
    """One repository through REST."""

    def __init__(
        self, settings: GitHubSettings, context: Context, environment: Environment, send: Send
    ) -> None:
        """Take the source and the way out; nothing is asked yet."""
        self._settings = settings
        self._context = context
        self._environment = environment
        self._send = send
        self._rules = Rules(api=settings.api, graphql_url=settings.graphql_url)

    def batches(self, since: dt.datetime | None, cursor: Cursor | None) -> Iterator[Batch]:
        """Yield the issues from a cursor on, whole."""
        if cursor is not None and not cursor.at:
            yield Batch(cursor=str(cursor), last=True)
            return
        answer = self._first_page(since, cursor)
        while True:
            url = self._next_url(answer)
            rows = [row for row in rows_of(answer) if not is_pull_request(row)]
            behind = Cursor(face=Face.REST, at=url or "")
            yield self._batch(self._wholes(rows, is_noted=since is not None), behind, is_last=url is None)
            if url is None:
                return
            answer = self.get(url)

    def fetch(self, numbers: Sequence[int]) -> Iterator[Batch]:
        """Yield these issues whole; without those that are not here, or not selected."""
        for begin in range(0, len(numbers), FETCHED_AT_ONCE):
            end = begin + FETCHED_AT_ONCE
            rows = in_order(
                (partial(self._row_of, n) for n in numbers[begin:end]), at_a_time=TIMELINES_AT_A_TIME
            )
            wholes = self._wholes([row for row in rows if row is not None], is_noted=False)
            yield self._batch(wholes, None, is_last=end >= len(numbers))

    def census(self) -> Iterator[Census]:
        """Yield what there is, page by page of the list."""
        answer = self.get(f"{self._settings.repository_url}/issues", issues_params(None))
        while True:
            url = self._next_url(answer)
            present = [
                present_of(row, context=self._context)
                for row in map(_object, rows_of(answer))
                if not is_pull_request(row) and is_selected(row, self._settings.select)
            ]
            yield Census(present=tuple(present), last=url is None)
            if url is None:
                return
            answer = self.get(url)

    def places(self, numbers: Sequence[int]) -> Mapping[int, Whereabouts]:
        """Say what became of each of these issues.

        Raises:
            NotFoundError: The repository itself cannot be read: nothing can be said. RefusedError
                likewise.
        """
        if not numbers:
            return {}
        home = self._name_now()  # a lost right shows here
        jobs = (partial(self._place, number, home=home) for number in numbers)
        return dict(zip(numbers, in_order(jobs, at_a_time=TIMELINES_AT_A_TIME), strict=True))

    def milestones(self) -> tuple[tuple[Milestone, ...], tuple[Quarantined, ...]]:
        """Return the milestones, and those that cannot be read."""
        found: list[Milestone] = []
        quarantined: list[Quarantined] = []
        for row in self.all_rows("/milestones", ("state", "all"), is_noted=True):
            try:
                found.append(parse_milestone(row, context=self._context))
            except UnreadableError as exc:
                quarantined.append(exc.record)
        return tuple(found), tuple(quarantined)

    def all_rows(
        self, path: str, *params: tuple[str, str], pages: int | None = None, is_noted: bool = False
    ) -> Iterator[JSON]:
        """Yield the rows of every page of a list of the repository, at most `pages` pages."""
        url: str | None = f"{self._settings.repository_url}{path}"
        asked = (*params, ("per_page", str(PAGE_ROWS)))
        for page in count(1):
            note = f"list {path} {page}" if is_noted and page <= NOTED_PAGES else ""
            answer = self.get(url or "", asked if page == 1 else (), note=note)
            yield from rows_of(answer)
            url = self._next_url(answer)
            if url is None or page == pages:
                return

    def get(self, url: str, params: tuple[tuple[str, str], ...] = (), *, note: str = "") -> wire.Response:
        """Send a GET; with a note's name, only for what changed since it was noted."""
        headers = headers_of(self._settings)
        if not note:
            return self._send(wire.Request(method="GET", url=url, params=params, headers=headers))
        whole, notes = f"{url}?{urlencode(params)}", self._environment.notes
        noted = read_noted(notes, note, url=whole)
        conditional = {**headers, "If-None-Match": noted.etag} if noted else headers
        answer = self._send(wire.Request(method="GET", url=url, params=params, headers=conditional))
        note_end(notes, token_ends_at(answer), now=self._environment.now())
        if noted and answer.status == 304:
            return noted.response(answer)
        note_page(notes, note, answer, url=whole, now=self._environment.now())
        return answer

    # Lists

    def _first_page(self, since: dt.datetime | None, cursor: Cursor | None) -> wire.Response:
        if cursor is not None and self._rules.is_ours(cursor.at):
            with suppress(SettingsError):  # 422: GitHub no longer takes this page's address
                return self.get(cursor.at)
        note = "" if since is None else "list /issues 1"
        return self.get(f"{self._settings.repository_url}/issues", issues_params(since), note=note)

    def _next_url(self, answer: wire.Response) -> str | None:
        """Return where the next page is: only ever what the Link header says."""
        url = wire.next_link(answer.headers)
        if url is not None and (url == answer.url or not self._rules.is_ours(url)):
            raise MalformedError(
                f"the Link header leads to {wire.clean(wire.host_of(url))}, or in a circle;"
                f" expected the next page below {self._settings.api}"
            )
        return url

    # Issues with their histories

    def _wholes(self, rows: Sequence[JSON], *, is_noted: bool) -> list[_Whole]:
        """Ask for the histories of the rows that are wanted, several at a time."""
        wanted = sum(is_selected(row, self._settings.select) for row in rows)
        noted = is_noted and wanted <= NOTED_HISTORIES
        jobs: Iterator[Callable[[], _Whole | None]] = (
            partial(self._whole, row, is_noted=noted) for row in rows
        )
        return [whole for whole in in_order(jobs, at_a_time=TIMELINES_AT_A_TIME) if whole is not None]

    def _whole(self, row: JSON, *, is_noted: bool) -> _Whole | None:
        if not is_selected(row, self._settings.select):
            return _Whole(row=row, events=(), blockers=())
        number = number_of(row) or 0
        here = f"/issues/{number}"
        try:
            events = list(self.all_rows(f"{here}/timeline", is_noted=is_noted))
        except NotFoundError:
            if self.places((number,))[number].fate is Fate.PRESENT:  # raises where the repository is gone
                raise
            return None  # deleted or transferred since the list was made
        return _Whole(row=row, events=events, blockers=self._blockers(row, here))

    def _blockers(self, row: JSON, here: str) -> Sequence[JSON]:
        """Ask for an issue's blockers where its row counts any: the row itself does not name them."""
        if not total_blocked_by(row):
            return ()
        try:
            return list(self.all_rows(f"{here}/dependencies/blocked_by"))
        except NotFoundError:  # older servers
            return ()

    def _batch(self, wholes: Sequence[_Whole], cursor: Cursor | None, *, is_last: bool) -> Batch:
        gathering = Gathering(context=self._context, select=self._settings.select)
        for one in wholes:
            gathering.add(one.row, one.events, one.blockers)
        return gathering.batch(cursor, is_last=is_last, total=None)

    # Single issues

    def _issue(self, number: int) -> JSON:
        return self.get(f"{self._settings.repository_url}/issues/{number}").json()

    def _row_of(self, number: int) -> JSON:
        """Return an issue's row; None where it is no issue of ours any more."""
        try:
            row = self._issue(number)
        except NotFoundError:
            return None
        home = self._settings.repository
        if home_of(row).casefold() != home.casefold():  # transferred, or our repository was renamed
            home = self._name_now()
        place = place_of(row, number=number, home=home, context=self._context, select=self._settings.select)
        return row if place.fate is Fate.PRESENT else None

    def _name_now(self) -> str:
        repository = self.get(self._settings.repository_url).json()
        return str(repository.get("full_name") or "") if isinstance(repository, Mapping) else ""

    def _place(self, number: int, *, home: str) -> Whereabouts:
        try:
            row = self._issue(number)
        except MovedError:
            return Whereabouts(fate=Fate.TRANSFERRED)
        except GoneError as exc:
            return Whereabouts(fate=fate_of_gone(exc))
        except NotFoundError:  # moved or hidden where the token may not look; a deleted one says 410
            return Whereabouts(fate=Fate.INVISIBLE)
        place = place_of(row, number=number, home=home, context=self._context, select=self._settings.select)
        if place.fate in {Fate.PRESENT, Fate.OUTSIDE} and self._is_converted(number):
            return Whereabouts(fate=Fate.CONVERTED, ref=place.ref)
        return place

    def _is_converted(self, number: int) -> bool:
        """Look into the history: what became a discussion may still answer, though no list shows it."""
        return any(map(is_conversion, self.all_rows(f"/issues/{number}/timeline")))


def rows_of(answer: wire.Response) -> Sequence[JSON]:
    """Take the rows of a REST list.

    Raises:
        MalformedError: It is no list.
    """
    rows = answer.json()
    if isinstance(rows, Sequence) and not isinstance(rows, str):
        return rows
    raise MalformedError(f"{wire.host_of(answer.url)} answered {type(rows).__name__}; expected a list")


def _object(row: JSON) -> Mapping[str, JSON]:
    if isinstance(row, Mapping):
        return row
    raise MalformedError(f"a census found {type(row).__name__} among the issues; expected objects only")
