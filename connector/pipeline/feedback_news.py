"""Where feedback stands, told at once: an edition between two rhythms, where nothing else is news.

Whoever told us something should not wait a week to read that somebody looks at it. Of an audience for
which a person approves every edition nothing goes out by itself; there the page says as of when it is.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from connector.analysis.hearing import heard
from connector.analysis.judge import picture_at
from connector.analysis.walk import histories
from connector.disclosure.changes import NoveltyKind, new_to_audience
from connector.pipeline import judging
from connector.pipeline.disclosing import Built, policy_of
from connector.pipeline.editions import Published, publish_scheduled
from connector.pipeline.workspace import Project, Workspace
from connector.store.notes import SourceNotes

_SEEN = "feedback seen"
_REMEMBERED = dt.timedelta(days=800)


def audiences_to_tell(workspace: Workspace, project: Project) -> tuple[str, ...]:
    """Name the audiences to ask about since feedback stands otherwise than when they were asked about last.

    None of those for which a person approves every edition, or that never had one.
    """
    asked = [name for name in project.settings.audiences if _may_be_told(workspace, project, name)]
    standing = _standing(workspace, project) if asked else ""
    return tuple(name for name in asked if _notes(workspace, project, name).read(_SEEN) != standing)


def publish_feedback_news(workspace: Workspace, project: Project, audience: str) -> Published:
    """Publish for an audience to whom nothing is news but where feedback stands; else leave it to its rhythm.

    It is left where anything else is news (a text nobody approved, too), and where the page would be
    untrue. Either way the audience is not named again until feedback stands otherwise.

    Args:
        workspace: Configuration, store and clock.
        project: The project, just synced.
        audience: One of `audiences_to_tell`.

    Raises:
        SafetyError: Something leaked, or the clock is moved and `[site] rehearsal` is not set.
        FaultsError: The policy has faults.
        LockedError: Another process works on the project: it is named again.
    """
    standing = _standing(workspace, project)
    done = publish_scheduled(workspace, project, audience, only=is_feedback_alone)
    _notes(workspace, project, audience).write(_SEEN, standing, until=workspace.now() + _REMEMBERED)
    return done


def is_feedback_alone(built: Built) -> bool:
    """Tell whether all that is new in a draft is where feedback stands, in words that were told before."""
    previous = built.seen.previous_view
    if previous is None or built.seen.follows_withdrawal or built.seen.held:
        return False
    news = new_to_audience(built.seen.view, previous)
    return any(each.kind is NoveltyKind.STATE for each in news) and all(
        each.path.startswith("feedback[") and each.kind is not NoveltyKind.TEXT for each in news
    )


def _may_be_told(workspace: Workspace, project: Project, audience: str) -> bool:
    if project.settings.audience(audience).approval == "always":
        return False
    if not policy_of(workspace, project, audience).shows("feedback", "state"):
        return False
    return workspace.store.editions.latest(project.key, audience) is not None


def _standing(workspace: Workspace, project: Project) -> str:
    """Return a digest of where all feedback stands: to know without judging that nothing moved."""
    facts, now = judging.facts_of(workspace, project), workspace.now()
    told, agreement = histories(facts), judging.agreement_of(workspace, project)
    mapped = picture_at(facts, told, now, agreement.changes)
    picture = heard(mapped, agreement.heard, facts.rules, told, as_of=now)
    lines = (f"{each.key} {each.stage} {','.join(each.milestones)}" for each in picture.feedback)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _notes(workspace: Workspace, project: Project, audience: str) -> SourceNotes:
    return workspace.store.notes.of(project.key, f"feedback for {audience}", now=workspace.now)
