"""GitHub, public and Enterprise Server, as a source of records.

Issues and their histories come through GraphQL, a hundred a request; where a server or token
refuses it, through REST, one request more per issue. Both give the same records. Nothing is
written.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import ClassVar, Self, TypeVar, cast

from pydantic import BaseModel

from adapters import wire
from adapters.errors import NotFoundError, OverloadedError, RefusedError, SettingsError
from adapters.github.assemble import Cursor, Face, read_cursor
from adapters.github.fates import issue_number
from adapters.github.graph import Graph
from adapters.github.hooks import Listener
from adapters.github.notebook import Identity, note_identity, read_identity
from adapters.github.notices import (
    deployment_of,
    excess_rights,
    expiry_notice,
    names_of,
    repository_notices,
)
from adapters.github.parse import Context
from adapters.github.queries import Rules
from adapters.github.rest import Rest
from adapters.github.settings import GitHubSettings
from adapters.parallel import in_order
from adapters.protocol import Batch, Catalogue, Census, Environment, Fate, Hints, Whereabouts, Window
from adapters.records import Category, Milestone, Quarantined
from adapters.transport import Transport
from adapters.wire import JSON

CATALOGUE_LABEL_PAGES = 5
MANY = 10  # missing issues from which on GraphQL is asked first: most of them may still be there

_LOG = logging.getLogger(__name__)
Part = TypeVar("Part")


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
        rules = Rules(api=settings.api, graphql_url=settings.graphql_url)
        self._transport = Transport(
            environment, hosts=frozenset({wire.host_of(settings.api)}), allow=rules.allows
        )
        self._graph = Graph(settings, self._context, self._transport.send)
        self._rest = Rest(settings, self._context, environment, self._transport.send)

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
        batches = self._batches(window.since, read_cursor(window.cursor))
        (milestones, quarantined), first = self._beginning(batches)
        self._recognise()
        faults = (*quarantined, *first.quarantined)
        yield replace(first, milestones=milestones, quarantined=faults)
        yield from batches

    def fetch(self, keys: Sequence[str]) -> Iterator[Batch]:
        """Yield these issues with their whole history, read by number, past any list that lags."""
        numbers = self._numbers(keys)
        if numbers:
            yield from self._by_either(lambda: self._graph.fetch(numbers), lambda: self._rest.fetch(numbers))

    def census(self) -> Iterator[Census]:
        """Yield every issue there is now.

        Raises:
            AdapterError: Any page failed, or came in part: nothing may be concluded.
        """
        return self._by_either(self._graph.census, self._rest.census)

    def locate(self, keys: Sequence[str]) -> Mapping[str, Whereabouts]:
        """Say what became of issues: what GraphQL still shows, and by REST what it does not.

        Raises:
            AdapterError: The repository itself cannot be read: nothing is said of any issue.
        """
        numbers = self._numbers(keys)
        places: dict[int, Whereabouts] = {}
        if len(numbers) >= MANY:
            many = self._by_either(lambda: iter([self._graph.places(numbers)]), lambda: iter(()))
            with suppress(OverloadedError):  # REST then says all of it
                places |= next(many, {})
        places |= self._rest.places([number for number in numbers if number not in places])
        nowhere = Whereabouts(fate=Fate.INVISIBLE)
        numbered = {key: issue_number(key, context=self._context) for key in keys}
        return {key: nowhere if number is None else places[number] for key, number in numbered.items()}

    def hints(self, payload: Mapping[str, object]) -> Hints:
        """Read a webhook's payload, without any request.

        Raises:
            MalformedError: It is no payload of a GitHub webhook.
        """
        known = read_identity(self._environment.notes)
        listener = Listener(context=self._context, select=self._settings.select, known=known)
        return listener.hints(cast("Mapping[str, JSON]", payload))

    def catalogue(self) -> Catalogue:
        """Look at the repository, its labels and milestones, and at what the token may do."""
        answer = self._rest.get(self._settings.repository_url)
        repository = answer.json()
        return Catalogue(
            account=self._account(),
            deployment=deployment_of(answer),
            issues=self._count(),
            types=self._types(),
            statuses={"open": Category.TODO, "closed": Category.DONE},
            labels=names_of(self._rest.all_rows("/labels", pages=CATALOGUE_LABEL_PAGES)),
            milestones=self._rest.milestones()[0],
            warnings=(
                *repository_notices(repository, written=self._settings.repository),
                *excess_rights(answer, repository),
                *expiry_notice(answer, now=self._environment.now()),
            ),
        )

    def close(self) -> None:
        """Give back connections. Idempotent."""
        self._transport.close()

    # Which face

    def _batches(self, since: dt.datetime | None, cursor: Cursor | None) -> Iterator[Batch]:
        by_rest = cursor if cursor and cursor.face is Face.REST else None
        if by_rest is not None:  # a pull that began there goes on there
            return self._rest.batches(since, by_rest)
        after = cursor.at if cursor else ""
        return self._by_either(
            lambda: self._graph.batches(since, after=after), lambda: self._rest.batches(since, None)
        )

    def _by_either(
        self, by_graph: Callable[[], Iterator[Part]], by_rest: Callable[[], Iterator[Part]]
    ) -> Iterator[Part]:
        """Yield what GraphQL gives; all of what REST gives where GraphQL is off or refuses."""
        if self._settings.graphql == "auto":
            try:
                yield from by_graph()
            except (RefusedError, NotFoundError) as exc:
                # REST goes on, or says more clearly what token or repository lacks.
                _LOG.info("GraphQL was refused, reading by REST: %s", exc, extra={"event": "github.rest"})
            else:
                return
        yield from by_rest()

    def _beginning(
        self, batches: Iterator[Batch]
    ) -> tuple[tuple[tuple[Milestone, ...], tuple[Quarantined, ...]], Batch]:
        """Ask for the milestones and the first issues at the same time."""
        first: list[Batch] = []
        jobs = (self._rest.milestones, lambda: first.append(next(batches)))
        milestones, _ = in_order(jobs, at_a_time=len(jobs))
        return milestones or ((), ()), first[0]

    def _recognise(self) -> None:
        """Make sure that the repository is still the one whose issues we have, whatever its name.

        Raises:
            SettingsError: Another one has taken its name.
        """
        home, notes = self._graph.home, self._environment.notes
        if home is None or home.id is None:
            return
        known = read_identity(notes)
        if known is not None and known.id != home.id:
            raise SettingsError(
                f"{self._settings.repository} is another repository now (id {home.id}, before {known.id}):"
                " its issues are not those that are stored. Name the new one, or give the source a `name`"
            )
        seen = Identity(id=home.id, name=home.name)
        if known != seen:
            note_identity(notes, seen, now=self._environment.now())

    # Single questions

    def _numbers(self, keys: Sequence[str]) -> list[int]:
        numbers = (issue_number(key, context=self._context) for key in keys)
        return sorted({number for number in numbers if number is not None})

    def _account(self) -> str:
        try:
            user = self._rest.get(f"{self._settings.api}/user").json()
        except (RefusedError, NotFoundError):  # an app's token is nobody
            return ""
        return str(user.get("login") or "") if isinstance(user, Mapping) else ""

    def _count(self) -> int | None:
        if self._settings.graphql == "off":
            return None
        try:
            return self._graph.count()
        except (RefusedError, NotFoundError):
            return None

    def _types(self) -> Mapping[str, None]:
        try:
            return dict.fromkeys(names_of(self._rest.all_rows("/issue-types", pages=1)))
        except (RefusedError, NotFoundError, SettingsError):  # not every server or owner has types
            return {}
