"""Splits in the scope ledger: what replaces a parent is no growth. Sums are in the docstrings."""

from __future__ import annotations

import pytest

from adapters.records import Category, Change, Field, Issue, Link, LinkKind
from connector.analysis.baseline import Approval, take
from connector.analysis.facts import Agreement, Gone, ProjectFacts
from connector.analysis.judge import judge
from connector.analysis.state import PROJECT, EntryKind, ProjectState, ScopeRow
from connector.analysis.stories import story
from tests.builders import SOURCE, change, closed, day, facts, issue, milestone, moved, rules, seen, version

R1, R2 = version(1), version(2)
SIGHTS = seen(1, milestone(1), milestone(2))
SCRUM = rules("jira-scrum")
DROPPED = {"category": Category.DONE, "status": "Done", "resolution": "Duplicate"}


def split(parent: int, child: int) -> Link:
    """Return the link that says that one issue was split into another."""
    return Link(
        id=f"{parent}-{child}",
        source=SOURCE,
        a=f"jira:issue:{parent}",
        b=f"jira:issue:{child}",
        kind=LinkKind.SPLIT,
        name="split to",
    )


def judged(base: ProjectFacts, offset: float = 60) -> ProjectState:
    """Judge with a baseline as of day 10."""
    approval = Approval(approved_by="J. Doe")
    baseline = take(base, Agreement(), on_at=day(10), recorded_at=day(10), approval=approval, number=1)
    return judge(base, Agreement(baselines=(baseline,)), as_of=day(offset))


def row(state: ProjectState, container: str, unit: str = "items") -> ScopeRow:
    """Return one row of the state."""
    return next(r for r in state.scope if r.container == container and r.unit == unit)


def booked(
    state: ProjectState, container: str, unit: str = "items"
) -> list[tuple[str, EntryKind, float, str]]:
    """Return what was booked: item, kind, amount, parent or reason."""
    return [(e.item, e.kind, e.amount, e.split_of or e.why) for e in row(state, container, unit).entries]


def world(children: dict[int, tuple[str, float]]) -> ProjectFacts:
    """Return a story of R1, closed as a duplicate on day 20 when it was split into children.

    `children` maps a number to its milestone and points.
    """
    parent = issue(1, milestones=(R1,), points=8.0, **DROPPED)
    made = [
        issue(n, milestones=(m,) if m else (), points=p, created_at=day(20)) for n, (m, p) in children.items()
    ]
    links = tuple(split(1, n) for n in children)
    changes = closed(1, 20, resolution="Duplicate")
    return facts([parent, *made], changes, sightings=SIGHTS, ruleset=SCRUM, links=links)


@pytest.mark.parametrize(
    ("sizes", "unapproved", "removed"),
    [
        pytest.param((3, 5), 0, 0, id="8 becomes 3 + 5: nothing came, nothing went"),
        pytest.param((5, 6), 3, 0, id="8 becomes 5 + 6: 3 came"),
        pytest.param((2, 3), 0, 3, id="8 becomes 2 + 3: 3 went"),
    ],
)
def test_only_the_difference_to_the_parent_counts(
    sizes: tuple[float, float], unapproved: float, removed: float
) -> None:
    """In points the excess is growth and the shortfall a removal; in items 1 became 2, so 1 came."""
    state = judged(world({2: (R1, sizes[0]), 3: (R1, sizes[1])}))
    points, items = row(state, R1, "points"), row(state, R1)
    assert (points.baseline, points.unapproved_added, points.removed) == (8, unapproved, removed)
    assert points.current == sum(sizes)
    assert (items.unapproved_added, items.removed, items.current) == (1, 0, 2)


def test_the_split_is_an_entry_of_its_own_that_names_the_children() -> None:
    """8 becomes 5 + 6: the parent's entry has amount 0; the excess names the parent."""
    state = judged(world({2: (R1, 5), 3: (R1, 6)}))
    assert booked(state, R1, "points") == [
        ("APO-1", EntryKind.DECOMPOSED, 0, ""),
        ("APO-3", EntryKind.UNAPPROVED_ADD, 3, "APO-1"),
    ]
    assert row(state, R1).entries[0].children == ("APO-2", "APO-3")
    assert [e.kind for e in story(state, "jira:issue:2") if e.container == R1] == [EntryKind.DECOMPOSED] * 2


