"""What trackers do to membership: milestones renamed, merged, deleted; sprint lists; parents told twice."""

from __future__ import annotations

import pytest

from adapters.records import Change, ChangeMode, Field, Issue, Milestone
from connector.analysis.baseline import Approval, take
from connector.analysis.facts import Agreement, HandMilestone, ProjectFacts
from connector.analysis.judge import judge
from connector.analysis.state import PROJECT, EntryKind, ProjectState, ScopeRow
from tests.builders import change, day, facts, issue, milestone, moved, rules, seen, version

R1, R2 = version(1), version(2)
SIGHTS = seen(1, milestone(1), milestone(2))
HUB = "github:acme/apollo"


def judged(base: ProjectFacts, offset: float = 60) -> ProjectState:
    """Judge with a baseline as of day 10."""
    approval = Approval(approved_by="J. Doe")
    baseline = take(base, Agreement(), on_at=day(10), recorded_at=day(10), approval=approval, number=1)
    return judge(base, Agreement(baselines=(baseline,)), as_of=day(offset))


def row(state: ProjectState, container: str, unit: str = "items") -> ScopeRow:
    """Return one row of the state."""
    return next(r for r in state.scope if r.container == container and r.unit == unit)


def booked(state: ProjectState, container: str) -> list[tuple[str, EntryKind]]:
    """Return what was booked to a container."""
    return [(e.item, e.kind) for e in row(state, container).entries]


# -- GitHub: events know the title of their day only ---------------------------------------------


def hub(number: int) -> str:
    """Return the key of a milestone on GitHub."""
    return f"{HUB}:milestone:{number}"


def named(number: int, title: str) -> Milestone:
    """Return a milestone under a title."""
    return Milestone(key=hub(number), source=HUB, name=title)


def titled(number: int, offset: float, *, into: str = "", out: str = "") -> Change:
    """Return an event that milestoned or demilestoned an issue by title."""
    sides = {"new" if into else "old": f"{HUB}:milestone-title:{into or out}"}
    return change(number, offset, Field.MILESTONES, mode=ChangeMode.ELEMENT, **sides)


def on_hub(issues: list[Issue], changes: list[Change], *titles: tuple[float, Milestone]) -> ProjectFacts:
    """Return facts with the milestones as they were seen."""
    sights = [sighting for at, one in titles for sighting in seen(at, one)]
    return facts(issues, changes, sightings=sights, ruleset=rules("github-milestones"))


def test_a_renamed_milestone_is_one_milestone() -> None:
    """Events before the rename name the old title: nothing came in and nothing went out."""
    base = on_hub(
        [issue(1, milestones=(hub(3),)), issue(2, milestones=(hub(3),))],
        [titled(1, 2, into="Beta"), titled(2, 20, into="1.0")],
        (1, named(3, "Beta")),
        (15, named(3, "1.0")),
    )
    assert booked(judged(base), hub(3)) == [("APO-2", EntryKind.UNAPPROVED_ADD)]
    assert row(judged(base), hub(3)).baseline == 1


def test_a_title_that_nobody_saw_is_inferred_from_where_its_issues_are() -> None:
    """The rename came before the first look; the issues that were put into the old title tell."""
    base = on_hub([issue(1, milestones=(hub(3),))], [titled(1, 2, into="Beta")], (5, named(3, "1.0")))
    assert row(judged(base), hub(3)).baseline == 1


def test_a_title_that_nothing_tells_stays_a_former_milestone() -> None:
    """A deleted milestone is known by its title alone: what was taken out of it went to where it went."""
    base = on_hub(
        [issue(1, milestones=(hub(3),))],
        [
            titled(1, 2, into="Old plan"),
            *(replace_act(c) for c in (titled(1, 30, out="Old plan"), titled(1, 30, into="1.0"))),
        ],
        (1, named(3, "1.0")),
    )
    (entry,) = row(judged(base), hub(3)).entries
    assert (entry.kind, entry.other) == (EntryKind.TRANSFERRED_IN, f"{HUB}:milestone-title:Old plan")
    assert booked(judged(base), PROJECT) == []


def replace_act(one: Change) -> Change:
    """Return the change as one half of a common act."""
    return change(1, 30, one.field, act="together", mode=one.mode, old=one.old, new=one.new)


# -- Jira versions ---------------------------------------------------------------------------------


def test_a_renamed_version_changes_nothing() -> None:
    """Versions go by id: another name is no entry."""
    sights = [*SIGHTS, *seen(20, milestone(1, name="Autumn release"), milestone(2))]
    state = judged(facts([issue(1, milestones=(R1,))], sightings=sights))
    assert booked(state, R1) == []
    assert next(m.name for m in state.milestones if m.key == R1) == "Autumn release"


