"""Words the verdict, the scope account and the freshness of the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connector.analysis.facts import SourceFacts
from connector.analysis.state import PROJECT, HealthStatus, ProjectState, ScopeRow
from connector.disclosure.policy import Policy
from connector.disclosure.scribe import Origin, Scribe
from connector.disclosure.view import (
    Amount,
    ClientText,
    Code,
    MilestoneView,
    ScopeLine,
    ScopeView,
    SourceView,
    Verdict,
)

_STATUS: Final = {status: Code(status.value) for status in HealthStatus}
_REASONS: Final = frozenset(
    {
        "all_done",
        "within_tolerances",
        "overdue",
        "milestone_slip",
        "scope_creep",
        "scope_dropped",
        "no_baseline",
        "no_dated_milestone",
        "no_complete_sync",
    }
)
_NAMED: Final = frozenset({"overdue", "milestone_slip"})
_TRACKERS: Final = {"jira": "source.jira", "github": "source.github"}
_PARTS: Final = (
    ("agreed", "baseline"),
    ("approved", "approved_added"),
    ("undecided", "unapproved_added"),
    ("taken_out", "removed"),
    ("current", "current"),
    ("done", "done"),
)


def verdict(
    scribe: Scribe, policy: Policy, state: ProjectState, milestones: Mapping[str, MilestoneView]
) -> Verdict | None:
    """Say whether the project is on track, and why, in general words.

    Args:
        scribe: Makes the leaves.
        policy: Opens `health.state` and `health.reasons`.
        state: The state judged on what this audience may know of.
        milestones: The told milestones by their key: a reason names no other.
    """
    if not policy.shows("health", "state"):
        return None
    origin = Origin(field="Health.status", rule="health.state")
    code = _STATUS[state.health.status]
    return Verdict(
        state=scribe.state(code, origin, word="verdict.word"),
        sentence=scribe.fixed(f"verdict.sentence.{code.value}"),
        reasons=_reasons(scribe, state, milestones) if policy.shows("health", "reasons") else (),
    )


def _reasons(
    scribe: Scribe, state: ProjectState, milestones: Mapping[str, MilestoneView]
) -> tuple[ClientText, ...]:
    said: dict[str, ClientText] = {}
    for reason in state.health.reasons:
        text = _reason(scribe, reason, milestones)
        said.setdefault(text.value, text)
    return tuple(said.values())


def _reason(scribe: Scribe, reason: str, milestones: Mapping[str, MilestoneView]) -> ClientText:
    word, _, subject = reason.partition(" ")
    milestone = milestones.get(subject)
    if word in _NAMED and milestone is not None and milestone.head.title is not None:
        return scribe.fixed(f"reason.{word}.named", what=milestone.head.title)
    return scribe.fixed(f"reason.{word}" if word in _REASONS else "reason.other")


def scope(scribe: Scribe, policy: Policy, state: ProjectState) -> tuple[ScopeView, ...]:
    """Word the scope account of the whole project: in items, and in its unit where estimates are open."""
    if not policy.is_told("scope") or not policy.show["scope"] - {"estimates"}:
        return ()
    rows = [row for row in state.scope if row.container == PROJECT]
    shown = [row for row in rows if row.unit == "items" or policy.shows("scope", "estimates")]
    return tuple(_account(scribe, policy, state, row) for row in shown)


def _account(scribe: Scribe, policy: Policy, state: ProjectState, row: ScopeRow) -> ScopeView:
    agreed_on = Origin(field="Baseline.on_at", rule="scope.agreed")
    baseline = state.baseline if policy.shows("scope", "agreed") else None
    lines = (_line(scribe, row, switch, field) for switch, field in _PARTS if policy.shows("scope", switch))
    return ScopeView(
        unit=scribe.fixed(f"unit.{row.unit}"),
        agreed_on=scribe.local_day(baseline.on_at, agreed_on) if baseline else None,
        lines=tuple(line for line in lines if line),
        note=scribe.fixed("scope.nothing_agreed") if row.baseline is None else None,
    )


def _line(scribe: Scribe, row: ScopeRow, switch: str, field: str) -> ScopeLine | None:
    value = getattr(row, field)
    if value is None:
        return None
    origin = Origin(field=f"ScopeRow.{field}", record=row.container, rule=f"scope.{switch}")
    if switch == "current":
        amount = _current(scribe, row, origin)
    else:
        is_agreed = switch in {"agreed", "done"}
        amount = scribe.amount(value, origin) if is_agreed else scribe.total(value, origin)
    explained = switch != "current" or row.baseline is not None  # alone it is no sum of anything above
    return ScopeLine(
        label=scribe.fixed(f"scope.{switch}"),
        amount=amount,
        explanation=scribe.fixed(f"scope.{switch}.why") if explained else None,
    )


def _current(scribe: Scribe, row: ScopeRow, origin: Origin) -> Amount:
    """Tell the current total; as a range where it would give a coarsened part away."""
    grown = [part for part in (row.approved_added, row.unapproved_added) if scribe.is_coarse(part)]
    shrunk = [part for part in (row.removed,) if scribe.is_coarse(part)]
    if not grown and not shrunk:
        return scribe.amount(row.current, origin)
    known = row.current - sum(part or 0 for part in grown) + sum(part or 0 for part in shrunk)
    low = known + len(grown) - len(shrunk) * scribe.most_coarse
    high = known + len(grown) * scribe.most_coarse - len(shrunk)
    return scribe.between(max(0, low), high, origin)


def sources(scribe: Scribe, facts: tuple[SourceFacts, ...]) -> tuple[SourceView, ...]:
    """Say how fresh the data is, by kind of tracker; neither host nor key is named."""
    kinds = [_TRACKERS.get(source.name.partition(":")[0], "source.other") for source in facts]
    return tuple(_source(scribe, _label(scribe, kinds, place), source) for place, source in enumerate(facts))


def _label(scribe: Scribe, kinds: list[str], place: int) -> ClientText:
    label = scribe.fixed(kinds[place])
    if kinds.count(kinds[place]) == 1:
        return label
    number = scribe.opaque(str(kinds[: place + 1].count(kinds[place])), field="order of sources")
    return scribe.fixed("source.numbered", what=label, n=number)


def _source(scribe: Scribe, label: ClientText, source: SourceFacts) -> SourceView:
    origin = Origin(field="SourceFacts.last_success_at", rule="always: as of")
    if source.last_success_at is None:
        return SourceView(label=label, sentence=scribe.fixed("source.never", what=label))
    as_of = scribe.moment(source.last_success_at, origin)
    words = "source.failed" if source.failed_since or not source.complete else "source.as_of"
    return SourceView(label=label, as_of=as_of, sentence=scribe.fixed(words, what=label, when=as_of.text))
