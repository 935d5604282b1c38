"""Words the scope account and the freshness of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from connector.analysis.facts import SourceFacts
from connector.analysis.state import PROJECT, ProjectState, ScopeRow
from connector.analysis.walk import ITEMS
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
_EXACT: Final = frozenset({ScopePart.AGREED, ScopePart.DONE})


def scope(
    scribe: Scribe, policy: Policy, state: ProjectState, previous: tuple[ScopeView, ...] = ()
) -> tuple[ScopeView, ...]:
    """Word the scope account of the whole project: in items, and in its unit where estimates are open.

    Args:
        scribe: Makes the leaves.
        policy: Opens the totals.
        state: The state judged on what this audience may know of.
        previous: The accounts as this audience saw them last: a total so near to the one told then
            that the difference would be a small number is told as a range.
    """
    if not policy.is_told("scope") or not policy.show["scope"] - {"estimates"}:
        return ()
    rows = [row for row in state.scope if row.container == PROJECT]
    shown = [row for row in rows if row.unit == ITEMS]
    if policy.shows("scope", "estimates"):
        shown += [_rounded(policy, row) for row in rows if row.unit != ITEMS]
    accounts = [
        _Account(scribe=scribe, policy=policy, row=row, before=_before(row, previous)) for row in shown
    ]
    return tuple(account.view(state) for account in accounts)


def _rounded(policy: Policy, row: ScopeRow) -> ScopeRow:
    """Round the sizes of an account, today's total to what the rounded parts come to: it adds up."""
    if not policy.size_step:
        return row
    agreed, approved, undecided, removed = (
        None if size is None else policy.round_size(size)
        for size in (row.baseline, row.approved_added, row.unapproved_added, row.removed)
    )
    changed = policy.round_size(
        (row.reestimated or 0) + (row.transferred_in or 0) - (row.transferred_out or 0)
    )
    total = (agreed or 0) + (approved or 0) + (undecided or 0) - (removed or 0) + changed
    return replace(
        row,
        baseline=agreed,
        approved_added=approved,
        unapproved_added=undecided,
        removed=removed,
        done=policy.round_size(row.done),
        current=policy.round_size(row.current) if agreed is None else total,
        reestimated=changed,
        transferred_in=0,
        transferred_out=0,
    )


