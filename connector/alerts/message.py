"""An alert in words for the PM: what, since when, how much, why, what can be done. Pure; internal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from connector.alerts.decide import Decision, Notice, Transition
from connector.analysis.state import (
    PROJECT,
    Deviation,
    EntryKind,
    LedgerEntry,
    MilestoneState,
    ProjectState,
    ScopeRow,
    Severity,
)

_TOP = 5  # ledger entries that an alert lists; `status` has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What goes to every channel of the project. `key` is unique in the project."""

    key: str
    subject: str
    text: str
    severity: Severity


def compose(decision: Decision, state: ProjectState) -> tuple[Message, ...]:
    """Put a decision into words.

    Args:
        decision: What to tell.
        state: The project as it was judged; figures and top entries come from it.

    Returns:
        One message for each notice, or one digest of them all.
    """
    if not decision.as_digest:
        return tuple(_message(notice, state) for notice in decision.notices)
    return (_digest(decision.notices, state),)


def _message(notice: Notice, state: ProjectState) -> Message:
    alert = notice.alert
    title = f"{_RULE_NAMES.get(alert.rule, alert.rule)}: {alert.object_name or alert.object}"
    return Message(
        key=notice.key,
        subject=f"[{state.name}] {_SUBJECT[notice.transition]}{title} ({_level(notice)})",
        text=_text(notice, state),
        severity=alert.severity,
    )


def _level(notice: Notice) -> str:
    return "over" if notice.transition is Transition.RESOLVED else notice.alert.severity.value


def _digest(notices: Sequence[Notice], state: ProjectState) -> Message:
    head = (
        f"This is the first look at {state.name}. What is out of order already, told once;"
        " from now on there is a message for each change.\n"
    )
    parts = [f"{_RULE_NAMES.get(n.alert.rule, n.alert.rule)}\n{_text(n, state)}" for n in notices]
    count = len(notices)
    return Message(
        key=f"digest:{notices[0].alert.changed_at:%Y%m%dT%H%M%S}",
        subject=f"[{state.name}] First look: {count} deviation{'' if count == 1 else 's'}",
        text="\n".join([head, *parts]),
        severity=max((n.alert.severity for n in notices), key=list(Severity).index),
    )


def _text(notice: Notice, state: ProjectState) -> str:
    alert = notice.alert
    name = alert.object_name or alert.object
    if notice.deviation is None:
        rule = _RULE_NAMES.get(alert.rule, alert.rule).lower()
        return f"What: {name} is back within what was agreed ({rule}).\nSince: {_at(alert.changed_at)}\n"
    told = _TELLERS.get(alert.rule, _any_rule)(notice.deviation, state)
    lines = [f"What: {told.what}", f"Since: {_at(alert.since)}"]
    if told.how_much:
        lines.append(f"How much: {told.how_much}")
    lines += ["Why:", *(f"  - {line}" for line in told.why)] if told.why else []
    lines.append(f"What can be done: {told.remedy}")
    lines.append(f"Look at: clientview {told.look or f'status {state.project}'}")
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    what: str
    remedy: str
    how_much: str = ""
    why: tuple[str, ...] = ()
    look: str = ""


def _creep(deviation: Deviation, state: ProjectState) -> _Told:
    row = _row(deviation, state)
    entries = _entries(row, EntryKind.UNAPPROVED_ADD)
    return _Told(
        what=f"{_place(deviation)} grew by work that no approved change request covers.",
        how_much=_creep_figures(deviation, row),
        why=tuple(_entry_line(entry) for entry in entries),
        remedy=(
            "have a change request approved and linked, agree a new baseline,"
            " or take the work out of scope again."
        ),
        look=_look(entries, state),
    )


def _creep_figures(deviation: Deviation, row: ScopeRow | None) -> str:
    if row is None or row.unapproved_added is None:
        return _facts(deviation)
    parts = [f"{_number(row.unapproved_added)} {row.unit} added"]
    if row.baseline is not None:
        parts[0] += f" to the {_number(row.baseline)} agreed"
    if row.creep_ratio is not None:
        parts.append(f"{row.creep_ratio:.1%}")
    tolerance = deviation.facts.get("tolerance")
    if isinstance(tolerance, float | int):
        parts.append(f"tolerance {tolerance:.1%}")
    by_nature = _by_nature(row)
    return ", ".join(parts) + (f" ({by_nature})" if by_nature else "")


def _by_nature(row: ScopeRow) -> str:
    sums: dict[str, float] = {}
    for entry in row.entries:
        if entry.kind is EntryKind.UNAPPROVED_ADD and entry.amount:
            sums[entry.nature.value] = sums.get(entry.nature.value, 0) + entry.amount
    return ", ".join(f"{name}: {_number(amount)}" for name, amount in sorted(sums.items()))


def _dropped(deviation: Deviation, state: ProjectState) -> _Told:
    entries = _entries(_row(deviation, state), EntryKind.REMOVED)
    return _Told(
        what=f"Agreed work left {_place(deviation)} without an approved change request.",
        how_much=_facts(deviation),
        why=tuple(_entry_line(entry) for entry in entries),
        remedy="have the removal approved by a change request, or put the work back.",
        look=_look(entries, state),
    )


