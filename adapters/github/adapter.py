"""GitHub, public and Enterprise Server, as a source of records.

Issues and their histories come through GraphQL, fifty a request; where a server or token refuses
it, through REST, one request more per issue. Both give the same records. Nothing is written.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from typing import ClassVar, Self

from pydantic import BaseModel

from adapters import wire
from adapters.errors import (
    MalformedError,
    NotFoundError,
    OverloadedError,
    RefusedError,
    SettingsError,
    UnreachableError,
    WaitTooLongError,
)
from adapters.github import queries
from adapters.github.assemble import (
    Connection,
    Cursor,
    Face,
    Fault,
    Gathering,
    Judgement,
    blockers_of,
    deployment_of,
    excess_rights,
    expiry_notice,
    judge,
    limit_wait_s,
    names_of,
    onward,
    read_connection,
    read_cursor,
    ref_of,
    repository_notices,
    rows_of,
    total_of,
)
from adapters.github.parse import Context, UnreadableError, parse_milestone
from adapters.github.payloads import is_blocked, is_pull_request
from adapters.github.settings import GitHubSettings
from adapters.protocol import Batch, Catalogue, Census, Environment, Fate, Hints, Whereabouts, Window
from adapters.records import Category, Milestone, Quarantined
from adapters.transport import MAX_WAIT_S, Transport
from adapters.wire import JSON

PAGE_ISSUES = 50  # of a GraphQL page; halved when GitHub does not manage it within its ten seconds
LEAST_PAGE_ISSUES = 6
MAX_REPEATS = 8  # of one query, while GitHub limits us or lacks parts of its schema
CATALOGUE_LABEL_PAGES = 5

_LOG = logging.getLogger(__name__)


class _StaleCursorError(MalformedError):
    """GitHub no longer knows the cursor a resumed pull was to go on from."""


class GitHubAdapter:
    """The issues and milestones of one repository."""

    kind: ClassVar[str] = "github"
    settings_model: ClassVar[type[BaseModel]] = GitHubSettings

    def __init__(self, settings: GitHubSettings, environment: Environment) -> None:
        """Make a source; nothing is asked yet."""
        prefix = environment.name or self.kind
        self._settings = settings
        self._environment = environment
        self._context = Context(
            prefix=prefix, repository=settings.repository, source=f"{prefix}:{settings.repository}"
        )
        self._rules = queries.Rules(api=settings.api, graphql_url=settings.graphql_url)
        self._transport = Transport(
            environment, hosts=frozenset({wire.host_of(settings.api)}), allow=self._rules.allows
        )
        self._features = queries.EVERY_FEATURE
        self._page_issues = PAGE_ISSUES

    @classmethod
    def open(cls, settings: BaseModel, environment: Environment) -> Self:
        """Make a source without any request. Raises SettingsError."""
        if not isinstance(settings, GitHubSettings):
            raise SettingsError(f"found settings of {type(settings).__name__}, expected those of github")
        return cls(settings, environment)

    @property
    def name(self) -> str:
        """Name of the source: `github:acme/apollo`."""
        return self._context.source

    def pull(self, window: Window) -> Iterator[Batch]:
        """Yield batches, the last one marked.

        Raises:
            AdapterError: What was yielded stays good; its cursor goes on from there.
        """
        milestones, quarantined = self._milestones()
        cursor = read_cursor(window.cursor)
        for index, batch in enumerate(self._batches(window.since, cursor)):
            if index:
                yield batch
            else:
                faults = (*quarantined, *batch.quarantined)
                yield replace(batch, milestones=milestones, quarantined=faults)

    def fetch(self, keys: Sequence[str]) -> Iterator[Batch]:
        """Yield these issues with their whole history."""
        raise NotImplementedError(f"{self.name}: {len(keys)} issues cannot be fetched yet")

    def census(self) -> Iterator[Census]:
        """Yield every issue there is now."""
        raise NotImplementedError(f"{self.name} holds no census yet")

    def hints(self, payload: Mapping[str, object]) -> Hints:
        """Read a webhook's payload."""
        raise NotImplementedError(f"{self.name} reads no webhooks yet ({len(payload)} keys)")

    def locate(self, keys: Sequence[str]) -> Mapping[str, Whereabouts]:
        """Ask for each issue by its number: a transferred one answers from its new place."""
        return {key: self._whereabouts(key) for key in keys}

    def catalogue(self) -> Catalogue:
        """Look at the repository, its labels and milestones, and at what the token may do."""
        answer = self._get(self._settings.repository_url)
        repository = answer.json()
        return Catalogue(
            account=self._account(),
            deployment=deployment_of(answer),
            issues=self._count(),
            types=self._types(),
            statuses={"open": Category.TODO, "closed": Category.DONE},
            labels=names_of(self._all_rows("/labels", pages=CATALOGUE_LABEL_PAGES)),
            milestones=self._milestones()[0],
            warnings=(
                *repository_notices(repository, written=self._settings.repository),
                *excess_rights(answer, repository),
                *expiry_notice(answer, now=self._environment.now()),
            ),
        )

    def close(self) -> None:
        """Give back connections. Idempotent."""
        self._transport.close()

    def _batches(self, since: dt.datetime | None, cursor: Cursor | None) -> Iterator[Batch]:
        if self._settings.graphql == "auto" and not (cursor and cursor.face is Face.REST):
            try:
                yield from self._by_graphql(since, cursor.at if cursor else "")
            except (RefusedError, NotFoundError) as exc:
                # REST goes on, or says more clearly what token or repository lacks.
                _LOG.info("GraphQL was refused, reading by REST: %s", exc, extra={"event": "github.rest"})
            else:
                return
        yield from self._by_rest(since, cursor if cursor and cursor.face is Face.REST else None)

    def _gathering(self) -> Gathering:
        return Gathering(context=self._context, select=self._settings.select)

    # Through GraphQL

    def _by_graphql(self, since: dt.datetime | None, after: str) -> Iterator[Batch]:
        try:
            page = self._issue_page(since, after)
        except _StaleCursorError:
            after = ""
            page = self._issue_page(since, after)
        while True:
            gathering = self._gathering()
            for node in page.nodes:
                gathering.add(node, partial(self._events_of_node, node), partial(blockers_of, node))
            is_last = not page.has_next
            cursor = Cursor(face=Face.GRAPHQL, at=page.end_cursor or after)
            yield gathering.batch(cursor, is_last=is_last, total=page.total)
            if is_last:
                return
            after = onward(page.end_cursor, before=after)
            page = self._issue_page(since, after)

    def _issue_page(self, since: dt.datetime | None, after: str) -> Connection:
        """Ask for a page of issues; for a smaller one while GitHub does not manage it."""
        while True:
            try:
                data = self._query(
                    queries.issues_document,
                    {
                        "owner": self._settings.owner,
                        "name": self._settings.repository_name,
                        "first": self._page_issues,
                        "after": after or None,
                        "since": queries.since_text(since),
                        "order": queries.ordered_by(since),
                    },
                )
            except OverloadedError:
                if self._page_issues <= LEAST_PAGE_ISSUES:
                    raise
                self._page_issues //= 2
            else:
                return read_connection(data, "repository", "issues")

    def _events_of_node(self, node: Mapping[str, JSON]) -> Sequence[JSON] | None:
        """Take an issue's events, and ask for those that did not fit into the page of issues."""
        page, after = read_connection(node, "timelineItems"), ""
        events: list[JSON] = list(page.nodes)
        while page.has_next:
            after = onward(page.end_cursor, before=after)
            try:
                data = self._query(queries.timeline_document, {"id": node.get("id"), "after": after})
            except NotFoundError:
                return None
            page = read_connection(data, "node", "timelineItems")
            events.extend(page.nodes)
        return events

    def _query(
        self, document: Callable[[frozenset[queries.Feature]], str], variables: Mapping[str, JSON]
    ) -> JSON:
        """Run a query until its answer is whole, waiting and asking for less as GitHub tells.

        Returns:
            The answer's data.
        """
        words = ""
        for _ in range(MAX_REPEATS):
            request = wire.Request(
                method="POST",
                url=self._settings.graphql_url,
                headers=self._headers(),
                json={"query": document(self._features), "variables": variables},
            )
            answer = self._transport.send(request)
            payload = answer.json()
            judgement = judge(payload, features=self._features)
            if judgement is None:
                return payload.get("data") if isinstance(payload, Mapping) else None
            words = judgement.words
            self._heed(judgement, answer)
        raise UnreachableError(f"GraphQL answered with errors {MAX_REPEATS} times in a row: {words}")

    def _heed(self, judgement: Judgement, answer: wire.Response) -> None:
        """Do what an unwhole answer asks for before the next attempt, or raise."""
        told = f"GraphQL of {wire.host_of(self._settings.api)}: {judgement.fault}: {judgement.words}"
        match judgement.fault:
            case Fault.RATE_LIMITED:
                self._wait_out(limit_wait_s(answer, now=self._environment.now()), told=told)
            case Fault.UNSUPPORTED:
                self._features -= judgement.lacking
            case Fault.REFUSED:
                raise RefusedError(told)
            case Fault.NOT_FOUND:
                raise NotFoundError(told)
            case Fault.STALE_CURSOR:
                raise _StaleCursorError(told)
            case Fault.PARTIAL:
                raise OverloadedError(told)

    def _wait_out(self, wait_s: float, *, told: str) -> None:
        if wait_s > MAX_WAIT_S:
            retry_at = self._environment.now() + dt.timedelta(seconds=wait_s)
            raise WaitTooLongError(f"{told}; asked to wait {wait_s:.0f} s", retry_at=retry_at)
        self._environment.sleep(wait_s)
        self._transport.usage.waited_s += wait_s

    # Through REST

    def _by_rest(self, since: dt.datetime | None, cursor: Cursor | None) -> Iterator[Batch]:
        if cursor is not None and not cursor.at:
            yield Batch(cursor=str(cursor), last=True)
            return
        answer = self._first_rest_page(since, cursor)
        while True:
            gathering = self._gathering()
            for row in rows_of(answer):
                if not is_pull_request(row):
                    gathering.add(row, partial(self._events_of_row, row), partial(self._blockers_of_row, row))
            url = self._next_url(answer)
            cursor = Cursor(face=Face.REST, at=url or "")
            yield gathering.batch(cursor, is_last=url is None, total=None)
            if url is None:
                return
            answer = self._get(url)

    def _first_rest_page(self, since: dt.datetime | None, cursor: Cursor | None) -> wire.Response:
        if cursor is not None and self._rules.is_ours(cursor.at):
            try:
                return self._get(cursor.at)
            except SettingsError:  # 422: GitHub no longer takes this page's address
                _LOG.info("The saved page is gone, beginning anew", extra={"event": "github.restart"})
        return self._get(f"{self._settings.repository_url}/issues", queries.issues_params(since))

    def _events_of_row(self, row: JSON) -> Sequence[JSON] | None:
        number = row.get("number") if isinstance(row, Mapping) else None
        try:
            return list(self._all_rows(f"/issues/{number}/timeline"))
        except NotFoundError:  # deleted or transferred since the list was made
            return None

    def _blockers_of_row(self, row: JSON) -> Sequence[JSON]:
        """Ask for an issue's blockers where its row counts any: the row itself does not name them."""
        if not (is_blocked(row) and isinstance(row, Mapping)):
            return ()
        try:
            return list(self._all_rows(f"/issues/{row.get('number')}/dependencies/blocked_by"))
        except NotFoundError:  # older servers
            return ()

    def _milestones(self) -> tuple[tuple[Milestone, ...], tuple[Quarantined, ...]]:
        found: list[Milestone] = []
        quarantined: list[Quarantined] = []
        for row in self._all_rows("/milestones", ("state", "all")):
            try:
                found.append(parse_milestone(row, context=self._context))
            except UnreadableError as exc:
                quarantined.append(exc.record)
        return tuple(found), tuple(quarantined)

    def _all_rows(self, path: str, *params: tuple[str, str], pages: int | None = None) -> Iterator[JSON]:
        """Yield the rows of every page of a list of the repository, at most `pages` pages."""
        answer = self._get(
            f"{self._settings.repository_url}{path}", (*params, ("per_page", str(queries.PAGE_ROWS)))
        )
        for page in count(1):
            yield from rows_of(answer)
            url = self._next_url(answer)
            if url is None or page == pages:
                return
            answer = self._get(url)

    def _next_url(self, answer: wire.Response) -> str | None:
        """Return where the next page is: only ever what the Link header says."""
        url = wire.next_link(answer.headers)
        if url is not None and (url == answer.url or not self._rules.is_ours(url)):
            raise MalformedError(
                f"the Link header leads to {wire.clean(wire.host_of(url))}, or in a circle;"
                f" expected the next page below {self._settings.api}"
            )
        return url

    def _get(self, url: str, params: tuple[tuple[str, str], ...] = ()) -> wire.Response:
        return self._transport.send(
            wire.Request(method="GET", url=url, params=params, headers=self._headers())
        )

    def _headers(self) -> Mapping[str, str]:
        return {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._settings.token.get_secret_value()}",
            "X-GitHub-Api-Version": queries.API_VERSION,
        }

    # Single questions

    def _whereabouts(self, key: str) -> Whereabouts:
        number = key.removeprefix(self._context.issue_key_prefix)
        if not (number.isascii() and number.isdigit()):
            return Whereabouts(fate=Fate.DELETED)
        try:
            row = self._get(f"{self._settings.repository_url}/issues/{number}").json()
        except NotFoundError:
            return Whereabouts(fate=Fate.DELETED)
        ref = ref_of(row, context=self._context)
        is_here = ref == f"{self._settings.repository_name}#{number}"
        return Whereabouts(fate=Fate.PRESENT if is_here else Fate.TRANSFERRED, ref=ref)

    def _account(self) -> str:
        try:
            user = self._get(f"{self._settings.api}/user").json()
        except (RefusedError, NotFoundError):  # an app's token is nobody
            return ""
        return str(user.get("login") or "") if isinstance(user, Mapping) else ""

    def _count(self) -> int | None:
        if self._settings.graphql == "off":
            return None
        names = {"owner": self._settings.owner, "name": self._settings.repository_name}
        try:
            data = self._query(lambda _: queries.COUNT_DOCUMENT, names)
        except (RefusedError, NotFoundError):
            return None
        return total_of(data, "repository", "issues")

    def _types(self) -> Mapping[str, None]:
        try:
            return dict.fromkeys(names_of(self._all_rows("/issue-types", pages=1)))
        except (RefusedError, NotFoundError, SettingsError):  # not every server or owner has types
            return {}
