"""The scope ledger: worked tables. Sums are in the docstrings."""

from __future__ import annotations

import pytest

from adapters.records import Category, Field, Link, LinkKind
from connector.analysis.baseline import Approval, take
from connector.analysis.facts import Agreement, Gone, ProjectFacts
from connector.analysis.judge import judge
from connector.analysis.state import PROJECT, EntryKind, ProjectState, ScopeRow
from tests.builders import change, closed, day, facts, issue, milestone, moved, rules, seen, version

R1, R2 = version(1), version(2)


def agreed(base: ProjectFacts, offset: float = 10, **overrides: object) -> Agreement:
    """Return an agreement with one baseline as of a day, recorded on day 100."""
    baseline = take(
        base,
        Agreement(),
        on_at=day(offset),
        recorded_at=day(100),
        approval=Approval(approved_by="J. Doe"),
        number=1,
    )
    return Agreement(baselines=(baseline,), **overrides)  # type: ignore[arg-type] # fields of Agreement


def row(state: ProjectState, container: str, unit: str = "items") -> ScopeRow:
    """Return one row of the state."""
    return next(r for r in state.scope if r.container == container and r.unit == unit)


def kinds(state: ProjectState, container: str, unit: str = "items") -> list[tuple[str, EntryKind, float]]:
    """Return what was booked to a container: item, kind, amount."""
    return [(e.item, e.kind, e.amount) for e in row(state, container, unit).entries]


def judged(base: ProjectFacts, agreement: Agreement, offset: float = 60) -> ProjectState:
    """Judge as of a day."""
    return judge(base, agreement, as_of=day(offset))


SIGHTS = seen(1, milestone(1), milestone(2))


def test_every_kind_of_entry_sums_up() -> None:
    """4 agreed (1-4) + 2 added (5, 6) - 1 dropped (1) - 1 moved to R2 (2) = 4 now; R2: 0 + 1 = 1."""
    issues = [
        issue(1, milestones=(R1,), category=Category.DONE, status="Done", resolution="Won't Do"),
        issue(2, milestones=(R2,)),
        issue(3, milestones=(R1,)),
        issue(4, milestones=(R1,)),
        issue(5, milestones=(R1,)),
        issue(6, milestones=(R1,), created_at=day(20)),
    ]
    changes = [
        *closed(1, 30, resolution="Won't Do"),
        *moved(2, 31, out=1, into=2),
        *moved(5, 25, into=1),
    ]
    base = facts(issues, changes, sightings=SIGHTS)
    state = judged(base, agreed(base))
    r1, r2, project = row(state, R1), row(state, R2), row(state, PROJECT)
    assert (r1.baseline, r1.unapproved_added, r1.removed, r1.transferred_out, r1.current) == (4, 2, 1, 1, 4)
    assert (r2.baseline, r2.transferred_in, r2.unapproved_added, r2.current) == (0, 1, 0, 1)
    assert (project.baseline, project.unapproved_added, project.removed, project.current) == (4, 2, 1, 5)
    assert r1.creep_ratio == pytest.approx(0.5)


def test_what_leaves_one_milestone_and_enters_another_meets() -> None:
    """A transfer is booked at both ends, each naming the other."""
    base = facts([issue(1, milestones=(R2,))], moved(1, 31, out=1, into=2), sightings=SIGHTS)
    state = judged(base, agreed(base))
    out, into = row(state, R1).entries[0], row(state, R2).entries[0]
    assert (out.kind, out.other) == (EntryKind.TRANSFERRED_OUT, R2)
    assert (into.kind, into.other) == (EntryKind.TRANSFERRED_IN, R1)
    assert row(state, PROJECT).entries == ()


def test_two_halves_of_one_act_are_one_transfer() -> None:
    """GitHub tells a move in two events up to a minute apart; they share their act."""
    minute = 1 / 1440
    changes = [*moved(1, 31, out=1, act="m"), *moved(1, 31 + minute / 2, into=2, act="m")]
    base = facts([issue(1, milestones=(R2,))], changes, sightings=SIGHTS)
    state = judged(base, agreed(base))
    assert kinds(state, R1) == [("APO-1", EntryKind.TRANSFERRED_OUT, 1)]
    assert kinds(state, R2) == [("APO-1", EntryKind.TRANSFERRED_IN, 1)]
    assert kinds(state, PROJECT) == []


def test_leaving_and_entering_in_two_acts_is_removal_and_addition() -> None:
    """Without a common act nobody can say it was one decision."""
    changes = [*moved(1, 31, out=1), *moved(1, 33, into=2)]
    base = facts([issue(1, milestones=(R2,))], changes, sightings=SIGHTS)
    state = judged(base, agreed(base))
    assert kinds(state, R1) == [("APO-1", EntryKind.REMOVED, 1)]
    assert kinds(state, R2) == [("APO-1", EntryKind.UNAPPROVED_ADD, 1)]


