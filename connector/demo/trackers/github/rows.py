"""GitHub's REST objects as they are printed: rows with their milestone, labels and summaries."""

from __future__ import annotations

from connector.demo.trackers.exchange import Payload
from connector.demo.trackers.github.state import API, GitHubIssue, GitHubState


def issue_row(state: GitHubState, issue: GitHubIssue) -> Payload:
    """Return an issue or pull request as the REST API prints it."""
    shown = state.rendered.get(issue.number)
    if shown is None:
        shown = state.rendered[issue.number] = _issue_row(state, issue)
    return shown


def milestone_row(state: GitHubState, number: int) -> Payload:
    """Return a milestone as the REST API prints it. Its counts include pull requests."""
    if not state.counts:
        state.counts |= {known: {"open_issues": 0, "closed_issues": 0} for known in state.milestones}
        for issue in state.here():
            if issue.row["milestone"] in state.counts:
                state.counts[issue.row["milestone"]][f"{issue.row['state']}_issues"] += 1
    return state.milestones[number] | state.counts[number]


def children_of(state: GitHubState, number: int) -> list[GitHubIssue]:
    """Return the sub-issues that are still here, in their order."""
    return [found for child in state.children.get(number, ()) if (found := state.find(child))]


def blockers_of(state: GitHubState, number: int) -> list[GitHubIssue]:
    """Return what blocks an issue, closed blockers included."""
    return [found for blocker in state.blockers.get(number, ()) if (found := state.find(blocker))]


def blocked_of(state: GitHubState, number: int) -> list[GitHubIssue]:
    """Return what an issue blocks."""
    if not state.blocked:
        for blocked, blockers in state.blockers.items():
            for blocker in blockers:
                state.blocked.setdefault(blocker, []).append(blocked)
    return [issue for each in state.blocked.get(number, ()) if (issue := state.find(each))]


def children_summary(state: GitHubState, number: int) -> Payload:
    """Return how many sub-issues there are, and how many of them are closed."""
    below = children_of(state, number)
    done = sum(child.row["state"] == "closed" for child in below)
    percent = 100 * done // len(below) if below else 0
    return {"total": len(below), "completed": done, "percent_completed": percent}


def dependencies_summary(state: GitHubState, number: int) -> Payload:
    """Return how many issues block this one and are blocked by it; without `total_`: open ones."""
    before, after = blockers_of(state, number), blocked_of(state, number) if state.blockers else []
    open_before = sum(issue.row["state"] == "open" for issue in before)
    open_after = sum(issue.row["state"] == "open" for issue in after)
    totals = {"total_blocked_by": len(before), "total_blocking": len(after)}
    return {"blocked_by": open_before, "blocking": open_after, **totals}


def _issue_row(state: GitHubState, issue: GitHubIssue) -> Payload:
    row = dict(issue.row)
    row["labels"] = [state.labels.get(label["name"], label) for label in row["labels"]]
    held = row["milestone"]
    row["milestone"] = milestone_row(state, held) if held in state.milestones else None
    row["sub_issues_summary"] = children_summary(state, issue.number)
    row["issue_dependencies_summary"] = dependencies_summary(state, issue.number)
    above = state.parents.get(issue.number)
    if above is not None:
        row["parent_issue_url"] = f"{API}/repos/{state.name}/issues/{above}"
    return row
