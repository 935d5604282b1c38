"""What is known of a site while it is read: its definitions, whose the token is, epics by their keys.

Answers come through a function that is handed in; notes are read and written by the caller's thread.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from adapters.errors import RefusedError
from adapters.jira import assemble, definitions, parse, queries
from adapters.jira.definitions import Definitions
from adapters.jira.queries import Ask
from adapters.jira.settings import JiraSettings
from adapters.protocol import Environment

Raw = Mapping[str, object]
Find = Callable[[Sequence[str]], Iterable[Raw]]


class Knowledge:
    """What one source knows of its site, asked for when it is needed.

    Attributes:
        is_noted: Whether the definitions were kept by an earlier run.
    """

    def __init__(self, ask: Ask, settings: JiraSettings, environment: Environment) -> None:
        """Know nothing yet."""
        self._ask = ask
        self._settings = settings
        self._environment = environment
        self._issue_ids: dict[str, str] = {}  # of epics by key; "" for one that is not there
        self.is_noted = False

    @property
    def prefix(self) -> str:
        """What keys begin with."""
        return self._environment.name or "jira"

    @functools.cached_property
    def definitions(self) -> Definitions:
        """The site's definitions, as noted within a day, or as it tells them now."""
        notes, now = self._environment.notes, self._environment.now()
        kept = definitions.noted(notes, asked_of=self._asked_of)
        self.is_noted = kept is not None
        if kept is not None:
            return kept
        loaded = definitions.load(self._ask, self._settings.project, asked_of=self._asked_of)
        definitions.note(loaded, notes, now=now)
        return loaded

    @functools.cached_property
    def context(self) -> parse.Context:
        """What reading an issue needs to know."""
        known, settings = self.definitions, self._settings
        return parse.Context(
            prefix=self.prefix,
            project=settings.project,
            site=settings.site,
            fields=parse.map_fields(
                known.fields, overrides=settings.overrides, asked=self._environment.fields
            ),
            statuses=parse.map_statuses(known.statuses),
            levels=parse.map_levels(known.types),
            issue_ids=self._issue_ids,
        )

    @property
    def fields(self) -> list[str]:
        """Every field to ask for."""
        return queries.search_fields(self.context.fields.custom_ids)

    @property
    def project_id(self) -> str:
        """Id of the project if it is known without asking; "" otherwise."""
        if "definitions" in self.__dict__:
            return self.definitions.project.id
        return definitions.noted_project(self._environment.notes, asked_of=self._asked_of)

    def forget(self) -> None:
        """Ask for the definitions anew when they are needed next."""
        definitions.forget(self._environment.notes, now=self._environment.now())
        for name in ("definitions", "context"):
            self.__dict__.pop(name, None)
        self.is_noted = False

    def is_here(self, raw: Raw) -> bool:
        """Whether an issue is in the source's project."""
        fields = raw.get("fields")
        project = fields.get("project") if isinstance(fields, Mapping) else None
        if isinstance(project, Mapping) and project.get("id"):
            return str(project["id"]) == self.definitions.project.id
        return str(raw.get("key")).rpartition("-")[0] == self.definitions.project.key

    def informed(self, raws: Sequence[Raw], find: Find) -> parse.Context:
        """Return what reading these issues needs to know, epics included that are named by key alone.

        Args:
            raws: Issues as they came.
            find: Finds issues by key, anywhere on the site.
        """
        if self.is_noted and assemble.holds_unknown(raws, self.context):
            self.forget()
        context = self.context
        if not (context.fields.epic_links or context.fields.parent_links):
            return context
        self._issue_ids.update(assemble.epics(raws, context))
        page = {str(raw.get("key")): str(raw.get("id")) for raw in raws}
        here = replace(context, issue_ids={**self._issue_ids, **page})
        keys = assemble.keys_to_find(raws, here)
        found = {str(raw.get("key")): str(raw.get("id")) for raw in find(keys)} if keys else {}
        self._issue_ids |= {**dict.fromkeys(keys, ""), **found}
        return replace(context, issue_ids={**self._issue_ids, **page})

    def prove(self) -> None:
        """See that the token logs in, as the account it was: an answer of nothing is to be believed.

        Raises:
            RefusedError: It does not, or it is another account's.
        """
        account = self.definitions.account
        if not account:  # a scoped token that may not ask who it is: then by what it may see
            self._ask(queries.project(self._settings.project))
        elif definitions.myself(self._ask).account != account:
            raise RefusedError(
                f"{self.prefix}:{self._settings.project} was read as another account than the token's now;"
                " expected the same: nothing is concluded from what is missing"
            )

    @property
    def _asked_of(self) -> str:
        settings = self._settings
        return " ".join((settings.address, settings.email or "", settings.project))