def approved_request(at: float) -> tuple[list[object], list[Link]]:
    """Return change request 9, approved on a day, and its link to item 2."""
    request = issue(9, type="Change Request", category=Category.DONE, status="Approved", resolution="")
    changes = [
        change(9, at, Field.STATUS, act="ok", old="1", new="5", old_text="To Do", new_text="Approved"),
        change(9, at, Field.CATEGORY, act="ok", old=Category.TODO, new=Category.DONE),
    ]
    link = Link(
        id="1", source="jira:APO", a=request.key, b="jira:issue:2", kind=LinkKind.COVERS, name="covers"
    )
    return [request, *changes], [link]


@pytest.mark.parametrize(
    ("decided", "as_of", "kind"),
    [
        pytest.param(15, 60, EntryKind.APPROVED_ADD, id="decided before it came in"),
        pytest.param(40, 60, EntryKind.APPROVED_ADD, id="decided after the fact, seen after the decision"),
        pytest.param(40, 30, EntryKind.UNAPPROVED_ADD, id="decided after the fact, seen before the decision"),
    ],
)
def test_the_decisions_instant_parts_growth_from_creep(decided: float, as_of: float, kind: EntryKind) -> None:
    """An addition is approved from the day of the decision on; until then it shows as creep."""
    (request, *changes), links = approved_request(decided)
    base = facts(
        [issue(1, milestones=(R1,)), issue(2, milestones=(R1,)), request],  # type: ignore[list-item] # an Issue
        [*moved(2, 20, into=1), *changes],  # type: ignore[list-item] # Changes
        sightings=SIGHTS,
        links=tuple(links),
    )
    state = judged(base, agreed(base), as_of)
    assert kinds(state, R1) == [("APO-2", kind, 1)]
    assert row(state, R1).entries[0].change_request == ("APO-9" if kind is EntryKind.APPROVED_ADD else None)


def test_points_are_booked_beside_items_and_the_unsized_apart() -> None:
    """Agreed 3 + 5 points; 5 becomes 8 (+3), an unsized item comes in (0 points): 11 points, 3 items."""
    issues = [
        issue(1, milestones=(R1,), points=3.0),
        issue(2, milestones=(R1,), points=8.0),
        issue(3, milestones=(R1,), created_at=day(20)),
    ]
    base = facts(
        issues,
        [change(2, 30, Field.POINTS, old="5", new="8")],
        sightings=SIGHTS,
        ruleset=rules("jira-scrum"),
    )
    state = judged(base, agreed(base))
    points, items = row(state, R1, "points"), row(state, R1)
    assert (points.baseline, points.reestimated, points.current, points.unsized) == (8, 3, 11, 1)
    assert (items.baseline, items.unapproved_added, items.reestimated, items.current) == (2, 1, 0, 3)


def test_deleted_and_moved_away_issues_stay_in_the_ledger() -> None:
    """What a census no longer finds leaves scope that day, and says how."""
    base = facts(
        [issue(1, milestones=(R1,)), issue(2, milestones=(R1,)), issue(3, milestones=(R1,))],
        sightings=SIGHTS,
        gone={
            "jira:issue:1": Gone(at=day(30), why="deleted"),
            "jira:issue:2": Gone(at=day(31), why="moved_out"),
        },
    )
    state = judged(base, agreed(base))
    assert [(e.item, e.why) for e in row(state, R1).entries] == [("APO-1", "deleted"), ("APO-2", "moved_out")]
    assert row(state, R1).current == 1


def test_a_reopened_item_comes_back() -> None:
    """Dropped leaves scope, reopened enters it again: removed 1, added 1, current as agreed."""
    reopen = [
        change(1, 40, Field.STATUS, act="re", old="3", new="1", old_text="Done", new_text="To Do"),
        change(1, 40, Field.CATEGORY, act="re", old=Category.DONE, new=Category.TODO),
        change(1, 40, Field.RESOLUTION, act="re", old="1", old_text="Won't Do", new=None),
    ]
    base = facts(
        [issue(1, milestones=(R1,))], [*closed(1, 30, resolution="Won't Do"), *reopen], sightings=SIGHTS
    )
    state = judged(base, agreed(base))
    assert [k for _, k, _ in kinds(state, R1)] == [EntryKind.REMOVED, EntryKind.UNAPPROVED_ADD]
    assert row(state, R1).current == 1


def test_an_item_seen_late_enters_when_it_was_first_seen() -> None:
    """The stored copy is never altered: what it lacked enters as late when it was first seen."""
    early = facts([issue(1, milestones=(R1,))], sightings=SIGHTS)
    agreement = agreed(early)
    late = facts(
        [issue(1, milestones=(R1,)), issue(2, milestones=(R1,))],
        sightings=SIGHTS,
        first_seen={"jira:issue:1": day(50), "jira:issue:2": day(120)},
    )
    before, after = judged(late, agreement, 110), judged(late, agreement, 130)
    assert (row(before, R1).current, row(before, R1).entries) == (1, ())
    (entry,) = row(after, R1).entries
    assert (entry.at, entry.late, entry.kind) == (day(120), True, EntryKind.UNAPPROVED_ADD)
    assert row(after, R1).current == 2


