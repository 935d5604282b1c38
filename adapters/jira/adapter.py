"""Jira, Cloud and Data Center, as a source of records. The one module that drives the package `jira`.

The package gives authentication and session; its session passes our door, and we ask it for raw
JSON. What is asked, and what the answers mean, other modules know; they are handed `_Site.ask`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar, Self

from jira import JIRA
from jira.resilientsession import ResilientSession
from pydantic import BaseModel

from adapters import wire
from adapters.errors import NotFoundError, RefusedError, SettingsError
from adapters.jira import assemble, definitions, parse, queries, sprints, webhooks, whereabouts
from adapters.jira.answers import SearchPage
from adapters.jira.center import Center
from adapters.jira.cloud import Cloud
from adapters.jira.knowledge import Knowledge
from adapters.jira.payloads import Version, read
from adapters.jira.positions import Position, position
from adapters.jira.product import Product, Raw, Reader, id_of
from adapters.jira.queries import Question, Wanted
from adapters.jira.settings import JiraSettings
from adapters.parallel import in_order
from adapters.protocol import Batch, Catalogue, Census, Environment, Hints, Whereabouts, Window
from adapters.records import Iteration, Milestone
from adapters.transport import TIMEOUT_S, Transport


@dataclass(slots=True)
class _Opening:
    """What a pull begins with, read side by side."""

    milestones: tuple[Milestone, ...] | None = None
    sprints: sprints.Kept | None = None
    first: SearchPage = field(default_factory=SearchPage)


class _Site:
    """One Jira site behind the door."""

    def __init__(self, settings: JiraSettings, environment: Environment) -> None:
        self._settings = settings
        self._transport = Transport(
            environment,
            hosts=frozenset({wire.host_of(settings.address)}),
            allow=queries.reading_calls(settings.address),
        )

    @functools.cached_property
    def session(self) -> ResilientSession:
        """The package's session, its requests through our door. Made before threads use it."""
        email, token = self._settings.email, self._settings.token.get_secret_value()
        if not (token.isascii() and token.isprintable()):
            raise SettingsError("token: found a line break or another character no token has")
        client = JIRA(
            options={"server": self._settings.address, "check_update": False},
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
        return session

    def ask(self, question: Question) -> bytes:
        """Send a question; return the answer's body. Safe to call from threads."""
        url = f"{self._settings.address}/rest/{question.root}/{question.path}"
        if question.body is None:
            answer = self.session.get(url, params=list(question.params))
        else:
            answer = self.session.post(url, params=list(question.params), json=question.body)
        body: bytes = answer.content
        return body

    def close(self) -> None:
        """Give back the connections. Idempotent."""
        self._transport.close()


class JiraAdapter:
    """Reads one project of a Jira site."""

    kind: ClassVar[str] = "jira"
    settings_model: ClassVar[type[BaseModel]] = JiraSettings

    def __init__(self, settings: JiraSettings, environment: Environment) -> None:
        """Keep what is needed; nothing is asked yet."""
        self._settings = settings
        self._environment = environment
        self._site = _Site(settings, environment)
        self._ask = self._site.ask
        self._known = Knowledge(self._ask, settings, environment)

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
        return f"{self._known.prefix}:{self._settings.project}"

    def pull(self, window: Window) -> Iterator[Batch]:
        """Yield batches in the order of creation. Going on behind a cursor repeats no issue.

        A full pull asks for the site's definitions; another one believes what was noted within a
        day, and asks after all where the site refuses what follows from them.
        """
        if window.since is None:
            self._known.forget()
        batches = self._batches(window)
        try:
            first = next(batches)
        except SettingsError:
            if not self._known.is_noted:
                raise
            self._known.forget()
            batches = self._batches(window)
            first = next(batches)
        yield first
        yield from batches

    def fetch(self, keys: Sequence[str]) -> Iterator[Batch]:
        """Yield these issues with their whole history, read by id past the search's index."""
        for raws in self._product.whole(self._ids(keys), self._known.fields) if keys else ():
            here = [raw for raw in raws if self._known.is_here(raw)]
            wanted = self._matching([id_of(raw) for raw in here])
            yield self._batch([raw for raw in here if id_of(raw) in wanted])
        yield Batch(last=True)

    def census(self) -> Iterator[Census]:
        """Yield the key of every issue; a Data Center tells the last update too.

        The token is proved at the end: one that logs in then did so all the time.
        """
        for present in self._product.sweep(self._wanted()):
            yield Census(present=present)
        self._known.prove()
        yield Census(last=True)

    def locate(self, keys: Sequence[str]) -> Mapping[str, Whereabouts]:
        """Look for issues anywhere on the site, by their ids."""
        found = {id_of(raw): raw for raw in self._product.find(self._ids(keys), by="id")}
        here = frozenset(one for one, raw in found.items() if self._known.is_here(raw))
        wanted = self._matching(sorted(here, key=int))
        sees_all = all(_number(key) in found for key in keys) or self._sees_all()
        return {
            key: whereabouts.fate_of(
                found.get(_number(key)),
                is_here=_number(key) in here,
                is_wanted=_number(key) in wanted,
                sees_all=sees_all,
            )
            for key in keys
        }

    def hints(self, payload: Mapping[str, object]) -> Hints:
        """Read a webhook's payload, without any request."""
        context = parse.Context(prefix=self._known.prefix, project=self._settings.project)
        return webhooks.hints(payload, context, project_id=self._known.project_id)

    def catalogue(self) -> Catalogue:
        """Look at account, fields, types, statuses, versions, labels and rights."""
        self._known.forget()
        known, context = self._known.definitions, self._known.context
        excessive = queries.excessive_rights(self._document(queries.rights(self._settings.project)))
        warnings = [f"the token may do more than read: {', '.join(excessive)}"] if excessive else []
        account = definitions.myself(self._ask) if known.account else None
        sample = self._product.first(self._wanted(), Position(), ("labels", "created"))
        return Catalogue(
            account=(account.display_name or account.name or account.account) if account else "",
            deployment=known.deployment,
            timezone=account.time_zone if account else "",
            issues=self._reader.count(self._wanted().jql()) if known.is_cloud else sample.total,
            types={one.name: parse.level_of(one) for one in known.project.issue_types or known.types},
            statuses={one.name: parse.category_of(one).value for one in known.statuses},
            labels=self._labels(sample),
            milestones=self._milestones(),
            fields={one.id: f"{one.name} ({one.type_key})" for one in known.fields if one.type_key},
            hints=parse.hints(context.fields, known.fields),
            warnings=(*warnings, *context.fields.warnings),
            missing=context.fields.missing,
        )

    def close(self) -> None:
        """Give back connections. Idempotent."""
        self._site.close()

    @property
    def _product(self) -> Product:
        reader = self._reader
        return Cloud(reader=reader) if self._known.definitions.is_cloud else Center(reader=reader)

    @property
    def _reader(self) -> Reader:
        return Reader(
            ask=self._ask,
            prove=self._known.prove,
            key=self._known.context.issue_key,
            name=self.name,
            now=self._environment.now,
        )

    def _wanted(self, window: Window | None = None) -> Wanted:
        since = window.since if window else None
        return Wanted(project=self._settings.project, select=self._settings.select, since=since)

    def _batches(self, window: Window) -> Iterator[Batch]:
        wanted, start, fields = self._wanted(window), position(window.cursor), self._known.fields
        product = self._product
        opening = self._opening(partial(product.first, wanted, start, fields))
        milestones, iterations = opening.milestones, self._iterations(opening.sprints)
        for portion in product.portions(wanted, start, fields, opening.first):
            if portion.last and window.since is None:
                self._known.prove()
            batch = self._batch([raw for raw in portion.raws if self._known.is_here(raw)])
            yield replace(
                batch,
                milestones=milestones,
                iterations=iterations,
                cursor=str(portion.behind),
                total=portion.total,
                last=portion.last,
            )
            milestones = iterations = None

    def _batch(self, raws: Sequence[Raw]) -> Batch:
        product = self._product
        context = self._known.informed(raws, lambda keys: product.find(keys, by="key"))
        found = assemble.records(raws, context)
        return Batch(
            issues=found.issues, changes=found.changes, links=found.links, quarantined=found.quarantined
        )

    def _opening(self, first: Callable[[], SearchPage]) -> _Opening:
        """Read versions, sprints and the first page of issues side by side."""
        opening = _Opening()
        boards, notes, now = self._known.definitions.boards, self._environment.notes, self._environment.now()
        jobs = {"milestones": self._milestones, "first": first}
        if boards is not None:
            kept = sprints.kept(notes, boards, now=now)
            jobs["sprints"] = partial(sprints.see, self._ask, boards, kept, now=now)
        for _ in in_order((partial(_fill, opening, *job) for job in jobs.items()), at_a_time=len(jobs)):
            pass
        if opening.sprints is not None:
            sprints.keep(notes, opening.sprints)
        return opening

    def _milestones(self) -> tuple[Milestone, ...]:
        question = queries.project(self._settings.project, "versions")
        versions = read(tuple[Version, ...], self._ask(question), question.told)
        context = self._known.context
        return tuple(parse.parse_version(one, context, position=i) for i, one in enumerate(versions))

    def _iterations(self, seen: sprints.Kept | None) -> tuple[Iteration, ...] | None:
        if seen is None:
            return None
        return tuple(parse.parse_sprint(one, self._known.context) for one in seen.sprints)

    def _matching(self, issue_ids: Sequence[str]) -> frozenset[str]:
        """Return which issues of the project meet the source's condition."""
        if not self._settings.select or not issue_ids:
            return frozenset(issue_ids)
        return self._product.matching(self._wanted(), issue_ids)

    def _sees_all(self) -> bool:
        """Whether nothing can hide an issue of the project. The token is proved first."""
        self._known.prove()
        project = self._settings.project
        answers: list[object] = []
        for question in (queries.sight(project), queries.project(project, "securitylevel")):
            try:
                answers.append(self._document(question))
            except (NotFoundError, RefusedError, SettingsError):
                answers.append(None)
        return whereabouts.sight(*answers).is_full

    def _labels(self, sample: SearchPage) -> tuple[str, ...]:
        """Give a sample of labels: Cloud lists them, a Data Center shows those of a page of issues."""
        if self._known.definitions.is_cloud:
            listed = self._document(Question(path="label")).get("values")
            return tuple(map(str, listed)) if isinstance(listed, Sequence) else ()
        found = assemble.records(sample.issues, self._known.context)
        return tuple(sorted({label for issue in found.issues for label in issue.labels}))

    def _document(self, question: Question) -> Mapping[str, object]:
        return read(dict[str, object], self._ask(question), question.told)

    def _ids(self, keys: Sequence[str]) -> list[str]:
        return sorted({one for one in map(_number, keys) if one.isdecimal()}, key=int)


def _number(key: str) -> str:
    return key.rpartition(":")[2]


def _fill(opening: _Opening, name: str, read_it: Callable[[], object]) -> None:
    setattr(opening, name, read_it())
