"""The worked example of docs/explanation/scope-ledger.md, computed by the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.records import Category, Field, Link, LinkKind
from connector.analysis.baseline import Approval, take
from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.judge import judge
from connector.analysis.state import PROJECT, LedgerEntry, ProjectState, ScopeRow
from tests.builders import change, closed, day, facts, issue, milestone, moved, rules, seen, version

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "scope-ledger.md"
R1, R2 = version(1), version(2)
CONTAINERS = {"R1": R1, "R2": R2, "project": PROJECT}
LAST_DAY = 29  # 30 September


def example() -> ProjectFacts:
    """Return the story that the page tells; day 0 is 1 September."""
    points = {1: 3, 2: 5, 3: 5, 4: 8, 5: 2, 6: 5, 7: 3, 8: 3, 10: 5, 11: 1}
    inside = {1: R1, 2: R1, 3: R1, 4: R2, 5: R1, 6: R2, 7: R2, 8: R1, 10: R1, 11: R1}
    created = {8: day(13), 10: day(15), 11: day(7)}
    ended = {5: {"category": Category.DONE, "status": "Done", "resolution": "Won't Do"}}
    items = [
        issue(
            number,
            points=float(points[number]),
            milestones=(inside[number],),
            created_at=created.get(number, day(0)),
            **ended.get(number, {}),
        )
        for number in points
    ]
    request = issue(9, type="Change Request", category=Category.DONE, status="Approved", created_at=day(13))
    approved = [
        change(9, 14, Field.STATUS, act="ok", old="1", new="5", old_text="To Do", new_text="Approved"),
        change(9, 14, Field.CATEGORY, act="ok", old=Category.TODO, new=Category.DONE),
    ]
    covers = Link(
        id="1", source="jira:APO", a=request.key, b="jira:issue:10", kind=LinkKind.COVERS, name="covers"
    )
    changes = [
        *approved,
        *moved(4, 16, out=1, into=2),
        change(3, 17, Field.POINTS, old="2", new="5"),
        *closed(5, 20, resolution="Won't Do"),
    ]
    return facts(
        [*items, request],
        changes,
        links=(covers,),
        sightings=seen(1, milestone(1), milestone(2)),
        first_seen={"jira:issue:11": day(21)},
        ruleset=rules("jira-scrum"),
    )


def judged(offset: float) -> ProjectState:
    """Judge the example as of a day, against its baseline of 11 September."""
    base = example()
    approval = Approval(approved_by="J. Doe, Acme")
    copy_facts = base.without(frozenset({"jira:issue:11"}))  # when it was taken, nobody could see it
    baseline = take(copy_facts, Agreement(), on_at=day(10), recorded_at=day(10), approval=approval, number=1)
    return judge(base, Agreement(baselines=(baseline,)), as_of=day(offset))


def rows(first_cell: str) -> list[list[str]]:
    """Return the rows of the page's table whose head begins with a cell, without head and rule."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"^\| {re.escape(first_cell)} \|.*\n\|[ |-]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert found, f"no table that begins with {first_cell}"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].splitlines()]


def test_the_sums_of_the_page_are_those_of_the_program() -> None:
    """Every row of the table of sums, in items and in points, balances and is what the program says."""
    told = rows("container")
    state = judged(LAST_DAY)
    computed = {(row.container, row.unit): row for row in state.scope}
    expected = [[name, unit, *figures(computed[key, unit])] for name, unit, key in wanted()]
    assert told == expected


def test_the_entries_of_the_page_are_those_of_the_program() -> None:
    """Every entry of the ledger of R1 stands on the page, on its day, with kind and amount."""
    state = judged(LAST_DAY)
    row = next(row for row in state.scope if (row.container, row.unit) == (R1, "points"))
    assert rows("day") == [entry(one) for one in row.entries]


@pytest.mark.parametrize("offset", [11, 14, 16, 17, 20, 22, 29])
def test_the_example_balances_on_every_day(offset: float) -> None:
    """Now = baseline + approved + unapproved - removed + reestimated + in - out, on each day."""
    for row in judged(offset).scope:
        assert row.baseline is not None
        parts = (row.approved_added, row.unapproved_added, row.reestimated, row.transferred_in)
        added = sum(part or 0.0 for part in parts)
        taken = (row.removed or 0.0) + (row.transferred_out or 0.0)
        assert row.current == pytest.approx(row.baseline + added - taken)


def wanted() -> list[tuple[str, str, str]]:
    """Return name, unit and key of the rows that the page shows, in its order."""
    return [(name, unit, key) for unit in ("items", "points") for name, key in CONTAINERS.items()]


def figures(row: ScopeRow) -> list[str]:
    """Return the figures of a row as the page writes them."""
    values = (
        row.baseline,
        row.approved_added,
        row.unapproved_added,
        row.removed,
        row.reestimated,
        row.transferred_in,
        row.transferred_out,
        row.current,
    )
    ratio = "-" if row.creep_ratio is None else f"{row.creep_ratio:.1%}"
    return [*(f"{value or 0:g}" for value in values), ratio]


def entry(one: LedgerEntry) -> list[str]:
    """Return an entry as the page writes it."""
    notes = [one.why, f"by {one.change_request}" if one.change_request else "", "late" if one.late else ""]
    return [
        f"{one.at.day} September",
        one.item,
        f"`{one.kind}`",
        f"{one.amount:+g}" if one.kind.value == "reestimated" else f"{one.amount:g}",
        ", ".join(note for note in notes if note),
    ]
