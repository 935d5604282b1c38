"""What can happen to a GitHub issue: each change alters its row and leaves events in the timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from connector.demo.trackers.exchange import Payload
from connector.demo.trackers.github.state import API, GitHubIssue, GitHubState, github_time, node_id

Names = str | Sequence[str]
Told = list[Payload]
Edit = Callable[[GitHubState, GitHubIssue, dt.datetime], Told]
"""Changes an issue at an instant; returns the events that tell of it, without id, actor and time."""


def close(reason: str = "completed") -> Edit:
    """Close, as `completed`, `not_planned` or `duplicate`."""

    def apply(_state: GitHubState, issue: GitHubIssue, at: dt.datetime) -> Told:
        issue.row |= {"state": "closed", "state_reason": reason, "closed_at": github_time(at)}
        return [{"event": "closed", "state_reason": None if reason == "completed" else reason}]

    return apply


def reopen() -> Edit:
    """Open again."""

    def apply(_state: GitHubState, issue: GitHubIssue, _at: dt.datetime) -> Told:
        issue.row |= {"state": "open", "state_reason": "reopened", "closed_at": None}
        return [{"event": "reopened", "state_reason": None}]

    return apply


def milestone(number: int | None) -> Edit:
    """Put into a milestone, out of the one it was in."""

    def apply(state: GitHubState, issue: GitHubIssue, _at: dt.datetime) -> Told:
        told: Told = []
        old = issue.row["milestone"]
        issue.row["milestone"] = number
        if old is not None and old in state.milestones:
            told.append({"event": "demilestoned", "milestone": {"title": state.milestones[old]["title"]}})
        if number is not None:
            told.append({"event": "milestoned", "milestone": {"title": state.milestones[number]["title"]}})
        return told

    return apply


def labels(*, add: Names = (), remove: Names = ()) -> Edit:
    """Put labels on, take others off."""

    def apply(state: GitHubState, issue: GitHubIssue, _at: dt.datetime) -> Told:
        gone, entering = _several(remove), _several(add)
        kept = [label for label in issue.row["labels"] if label["name"] not in gone]
        issue.row["labels"] = [*kept, *(state.labels[name] for name in entering)]
        off = [{"event": "unlabeled", "label": _plain(state, name)} for name in gone]
        return off + [{"event": "labeled", "label": _plain(state, name)} for name in entering]

    return apply


def rename(title: str) -> Edit:
    """Change the title."""

    def apply(_state: GitHubState, issue: GitHubIssue, _at: dt.datetime) -> Told:
        old, issue.row["title"] = issue.row["title"], title
        return [{"event": "renamed", "rename": {"from": old, "to": title}}]

    return apply


def assign(login: str) -> Edit:
    """Add an assignee."""

    def apply(state: GitHubState, issue: GitHubIssue, _at: dt.datetime) -> Told:
        user = state.users[login]
        issue.row["assignees"] = [*issue.row["assignees"], user]
        issue.row["assignee"] = issue.row["assignees"][0]
        return [{"event": "assigned", "assignee": user}]

    return apply


def retype(name: str | None) -> Edit:
    """Set or take away the issue type."""

    def apply(state: GitHubState, issue: GitHubIssue, _at: dt.datetime) -> Told:
        old, new = issue.row.get("type"), state.types[name] if name else None
        issue.row["type"] = new
        kind = "changed" if old and new else "added" if new else "removed"
        told: Payload = {"event": f"issue_type_{kind}", "issue_type": new or old}
        return [told | ({"prev_issue_type": old} if kind == "changed" else {})]

    return apply


def child(number: int) -> Edit:
    """Take another issue as a sub-issue. The parent's `updated_at` stays: GitHub's own gap."""

    def apply(state: GitHubState, issue: GitHubIssue, at: dt.datetime) -> Told:
        below = state.issues[number]
        state.parents[number] = issue.number
        state.children.setdefault(issue.number, []).append(number)
        told = {"event": "parent_issue_added", "parent_issue": _reference(issue)}
        book(state, below, at, [told], first_id=_derived_id(at, number), bump=True)
        return [{"event": "sub_issue_added", "sub_issue": _reference(below)}]

    return apply


def no_child(number: int) -> Edit:
    """Let a sub-issue go."""

    def apply(state: GitHubState, issue: GitHubIssue, at: dt.datetime) -> Told:
        below = state.issues[number]
        state.parents.pop(number, None)
        state.children[issue.number].remove(number)
        told = {"event": "parent_issue_removed", "parent_issue": _reference(issue)}
        book(state, below, at, [told], first_id=_derived_id(at, number), bump=True)
        return [{"event": "sub_issue_removed", "sub_issue": _reference(below)}]

    return apply


def blocked_by(number: int) -> Edit:
    """Be blocked by another issue."""

    def apply(state: GitHubState, issue: GitHubIssue, at: dt.datetime) -> Told:
        blocker = state.issues[number]
        state.blockers.setdefault(issue.number, []).append(number)
        told = {"event": "blocking_added", "blocking": _reference(issue)}
        book(state, blocker, at, [told], first_id=_derived_id(at, number), bump=False)
        return [{"event": "blocked_by_added", "blocked_by": _reference(blocker)}]

    return apply


def unblocked(number: int) -> Edit:
    """Be blocked by another issue no more."""

    def apply(state: GitHubState, issue: GitHubIssue, at: dt.datetime) -> Told:
        blocker = state.issues[number]
        state.blockers[issue.number].remove(number)
        told = {"event": "blocking_removed", "blocking": _reference(issue)}
        book(state, blocker, at, [told], first_id=_derived_id(at, number), bump=False)
        return [{"event": "blocked_by_removed", "blocked_by": _reference(blocker)}]

    return apply


def book(
    state: GitHubState, issue: GitHubIssue, at: dt.datetime, told: Told, *, first_id: int, bump: bool
) -> None:
    """Write events into an issue's timeline. `bump`: the issue counts as updated."""
    for place, event in enumerate(told):
        number = first_id + place
        head = {
            "id": number,
            "node_id": node_id("EV", number),
            "url": f"{API}/repos/{state.name}/issues/events/{number}",
            "actor": event.pop("actor", None),
            "commit_id": None,
            "commit_url": None,
            "created_at": github_time(at),
            "performed_via_github_app": None,
        }
        issue.events.append(head | event)
    if bump:
        issue.row["updated_at"] = github_time(at)
    state.changed()


def _derived_id(at: dt.datetime, number: int) -> int:
    """Return an event id for the other side of a relation: the same at every replay."""
    return int(at.timestamp()) * 10_000 + number


def _several(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _plain(state: GitHubState, name: str) -> Payload:
    known = state.labels.get(name, {"name": name, "color": "ededed"})
    return {"name": known["name"], "color": known["color"]}


def _reference(issue: GitHubIssue) -> Payload:
    return {
        name: issue.row[name] for name in ("id", "node_id", "number", "title", "html_url", "repository_url")
    }
