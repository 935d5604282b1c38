"""What a Jira site defines and rarely changes, asked for at once and kept for a day.

Fields, statuses, types, boards, what the site is, whose token this is. Answers come through a
function that is handed in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from functools import partial

from pydantic import ValidationError

from adapters import wire
from adapters.errors import RefusedError
from adapters.jira import queries, sprints
from adapters.jira.answers import ServerInfo
from adapters.jira.payloads import FieldPayload, IssueType, Payload, ProjectPayload, Status, User, read
from adapters.jira.queries import Ask, Question
from adapters.parallel import in_order
from adapters.protocol import Notes

KEPT = dt.timedelta(days=1)
NOTE = "definitions"
PROJECT_KEPT = dt.timedelta(days=400)  # an id never changes, and webhooks come at any time
PROJECT_NOTE = "project"


class Definitions(Payload):
    """A site's definitions, as far as one source needs them."""

    asked_of: str  # address, account and project they were asked with: another one has others
    server: ServerInfo
    account: str  # what names the token's account for ever; "" where the token may not know
    project: ProjectPayload
    fields: tuple[FieldPayload, ...]
    statuses: tuple[Status, ...]
    types: tuple[IssueType, ...]
    boards: tuple[str, ...] | None  # ids of those with sprints; None: the site has no agile API

    @property
    def is_cloud(self) -> bool:
        """Whether this is a Cloud site; Data Center calls itself a server."""
        return self.server.deployment_type == "Cloud"

    @property
    def deployment(self) -> str:
        """What people call the product."""
        if self.is_cloud:
            return "Jira Cloud"
        return f"Jira Data Center {wire.clean(self.server.version, limit=20)}".strip()


class _Project(Payload):
    """Which project a source reads."""

    asked_of: str
    id: str


def noted(notes: Notes, *, asked_of: str) -> Definitions | None:
    """Return the definitions as they were kept; None where they must be asked for."""
    try:
        kept = Definitions.model_validate_json(notes.read(NOTE) or "")
    except ValidationError:
        return None
    return kept if kept.asked_of == asked_of else None


def note(definitions: Definitions, notes: Notes, *, now: dt.datetime) -> None:
    """Keep definitions for a day, and which project it is for longer."""
    notes.write(NOTE, definitions.model_dump_json(by_alias=True), until=now + KEPT)
    known = _Project(asked_of=definitions.asked_of, id=definitions.project.id)
    notes.write(PROJECT_NOTE, known.model_dump_json(by_alias=True), until=now + PROJECT_KEPT)


def noted_project(notes: Notes, *, asked_of: str) -> str:
    """Return the id of the project as it was kept; "" where it is not known."""
    try:
        kept = _Project.model_validate_json(notes.read(PROJECT_NOTE) or "")
    except ValidationError:
        return ""
    return kept.id if kept.asked_of == asked_of else ""


def forget(notes: Notes, *, now: dt.datetime) -> None:
    """Keep them no longer, but for which project it is: something on the site has changed."""
    notes.write(NOTE, "", until=now)


def load(ask: Ask, project: str, *, asked_of: str) -> Definitions:
    """Ask a site for its definitions: one round of requests side by side.

    Raises:
        RefusedError: The token does not log in.
        NotFoundError: The project is not there, or not for us.
        AdapterError: Any other part could not be read, but for boards, which a site may lack.
    """
    server, account, found, fields, statuses, types, boards = in_order(_jobs(ask, project), at_a_time=7)
    return Definitions.model_validate(
        {
            "asked_of": asked_of,
            "server": server,
            "account": account,
            "project": found,
            "fields": fields,
            "statuses": statuses,
            "types": types,
            "boards": boards,
        }
    )


def myself(ask: Ask) -> User:
    """Return whose the token is.

    Raises:
        RefusedError: The token does not log in.
    """
    question = Question(path="myself")
    return read(User, ask(question), question.told)


def _jobs(ask: Ask, project: str) -> Iterable[Callable[[], object]]:
    return (
        partial(_read, ask, Question(path="serverInfo"), ServerInfo),
        partial(_account, ask),
        partial(_read, ask, queries.project(project), ProjectPayload),
        partial(_read, ask, Question(path="field"), tuple[FieldPayload, ...]),
        partial(_read, ask, Question(path="status"), tuple[Status, ...]),
        partial(_read, ask, Question(path="issuetype"), tuple[IssueType, ...]),
        partial(sprints.boards, ask, project),
    )


def _read(ask: Ask, question: Question, shape: type) -> object:
    return read(shape, ask(question), question.told)


def _account(ask: Ask) -> str:
    """Return the account; a scoped token may log in without a right to ask who it is."""
    try:
        return myself(ask).account
    except RefusedError as exc:
        if "scope" in str(exc):
            return ""
        raise
