"""Recorded GitHub repositories: issues and pull requests with their timelines, one JSON document a line.

world = load_github("owner/name", issues, pulls=pulls, milestones=snapshots)
"""

from __future__ import annotations

from pathlib import Path

from connector.demo.trackers.exchange import Payload
from connector.demo.trackers.github.state import API, GitHubIssue, GitHubState, repository_payload
from connector.demo.trackers.github.world import GitHubWorld
from connector.demo.trackers.lines import read_lines
from connector.demo.trackers.world import BEGINNING

_PULL_WORDS = (
    "diff_url patch_url issue_url commits_url review_comments_url review_comment_url statuses_url "
    "maintainer_can_modify mergeable mergeable_state merged merge_commit_sha requested_reviewers "
    "requested_teams rebaseable head base _links additions deletions changed_files commits "
    "review_comments "
)
_PULL_ONLY = frozenset(_PULL_WORDS.split())
_FIRST_FREE = 1_000_000  # numbers of what tests add to a recorded repository


def load_github(
    full_name: str, issues: Path, *, pulls: Path | None = None, milestones: Path | None = None
) -> GitHubWorld:
    """Return a world that begins with a recorded repository; acts may be booked on top of it.

    Args:
        full_name: `owner/name`, as the files know it.
        issues: Lines of `{"issue": row, "events": timeline}`.
        pulls: Lines of `{"pull": row, "events": timeline}`.
        milestones: Lines of `{"milestone": row}`, oldest first; the last of each number counts.
    """

    def fresh() -> GitHubState:
        return read_state(full_name, issues, pulls=pulls, milestones=milestones)

    world = GitHubWorld(full_name, private=False, fresh=fresh)
    for kind in ("issue", "milestone", "event"):
        world.number(kind, _FIRST_FREE)
    world.state_at(BEGINNING)  # read now: a missing file shows here, not as an answer
    return world


def read_state(full_name: str, issues: Path, *, pulls: Path | None, milestones: Path | None) -> GitHubState:
    """Return a recorded repository as a state."""
    state = GitHubState(repository=repository_payload(full_name, 700_000, private=False))
    if milestones is not None:
        for line in read_lines(milestones):
            _take_milestone(state, line["milestone"])
    for line in read_lines(issues):
        _take(state, line["issue"], line["events"])
    for line in read_lines(pulls) if pulls else ():
        _take(state, _as_issue(line["pull"], full_name), line["events"])
    return state


def _take(state: GitHubState, row: Payload, events: list[Payload]) -> None:
    for label in row.get("labels") or ():
        state.labels.setdefault(label["name"], label)
    held = row.get("milestone")
    if held and held["number"] not in state.milestones:
        _take_milestone(state, held)
    blank = {"milestone": None, "type": None, "assignee": None, "closed_at": None, "state_reason": None}
    full = blank | row | {"milestone": held["number"] if held else None}
    told = sorted((event for event in events if event.get("created_at")), key=lambda one: one["created_at"])
    state.issues[row["number"]] = GitHubIssue(number=row["number"], row=full, events=told)


def _take_milestone(state: GitHubState, row: Payload) -> None:
    counted = ("open_issues", "closed_issues")
    shown = {name: value for name, value in row.items() if name not in counted}
    state.milestones[row["number"]] = {"due_on": None, "closed_at": None} | shown


def _as_issue(pull: Payload, full_name: str) -> Payload:
    """Return a pull request as the issues list shows it."""
    row = {name: value for name, value in pull.items() if name not in _PULL_ONLY}
    here = f"{API}/repos/{full_name}/issues/{pull['number']}"
    links = {"url": pull["url"], "html_url": pull["html_url"], "merged_at": pull.get("merged_at")}
    return row | {"url": here, "repository_url": f"{API}/repos/{full_name}", "pull_request": links}