def test_a_merged_version_passes_its_issues_on() -> None:
    """Jira writes one history an issue, out of the one and into the other: a transfer, no scope lost."""
    base = facts(
        [issue(n, milestones=(R2,)) for n in (1, 2)],
        [c for n in (1, 2) for c in moved(n, 20, out=1, into=2, act="merge")],
        sightings=[*SIGHTS, *seen(21, milestone(2))],
    )
    state = judged(base)
    assert (row(state, R2).transferred_in, row(state, R2).unapproved_added) == (2, 0)
    assert booked(state, PROJECT) == []


def test_a_deleted_version_lets_its_issues_go() -> None:
    """Its issues were taken out of it, and are told one by one."""
    base = facts(
        [issue(1), issue(2, milestones=(R2,))],
        [*moved(1, 20, out=1), *moved(2, 20, out=1)],
        sightings=[*SIGHTS, *seen(21, milestone(2))],
    )
    state = judged(base)
    assert [(e.item, e.why) for e in row(state, PROJECT).entries] == [("APO-1", "taken_out")]


# -- sprints, parents, sub-tasks -----------------------------------------------------------------


def test_a_list_of_sprints_is_a_membership_in_each() -> None:
    """A milestone made of sprint 7: a story carried over to 8 stays in both; one taken out leaves."""
    carried = change(
        1,
        20,
        Field.ITERATIONS,
        mode=ChangeMode.LIST,
        old_list=("jira:sprint:7",),
        new_list=("jira:sprint:7", "jira:sprint:8"),
    )
    left = change(2, 25, Field.ITERATIONS, mode=ChangeMode.LIST, old_list=("jira:sprint:7",), new_list=())
    hand = (HandMilestone(key="config:beta", select={"iteration": ("7",)}),)
    sights = seen(1, Milestone(key="config:beta", source="config", name="Beta"))
    base = facts(
        [issue(1, iterations=("jira:sprint:7", "jira:sprint:8")), issue(2)],
        [carried, left],
        sightings=sights,
        hand_milestones=hand,
    )
    assert booked(judged(base), "config:beta") == [("APO-2", EntryKind.REMOVED)]
    assert row(judged(base), "config:beta").baseline == 2


@pytest.mark.parametrize("twice", [False, True], ids=["parent", "epic link and parent"])
def test_a_move_between_epics_that_is_told_twice_is_one_move(*, twice: bool) -> None:
    """Jira may write Epic Link and Parent in one history: the story moved once."""
    told = [
        change(1, 20, Field.PARENT, act="h", id=f"h.{n}", old="jira:issue:10", new="jira:issue:11")
        for n in range(2 if twice else 1)
    ]
    epics = [issue(n, type="Epic", level=1) for n in (10, 11)]
    state = judged(facts([*epics, issue(1, parent="jira:issue:11")], told, sightings=SIGHTS))
    assert booked(state, "jira:issue:10") == [("APO-1", EntryKind.TRANSFERRED_OUT)]
    assert booked(state, "jira:issue:11") == [("APO-1", EntryKind.TRANSFERRED_IN)]


def test_sub_tasks_are_not_counted_beside_their_parent() -> None:
    """A story of 8 points with two sub-tasks of 4, all in R1: one item, 8 points."""
    parts = [
        issue(n, type="Sub-task", level=-1, parent="jira:issue:1", milestones=(R1,), points=4.0)
        for n in (2, 3)
    ]
    base = facts(
        [issue(1, milestones=(R1,), points=8.0), *parts], sightings=SIGHTS, ruleset=rules("jira-scrum")
    )
    state = judged(base)
    assert (row(state, R1).current, row(state, R1, "points").current) == (1, 8)


def test_a_transferred_issue_has_left_and_is_not_deleted() -> None:
    """Jira keeps the id of an issue that moves within the project's sources: nothing is booked."""
    told = change(1, 20, Field.PROJECT, old="APO", new="OPS")
    again = change(1, 20, Field.REF, old_text="OLD-1", new_text="APO-1")
    state = judged(facts([issue(1, milestones=(R1,))], [told, again], sightings=SIGHTS))
    assert booked(state, R1) == []


def test_a_past_baseline_set_at_the_first_look_alerts_nothing_before_it() -> None:
    """Everything was first seen on day 50; agreed was day 10: only what came in since is told, at its day."""
    sights = seen(50, milestone(1))
    known = {f"jira:issue:{n}": day(50) for n in range(1, 22)}
    agreed = [issue(n, milestones=(R1,)) for n in range(1, 21)]
    later = issue(21, milestones=(R1,), created_at=day(30))
    base = facts([*agreed, later], sightings=sights, first_seen=known)
    approval = Approval(approved_by="J. Doe")
    baseline = take(base, Agreement(), on_at=day(10), recorded_at=day(50), approval=approval, number=1)
    state = judge(base, Agreement(baselines=(baseline,)), as_of=day(51))
    assert [(e.item, e.at, e.late) for e in row(state, R1).entries] == [("APO-21", day(30), False)]
    assert [d for d in state.deviations if d.rule == "scope_creep"] == []