def test_an_item_in_two_milestones_counts_in_each_and_once_in_the_project() -> None:
    """Membership is per container; the project holds every item once."""
    base = facts([issue(1, milestones=(R1, R2))], sightings=SIGHTS)
    state = judged(base, agreed(base))
    assert [row(state, c).current for c in (R1, R2, PROJECT)] == [1, 1, 1]


def test_goals_are_containers_and_an_epics_move_takes_its_items_along() -> None:
    """Items follow their parent; a story moved to another epic is a transfer between goals."""
    epic = {"type": "Epic", "level": 1}
    base = facts(
        [issue(10, **epic), issue(11, **epic), issue(1, parent="jira:issue:11")],
        [change(1, 30, Field.PARENT, old="jira:issue:10", new="jira:issue:11")],
        sightings=SIGHTS,
    )
    state = judged(base, agreed(base))
    assert kinds(state, "jira:issue:10") == [("APO-1", EntryKind.TRANSFERRED_OUT, 1)]
    assert kinds(state, "jira:issue:11") == [("APO-1", EntryKind.TRANSFERRED_IN, 1)]
    assert row(state, PROJECT).current == 1


def test_without_a_baseline_only_the_present_is_told() -> None:
    """Nothing was agreed: baseline columns are None, the current count is given."""
    base = facts([issue(1, milestones=(R1,))], sightings=SIGHTS)
    only = row(judged(base, Agreement()), R1)
    assert (only.baseline, only.creep_ratio, only.entries, only.current) == (None, None, (), 1)


def test_a_baseline_holds_from_its_instant_whenever_it_was_recorded() -> None:
    """Of several baselines the latest at or before the as-of counts."""
    base = facts(
        [issue(1, milestones=(R1,)), issue(2, milestones=(R1,), created_at=day(20))], sightings=SIGHTS
    )
    first, second = agreed(base, 10).baselines[0], agreed(base, 30).baselines[0]
    agreement = Agreement(baselines=(first, second))
    assert [row(judged(base, agreement, at), R1).baseline for at in (5, 15, 40)] == [None, 1, 2]


def test_dropping_agreed_work_is_a_deviation_even_when_additions_hide_it() -> None:
    """One out, one in: the sum stands still, the agreement does not."""
    base = facts(
        [issue(1), issue(2, milestones=(R1,), created_at=day(20))], moved(1, 30, out=1), sightings=SIGHTS
    )
    state = judged(base, agreed(base, scope_tolerance_ratio=2.0))
    assert [(d.rule, d.object) for d in state.deviations] == [
        ("scope_dropped", R1),
        ("scope_dropped", PROJECT),
    ]
    assert row(state, R1).current == row(state, R1).baseline


def test_a_removal_that_a_change_request_covers_is_no_deviation() -> None:
    """Taken out as asked: booked with its request, and nobody is alarmed."""
    (request, *changes), links = approved_request(15)
    base = facts(
        [issue(1, milestones=(R1,)), issue(2), request],  # type: ignore[list-item] # an Issue
        [*moved(2, 30, out=1), *changes],  # type: ignore[list-item] # Changes
        sightings=SIGHTS,
        links=tuple(links),
    )
    state = judged(base, agreed(base))
    (entry,) = row(state, R1).entries
    assert (entry.kind, entry.change_request) == (EntryKind.REMOVED, "APO-9")
    assert state.deviations == ()


def test_a_request_approved_from_the_start_is_decided_on_its_mapped_day() -> None:
    """No history tells when it was decided; the day somebody wrote down does (day 18)."""
    request = issue(9, type="Change Request", category=Category.DONE, status="Approved", closed_at=day(18))
    link = Link(
        id="1", source="jira:APO", a=request.key, b="jira:issue:2", kind=LinkKind.COVERS, name="covers"
    )
    base = facts(
        [issue(1, milestones=(R1,)), issue(2, milestones=(R1,)), request],
        moved(2, 20, into=1),
        sightings=SIGHTS,
        links=(link,),
    )
    assert kinds(judged(base, agreed(base)), R1) == [("APO-2", EntryKind.APPROVED_ADD, 1)]


def test_items_of_a_source_without_points_are_unsized_not_one_point_each() -> None:
    """A Jira source in points and a GitHub source in items: 3 points, and one item nobody sized."""
    hub = issue(7, source="github:acme/app", milestones=(R1,))
    base = facts(
        [issue(1, milestones=(R1,), points=3.0), hub],
        sightings=SIGHTS,
        rules={"jira:APO": rules("jira-scrum"), "github:acme/app": rules("github-milestones")},
    )
    points = row(judged(base, agreed(base)), R1, "points")
    assert (points.baseline, points.current, points.unsized) == (3, 3, 1)
