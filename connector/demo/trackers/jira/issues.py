"""Issues as they come to be, and what happens to them: each act one entry of the changelog."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypedDict, cast

from connector.demo.trackers.exchange import Payload
from connector.demo.trackers.jira import defaults, edits
from connector.demo.trackers.jira.edits import Edit, Names
from connector.demo.trackers.jira.state import SITE, JiraIssue, JiraState, jira_time

_HISTORY_START = 100_000
_SECONDS_AN_HOUR = 3600


class IssueFields(TypedDict, total=False):
    """What an issue may be created with: names of what has a name, `fields` for custom fields."""

    type: str
    status: str
    description: str
    parent: str
    fix_versions: Names
    components: Names
    labels: Names
    sprint: str
    points: float
    estimate_h: float
    due_on: dt.date
    start_on: dt.date
    priority: str
    security: str
    assignee: str
    reporter: str
    fields: Mapping[str, object]


_BY_FIELD: Mapping[str, Callable[..., Edit]] = {
    "status": edits.status,
    "parent": edits.parent,
    "fix_versions": lambda names: edits.elements("fixVersions", add=names),
    "components": lambda names: edits.elements("components", add=names),
    "labels": lambda names: edits.labels(add=names),
    "sprint": lambda name: edits.sprint(add=name),
    "points": lambda number: edits.value(defaults.STORY_POINTS, number),
    "estimate_h": lambda hours: edits.value("timeoriginalestimate", round(hours * _SECONDS_AN_HOUR)),
    "due_on": lambda day: edits.value("duedate", day),
    "start_on": lambda day: edits.value(defaults.START_DATE, day),
    "description": lambda text: edits.value("description", text),
    "priority": lambda name: edits.chosen("priority", "priorities", name),
    "security": edits.security,
    "assignee": lambda account: edits.person("assignee", account),
    "reporter": lambda account: edits.person("reporter", account),
}


class Booking(Protocol):
    """What acts need of their world."""

    def act(self, at: dt.datetime, do: Callable[[JiraState], None]) -> int:
        """Book an act."""
        ...

    def number(self, kind: str, start: int = ...) -> int:
        """Hand out an id."""
        ...

    def next_key(self, project: str) -> str:
        """Hand out an issue key."""
        ...


class IssueActs:
    """What happens to one issue. `by` names the account that acts, as `JiraWorld.person` made it.

    Every method books one act at its instant and returns the issue for the next.
    """

    def __init__(self, world: Booking, issue_id: int, key: str) -> None:
        """Speak for an issue of a world."""
        self._world = world
        self.id = issue_id
        self.key = key

    def edit(self, at: dt.datetime, *changes: Edit, by: str = "") -> IssueActs:
        """Make several edits in one act: one history entry."""
        numbers: list[int] = []

        def do(state: JiraState) -> None:
            _record(state, state.issues[self.id], at, changes, history=(numbers[0], by))

        numbers.append(self._world.number("history", _HISTORY_START))
        self._world.act(at, do)
        return self

    def move(self, at: dt.datetime, status: str, resolution: str | None = None, *, by: str = "") -> IssueActs:
        """Move to a status, with a resolution where one is set ("" takes it away)."""
        return self.edit(at, edits.status(status, resolution), by=by)

    def fix_versions(
        self, at: dt.datetime, *, add: Names = (), remove: Names = (), by: str = ""
    ) -> IssueActs:
        """Put into versions, take out of others, in one act."""
        return self.edit(at, edits.elements("fixVersions", add=add, remove=remove), by=by)

    def label(self, at: dt.datetime, *, add: Names = (), remove: Names = (), by: str = "") -> IssueActs:
        """Put labels on, take others off."""
        return self.edit(at, edits.labels(add=add, remove=remove), by=by)

    def sprint(self, at: dt.datetime, *, add: str = "", remove: str = "", by: str = "") -> IssueActs:
        """Put into a sprint, take out of one."""
        return self.edit(at, edits.sprint(add=add, remove=remove), by=by)

    def set(self, at: dt.datetime, field_id: str, value: object, *, by: str = "") -> IssueActs:
        """Set a field that holds a plain value, by its id."""
        return self.edit(at, edits.value(field_id, value), by=by)

    def rename(self, at: dt.datetime, summary: str, *, by: str = "") -> IssueActs:
        """Change the summary."""
        return self.set(at, "summary", summary, by=by)

    def points(self, at: dt.datetime, points: float | None, *, by: str = "") -> IssueActs:
        """Change the story points."""
        return self.set(at, defaults.STORY_POINTS, points, by=by)

    def due(self, at: dt.datetime, day: dt.date | None, *, by: str = "") -> IssueActs:
        """Change the due date."""
        return self.set(at, "duedate", day, by=by)

    def retype(self, at: dt.datetime, name: str, *, by: str = "") -> IssueActs:
        """Change the issue type."""
        return self.edit(at, edits.chosen("issuetype", "types", name), by=by)

    def parent(self, at: dt.datetime, above: IssueActs | None, *, by: str = "") -> IssueActs:
        """Hang below another issue, or below none."""
        return self.edit(at, edits.parent(above.key if above else None), by=by)

    def assign_to(self, at: dt.datetime, account: str, *, by: str = "") -> IssueActs:
        """Give it to somebody, "" to nobody."""
        return self.edit(at, edits.person("assignee", account), by=by)

    def link(self, at: dt.datetime, type_name: str, other: IssueActs, *, by: str = "") -> IssueActs:
        """Link outward: `a.link(at, "Blocks", b)` reads "a blocks b". Both changelogs tell of it."""
        link_id = str(self._world.number("link", 30_000))
        other.edit(at, edits.link(type_name, self.key, link_id, outward=False), by=by)
        return self.edit(at, edits.link(type_name, other.key, link_id, outward=True), by=by)

    def relocate(self, at: dt.datetime, project: str, *, by: str = "") -> IssueActs:
        """Move into another project: a new key, the same id; the old key still leads here."""
        self.key = self._world.next_key(project)
        return self.edit(at, edits.project(project, self.key), by=by)

    def comment(self, at: dt.datetime, text: str, *, by: str = "") -> IssueActs:
        """Say something about it."""
        number = self._world.number("comment", 40_000)

        def do(state: JiraState) -> None:
            issue = state.issues[self.id]
            page = issue.fields["comment"]
            page["comments"].append(_comment(state, issue, number, at, (by, text)))
            page["total"] = page["maxResults"] = len(page["comments"])
            issue.fields["updated"] = jira_time(at)
            state.changed(issue)

        self._world.act(at, do)
        return self

    def hide(self, at: dt.datetime) -> IssueActs:
        """Take it out of sight of the asking account (a permission, not a deletion)."""
        return self._set(at, "hidden", value=True)

    def reveal(self, at: dt.datetime) -> IssueActs:
        """Show it to the asking account again. `updated` stays, as no permission is part of an issue."""
        return self._set(at, "hidden", value=False)

    def archive(self, at: dt.datetime) -> IssueActs:
        """Archive it: searching passes it over, asking by id or key does not."""
        return self._set(at, "is_archived", value=True)

    def _set(self, at: dt.datetime, name: str, *, value: bool) -> IssueActs:
        def do(state: JiraState) -> None:
            setattr(state.issues[self.id], name, value)
            state.forget()

        self._world.act(at, do)
        return self

    def delete(self, at: dt.datetime) -> IssueActs:
        """Delete it, with its changelog: nothing is left."""
        self._world.act(at, lambda state: state.remove(self.id))
        return self


def new_issue(
    state: JiraState, called: tuple[int, str], at: dt.datetime, given: Mapping[str, object]
) -> None:
    """Put a new issue on the site, by id and key. First values enter no changelog.

    Raises:
        KeyError: Project, type, version or another name is not on the site.
    """
    project = state.project(called[1].rsplit("-", 1)[0])
    if project is None:
        raise KeyError(f"no project for {called[1]}")
    kind = state.named("types", cast("str", given.get("type", "Task")))
    issue = JiraIssue(id=called[0], key=called[1], fields=_blank(state, project, kind, at))
    issue.fields["summary"] = given["summary"]
    state.add(issue)
    for name, value in given.items():
        if name in _BY_FIELD and value not in (None, ""):
            _BY_FIELD[name](value)(state, issue, at)
    for field_id, value in cast("Mapping[str, object]", given.get("fields", {})).items():
        edits.value(field_id, value)(state, issue, at)
    issue.fields["creator"] = issue.fields["reporter"]
    state.changed(issue)


def _blank(state: JiraState, project: Payload, kind: Payload, at: dt.datetime) -> Payload:
    stamp = jira_time(at)
    empty = dict.fromkeys(
        ("resolution", "resolutiondate", "duedate", "description", "assignee", "reporter", "creator")
    )
    lists: Payload = {"fixVersions": [], "versions": [], "components": [], "labels": [], "issuelinks": []}
    customs = {field_id: None for field_id, described in state.fields.items() if described["custom"]}
    times = dict.fromkeys(("timeoriginalestimate", "timeestimate", "timespent"))
    return {
        "issuetype": kind,
        "project": {name: project[name] for name in ("self", "id", "key", "name")},
        "status": next(iter(state.statuses.values())),
        "priority": _usual_priority(state),
        "created": stamp,
        "updated": stamp,
        "statuscategorychangedate": stamp,
        "comment": {"comments": [], "maxResults": 0, "total": 0, "startAt": 0},
        "worklog": {"startAt": 0, "maxResults": 20, "total": 0, "worklogs": []},
        **empty,
        **lists,
        **times,
        **customs,
    }


def _usual_priority(state: JiraState) -> Payload | None:
    known = list(state.priorities.values())
    return next((one for one in known if one["name"] == "Medium"), known[0] if known else None)


def _record(
    state: JiraState, issue: JiraIssue, at: dt.datetime, changes: Sequence[Edit], *, history: tuple[int, str]
) -> None:
    items = [told for change in changes for told in change(state, issue, at)]
    entry: Payload = {"id": str(history[0]), "created": jira_time(at), "items": items}
    if history[1]:
        entry = {"id": entry["id"], "author": state.people[history[1]], **entry}
    issue.histories.append(entry)
    issue.fields["updated"] = jira_time(at)
    state.changed(issue)


def _comment(
    state: JiraState, issue: JiraIssue, number: int, at: dt.datetime, said: tuple[str, str]
) -> Payload:
    author = state.people.get(said[0])
    return {
        "self": f"{SITE}/rest/api/2/issue/{issue.id}/comment/{number}",
        "id": str(number),
        **({"author": author, "updateAuthor": author} if author else {}),
        "body": said[1],
        "created": jira_time(at),
        "updated": jira_time(at),
        "jsdPublic": True,
    }
