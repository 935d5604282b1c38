"""What a webhook's payload tells that a pull cannot: old due dates, and what became of an issue. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AliasPath, AwareDatetime, BeforeValidator, Field, ValidationError

from adapters.errors import MalformedError
from adapters.github.assemble import is_selected
from adapters.github.fates import ref_of
from adapters.github.notebook import Identity
from adapters.github.parse import Context, due_day
from adapters.github.payloads import Payload, home_of, is_pull_request, number_of
from adapters.protocol import DateHint, Fate, Hints, Whereabouts
from adapters.wire import JSON

_RELATED = ("sub_issue", "parent_issue", "blocked_issue", "blocking_issue")  # of issues, besides `issue`


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Reads the payloads of one repository. `known` is the repository as a pull last saw it."""

    context: Context
    select: Sequence[str] = ()
    known: Identity | None = None

    def hints(self, payload: Mapping[str, JSON]) -> Hints:
        """Read a payload; one of another repository, or of an event we do not keep, hints at nothing.

        Raises:
            MalformedError: It is no payload of a GitHub webhook, or lacks what it tells of.

        Source:
            GitHub's documentation, "Webhook events and payloads": milestone, issues, sub_issues,
            issue_dependencies.
        """
        if not isinstance(payload.get("sender") or payload.get("repository"), Mapping):
            raise MalformedError("found no `sender` and no `repository`, expected a GitHub webhook's payload")
        if not self._is_ours(payload.get("repository")) or not isinstance(payload.get("action"), str):
            return Hints()
        if "milestone" in payload and "issue" not in payload:
            return Hints(dates=self._dates(payload))
        return Hints(fates=dict(self._fates(payload)), touched=self._touched(payload))

    def _dates(self, payload: Mapping[str, JSON]) -> tuple[DateHint, ...]:
        changes = payload.get("changes")
        if payload.get("action") != "edited" or not (isinstance(changes, Mapping) and "due_on" in changes):
            return ()
        try:
            told = _MilestoneEdited.model_validate(payload)
        except ValidationError as exc:
            fault = exc.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(str(step) for step in fault["loc"])
            raise MalformedError(f"milestone.edited: {where}: {fault['msg']}") from exc
        hint = DateHint(
            key=self.context.milestone_key(told.number),
            name=told.title,
            at=told.updated_at.astimezone(dt.UTC),
            old_on=due_day(told.due_before),
            new_on=due_day(told.due_on),
        )
        return (hint,)

    def _fates(self, payload: Mapping[str, JSON]) -> Iterator[tuple[str, Whereabouts]]:
        issue, action = payload.get("issue"), payload.get("action")
        number = number_of(issue)
        if number is None or is_pull_request(issue) or "comment" in payload:
            return
        key = self.context.issue_key(number)
        if action == "deleted":
            yield key, Whereabouts(fate=Fate.DELETED)
        elif action == "transferred":
            yield key, Whereabouts(fate=Fate.TRANSFERRED, ref=self._new_ref(payload.get("changes")))
        elif action == "unlabeled" and self._takes_out(payload.get("label"), issue):
            yield key, Whereabouts(fate=Fate.OUTSIDE, ref=self.context.ref(number))

    def _touched(self, payload: Mapping[str, JSON]) -> tuple[str, ...]:
        issue, action = payload.get("issue"), payload.get("action")
        related = [payload.get(name) for name in _RELATED]
        if "comment" not in payload and action not in {"deleted", "transferred"}:
            related.append(issue)
        ours = [one for one in related if self._is_home(one) and not is_pull_request(one)]
        numbers = sorted({number for one in ours if (number := number_of(one)) is not None})
        return tuple(self.context.issue_key(number) for number in numbers)

    def _takes_out(self, label: JSON, issue: JSON) -> bool:
        """Whether it was this label by which the issue was selected, and none of the others is left."""
        was_selected = bool(self.select) and is_selected({"labels": [label]}, self.select)
        return was_selected and not is_selected(issue, self.select)

    def _new_ref(self, changes: JSON) -> str:
        there = changes.get("new_issue") if isinstance(changes, Mapping) else None
        return ref_of(there, context=self.context) if number_of(there) is not None else ""

    def _is_ours(self, repository: JSON) -> bool:
        """Whether a repository is the one of the source, also when it is called otherwise by now."""
        if not isinstance(repository, Mapping):
            return False
        if self.known is not None and isinstance(repository.get("id"), int):
            return repository["id"] == self.known.id
        return str(repository.get("full_name") or "").casefold() in self._names

    def _is_home(self, issue: JSON) -> bool:
        return isinstance(issue, Mapping) and home_of(issue).casefold() in {"", *self._names}

    @property
    def _names(self) -> frozenset[str]:
        known = self.known.name if self.known else ""
        return frozenset({self.context.repository.casefold(), known.casefold()} - {""})


class _MilestoneEdited(Payload):
    """The payload of `milestone.edited` whose due date moved."""

    number: int = Field(validation_alias=AliasPath("milestone", "number"))
    title: str = Field(validation_alias=AliasPath("milestone", "title"))
    updated_at: AwareDatetime = Field(validation_alias=AliasPath("milestone", "updated_at"))
    due_on: AwareDatetime | None = Field(validation_alias=AliasPath("milestone", "due_on"))
    due_before: Annotated[AwareDatetime | None, BeforeValidator(lambda told: told or None)] = Field(
        validation_alias=AliasPath("changes", "due_on", "from")
    )
