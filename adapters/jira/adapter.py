"""Jira, Cloud and Data Center, as a source of records. The one module that drives the package `jira`.

The package gives authentication, session and the server's facts; its session passes our door, and
we ask it for raw JSON.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self, TypeVar

from jira import JIRA
from jira.resilientsession import ResilientSession
from pydantic import BaseModel

from adapters import wire
from adapters.errors import MalformedError, NotFoundError, RefusedError, SettingsError
from adapters.jira import assemble, history, parse, queries
from adapters.jira.payloads import (
    ChangelogPage,
    FieldPayload,
    IssueType,
    SearchPage,
    Status,
    Version,
    shaped,
)
from adapters.jira.settings import JiraSettings
from adapters.protocol import Batch, Catalogue, Census, Environment, Fate, Hints, Whereabouts, Window
from adapters.records import Milestone
from adapters.transport import TIMEOUT_S, Transport

BATCH_ISSUES = 500  # issues whose histories are fetched together
MAX_EMPTY_PAGES = 5  # short and empty pages are legal; more of them in a row are a loop

Shape = TypeVar("Shape")
Raw = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """Raw issues with their histories, and the position behind them."""

    raws: Sequence[Raw]
    behind: queries.Position
    total: int | None = None
    last: bool = False


class _Site:
    """One Jira site behind the door, and what it says of itself."""

    def __init__(self, settings: JiraSettings, environment: Environment) -> None:
        self._address = settings.address
        self._transport = Transport(
            environment,
            hosts=frozenset({wire.host_of(settings.address)}),
            allow=queries.reading_calls(settings.address),
        )
        self._settings = settings

    @functools.cached_property
    def _connected(self) -> tuple[JIRA, ResilientSession]:
        email, token = self._settings.email, self._settings.token.get_secret_value()
        if not (token.isascii() and token.isprintable()):
            raise SettingsError("token: found a line break or another character no token has")
        client = JIRA(
            options={"server": self._address, "check_update": False},
            basic_auth=(email, token) if email else None,
            token_auth=None if email else token,
            get_server_info=False,
            max_retries=0,
            timeout=TIMEOUT_S,
        )
        session = client._session  # noqa: SLF001 - the package has no public way to its session
        session.trust_env = False
        session.mount("https://", self._transport.http_adapter())
        session.mount("http://", self._transport.http_adapter())
        return client, session

    @functools.cached_property
    def facts(self) -> Mapping[str, object]:
        """What the server says of itself."""
        try:
            facts: Mapping[str, object] = self._connected[0].server_info()
        except ValueError as exc:
            raise MalformedError(f"{self._address}/rest/api/2/serverInfo answered no JSON") from exc
        return facts

    @property
    def is_cloud(self) -> bool:
        """Whether this is a Cloud site; Data Center calls itself a server."""
        return self.facts.get("deploymentType") == "Cloud"

    def get(self, shape: type[Shape], path: str, params: Iterable[tuple[str, str]] = ()) -> Shape:
        """Read a resource into a shape."""
        answer = self._connected[1].get(self._url(path), params=list(params))
        return _shaped(shape, answer.content, answer.url)

    def post(self, shape: type[Shape], path: str, body: wire.JSON) -> Shape:
        """Ask a query that travels as a document."""
        answer = self._connected[1].post(self._url(path), json=body)
        return _shaped(shape, answer.content, answer.url)

    def close(self) -> None:
        """Give back the connections. Idempotent."""
        self._transport.close()

    def _url(self, path: str) -> str:
        return f"{self._address}/rest/api/{3 if self.is_cloud else 2}/{path}"


class JiraAdapter:
    """Reads one project of a Jira site."""

    kind: ClassVar[str] = "jira"
    settings_model: ClassVar[type[BaseModel]] = JiraSettings

    def __init__(self, settings: JiraSettings, environment: Environment) -> None:
        """Keep what is needed; nothing is asked yet."""
        self._settings = settings
        self._environment = environment
        self._site = _Site(settings, environment)

    @classmethod
    def open(cls, settings: BaseModel, environment: Environment) -> Self:
        """Make a source without any request.

        Raises:
            SettingsError: These are no settings of a Jira source.
        """
        if not isinstance(settings, JiraSettings):
            raise SettingsError(f"found {type(settings).__name__}, expected JiraSettings")
        return cls(settings, environment)

    @property
    def name(self) -> str:
        """Name of the source: `jira:APO`."""
        return f"{self._environment.name or self.kind}:{self._settings.project}"

    def pull(self, window: Window) -> Iterator[Batch]:
        """Yield batches in the order of creation. A cursor repeats no more than a minute of it."""
        context = self._context
        milestones: tuple[Milestone, ...] | None = self._milestones(context)
        pages = self._cloud_pages if self._site.is_cloud else self._center_pages
        for page in pages(window, queries.position(window.cursor)):
            context = self._with_parents(page.raws, context)
            found = assemble.records(page.raws, context)
            yield Batch(
                issues=found.issues,
                changes=found.changes,
                links=found.links,
                milestones=milestones,
                quarantined=found.quarantined,
                cursor=str(page.behind),
                total=page.total,
                last=page.last,
            )
            milestones = None

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
        """Look for issues anywhere on the site, by their ids."""
        ids = {key: key.rpartition(":")[2] for key in keys}
        numbers = sorted({one for one in ids.values() if one.isdecimal()}, key=int)
        found = {str(raw.get("id")): str(raw.get("key", "")) for raw in self._find(numbers, by="id")}
        return {
            key: Whereabouts(fate=Fate.MOVED if one in found else Fate.DELETED, ref=found.get(one, ""))
            for key, one in ids.items()
        }

    def catalogue(self) -> Catalogue:
        """Look at account, fields, types, statuses, versions, labels and rights."""
        context, site = self._context, self._site
        account = site.get(dict[str, object], "myself")
        project = site.get(dict[str, object], queries.project_path(self._settings.project))
        types = shaped(tuple[IssueType, ...], project.get("issueTypes") or (), "project")
        rights = site.get(dict[str, object], "mypermissions", queries.rights(self._settings.project))
        excessive = queries.excessive_rights(rights)
        warnings = [f"the token may do more than read: {', '.join(excessive)}"] if excessive else []
        return Catalogue(
            account=str(account.get("displayName") or account.get("name") or account.get("accountId") or ""),
            deployment=self._deployment(),
            issues=self._estimate(Window()),
            types={one.name: parse.level_of(one) for one in types or self._types},
            statuses={one.name: parse.category_of(one).value for one in self._statuses},
            labels=self._labels(),
            milestones=self._milestones(context),
            fields={one.id: f"{one.name} ({one.type_key})" for one in self._fields if one.type_key},
            hints=parse.hints(context.fields, self._fields),
            warnings=(*warnings, *context.fields.warnings),
            missing=context.fields.missing,
        )

    def close(self) -> None:
        """Give back connections. Idempotent."""
        self._site.close()

    @functools.cached_property
    def _context(self) -> parse.Context:
        return parse.Context(
            prefix=self._environment.name or self.kind,
            project=self._settings.project,
            site=self._settings.site,
            fields=parse.map_fields(
                self._fields, overrides=self._settings.overrides, asked=self._environment.fields
            ),
            statuses=parse.map_statuses(self._statuses),
            levels=parse.map_levels(self._types),
        )

    @functools.cached_property
    def _fields(self) -> tuple[FieldPayload, ...]:
        return self._site.get(tuple[FieldPayload, ...], "field")

    @functools.cached_property
    def _statuses(self) -> tuple[Status, ...]:
        return self._site.get(tuple[Status, ...], "status")

    @functools.cached_property
    def _types(self) -> tuple[IssueType, ...]:
        return self._site.get(tuple[IssueType, ...], "issuetype")

    def _milestones(self, context: parse.Context) -> tuple[Milestone, ...]:
        path = f"{queries.project_path(self._settings.project)}/versions"
        versions = self._site.get(tuple[Version, ...], path)
        return tuple(parse.parse_version(one, context, position=i) for i, one in enumerate(versions))

    def _deployment(self) -> str:
        if self._site.is_cloud:
            return "Jira Cloud"
        return f"Jira Data Center {wire.clean(str(self._site.facts.get('version', '')), limit=20)}".strip()

    def _labels(self) -> tuple[str, ...]:
        """Give a sample of labels: Cloud lists them, a Data Center shows those of a page of issues."""
        if self._site.is_cloud:
            listed = self._site.get(dict[str, object], "label").get("values")
            return tuple(map(str, listed)) if isinstance(listed, Sequence) else ()
        query = queries.jql(self._settings.project, select=self._settings.select, start=queries.Position())
        page = self._search(
            "search", queries.center_search(query, fields=["labels", "created"], start_at=0, histories=False)
        )
        found = assemble.records(page.issues, self._context)
        return tuple(sorted({label for issue in found.issues for label in issue.labels}))

    def _cloud_pages(self, window: Window, start: queries.Position) -> Iterator[_Page]:
        """Walk the tokens of one query; the batch's position, not the token, is what survives."""
        query = self._jql(window, start)
        fields = queries.search_fields(self._context.fields.custom_ids)
        total, behind = self._estimate(window), start
        held: list[Raw] = []
        token: str | None = None
        for page in self._cloud_walk(query, fields):
            held += [raw for raw in page.issues if raw.get("id") not in start.seen]
            behind, token = behind.after(assemble.placed(page.issues)), page.next_page_token
            if token is None or len(held) >= BATCH_ISSUES:
                raws = self._with_histories(held)
                yield _Page(raws=raws, behind=behind, total=total, last=token is None)
                held = []

    def _cloud_walk(self, query: str, fields: Sequence[str]) -> Iterator[SearchPage]:
        token: str | None = None
        tokens: set[str] = set()
        empty = 0
        while True:
            page = self._search("search/jql", queries.cloud_search(query, fields=fields, token=token))
            token = page.next_page_token or None
            empty = 0 if page.issues else empty + 1
            if token in tokens or (token and empty > MAX_EMPTY_PAGES):
                raise MalformedError(
                    f"{self.name}: the search repeats itself; expected another page or an end"
                )
            yield page.model_copy(update={"next_page_token": token})
            if token is None:
                return
            tokens.add(token)

    def _with_histories(self, raws: Sequence[Raw]) -> list[Raw]:
        """Add every history of these issues, asked for in groups of fields, over pages."""
        ids = [str(raw.get("id")) for raw in raws]
        gathered: dict[str, list[Raw]] = {issue_id: [] for issue_id in ids}
        for group in queries.changelog_groups(self._context.fields.custom_ids) if ids else ():
            for page in self._changelog_walk(ids, group):
                for one in page.issue_change_logs:
                    gathered.setdefault(one.issue_id, []).extend(one.change_histories)
        return [
            {**raw, "changelog": {"histories": history.joined(gathered[issue_id])}}
            for raw, issue_id in zip(raws, ids, strict=True)
        ]

    def _changelog_walk(self, ids: Sequence[str], group: Sequence[str]) -> Iterator[ChangelogPage]:
        token: str | None = None
        tokens: set[str] = set()
        while True:
            body = queries.changelog(ids, fields=group, token=token)
            page = self._site.post(ChangelogPage, "changelog/bulkfetch", body)
            yield page
            token = page.next_page_token or None
            if token is None:
                return
            if token in tokens:
                raise MalformedError(f"{self.name}: the changelog repeats a page; expected another or an end")
            tokens.add(token)

    def _center_pages(self, window: Window, start: queries.Position) -> Iterator[_Page]:
        """Ask anew behind each page's creation: an offset would skip rows when one before is deleted."""
        fields = queries.search_fields(self._context.fields.custom_ids)
        behind, offset, total = start, 0, None
        while True:
            query = self._jql(window, behind)
            body = queries.center_search(query, fields=fields, start_at=offset, histories=True)
            page = self._search("search", body)
            if total is None and start.created_ms is None:
                total = page.total
            fresh = [self._whole(raw) for raw in page.issues if raw.get("id") not in behind.seen]
            reached = offset + len(page.issues)
            moved = behind.after(assemble.placed(page.issues))
            offset = reached if moved.created_ms == behind.created_ms else 0
            behind = moved
            last = not page.issues or (page.total is not None and reached >= page.total)
            if fresh or last:
                yield _Page(raws=fresh, behind=behind, total=total, last=last)
            if last:
                return

    def _whole(self, raw: Raw) -> Raw:
        """Fetch an issue by itself where the search cut its history."""
        changelog = raw.get("changelog")
        if not isinstance(changelog, Mapping):
            return raw
        total, histories = changelog.get("total"), changelog.get("histories")
        if not isinstance(total, int) or not isinstance(histories, list) or total <= len(histories):
            return raw
        single = self._site.get(
            dict[str, object],
            queries.issue_path(str(raw.get("id"))),
            (("expand", "changelog"), ("fields", "created")),
        )
        return {**raw, "changelog": single.get("changelog")}

    def _with_parents(self, raws: Sequence[Raw], context: parse.Context) -> parse.Context:
        """Learn the ids of epics that are named by key alone."""
        known = {**context.issue_ids, **{str(raw.get("key")): str(raw.get("id")) for raw in raws}}
        context = replace(context, issue_ids=known)
        keys = assemble.keys_to_find(raws, context)
        if not keys:
            return context
        found = {str(raw.get("key")): str(raw.get("id")) for raw in self._find(keys, by="key")}
        return replace(context, issue_ids={**known, **dict.fromkeys(keys, ""), **found})

    def _find(self, values: Sequence[str], *, by: str) -> Iterator[Raw]:
        """Find issues anywhere on the site; those that are not there, or not for us, are left out."""
        for chunk in queries.chunks(values, queries.LOCATE_CHUNK):
            if self._site.is_cloud:
                body: wire.JSON = {"issueIdsOrKeys": list(chunk), "fields": ["created"]}
                yield from self._search("issue/bulkfetch", body).issues
                continue
            query = queries.any_of(by, chunk)
            try:
                yield from self._search(
                    "search", queries.center_search(query, fields=["created"], start_at=0, histories=False)
                ).issues
            except SettingsError:  # a server that checks values in spite of validateQuery=false
                yield from self._one_by_one(chunk)

    def _one_by_one(self, values: Iterable[str]) -> Iterator[Raw]:
        for value in values:
            try:
                yield self._site.get(dict[str, object], queries.issue_path(value), (("fields", "created"),))
            except NotFoundError:
                continue

    def _search(self, path: str, body: wire.JSON) -> SearchPage:
        try:
            return self._site.post(SearchPage, path, body)
        except SettingsError as exc:
            if "field 'project'" in str(exc):
                raise NotFoundError(str(exc)) from exc
            raise

    def _jql(self, window: Window, start: queries.Position) -> str:
        settings = self._settings
        return queries.jql(settings.project, select=settings.select, since=window.since, start=start)

    def _estimate(self, window: Window) -> int | None:
        """Ask how many issues there are, for a progress bar; Cloud estimates, a Data Center counts."""
        query = self._jql(window, queries.Position())
        if self._site.is_cloud:
            body: wire.JSON = {"jql": query.partition(" ORDER BY ")[0]}
            try:
                count = self._site.post(dict[str, object], "search/approximate-count", body).get("count")
            except (NotFoundError, RefusedError, SettingsError):  # the search itself will say why
                return None
            return count if isinstance(count, int) else None
        body = queries.center_search(query, fields=["created"], start_at=0, histories=False)
        return self._search("search", body).total


def _shaped(shape: type[Shape], body: bytes, url: str) -> Shape:
    response = wire.Response(status=200, headers={}, body=body, url=url)
    return shaped(shape, response.json(), f"{wire.host_of(url)}{wire.Request(method='', url=url).path}")