def _slip(deviation: Deviation, state: ProjectState) -> _Told:
    milestone = _milestone(deviation, state)
    return _Told(
        what=f"{deviation.object_name} moved later than was agreed.",
        how_much=_facts(deviation) if milestone is None else _dates(milestone),
        why=() if milestone is None else tuple(_moves(milestone)),
        remedy="agree the new date with the client and take a new baseline, or bring the date back.",
    )


def _overdue(deviation: Deviation, state: ProjectState) -> _Told:
    milestone = _milestone(deviation, state)
    counts = None if milestone is None else (milestone.total - milestone.done, milestone.total)
    return _Told(
        what=f"{deviation.object_name} is past its date and not done.",
        how_much=_facts(deviation) if milestone is None else _dates(milestone),
        why=() if counts is None else (f"{counts[0]} of {counts[1]} items are open",),
        remedy="release it, or agree a new date with the client before they ask.",
    )


def _sync_failed(deviation: Deviation, state: ProjectState) -> _Told:
    source = next((s for s in state.sources if s.name == deviation.object), None)
    last = source.last_success_at if source else None
    return _Told(
        what=f"{deviation.object} could not be read; the page keeps its last good edition.",
        how_much=f"last read well {_at(last)}" if last else "never read well so far",
        why=(source.failure,) if source and source.failure else (),
        remedy="check the tracker and the token; the next sync goes on where this one stopped.",
        look="check --online",
    )


def _guard(deviation: Deviation, state: ProjectState) -> _Told:
    return _Told(
        what=f"{deviation.object} answered, but the answer looks wrong; nothing stored was touched.",
        why=(str(deviation.facts.get("reason", "")),),
        remedy="look at the tracker; if it is right, take the new state by name and reason.",
        look=f'sync {state.project} --accept --by NAME --reason "TEXT"',
    )


def _any_rule(deviation: Deviation, state: ProjectState) -> _Told:
    return _Told(
        what=f"{deviation.rule} at {deviation.object_name or deviation.object}.",
        how_much=_facts(deviation),
        remedy=f"see `clientview status {state.project}`.",
    )


_RULE_NAMES: Mapping[str, str] = {
    "scope_creep": "Scope creep",
    "scope_dropped": "Agreed scope dropped",
    "milestone_slip": "Milestone slipped",
    "overdue": "Milestone overdue",
    "sync_failed": "Tracker not read",
    "guard_tripped": "Tracker looks wrong",
}
_SUBJECT: Mapping[Transition, str] = {
    Transition.FIRED: "",
    Transition.WORSE: "Worse: ",
    Transition.BETTER: "Better: ",
    Transition.MOVED: "Again: ",
    Transition.RESOLVED: "All clear: ",
}
_TELLERS: Mapping[str, Callable[[Deviation, ProjectState], _Told]] = {
    "scope_creep": _creep,
    "scope_dropped": _dropped,
    "milestone_slip": _slip,
    "overdue": _overdue,
    "sync_failed": _sync_failed,
    "guard_tripped": _guard,
}


def _place(deviation: Deviation) -> str:
    return "The project" if deviation.object == PROJECT else deviation.object_name or deviation.object


def _row(deviation: Deviation, state: ProjectState) -> ScopeRow | None:
    unit = deviation.facts.get("unit", "items")
    rows = [row for row in state.scope if row.container == deviation.object]
    return next((row for row in rows if row.unit == unit), rows[0] if rows else None)


def _milestone(deviation: Deviation, state: ProjectState) -> MilestoneState | None:
    return next((m for m in state.milestones if m.key == deviation.object), None)


def _entries(row: ScopeRow | None, kind: EntryKind) -> tuple[LedgerEntry, ...]:
    """Return the entries that weigh most, the latest first among equals."""
    found = [entry for entry in (row.entries if row else ()) if entry.kind is kind]
    found.sort(key=lambda entry: (-entry.amount, -entry.at.timestamp(), entry.item))
    return tuple(found[:_TOP])


def _entry_line(entry: LedgerEntry) -> str:
    verb = "added" if entry.kind is EntryKind.UNAPPROVED_ADD else f"removed ({entry.why or 'taken out'})"
    late = ", seen late" if entry.late else ""
    return f"{entry.item} {verb} {_at(entry.at)}, {_number(entry.amount)} {entry.unit}{late}"


def _look(entries: Sequence[LedgerEntry], state: ProjectState) -> str:
    return f"explain {state.project} {entries[0].item}" if entries else ""


def _dates(milestone: MilestoneState) -> str:
    dates = [
        ("first promised", milestone.first_promised_on),
        ("agreed", milestone.baseline_on),
        ("tracker now", milestone.due_on),
    ]
    parts = [f"{label} {date.isoformat()}" for label, date in dates if date is not None]
    if milestone.variance_baseline is not None:
        parts.append(f"{milestone.variance_baseline:+d} working days against the baseline")
    elif milestone.variance_first is not None:
        parts.append(f"{milestone.variance_first:+d} working days against the first promise")
    return ", ".join(parts)


def _moves(milestone: MilestoneState) -> Sequence[str]:
    return [
        f"moved from {move.from_on or 'no date'} to {move.to_on or 'no date'}, seen {_at(move.seen_at)}"
        for move in milestone.moves[-_TOP:]
    ]


def _facts(deviation: Deviation) -> str:
    return ", ".join(f"{name} {value}" for name, value in deviation.facts.items() if value is not None)


def _number(amount: float) -> str:
    return f"{amount:g}"


def _at(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
