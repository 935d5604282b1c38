"""Takes and compares baselines: what was agreed, as of any day, from history."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass

from connector.analysis import milestones as dates
from connector.analysis.facts import Agreement, Baseline, ProjectFacts
from connector.analysis.ledger import sizes
from connector.analysis.state import PROJECT
from connector.analysis.walk import Walk, histories, size_unit


class DiffClass(enum.StrEnum):
    """The five classes of a baseline comparison."""

    NEWLY_ADDED = "newly_added"  # did not exist then
    ADDED = "added"  # existed, was not in scope
    CHANGED = "changed"  # another size, container or date
    REMOVED = "removed"
    UNAFFECTED = "unaffected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One item, or one milestone's date, in two baselines. `was` and `now` are for people."""

    key: str
    name: str
    diff_class: DiffClass
    was: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who approved, as the operating user claims; the user is recorded too."""

    approved_by: str
    recorded_by: str = ""
    note: str = ""


def take(
    facts: ProjectFacts,
    agreement: Agreement,
    *,
    on_at: dt.datetime,
    recorded_at: dt.datetime,
    approval: Approval,
    number: int,
) -> Baseline:
    """Return a baseline as of `on_at`, rebuilt from history; nothing is stored here.

    A milestone's date is known only from its first sighting on; before that it is None.
    """
    walk = Walk(facts, histories(facts))
    for _ in walk.advance(on_at):
        pass
    look = dates.Look(as_of=on_at, calendar=agreement.calendar(), first_entry=walk.first_entry)
    known = dates.known_at(facts.sightings, look, hints=facts.hints)
    return Baseline(
        number=number,
        on_at=on_at,
        recorded_at=recorded_at,
        approved_by=approval.approved_by,
        recorded_by=approval.recorded_by,
        note=approval.note,
        containers=sizes(walk.standings),
        dates={each.milestone.key: each.milestone.due_on for each in known},
        buffer_days=agreement.buffer_days,
        rules={name: rules.fingerprint for name, rules in facts.rules.items()},
        size_unit=size_unit(facts),
    )


def diff(old: Baseline, new: Baseline, facts: ProjectFacts) -> tuple[Difference, ...]:
    """Return every item and milestone of either baseline, classed, ordered by class and name."""
    issues = {issue.key: issue for issue in facts.issues}
    names = {s.milestone.key: s.milestone.name for s in facts.sightings}
    was, now = _items(old), _items(new)
    found = []
    for key in set(was) | set(now):
        issue = issues.get(key)
        is_new = issue is not None and issue.created_at > old.on_at
        found.append(
            _difference(key, issue.ref if issue else key, was.get(key, ""), now.get(key, ""), is_new=is_new)
        )
    for key in set(old.dates) | set(new.dates):
        before, after = _date(old.dates, key), _date(new.dates, key)
        found.append(_difference(key, names.get(key, key), before, after, is_new=False))
    order = list(DiffClass)
    return tuple(sorted(found, key=lambda d: (order.index(d.diff_class), d.name)))


def _difference(key: str, name: str, was: str, now: str, *, is_new: bool) -> Difference:
    if was == now:
        kind = DiffClass.UNAFFECTED
    elif not was:
        kind = DiffClass.NEWLY_ADDED if is_new else DiffClass.ADDED
    else:
        kind = DiffClass.CHANGED if now else DiffClass.REMOVED
    return Difference(key=key, name=name, diff_class=kind, was=was, now=now)


def _items(baseline: Baseline) -> dict[str, str]:
    """Describe where every item stands: its containers and size."""
    inside: dict[str, set[str]] = {}
    size: dict[str, float | None] = {}
    for container, items in baseline.containers.items():
        for key, value in items.items():
            size[key] = value
            if container != PROJECT:
                inside.setdefault(key, set()).add(container)
    return {
        key: ", ".join(sorted(containers)) + (f" ({size[key]:g})" if size[key] is not None else "")
        for key, containers in inside.items()
    }


def _date(dates_by_key: Mapping[str, dt.date | None], key: str) -> str:
    return (str(dates_by_key[key]) if dates_by_key[key] else "no date") if key in dates_by_key else ""
