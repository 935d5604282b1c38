"""Change control: records decisions where the tracker has none, and lists every change request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from connector.analysis import recorded
from connector.analysis.facts import ProjectFacts, RecordedChange
from connector.analysis.state import ProjectState
from connector.errors import UsageError
from connector.pipeline import judging
from connector.pipeline.agreeing import operating_user
from connector.pipeline.evidence import read_proof
from connector.pipeline.explaining import find_issue
from connector.pipeline.workspace import Project, Workspace
from mappings.concepts import ChangeRequest, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asks to record. Issues go by their refs or keys."""

    title: str
    verdict: Verdict
    by: str
    on_at: dt.datetime
    items: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    request: str = ""
    supersedes: int | None = None
    note: str = ""
    client_title: str = ""
    evidence: Path | None = None

    @property
    def names_cover(self) -> bool:
        """Whether it says what it covers."""
        return bool(self.items or self.labels or self.parents or self.request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One change request, the tracker's or recorded here, as of now. Internal."""

    ref: str
    is_recorded: bool  # a request of its own, recorded here
    title: str
    client_title: str
    verdict: Verdict
    decided_at: dt.datetime | None
    covers: tuple[str, ...] = ()  # refs of the issues it covers now
    record: RecordedChange | None = None  # the one that gives it its verdict
    superseded_by: str = ""  # ref of the record that took its place
    lost_request: str = ""  # the tracker's request it is about, which is there no more: it has no effect


def record(workspace: Workspace, project: Project, wish: Wish) -> tuple[RecordedChange, tuple[str, ...]]:
    """Record a decision. A record that supersedes one without saying what it covers covers the same.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        wish: What was decided; its instant is not later than now.

    Returns:
        The record with its number, and the refs of the issues it covers now.

    Raises:
        UsageError: An issue, the request or the record to supersede is not there, or the evidence
            cannot be read.
    """
    facts = judging.facts_of(workspace, project)
    proof = read_proof(wish.evidence)
    change = RecordedChange(
        number=0,
        title=wish.title,
        verdict=wish.verdict,
        decided_by=wish.by,
        on_at=wish.on_at,
        recorded_at=workspace.now(),
        recorded_by=operating_user(),
        items=_keys(facts, wish.items),
        labels=wish.labels,
        parents=_keys(facts, wish.parents),
        request=_request(workspace, project, facts, wish.request) if wish.request else "",
        supersedes=wish.supersedes,
        note=wish.note,
        client_title=wish.client_title,
        evidence=proof.evidence,
    )
    known = {one.number: one for one in workspace.store.changes.list(project.key)}
    before = known.get(wish.supersedes or 0)
    if before is not None:
        change = _inherited(change, before, says_cover=wish.names_cover)
    kept = workspace.store.changes.add(project.key, change, evidence=proof.content)
    return kept, _covered_now(workspace, project, facts, kept)


def listed(workspace: Workspace, project: Project) -> tuple[Listed, ...]:
    """List every change request: what stands, and then what has no effect, which nothing deletes."""
    facts = judging.facts_of(workspace, project)
    state = judging.judge_facts(workspace, project, facts, as_of=workspace.now())
    records = workspace.store.changes.list(project.key)
    refs = {issue.key: issue.ref for issue in facts.issues}
    return (*_standing(state, records, refs), *_without_effect(state, records, refs))


# ----------------------------------------------------------------------------------- private


def _keys(facts: ProjectFacts, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(find_issue(facts, name).key for name in names))


def _request(workspace: Workspace, project: Project, facts: ProjectFacts, name: str) -> str:
    key = find_issue(facts, name).key
    state = judging.judge_facts(workspace, project, facts, as_of=workspace.now())
    known = {request.key: request for request in state.picture.change_requests}
    if key not in known:
        refs = ", ".join(r.ref for r in known.values() if r.source != recorded.SOURCE)
        raise UsageError(
            f"--request: {name} is no change request by the rules; expected one of:"
            f" {refs or 'none is known'}. To cover it as an item, give it with --item"
        )
    return key


def _inherited(change: RecordedChange, before: RecordedChange, *, says_cover: bool) -> RecordedChange:
    change = replace(change, client_title=change.client_title or before.client_title)
    if says_cover:
        return change
    return replace(
        change, items=before.items, labels=before.labels, parents=before.parents, request=before.request
    )


def _covered_now(
    workspace: Workspace, project: Project, facts: ProjectFacts, change: RecordedChange
) -> tuple[str, ...]:
    state = judging.judge_facts(workspace, project, facts, as_of=workspace.now())
    refs = {issue.key: issue.ref for issue in facts.issues}
    for request in state.picture.change_requests:
        if request.key == change.request or (not change.request and request.ref == change.ref):
            return tuple(refs.get(key, key) for key in request.covers)
    return ()


def _standing(
    state: ProjectState, records: tuple[RecordedChange, ...], refs: Mapping[str, str]
) -> Iterator[Listed]:
    live = recorded.effective(records, state.as_of)
    about = {change.request: change for change in live if change.request}
    own = {change.ref: change for change in live if not change.request}
    for request in state.picture.change_requests:
        is_recorded = request.source == recorded.SOURCE
        record_of = own.get(request.ref) if is_recorded else about.get(request.key)
        yield _listed(request, record_of, refs, is_recorded=is_recorded)


def _listed(
    request: ChangeRequest, change: RecordedChange | None, refs: Mapping[str, str], *, is_recorded: bool
) -> Listed:
    return Listed(
        ref=request.ref,
        is_recorded=is_recorded,
        title=request.title,
        client_title=request.client_title,
        verdict=request.verdict,
        decided_at=request.decided_at,
        covers=tuple(refs.get(key, key) for key in request.covers),
        record=change,
    )


def _without_effect(
    state: ProjectState, records: tuple[RecordedChange, ...], refs: Mapping[str, str]
) -> Iterator[Listed]:
    """Yield the records that were superseded, and those about a request that is there no more."""
    told = {change.supersedes: change.ref for change in records if change.on_at <= state.as_of}
    requests = {request.key for request in state.picture.change_requests}
    for change in records:
        is_lost = bool(change.request) and change.request not in requests
        if change.number in told or is_lost:
            yield Listed(
                ref=change.ref,
                is_recorded=True,
                title=change.title,
                client_title=change.client_title,
                verdict=change.verdict,
                decided_at=None if change.verdict is Verdict.PROPOSED else change.on_at,
                covers=tuple(refs.get(key, key) for key in change.items),
                record=change,
                superseded_by=told.get(change.number, ""),
                lost_request=refs.get(change.request, change.request) if is_lost else "",
            )
