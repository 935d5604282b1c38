"""A GitHub repository told as a story: milestones, labels, issues, and what happens to them when.

world = GitHubWorld("acme/apollo")
r1 = world.milestone("R1", at=start, due_on=dt.date(2026, 10, 1))
r1.move(at, due_on=dt.date(2026, 10, 15))          # GitHub itself keeps no history of this
login = world.issue("Login", at=start, labels=["feature"], milestone=r1, type="Feature")
login.label(at, add="client").milestone(at, r2).close(later, "not_planned")
epic.sub_issue(at, login)
world.pull("Add the form", at=start)               # listed among the issues, as GitHub does
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TypedDict, Unpack

from connector.demo.trackers.exchange import Payload
from connector.demo.trackers.github import events
from connector.demo.trackers.github.events import Edit, Names
from connector.demo.trackers.github.state import (
    API,
    WEB,
    GitHubIssue,
    GitHubState,
    due_time,
    github_time,
    label_payload,
    node_id,
    repository_payload,
    user_payload,
)
from connector.demo.trackers.world import BEGINNING, World

_EVENT_START = 10_000_000_000
_EVENTS_AN_ACT = 100


class MilestoneFields(TypedDict, total=False):
    """What a milestone may have from the start, or get later."""

    due_on: dt.date | None
    description: str


class IssueFields(TypedDict, total=False):
    """What an issue may be opened with."""

    body: str
    labels: Sequence[str]
    milestone: MilestoneActs | None
    type: str
    by: str
    assignee: str


class GitHubWorld(World[GitHubState]):
    """One repository."""

    def __init__(
        self,
        full_name: str,
        *,
        repository_id: int = 700_000,
        private: bool = True,
        fresh: Callable[[], GitHubState] | None = None,
    ) -> None:
        """Begin with an empty repository, or with the one `fresh` makes."""
        made = fresh or (
            lambda: GitHubState(repository=repository_payload(full_name, repository_id, private=private))
        )
        super().__init__(made)
        self.name = full_name
        self._ids: dict[str, int] = {}
        self._labels: set[str] = set()

    def number(self, kind: str, start: int = 0) -> int:
        """Hand out the next free number of a kind."""
        self._ids[kind] = self._ids.get(kind, start) + 1
        return self._ids[kind]

    def existing(self, number: int) -> IssueActs:
        """Speak for an issue that was there from the start (a recorded one)."""
        return IssueActs(self, number)

    def user(self, login: str) -> str:
        """Make somebody known by a login. Returns the login."""
        payload = user_payload(login, self.number("user", 500_000))
        self.act(BEGINNING, lambda state: state.users.update({login: payload}))
        return login

    def label(self, name: str, *, color: str = "ededed", description: str = "") -> str:
        """Make a label. Issues make the labels they need by themselves."""
        payload = label_payload(self.name, name, self.number("label", 800_000), color, description)
        self._labels.add(name)
        self.act(BEGINNING, lambda state: state.labels.update({name: payload}))
        return name

    def type(self, name: str) -> str:
        """Make an issue type of the organisation."""
        number = self.number("type", 400_000)
        payload = {"id": number, "node_id": node_id("IT", number), "name": name, "description": None}
        self.act(BEGINNING, lambda state: state.types.update({name: payload | {"is_enabled": True}}))
        return name

    def milestone(
        self, title: str, *, at: dt.datetime = BEGINNING, **fields: Unpack[MilestoneFields]
    ) -> MilestoneActs:
        """Make a milestone."""
        number = self.number("milestone")
        payload = _milestone(self.name, number, title, at)
        payload |= _milestone_change(fields)

        def make(state: GitHubState) -> None:
            state.milestones[number] = dict(payload)
            state.changed()

        self.act(at, make)
        return MilestoneActs(self, number)

    def issue(self, title: str, *, at: dt.datetime, **given: Unpack[IssueFields]) -> IssueActs:
        """Open an issue."""
        return self._open(title, at, given, is_pull=False)

    def pull(self, title: str, *, at: dt.datetime, **given: Unpack[IssueFields]) -> IssueActs:
        """Open a pull request: it shares the numbers and the list of the issues."""
        return self._open(title, at, given, is_pull=True)

    def know_labels(self, names: Names) -> None:
        """Make the labels that are not there yet."""
        for name in (names,) if isinstance(names, str) else names:
            if name not in self._labels:
                self.label(name)

    def _open(self, title: str, at: dt.datetime, given: IssueFields, *, is_pull: bool) -> IssueActs:
        self.know_labels(given.get("labels", ()))
        number = self.number("issue")
        row = _row(self.name, number, title, at)
        if is_pull:
            row["pull_request"] = {"url": f"{API}/repos/{self.name}/pulls/{number}", "merged_at": None}
        row["body"] = given.get("body")
        chosen = given.get("milestone")
        changes = [events.labels(add=given.get("labels", ()))]
        changes += [events.milestone(chosen.number)] if chosen else []
        changes += [events.retype(given["type"])] if "type" in given else []
        changes += [events.assign(given["assignee"])] if "assignee" in given else []
        by, first_id = given.get("by", ""), self.event_id()

        def do(state: GitHubState) -> None:
            opened = row | {"user": state.users.get(by), "labels": [], "assignees": []}
            state.issues[number] = GitHubIssue(number=number, row=opened)
            _apply(state, number, at, changes, act=(first_id, by))

        self.act(at, do)
        return IssueActs(self, number)

    def event_id(self) -> int:
        """Hand out the first of a block of event ids."""
        return _EVENT_START + self.number("event") * _EVENTS_AN_ACT


class IssueActs:
    """What happens to one issue or pull request. `by` is the login of who does it."""

    def __init__(self, world: GitHubWorld, number: int) -> None:
        """Speak for an issue of a world."""
        self._world = world
        self.number = number

    def edit(self, at: dt.datetime, *changes: Edit, by: str = "", bump: bool = True) -> IssueActs:
        """Make several changes at one instant. `bump` False: `updated_at` stays."""
        first_id = self._world.event_id()
        self._world.act(
            at, lambda state: _apply(state, self.number, at, changes, act=(first_id, by), bump=bump)
        )
        return self

    def close(self, at: dt.datetime, reason: str = "completed", *, by: str = "") -> IssueActs:
        """Close as `completed`, `not_planned` or `duplicate`."""
        return self.edit(at, events.close(reason), by=by)

    def reopen(self, at: dt.datetime, *, by: str = "") -> IssueActs:
        """Open again."""
        return self.edit(at, events.reopen(), by=by)

    def milestone(self, at: dt.datetime, into: MilestoneActs | None, *, by: str = "") -> IssueActs:
        """Put into a milestone, out of the one it was in."""
        return self.edit(at, events.milestone(into.number if into else None), by=by)

    def label(self, at: dt.datetime, *, add: Names = (), remove: Names = (), by: str = "") -> IssueActs:
        """Put labels on, take others off."""
        self._world.know_labels(add)
        return self.edit(at, events.labels(add=add, remove=remove), by=by)

    def rename(self, at: dt.datetime, title: str, *, by: str = "") -> IssueActs:
        """Change the title."""
        return self.edit(at, events.rename(title), by=by)

    def assign(self, at: dt.datetime, login: str, *, by: str = "") -> IssueActs:
        """Add an assignee."""
        return self.edit(at, events.assign(login), by=by)

    def retype(self, at: dt.datetime, name: str | None, *, by: str = "") -> IssueActs:
        """Set or take away the issue type."""
        return self.edit(at, events.retype(name), by=by)

    def sub_issue(self, at: dt.datetime, below: IssueActs, *, by: str = "") -> IssueActs:
        """Take another issue as a sub-issue."""
        return self.edit(at, events.child(below.number), by=by, bump=False)

    def drop_sub_issue(self, at: dt.datetime, below: IssueActs, *, by: str = "") -> IssueActs:
        """Let a sub-issue go."""
        return self.edit(at, events.no_child(below.number), by=by, bump=False)

    def blocked_by(self, at: dt.datetime, blocker: IssueActs, *, by: str = "") -> IssueActs:
        """Be blocked by another issue."""
        return self.edit(at, events.blocked_by(blocker.number), by=by, bump=False)

    def unblocked(self, at: dt.datetime, blocker: IssueActs, *, by: str = "") -> IssueActs:
        """Be blocked by another issue no more."""
        return self.edit(at, events.unblocked(blocker.number), by=by, bump=False)

    def comment(self, at: dt.datetime, text: str, *, by: str = "") -> IssueActs:
        """Say something about it."""

        def say(state: GitHubState, issue: GitHubIssue, _at: dt.datetime) -> list[Payload]:
            issue.row["comments"] += 1
            return [{"event": "commented", "body": text, "user": state.users.get(by)}]

        return self.edit(at, say, by=by)

    def delete(self, at: dt.datetime) -> IssueActs:
        """Delete it: asked for by number, GitHub answers 410."""

        def do(state: GitHubState) -> None:
            state.issues[self.number].gone = "deleted"
            state.changed()

        self._world.act(at, do)
        return self

    def convert(self, at: dt.datetime, *, by: str = "") -> IssueActs:
        """Convert it into a discussion: the lists show it no more."""

        def leave(_state: GitHubState, issue: GitHubIssue, _at: dt.datetime) -> list[Payload]:
            issue.gone = "converted"
            return [{"event": "converted_to_discussion"}]

        return self.edit(at, leave, by=by)

    def transfer(self, at: dt.datetime, to: str, number: int, *, repository_id: int = 900_001) -> IssueActs:
        """Transfer it to another repository, where it has another number."""
        path = f"/repositories/{repository_id}/issues/{number}"

        def do(state: GitHubState) -> None:
            issue = state.issues[self.number]
            issue.gone, issue.moved_to = "transferred", path
            there = {"number": number, "repository_url": f"{API}/repos/{to}", "milestone": None}
            there |= {"html_url": f"{WEB}/{to}/issues/{number}", "url": f"{API}/repos/{to}/issues/{number}"}
            state.elsewhere[path] = issue.row | there | {"node_id": node_id("I", issue.row["id"] + 1)}
            state.changed()

        self._world.act(at, do)
        return self


class MilestoneActs:
    """What happens to a milestone. GitHub keeps no history of any of it."""

    def __init__(self, world: GitHubWorld, number: int) -> None:
        """Speak for a milestone of a world."""
        self._world = world
        self.number = number

    def move(self, at: dt.datetime, *, due_on: dt.date | None) -> MilestoneActs:
        """Give it another due date, or none."""
        return self._change(at, {"due_on": due_time(due_on)})

    def rename(self, at: dt.datetime, title: str) -> MilestoneActs:
        """Give it another title; events keep the title of their day."""
        return self._change(at, {"title": title})

    def close(self, at: dt.datetime) -> MilestoneActs:
        """Close it."""
        return self._change(at, {"state": "closed", "closed_at": github_time(at)})

    def reopen(self, at: dt.datetime) -> MilestoneActs:
        """Open it again."""
        return self._change(at, {"state": "open", "closed_at": None})

    def delete(self, at: dt.datetime) -> MilestoneActs:
        """Delete it: its issues have none any more, and no event tells of it."""

        def do(state: GitHubState) -> None:
            del state.milestones[self.number]
            for issue in state.issues.values():
                if issue.row["milestone"] == self.number:
                    issue.row["milestone"] = None
            state.changed()

        self._world.act(at, do)
        return self

    def _change(self, at: dt.datetime, fields: Payload) -> MilestoneActs:
        def do(state: GitHubState) -> None:
            state.milestones[self.number] |= fields | {"updated_at": github_time(at)}
            state.changed()

        self._world.act(at, do)
        return self


def _apply(
    state: GitHubState,
    number: int,
    at: dt.datetime,
    changes: Sequence[Edit],
    *,
    act: tuple[int, str],
    bump: bool = True,
) -> None:
    issue = state.issues[number]
    told = [event for change in changes for event in change(state, issue, at)]
    actor = state.users.get(act[1])
    for event in told:
        event["actor"] = actor
    events.book(state, issue, at, told, first_id=act[0], bump=bump)


def _milestone_change(fields: Mapping[str, object]) -> Payload:
    changed: Payload = dict(fields)
    if isinstance(changed.get("due_on"), dt.date):
        changed["due_on"] = due_time(changed["due_on"])
    return changed


def _milestone(repository: str, number: int, title: str, at: dt.datetime) -> Payload:
    return {
        "url": f"{API}/repos/{repository}/milestones/{number}",
        "html_url": f"{WEB}/{repository}/milestone/{number}",
        "labels_url": f"{API}/repos/{repository}/milestones/{number}/labels",
        "id": 300_000 + number,
        "node_id": node_id("MI", 300_000 + number),
        "number": number,
        "title": title,
        "description": None,
        "creator": None,
        "state": "open",
        "created_at": github_time(at),
        "updated_at": github_time(at),
        "due_on": None,
        "closed_at": None,
    }


def _row(repository: str, number: int, title: str, at: dt.datetime) -> Payload:
    here = f"{API}/repos/{repository}/issues/{number}"
    return {
        "url": here,
        "repository_url": f"{API}/repos/{repository}",
        "labels_url": f"{here}/labels{{/name}}",
        "comments_url": f"{here}/comments",
        "events_url": f"{here}/events",
        "timeline_url": f"{here}/timeline",
        "html_url": f"{WEB}/{repository}/issues/{number}",
        "id": 2_000_000_000 + number,
        "node_id": node_id("I", 2_000_000_000 + number),
        "number": number,
        "title": title,
        "user": None,
        "labels": [],
        "state": "open",
        "state_reason": None,
        "locked": False,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": 0,
        "created_at": github_time(at),
        "updated_at": github_time(at),
        "closed_at": None,
        "closed_by": None,
        "author_association": "MEMBER",
        "type": None,
        "active_lock_reason": None,
        "body": None,
        "performed_via_github_app": None,
    }
