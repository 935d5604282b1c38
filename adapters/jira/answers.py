"""Shapes of whole answers: pages, a site's own words, webhooks. What we don't know is ignored."""

from __future__ import annotations

from pydantic import Field

from adapters.jira.payloads import Instant, Item, Named, Payload, Reference, Text


class ServerInfo(Payload):
    """What a site says of itself, to anybody."""

    deployment_type: Text = ""
    version: Text = ""


class IssueError(Payload):
    """An issue that was asked for in bulk and could not be given."""

    id: Text = ""


class SearchPage(Payload):
    """A page of issues, Cloud or Data Center; the issues as they came."""

    issues: tuple[dict[str, object], ...] = ()
    issue_errors: tuple[IssueError, ...] = ()
    next_page_token: str | None = None
    is_last: bool | None = None  # None: not said
    total: int | None = None


class Numbered(Payload):
    """An issue of which nothing but the id was asked for. Ids are numbers of 63 bits."""

    id: str = Field(pattern=r"^[0-9]{1,18}$")


class IdPage(Payload):
    """A page of ids."""

    issues: tuple[Numbered, ...] = ()
    next_page_token: str | None = None
    is_last: bool | None = None  # None: not said


class HookFields(Payload):
    """The fields of an issue in a webhook, as far as they say whose it is."""

    project: Named | None = None


class HookIssue(Reference):
    """An issue in a webhook, which may be trimmed."""

    fields: HookFields = HookFields()


class HookChanges(Payload):
    """What a webhook says was changed."""

    items: tuple[Item, ...] = ()


class HookVersion(Named):
    """A version in a webhook, as it is now."""

    id: str
    project_id: Text = ""


class Hook(Payload):
    """What Jira sends when something happened."""

    webhook_event: str
    timestamp: Instant | None = None
    issue: HookIssue | None = None
    version: HookVersion | None = None
    changelog: HookChanges = HookChanges()


class IssueHistories(Payload):
    """Histories of one issue on one page of the bulk changelog; more may follow."""

    issue_id: str
    change_histories: tuple[dict[str, object], ...] = ()


class ChangelogPage(Payload):
    """A page of the bulk changelog."""

    issue_change_logs: tuple[IssueHistories, ...] = ()
    next_page_token: str | None = None
    is_last: bool | None = None  # None: not said


class BoardPayload(Payload):
    """A board: scrum, kanban, or the simple one of a team-managed project."""

    id: str
    type: Text = ""


class SprintPayload(Payload):
    """A sprint. A future one has no instants yet; `completeDate` is the real end."""

    id: str
    name: Text = ""
    state: Text = ""
    goal: Text = ""
    start_date: Instant | None = None
    end_date: Instant | None = None
    complete_date: Instant | None = None


class BoardPage(Payload):
    """A page of boards."""

    values: tuple[BoardPayload, ...] = ()
    is_last: bool = False


class SprintPage(Payload):
    """A page of a board's sprints."""

    values: tuple[SprintPayload, ...] = ()
    is_last: bool = False
