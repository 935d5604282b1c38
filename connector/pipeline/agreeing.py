"""Takes baselines: by command as of any day, or once as the configuration says."""

from __future__ import annotations

import datetime as dt
import os
import pwd
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from connector.analysis.baseline import Approval, Difference, diff, take
from connector.analysis.facts import Baseline, ProjectFacts
from connector.analysis.walk import size_unit
from connector.errors import UsageError
from connector.pipeline import judging
from connector.pipeline.evidence import NO_PROOF, Proof, read_proof
from connector.pipeline.moments import end_of
from connector.pipeline.workspace import Project, Workspace


def set_baseline(
    workspace: Workspace,
    project: Project,
    *,
    on_at: dt.datetime,
    approved_by: str,
    note: str,
    evidence: Path | None = None,
) -> Baseline:
    """Take and record a baseline as of `on_at`.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        on_at: The instant it holds from; not later than now.
        approved_by: Who approved it, as the operating user claims; the user is recorded too.
        note: Free text, "" for none.
        evidence: A document that proves the approval; its bytes are stored.

    Raises:
        UsageError: Nothing was pulled yet, so there is nothing to copy; or the evidence cannot be read.
    """
    proof = read_proof(evidence)
    facts = judging.facts_of(workspace, project)
    if not _is_complete(project, facts):
        raise UsageError(
            f"project {project.key}: not every source was read well yet, so a baseline would be a part of the"
            f" truth; expected a complete `clientview sync {project.key}` first"
        )
    approval = Approval(approved_by=approved_by, recorded_by=operating_user(), note=note)
    return _take(workspace, project, facts, on_at=on_at, approval=approval, proof=proof)


def take_configured(workspace: Workspace, project: Project, facts: ProjectFacts) -> Baseline | None:
    """Take the baseline the configuration asks for: once, when every source was read well.

    Returns:
        The baseline, or None: not asked for, its day has not come, there is one already, or a
        source is still missing.
    """
    on = project.agreement.baseline_on
    if on is None or workspace.store.baselines.list(project.key) or not _is_complete(project, facts):
        return None
    now = workspace.now()
    on_at = on if isinstance(on, dt.datetime) else end_of(on, timezone=project.timezone)
    today = now.astimezone(ZoneInfo(project.timezone)).date()
    if on_at > now and (isinstance(on, dt.datetime) or on > today):
        return None
    approval = Approval(
        approved_by=project.agreement.approved_by or "",
        recorded_by=operating_user(),
        note="as configured",
    )
    return _take(workspace, project, facts, on_at=min(on_at, now), approval=approval)


def compare(
    workspace: Workspace, project: Project, old: Baseline, new: Baseline | None
) -> tuple[Difference, ...]:
    """Compare two baselines, or one with what stands now (`new` None)."""
    facts = judging.facts_of(workspace, project)
    if new is None:
        now = workspace.now()
        agreement = judging.agreement_of(workspace, project)
        new = take(facts, agreement, on_at=now, recorded_at=now, approval=Approval(approved_by=""), number=0)
    return diff(old, new, facts)


def operating_user() -> str:
    """Name the account this process runs under; its number where it has no name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _is_complete(project: Project, facts: ProjectFacts) -> bool:
    read_well = {source.name for source in facts.sources if source.last_success_at is not None}
    return {source.name for source in project.sources} <= read_well


def _tolerances(project: Project) -> Mapping[str, float]:
    settings = project.agreement
    usual: dict[str, float] = {
        "scope_tolerance_ratio": settings.scope_tolerance_ratio,
        "slip_tolerance_days": settings.slip_tolerance_days,
    }
    return usual | {f"tolerance of {one.container}": one.warning_ratio for one in settings.tolerances}


def _take(
    workspace: Workspace,
    project: Project,
    facts: ProjectFacts,
    *,
    on_at: dt.datetime,
    approval: Approval,
    proof: Proof = NO_PROOF,
) -> Baseline:
    baseline = take(
        facts,
        judging.agreement_of(workspace, project),
        on_at=on_at,
        recorded_at=workspace.now(),
        approval=approval,
        number=0,
    )
    counted = replace(baseline, rules=project.counted_by, size_unit=size_unit(facts), evidence=proof.evidence)
    return workspace.store.baselines.add(
        project.key,
        replace(counted, tolerances=_tolerances(project)),
        rule_texts={source.rules.fingerprint: source.rules_text for source in project.sources},
        evidence=proof.content,
    )