def test_an_approved_child_is_growth_by_itself() -> None:
    """8 becomes 6 + 5, the 5 approved: the parent pays for 6 and 2 of the 5; 3 are approved growth."""
    cover = Link(
        id="c", source=SOURCE, a="jira:issue:9", b="jira:issue:2", kind=LinkKind.COVERS, name="covers"
    )
    base = world({2: (R1, 5), 3: (R1, 6)})
    request = issue(9, type="Change Request", status="Approved", category=Category.DONE, created_at=day(15))
    wide = facts(
        [*base.issues, request],
        closed(1, 20, resolution="Duplicate"),
        sightings=SIGHTS,
        ruleset=SCRUM,
        links=(*base.links, cover),
    )
    points = row(judged(wide), R1, "points")
    assert (points.approved_added, points.unapproved_added, points.removed) == (3, 0, 0)
    items = row(judged(wide), R1)
    assert (items.approved_added, items.unapproved_added) == (1, 0)


def test_what_went_to_another_milestone_is_a_transfer() -> None:
    """8 becomes 3 in R1 and 5 in R2: R1 8 - 5 = 3, R2 0 + 5; nothing came and nothing went."""
    state = judged(world({2: (R1, 3), 3: (R2, 5)}))
    assert booked(state, R1, "points") == [
        ("APO-1", EntryKind.DECOMPOSED, 0, ""),
        ("APO-1", EntryKind.TRANSFERRED_OUT, 5, ""),
    ]
    assert booked(state, R2, "points") == [("APO-3", EntryKind.TRANSFERRED_IN, 5, "APO-1")]
    assert (row(state, R1).unapproved_added, row(state, R2).unapproved_added) == (0, 1)
    assert row(state, PROJECT).unapproved_added == 1


def test_children_outside_any_container_pay_nothing_back() -> None:
    """Both children lie in the backlog: what was agreed is gone, and said to be."""
    state = judged(world({2: ("", 3), 3: ("", 5)}))
    assert row(state, R1).removed == 1
    assert [d.rule for d in state.deviations if d.object == R1] == ["scope_dropped"]


def test_a_deleted_parent_was_not_split() -> None:
    """Deletion tells nothing of a replacement: 1 removed, 2 added."""
    base = world({2: (R1, 3), 3: (R1, 5)})
    alone = facts(
        [issue(1, milestones=(R1,), points=8.0), *base.issues[1:]],
        sightings=SIGHTS,
        ruleset=SCRUM,
        links=base.links,
        gone={"jira:issue:1": Gone(at=day(20), why="deleted")},
    )
    items = row(judged(alone), R1)
    assert (items.removed, items.unapproved_added, items.current) == (1, 2, 2)


def test_a_story_made_smaller_by_splitting_is_no_new_estimate() -> None:
    """8 becomes 5, and 3 are split off the same hour: points stay; in items 1 became 2."""
    issues = [
        issue(1, milestones=(R1,), points=5.0),
        issue(2, milestones=(R1,), points=3.0, created_at=day(20)),
    ]
    told = [change(1, 20.02, Field.POINTS, old="8", new="5")]
    base = facts(issues, told, sightings=SIGHTS, ruleset=SCRUM, links=(split(1, 2),))
    state = judged(base)
    assert booked(state, R1, "points") == [("APO-1", EntryKind.DECOMPOSED, 0, "")]
    assert row(state, R1, "points").current == 8
    assert row(state, R1).unapproved_added == 1


def test_a_smaller_estimate_of_another_day_pays_for_nothing() -> None:
    """8 becomes 5 on day 20; 3 split off on day 40 came in: re-estimated -3, added 3."""
    issues = [
        issue(1, milestones=(R1,), points=5.0),
        issue(2, milestones=(R1,), points=3.0, created_at=day(40)),
    ]
    told = [change(1, 20, Field.POINTS, old="8", new="5")]
    points = row(
        judged(facts(issues, told, sightings=SIGHTS, ruleset=SCRUM, links=(split(1, 2),))), R1, "points"
    )
    assert (points.reestimated, points.unapproved_added, points.current) == (-3, 3, 8)


def converted(*children: Issue, changes: tuple[Change, ...] = ()) -> ProjectFacts:
    """Return a story of R1 that was made an epic on day 20."""
    epic = issue(1, type="Epic", level=1, milestones=(R1,), points=8.0)
    retyped = (
        change(1, 20, Field.TYPE, act="t", old_text="Story", new_text="Epic"),
        change(1, 20, Field.LEVEL, act="t", old="0", new="1"),
    )
    return facts([epic, *children], [*retyped, *changes], sightings=SIGHTS, ruleset=SCRUM)


