"""`explain`: why an issue landed where it did, what the ledger books of it, what each audience sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adapters.records import Issue
from connector.analysis.facts import ProjectFacts
from connector.analysis.state import EntryKind, LedgerEntry
from connector.analysis.stories import story
from connector.errors import UsageError
from connector.pipeline import judging
from connector.pipeline.disclosing import see
from connector.pipeline.workspace import Project, Workspace
from mappings.classify import parents
from mappings.trace import explain

_ADDED = frozenset({EntryKind.APPROVED_ADD, EntryKind.UNAPPROVED_ADD})


GONE: Mapping[str, str] = {  # what became of an issue, to people
    "moved_out": "moved out",
    "transferred": "transferred to another repository",
    "converted": "converted into something that is no issue",
    "deleted": "deleted",
    "invisible": "deleted or hidden from us; the tracker does not tell which",
}


def explanation(workspace: Workspace, project: Project, key: str) -> Iterator[str]:
    """Tell everything about one issue, a line at a time. Internal.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        key: The issue's ref (`APO-77`, `apollo#12`; case does not matter) or key.

    Raises:
        UsageError: No stored issue is called so.
    """
    facts = judging.facts_of(workspace, project)
    issue = find_issue(facts, key)
    has_children = issue.key in parents(facts.issues, facts.rules)
    yield from explain(issue, facts.rules[issue.source], has_children=has_children)
    gone = facts.gone.get(issue.key)
    if gone is not None:
        yield f"gone since {gone.at:%Y-%m-%d %H:%M}Z: {GONE.get(gone.why, gone.why)}"
    state = judging.judge_facts(workspace, project, facts, as_of=workspace.now())
    yield "Ledger:"
    entries = story(state, issue.key)
    yield from (f"  {_entry(entry)}" for entry in entries)
    if not entries:
        yield "  nothing booked" if state.baseline else "  no baseline yet, so nothing is booked"
    yield "Audiences:"
    for audience in project.settings.audiences:
        yield from (f"  {line}" for line in _audience(workspace, project, facts, audience, issue))


def find_issue(facts: ProjectFacts, key: str) -> Issue:
    """Find an issue by its ref (case does not matter) or key; of several, one that is not gone.

    Raises:
        UsageError: No stored issue is called so.
    """
    wanted = key.casefold()
    found = [issue for issue in facts.issues if wanted in {issue.key.casefold(), issue.ref.casefold()}]
    if found:
        return min(found, key=lambda issue: (issue.key in facts.gone, issue.key))
    examples = ", ".join(issue.ref for issue in facts.issues[:3]) or "none: nothing was pulled yet"
    raise UsageError(
        f"project {facts.project}: found no issue {key!r}; expected a ref or key such as {examples}"
    )


def _entry(entry: LedgerEntry) -> str:
    parts = [
        f"{entry.at:%Y-%m-%d %H:%M}Z",
        entry.container,
        entry.kind.value,
        f"{entry.amount:g} {entry.unit}",
        *(f"({text})" for text in (GONE.get(entry.why, entry.why), entry.other) if text),
    ]
    if entry.kind in _ADDED:
        parts.append(f"nature {entry.nature.value}, origin {entry.origin.value}")
    if entry.change_request:
        parts.append(f"covered by {entry.change_request}")
    if entry.children:
        parts.append(f"into {', '.join(entry.children)}")
    if entry.split_of:
        parts.append(f"split from {entry.split_of}")
    if entry.late:
        parts.append("seen late")
    return " ".join(parts)


def _audience(
    workspace: Workspace, project: Project, facts: ProjectFacts, audience: str, issue: Issue
) -> Iterator[str]:
    seen = see(workspace, project, facts, audience)
    if issue.key in seen.hidden:
        yield f"{audience}: withheld; learns nothing of it, not even that it exists"
        return
    told = [entry for entry in seen.projection.manifest if entry.record == issue.key]
    if not told:
        yield f"{audience}: counted in totals at most; no word of it"
        return
    yield f"{audience}: told"
    yield from (f"  {entry.path}: {entry.text!r} ({entry.rule})" for entry in told)
