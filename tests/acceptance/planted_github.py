"""A GitHub repository with a marker in everything that is nobody's business."""

from __future__ import annotations

import datetime as dt

from connector.demo.trackers.github.state import GitHubState
from connector.demo.trackers.github.world import GitHubWorld, IssueActs, MilestoneActs
from tests.acceptance.markers import Markers
from tests.trackers.worlds import after

_CONCEPTS = ("epic", "risk", "change-request", "decision", "client-action", "feedback", "story")
_MARKS = ("internal", "Confidential", "private/board")


def planted_github(markers: Markers, *, repository: str = "", extra_withheld: int = 0) -> GitHubWorld:
    """Make the repository. `repository`: a name without markers, where names must stay the same."""
    world = GitHubWorld(repository or f"{markers('owner')}/{markers('repository')}")
    anna = world.user(markers("login"))
    _people(world, anna, markers)
    world.type(markers("type"))
    world.label(markers("label"), description=markers("label description"))
    r1 = world.milestone(
        "R1", at=after(0), due_on=dt.date(2026, 12, 15), description=f"For us: {markers('milestone text')}"
    )
    epic = _issue(world, markers, anna, "epic", at=1, title="Checkout")
    for number in range(5):
        story = _issue(world, markers, anna, "story", at=2 + number, milestone=r1)
        epic.sub_issue(after(3 + number), story, by=anna)
        _live(story, markers, anna, number)
    for concept in _CONCEPTS[1:-1]:
        _issue(world, markers, anna, concept, at=20)
    _issue(world, markers, anna, "risk", at=21, client_title="Supplier may be late")
    for mark in _MARKS:
        for concept in _CONCEPTS:
            words = markers(f"withheld {concept} by {mark}: client title")
            hidden = _issue(world, markers, anna, concept, at=22, mark=mark, client_title=words, milestone=r1)
            below = _issue(world, markers, anna, "story", at=23, client_title=words)
            hidden.sub_issue(after(23.5), below, by=anna)
    for number in range(extra_withheld):
        _issue(world, markers, anna, "story", at=25 + number, mark="internal")
    world.pull(
        markers("pull request title"), at=after(30), body=markers("pull request text"), milestone=r1, by=anna
    )
    return world


def _people(world: GitHubWorld, login: str, markers: Markers) -> None:
    told = {"name": f"Anna {markers('display name')}", "email": f"{markers('e-mail')}@x.example"}
    told |= {"avatar_url": f"https://x.example/{markers('avatar')}", "company": markers("company")}

    def do(state: GitHubState) -> None:
        state.users[login].update(told)
        for milestone in state.milestones.values():
            milestone["creator"] = state.users[login]

    world.act(after(0.5), do)


def _issue(
    world: GitHubWorld,
    markers: Markers,
    anna: str,
    concept: str,
    *,
    at: float,
    title: str = "",
    mark: str = "",
    client_title: str = "",
    milestone: MilestoneActs | None = None,
) -> IssueActs:
    here = f"{mark} {concept} of day {at:g}".strip()
    body = f"First {markers(f'{here}: text')}.\n\n- [ ] {markers(f'{here}: task')}\n\n"
    body += f"<!-- {markers('hidden comment')} -->"
    body += f"\n\n### Mitigation\n\n{markers(f'{here}: mitigation')}\n"
    body += f"\n### Client title\n\n{client_title}\n" if client_title else ""
    labels = [markers("label"), *([] if concept == "story" else [concept]), *([mark] if mark else [])]
    made = world.issue(
        title or markers(f"{here}: title"),
        at=after(at),
        body=body,
        labels=labels,
        milestone=milestone,
        by=anna,
        assignee=anna,
    )
    return made.retype(after(at), markers("type"), by=anna) if concept == "story" else made


def _live(story: IssueActs, markers: Markers, anna: str, number: int) -> None:
    """Let things happen that only the timeline tells."""
    day = 8 + number
    story.comment(after(day), f"Between us: {markers(f'comment {number}')}", by=anna)
    story.label(after(day), add=markers(f"former label {number}"), by=anna)
    story.label(after(day + 0.1), remove=markers(f"former label {number}"), by=anna)
    story.rename(after(day + 0.2), markers(f"former title {number}"), by=anna)
    story.rename(after(day + 0.3), markers(f"title {number}"), by=anna)
    if number < 2:
        story.close(after(day + 0.6), by=anna)