def test_a_story_converted_to_an_epic_is_replaced_by_its_stories() -> None:
    """8 points become an epic with 5 + 4: 1 came; in items 1 came."""
    made = [
        issue(n, parent="jira:issue:1", milestones=(R1,), points=p, created_at=day(21))
        for n, p in ((2, 5.0), (3, 4.0))
    ]
    state = judged(converted(*made))
    points = row(state, R1, "points")
    assert (points.unapproved_added, points.removed, points.current) == (1, 0, 9)
    assert (row(state, R1).unapproved_added, row(state, PROJECT).unapproved_added) == (1, 1)


def test_an_epic_without_stories_has_left_scope() -> None:
    """Nothing replaces it yet: removed, with the reason; once a story is below it, replaced."""
    made = issue(2, parent="jira:issue:1", milestones=(R1,), points=8.0, created_at=day(30))
    assert booked(judged(converted(made), 25), R1) == [("APO-1", EntryKind.REMOVED, 1, "became_goal")]
    assert booked(judged(converted(made), 35), R1) == [("APO-1", EntryKind.DECOMPOSED, 0, "")]


def test_what_comes_below_it_for_years_is_growth_once_the_parent_is_used_up() -> None:
    """One story of 8 replaces it on day 21; another of 3 on day 50 is growth."""
    first = issue(2, parent="jira:issue:1", milestones=(R1,), points=8.0, created_at=day(21))
    later = issue(3, parent="jira:issue:1", milestones=(R1,), points=3.0, created_at=day(50))
    state = judged(converted(first, later))
    assert booked(state, R1, "points") == [
        ("APO-1", EntryKind.DECOMPOSED, 0, ""),
        ("APO-3", EntryKind.UNAPPROVED_ADD, 3, "APO-1"),
    ]


def github(*issues: Issue, changes: tuple[Change, ...] = ()) -> ProjectFacts:
    """Return a project whose parent issues are goals."""
    return facts(issues, changes, sightings=SIGHTS, ruleset=rules("github-milestones"))


def test_a_github_parent_is_replaced_by_its_sub_issues() -> None:
    """One agreed issue gets three sub-issues, two in its milestone: 1 came there, 2 in the project."""
    parts = [
        issue(n, parent="jira:issue:1", milestones=m, created_at=day(20))
        for n, m in ((2, (R1,)), (3, (R1,)), (4, ()))
    ]
    state = judged(github(issue(1, milestones=(R1,)), *parts))
    assert (row(state, R1).unapproved_added, row(state, R1).removed, row(state, R1).current) == (1, 0, 2)
    assert (row(state, PROJECT).unapproved_added, row(state, PROJECT).current) == (2, 3)


def test_a_sub_issue_put_below_by_mistake_leaves_no_trace() -> None:
    """Attached on day 20, detached on day 21, never in a milestone: as agreed again."""
    away = change(2, 21, Field.PARENT, old="jira:issue:1", new=None)
    state = judged(github(issue(1, milestones=(R1,)), issue(2, created_at=day(20)), changes=(away,)))
    found = row(state, R1)
    assert (found.baseline, found.current, found.unapproved_added, found.removed) == (1, 1, 0, 0)


def test_a_child_that_is_split_again_passes_on_what_it_was_paid() -> None:
    """8 becomes 8, which becomes 4 + 4: nothing came in points; 1 item became 2."""
    middle = issue(2, milestones=(R1,), points=8.0, created_at=day(20), **DROPPED)
    last = [issue(n, milestones=(R1,), points=4.0, created_at=day(30)) for n in (3, 4)]
    base = facts(
        [issue(1, milestones=(R1,), points=8.0, **DROPPED), middle, *last],
        [*closed(1, 20, resolution="Duplicate"), *closed(2, 30, resolution="Duplicate")],
        sightings=SIGHTS,
        ruleset=SCRUM,
        links=(split(1, 2), split(2, 3), split(2, 4)),
    )
    points = row(judged(base), R1, "points")
    assert (points.unapproved_added, points.removed, points.current) == (0, 0, 8)
    assert (row(judged(base), R1).unapproved_added, row(judged(base), R1).removed) == (1, 0)


def test_dropping_what_an_agreed_item_was_split_into_is_told() -> None:
    """A child stands for the agreed parent: taking it out unasked is scope dropped."""
    base = world({2: (R1, 3), 3: (R1, 5)})
    later = facts(
        [base.issues[0], issue(2, points=3.0, created_at=day(20)), base.issues[2]],
        [*closed(1, 20, resolution="Duplicate"), *moved(2, 40, out=1)],
        sightings=SIGHTS,
        ruleset=SCRUM,
        links=base.links,
    )
    found = [d.facts["items"] for d in judged(later).deviations if d.id == f"scope_dropped:{R1}"]
    assert found == [("APO-2",)]
