"""Silences alerts for a while: by whom, why, until when. What happens meanwhile is recorded, not told."""

from __future__ import annotations

from dataclasses import dataclass

from connector.config.watch import RULES
from connector.errors import UsageError
from connector.pipeline.agreeing import operating_user
from connector.pipeline.moments import coming
from connector.pipeline.workspace import Project, Workspace
from connector.store.silences import Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asked for. `alert` is `rule:object`, a rule alone, or "" for all of the project."""

    alert: str
    until: str
    by: str
    reason: str


def silence(workspace: Workspace, project: Project, wish: Wish) -> Silence:
    """Keep a silence.

    Raises:
        UsageError: There is no such rule, no reason is given, or the end is no instant to come.
    """
    rule, _, about = wish.alert.partition(":")
    if rule and rule not in RULES:
        raise UsageError(f"found the rule {rule!r}; expected one of: {', '.join(RULES)}")
    if not wish.reason.strip():
        raise UsageError("--reason: found nothing; expected why nobody is to be told")
    now = workspace.now()
    kept = Silence(
        rule=rule,
        object=about,
        since=now,
        until=coming(wish.until, timezone=project.timezone, now=now, option="--until"),
        by=wish.by.strip() or operating_user(),
        reason=wish.reason.strip(),
    )
    workspace.store.silences.add(project.key, kept)
    return kept
