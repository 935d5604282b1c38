"""The time machine: a whole history day by day in one walk, beside one pass, beside a replay a day.

100,000 changes over 500 days. A replay a day would cost each day what the walk costs altogether; it is
measured on a few days spread over the history, and the rest follows.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from adapters.records import Category, Change, ChangeMode, Field, Issue
from connector.analysis.baseline import Approval, take
from connector.analysis.burnup import series
from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.history import Version
from connector.analysis.walk import Walk, histories
from mappings.presets import preset_text
from mappings.rules import parse_rules

START = dt.datetime(2025, 1, 6, 9, 0, tzinfo=dt.UTC)
DAYS = 500
ISSUES = 10_000
CHANGES_EACH = 10
MILESTONES = 20
REPLAYED = 5  # days on which a replay is measured
SOURCE = "jira:APO"

T = TypeVar("T")


def main() -> None:
    """Print CPU seconds of each way, and what they are to one pass."""
    facts = _facts()
    told, reading_s = _timed(lambda: histories(facts))
    _, once_s = _timed(lambda: _walk(facts, told, [_day(DAYS)]))
    _, daily_s = _timed(lambda: _walk(facts, told, [_day(n) for n in range(1, DAYS + 1)]))
    sample = [_day(DAYS * n / REPLAYED) for n in range(1, REPLAYED + 1)]
    _, some_s = _timed(lambda: [_walk(facts, told, [day]) for day in sample])
    agreement = _agreement(facts)
    _, chart_s = _timed(lambda: series(facts, agreement, "project", since=_day(0), until=_day(DAYS)))
    count = sum(len(changes) for changes in facts.changes.values())
    print(f"{count} changes of {ISSUES} issues over {DAYS} days; versions read in {reading_s:.1f} CPU s")
    rows = (
        ("one pass", once_s),
        ("day by day, one walk", daily_s),
        ("a replay a day", some_s / REPLAYED * DAYS),
        ("burn-up by day, reading included", chart_s),
    )
    print(f"{'':34}{'CPU s':>8}{'to one pass':>13}")
    for name, used_s in rows:
        print(f"{name:34}{used_s:8.1f}{used_s / once_s:13.2f}")


def _timed(what: Callable[[], T]) -> tuple[T, float]:
    began_s = time.process_time()
    return what(), time.process_time() - began_s


def _walk(facts: ProjectFacts, told: Mapping[str, Sequence[Version]], stops: Sequence[dt.datetime]) -> int:
    """Walk to each of these instants; return the steps taken."""
    walk = Walk(facts, told)
    return sum(1 for stop in stops for _ in walk.advance(stop))


def _agreement(facts: ProjectFacts) -> Agreement:
    approval = Approval(approved_by="nobody")
    baseline = take(facts, Agreement(), on_at=_day(30), recorded_at=_day(DAYS), approval=approval, number=1)
    return Agreement(baselines=(baseline,))


def _day(offset: float) -> dt.datetime:
    return START + dt.timedelta(days=offset)


def _facts() -> ProjectFacts:
    """Return stories under epics in milestones, moved, estimated, closed and reopened at random."""
    order = random.Random(1)
    issues = [_issue(f"E{n}", type="Epic", level=1) for n in range(MILESTONES)]
    changes: dict[str, tuple[Change, ...]] = {}
    for number in range(ISSUES):
        one, told = _story(number, order)
        issues.append(one)
        changes[one.key] = told
    return ProjectFacts(
        project="bench",
        name="Bench",
        issues=tuple(issues),
        changes=changes,
        rules={SOURCE: parse_rules(preset_text("jira-scrum"), file="jira-scrum.toml")},
    )


def _issue(name: str, **values: object) -> Issue:
    own: dict[str, object] = {
        "key": f"jira:issue:{name}",
        "source": SOURCE,
        "ref": f"APO-{name}",
        "title": name,
        "type": "Story",
        "level": 0,
        "status": "To Do",
        "category": Category.TODO,
        "created_at": START,
        "updated_at": START,
    }
    return Issue(**(own | values))  # type: ignore[arg-type] # fields of Issue


def _story(number: int, order: random.Random) -> tuple[Issue, tuple[Change, ...]]:
    """Return a story as it is now, and the changes that led there."""
    began = order.uniform(0, DAYS * 0.8)
    inside, is_done = order.randrange(MILESTONES), False
    told: list[Change] = []
    for turn, offset in enumerate(sorted(order.uniform(began, DAYS) for _ in range(CHANGES_EACH // 2))):
        act = f"{number}-{turn}"
        base = Change(issue=f"jira:issue:{number}", id=act, act=act, at=_day(offset), field=Field.MILESTONES)
        if turn % 2:
            new = order.randrange(MILESTONES)
            told += _moved(base, f"jira:version:{inside}", f"jira:version:{new}")
            inside = new
        else:
            told += _closed(base, reopened=is_done)
            is_done = not is_done
    now = _issue(
        str(number),
        milestones=(f"jira:version:{inside}",),
        parent=f"jira:issue:E{number % MILESTONES}",
        points=float(number % 8),
        created_at=_day(began),
        category=Category.DONE if is_done else Category.TODO,
        status="Done" if is_done else "To Do",
    )
    return now, tuple(told)


def _moved(base: Change, out: str, into: str) -> tuple[Change, Change]:
    element = replace(base, mode=ChangeMode.ELEMENT)
    return replace(element, id=f"{base.act}.out", old=out), replace(element, id=f"{base.act}.in", new=into)


def _closed(base: Change, *, reopened: bool) -> tuple[Change, Change]:
    names, steps = ["To Do", "Done"], [Category.TODO, Category.DONE]
    if reopened:
        names.reverse()
        steps.reverse()
    status = replace(base, id=f"{base.act}.s", field=Field.STATUS, old_text=names[0], new_text=names[1])
    return status, replace(base, id=f"{base.act}.c", field=Field.CATEGORY, old=steps[0], new=steps[1])


if __name__ == "__main__":
    main()
