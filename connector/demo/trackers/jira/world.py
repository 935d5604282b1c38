"""A Jira site told as a story: projects, versions, issues, and what happens to them when.

Every act takes its instant first and returns the thing it happened to:

    world = JiraWorld(timezone="Europe/Berlin")
    world.person("anna", "Anna Berg", email="anna@acme.example")
    world.project("APO", "Apollo")
    r1 = world.version("APO", "R1", release_on=dt.date(2026, 10, 1))
    r1.move(at, release_on=dt.date(2026, 10, 15))      # Jira itself keeps no history of this
    story = world.issue("APO", at=start, summary="Login", type="Story", fix_versions=["R1"], points=5)
    story.move(at, "In Progress").label(at, add="client").move(later, "Done", resolution="Done")
    story.edit(at, edits.status("Done", "Done"), edits.value("duedate", day))   # one history entry
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Unpack
from zoneinfo import ZoneInfo

from connector.demo.trackers.exchange import Payload
from connector.demo.trackers.jira import defaults
from connector.demo.trackers.jira.issues import IssueActs, IssueFields, new_issue
from connector.demo.trackers.jira.plans import (
    SprintActs,
    VersionActs,
    VersionFields,
    set_sprint,
    set_version,
    zulu,
)
from connector.demo.trackers.jira.state import SITE, JiraState
from connector.demo.trackers.world import BEGINNING, World


def fresh_site() -> JiraState:
    """Return a site with the definitions every Jira comes with, and nothing else."""
    state = JiraState()
    for name, table in defaults.tables().items():
        setattr(state, name, table)
    return state


class JiraWorld(World[JiraState]):
    """One Jira site. `zone` is the asking account's time zone: JQL dates are read in it."""

    def __init__(
        self,
        *,
        timezone: str = "UTC",
        fresh: Callable[[], JiraState] = fresh_site,
    ) -> None:
        """Begin with a fresh site, or with the one `fresh` makes."""
        super().__init__(fresh)
        self.zone = ZoneInfo(timezone)
        self._numbers: dict[str, int] = {}
        self._ids: dict[str, int] = {}

    def existing(self, key: str) -> IssueActs:
        """Speak for an issue that was there from the start (a recorded one)."""
        found = self._fresh().find(key)
        if found is None:
            raise KeyError(f"no issue {key}")
        return IssueActs(self, found.id, found.key)

    def number(self, kind: str, start: int = 10_000) -> int:
        """Hand out the next free id of a kind."""
        self._ids[kind] = self._ids.get(kind, start) + 1
        return self._ids[kind]

    def next_key(self, project: str) -> str:
        """Hand out the next free issue key of a project."""
        self._numbers[project] = self._numbers.get(project, 0) + 1
        return f"{project}-{self._numbers[project]}"

    def define(self, table: str, payload: Payload) -> None:
        """Put a definition on the site: `statuses`, `types`, `fields`, … as `defaults` makes them."""

        def do(state: JiraState) -> None:
            getattr(state, table)[payload["id"]] = payload

        self.act(BEGINNING, do)

    def person(self, account: str, name: str, *, email: str = "") -> str:
        """Make somebody known by an account name. Returns the account name."""
        account_id = hashlib.sha256(account.encode()).hexdigest()[:24]
        payload = {
            "self": f"{SITE}/rest/api/3/user?accountId={account_id}",
            "accountId": account_id,
            "name": account,
            "key": account,
            "emailAddress": email or f"{account}@apollo-tracker.example",
            "displayName": name,
            "active": True,
            "timeZone": str(self.zone),
            "accountType": "atlassian",
        }
        self.act(BEGINNING, lambda state: state.people.update({account: payload}))
        return account

    def project(self, key: str, name: str, *, category: str = "") -> None:
        """Make a project."""
        number = str(self.number("project"))
        payload: Payload = {
            "self": f"{SITE}/rest/api/2/project/{number}",
            "id": number,
            "key": key,
            "name": name,
            "description": "",
            "projectTypeKey": "software",
            "simplified": False,
            "style": "classic",
            "isPrivate": False,
        }
        if category:
            payload["projectCategory"] = {"id": "10000", "name": category, "description": ""}
        self.act(BEGINNING, lambda state: state.projects.update({number: payload}))

    def field(self, field_id: str, name: str, *, kind: str = "string", type_key: str | None = None) -> None:
        """Make a custom field, e.g. `customfield_10050`. `kind`: string, number, date, array:string."""
        plain = {"number": "float", "date": "datepicker", "string": "textfield"}.get(kind, "multiselect")
        full = type_key or f"com.atlassian.jira.plugin.system.customfieldtypes:{plain}"
        self.define("fields", defaults.custom_field(field_id, name, kind, full))

    def version(
        self, project: str, name: str, *, at: dt.datetime = BEGINNING, **fields: Unpack[VersionFields]
    ) -> VersionActs:
        """Make a version of a project."""
        acts = VersionActs(self, str(self.number("version", 20_000)))

        def do(state: JiraState) -> None:
            owner = state.project(project)
            if owner is None:
                raise KeyError(f"no project {project!r}")
            state.versions[acts.id] = {
                "self": f"{SITE}/rest/api/2/version/{acts.id}",
                "id": acts.id,
                "name": name,
                "archived": False,
                "released": False,
                "projectId": int(owner["id"]),
            }
            set_version(state, acts.id, fields)

        self.act(at, do)
        return acts

    def component(self, project: str, name: str) -> None:
        """Make a component of a project."""
        number = str(self.number("component"))
        self.define("components", defaults.named("component", number, name) | {"project": project})

    def security_level(self, project: str, name: str) -> None:
        """Make a security level that issues of a project may have."""
        made = defaults.security_level(name) | {"project": project}
        self.act(BEGINNING, lambda state: state.levels.update({made["id"]: made}))

    def close_project(self, at: dt.datetime, key: str) -> None:
        """Take the right to browse a project away from the asking account."""
        self._reach(at, lambda closed: closed.add(key))

    def open_project(self, at: dt.datetime, key: str) -> None:
        """Give the right to browse a project back."""
        self._reach(at, lambda closed: closed.discard(key))

    def _reach(self, at: dt.datetime, change: Callable[[set[str]], None]) -> None:
        def do(state: JiraState) -> None:
            change(state.closed)
            state.forget()

        self.act(at, do)

    def board(self, project: str, name: str, *, kind: str = "scrum") -> int:
        """Make a board of a project: `scrum`, `kanban` (it has no sprints) or `simple`. Returns its id."""
        number = self.number("board", 0)

        def do(state: JiraState) -> None:
            owner = state.project(project) or {}
            location = {"projectId": int(owner["id"]), "projectKey": project, "projectName": owner["name"]}
            state.boards[number] = {
                "id": number,
                "self": f"{SITE}/rest/agile/1.0/board/{number}",
                "name": name,
                "type": kind,
                "location": location,
            }

        self.act(BEGINNING, do)
        return number

    def sprint(
        self, board: int, name: str, *, start: dt.datetime, end: dt.datetime, goal: str = ""
    ) -> SprintActs:
        """Make a sprint: future until `start`, then active; it closes by `SprintActs.close`."""
        acts = SprintActs(self, self.number("sprint", 0))
        planned: Payload = {
            "id": acts.id,
            "self": f"{SITE}/rest/agile/1.0/sprint/{acts.id}",
            "state": "future",
            "name": name,
            "originBoardId": board,
            "goal": goal,
        }
        dates = {"state": "active", "startDate": zulu(start), "endDate": zulu(end)}
        self.act(BEGINNING, lambda state: state.sprints.update({acts.id: dict(planned)}))
        self.act(start, lambda state: set_sprint(state, acts.id, dates))
        return acts

    def issue(
        self, project: str, *, at: dt.datetime, summary: str, **initial: Unpack[IssueFields]
    ) -> IssueActs:
        """Create an issue in a project. Its first values leave no trace in the changelog, as in Jira."""
        acts = IssueActs(self, self.number("issue"), self.next_key(project))
        called = (acts.id, acts.key)
        values = {"summary": summary, **initial}
        self.act(at, lambda state: new_issue(state, called, at, values))
        return acts