def _before(row: ScopeRow, previous: tuple[ScopeView, ...]) -> Mapping[ScopePart, Amount]:
    """Find what was told of a unit: items come first, and each other unit after them."""
    place = 0 if row.unit == ITEMS else 1
    return {line.part: line.amount for view in previous[place : place + 1] for line in view.lines}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """What is told of a total: that it lies between these. `near` is what it was told as before."""

    low: float
    high: float
    near: float | None = None

    @property
    def is_exact(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    """The account of one unit. `before` are its totals as told last."""

    scribe: Scribe
    policy: Policy
    row: ScopeRow
    before: Mapping[ScopePart, Amount]

    def view(self, state: ProjectState) -> ScopeView:
        """Word it."""
        baseline = state.baseline if self.policy.shows("scope", "agreed") else None
        agreed_on = Origin(field="Baseline.on_at", rule="scope.agreed")
        lines = [
            line
            for part, field in _PARTS
            if self.policy.shows("scope", part.value) and (line := self._line(part, field))
        ]
        is_sum = {line.part for line in lines} >= _SUM
        if is_sum and (resized := _resized(self.scribe, self.row)):
            lines.insert([line.part for line in lines].index(ScopePart.CURRENT), resized)
        return ScopeView(
            unit=self.scribe.fixed(f"unit.{self.row.unit}"),
            agreed_on=self.scribe.local_day(baseline.on_at, agreed_on) if baseline else None,
            lines=tuple(lines),
            is_sum=is_sum,
            share=_share(self.scribe, lines),
            note=self.scribe.fixed("scope.nothing_agreed") if self.row.baseline is None else None,
        )

    def _line(self, part: ScopePart, field: str) -> ScopeLine | None:
        value = getattr(self.row, field)
        if value is None:
            return None
        is_alone = part is ScopePart.CURRENT and self.row.baseline is None  # it is no sum of anything above
        return ScopeLine(
            part=part,
            label=self.scribe.fixed(f"scope.{part.value}"),
            amount=self._amount(part, value, field),
            explanation=None if is_alone else self.scribe.fixed(f"scope.{part.value}.why"),
        )

    def _amount(self, part: ScopePart, value: float, field: str) -> Amount:
        origin = Origin(field=f"ScopeRow.{field}", record=self.row.container, rule=f"scope.{part.value}")
        if part in _EXACT:
            return self.scribe.amount(value, origin)
        span = self._current() if part is ScopePart.CURRENT else self._span(part, value)
        if span.is_exact:
            return self.scribe.amount(value, origin)
        if part is not ScopePart.CURRENT and (span.low, span.high) == self._coarse:
            return self.scribe.total(value, origin, near=self._near(part))
        return self.scribe.between(max(0, span.low), span.high, origin, near=span.near)

    @property
    def _coarse(self) -> tuple[float, float]:
        """Between what a total lies that is told as fewer than k: whole numbers are counted in ones."""
        return (self._step, self.scribe.most_coarse + 1 - self._step)

    @property
    def _step(self) -> int:
        return 1 if self.row.unit == ITEMS else 0

    def _span(self, part: ScopePart, value: float) -> _Span:
        """Return what may be told of a total: the same for all values that it is to hide.

        Of what was told last, fewer than k more or less would tell a small number. Where the values
        below it run into those that are told as fewer than k, all of them are told alike.
        """
        near, k, step = self._near(part), self.scribe.most_coarse + 1, self._step
        if near is not None and 0 < value < near < 2 * k - 1:
            return _Span(low=step, high=near - step, near=near)
        if self.scribe.is_coarse(value):
            return _Span(low=self._coarse[0], high=self._coarse[1])
        if near is None or not self.scribe.is_coarse(abs(value - near)):
            return _Span(low=value, high=value)
        if value > near:
            return _Span(low=near + step, high=near + k - step, near=near)
        return _Span(low=near - k + step, high=near - step, near=near)

    def _near(self, part: ScopePart) -> float | None:
        """Return what a total was last told as, unless that itself is now too small to be told."""
        amount = self.before.get(part)
        near = None if amount is None else amount.near if amount.value is None else amount.value
        return None if self.scribe.is_coarse(near) else near

    def _current(self) -> _Span:
        """Return what may be told of the total of today: a range where it would give a part away."""
        row = self.row
        grown = [
            (self._span(part, value), value)
            for part, value in (
                (ScopePart.APPROVED, row.approved_added),
                (ScopePart.UNDECIDED, row.unapproved_added),
            )
            if value is not None
        ]
        shrunk = [(self._span(ScopePart.TAKEN_OUT, row.removed), row.removed)] if row.removed else []
        near = self._near(ScopePart.CURRENT)
        if all(span.is_exact for span, _ in (*grown, *shrunk)):
            return self._alone()
        low = row.current + sum(span.low - value for span, value in grown)
        high = row.current + sum(span.high - value for span, value in grown)
        return _Span(
            low=low - sum(span.high - value for span, value in shrunk),
            high=high - sum(span.low - value for span, value in shrunk),
            near=near,
        )

    def _alone(self) -> _Span:
        """Return what may be told of today's total where its parts are told exactly, or not at all."""
        current, agreed = self.row.current, self.row.baseline
        shows = self.policy.shows
        if agreed is not None and all(shows("scope", part.value) for part in _SUM):
            return _Span(low=current, high=current)  # it is the sum of what is told
        span = self._span(ScopePart.CURRENT, current)
        if agreed is None or not shows("scope", "agreed") or not self.scribe.is_coarse(abs(current - agreed)):
            return span
        k, step = self.scribe.most_coarse + 1, self._step
        near = self._near(ScopePart.CURRENT)
        if current > agreed:
            return _Span(low=agreed + step, high=agreed + k - step, near=near)
        return _Span(low=agreed - k + step, high=agreed - step, near=near)


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
