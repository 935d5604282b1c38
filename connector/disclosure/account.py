"""Words the scope account and the freshness of the data."""

from __future__ import annotations

from typing import Final

from connector.analysis.facts import SourceFacts
from connector.analysis.state import PROJECT, ProjectState, ScopeRow
from connector.disclosure.policy import Policy
from connector.disclosure.scribe import Origin, Scribe
from connector.disclosure.view import (
    Amount,
    ClientText,
    Progress,
    ScopeLine,
    ScopePart,
    ScopeView,
    SourceView,
)

_TRACKERS: Final = {"jira": "source.jira", "github": "source.github"}
_PARTS: Final = (
    (ScopePart.AGREED, "baseline"),
    (ScopePart.APPROVED, "approved_added"),
    (ScopePart.UNDECIDED, "unapproved_added"),
    (ScopePart.TAKEN_OUT, "removed"),
    (ScopePart.CURRENT, "current"),
    (ScopePart.DONE, "done"),
)
_SUM: Final = frozenset(part for part, _ in _PARTS) - {ScopePart.DONE}


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
    lines = [
        line
        for part, field in _PARTS
        if policy.shows("scope", part.value) and (line := _line(scribe, row, part, field))
    ]
    is_sum = {line.part for line in lines} >= _SUM
    if is_sum and (resized := _resized(scribe, row)):
        lines.insert([line.part for line in lines].index(ScopePart.CURRENT), resized)
    return ScopeView(
        unit=scribe.fixed(f"unit.{row.unit}"),
        agreed_on=scribe.local_day(baseline.on_at, agreed_on) if baseline else None,
        lines=tuple(lines),
        is_sum=is_sum,
        share=_share(scribe, lines),
        note=scribe.fixed("scope.nothing_agreed") if row.baseline is None else None,
    )


def _line(scribe: Scribe, row: ScopeRow, part: ScopePart, field: str) -> ScopeLine | None:
    value = getattr(row, field)
    if value is None:
        return None
    origin = Origin(field=f"ScopeRow.{field}", record=row.container, rule=f"scope.{part.value}")
    if part is ScopePart.CURRENT:
        amount = _current(scribe, row, origin)
    else:
        is_exact = part in {ScopePart.AGREED, ScopePart.DONE}
        amount = scribe.amount(value, origin) if is_exact else scribe.total(value, origin)
    is_alone = part is ScopePart.CURRENT and row.baseline is None  # then it is no sum of anything above
    return ScopeLine(
        part=part,
        label=scribe.fixed(f"scope.{part.value}"),
        amount=amount,
        explanation=None if is_alone else scribe.fixed(f"scope.{part.value}.why"),
    )


def _resized(scribe: Scribe, row: ScopeRow) -> ScopeLine | None:
    """Tell what else the total differs by: without it the account would not add up."""
    value = (row.reestimated or 0) + (row.transferred_in or 0) - (row.transferred_out or 0)
    if not value:
        return None
    origin = Origin(field="ScopeRow.reestimated", record=row.container, rule="scope.current")
    return ScopeLine(
        part=ScopePart.RESIZED,
        label=scribe.fixed("scope.resized"),
        amount=scribe.amount(value, origin),
        explanation=scribe.fixed("scope.resized.why"),
    )


def _share(scribe: Scribe, lines: list[ScopeLine]) -> Progress | None:
    """Tell done out of all, where both are told exactly and in whole numbers."""
    told = {line.part: line.amount.value for line in lines}
    done, current = told.get(ScopePart.DONE), told.get(ScopePart.CURRENT)
    if done is None or not current or not float(done).is_integer() or not float(current).is_integer():
        return None
    origin = Origin(field="ScopeRow.done, current", record=PROJECT, rule="scope.done")
    return scribe.progress(int(done), int(current), origin)


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
        return SourceView(label=label, is_behind=True, sentence=scribe.fixed("source.never", what=label))
    as_of = scribe.moment(source.last_success_at, origin)
    words = "source.failed" if source.failed_since or not source.complete else "source.as_of"
    return SourceView(
        label=label,
        as_of=as_of,
        is_behind=words == "source.failed",
        sentence=scribe.fixed(words, what=label, when=as_of.text),
    )
