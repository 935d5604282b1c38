"""The ledger's laws over generated histories: whatever people do in the tracker, it balances."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.records import Category, Change, Field, Issue
from connector.analysis.baseline import Approval, take
from connector.analysis.facts import Agreement, Gone, ProjectFacts
from connector.analysis.history import at as version_at
from connector.analysis.judge import judge, picture_at
from connector.analysis.state import PROJECT, EntryKind, ProjectState
from connector.analysis.walk import Walk, histories
from tests.builders import change, closed, day, facts, issue, milestone, moved, rules, seen, version

RULES = rules("jira-scrum")
SIGHTS = seen(0, milestone(1), milestone(2), milestone(3))
LAST = 60

acts = st.tuples(
    st.integers(1, 6),  # issue
    st.floats(0.5, LAST, allow_nan=False),  # day
    st.sampled_from(["enter", "leave", "move", "size", "drop", "reopen", "epic", "type", "gone"]),
    st.integers(1, 3),  # milestone, or size
)


@dataclass
class Tracker:
    """A tracker that writes history as Jira does, from acts in order of time."""

    issues: dict[int, Issue] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    gone: dict[str, Gone] = field(default_factory=dict)

    def act(self, number: int, at: float, what: str, value: int) -> None:
        """Do one act; one that makes no sense now does nothing."""
        one = self.issues[number]
        if one.key in self.gone:
            return
        inside = [v for v in (1, 2, 3) if version(v) in one.milestones]
        if what == "enter" and value not in inside:
            self._put(
                number, milestones=(*one.milestones, version(value)), told=moved(number, at, into=value)
            )
        elif what == "leave" and value in inside:
            left = tuple(m for m in one.milestones if m != version(value))
            self._put(number, milestones=left, told=moved(number, at, out=value))
        elif what == "move" and inside and value not in inside:
            kept = tuple(m for m in one.milestones if m != version(inside[0]))
            told = moved(number, at, out=inside[0], into=value)
            self._put(number, milestones=(*kept, version(value)), told=told)
        elif what == "gone" and at > LAST / 2:
            self.gone[one.key] = Gone(at=day(at), why="deleted" if value == 1 else "moved_out")
        else:
            self._set(number, at, what, value)

    def _set(self, number: int, at: float, what: str, value: int) -> None:
        one = self.issues[number]
        if what == "size":
            old = None if one.points is None else f"{one.points:g}"
            told: tuple[Change, ...] = (change(number, at, Field.POINTS, old=old, new=str(value)),)
            self._put(number, points=float(value), told=told)
        elif what == "drop" and one.category is not Category.DONE:
            resolution = "Won't Do" if value == 1 else "Done"
            told = closed(number, at, resolution=resolution)
            self._put(number, category=Category.DONE, status="Done", resolution=resolution, told=told)
        elif what == "reopen" and one.category is Category.DONE:
            told = (
                change(number, at, Field.STATUS, act=f"r{at}", old="3", old_text="Done", new_text="To Do"),
                change(number, at, Field.CATEGORY, act=f"r{at}", old=Category.DONE, new=Category.TODO),
                change(number, at, Field.RESOLUTION, act=f"r{at}", old="1", old_text=one.resolution),
            )
            self._put(number, category=Category.TODO, status="To Do", resolution="", told=told)
        elif what == "epic":
            parent = f"jira:issue:{90 + value}"
            told = (change(number, at, Field.PARENT, old=one.parent, new=parent),)
            if parent != one.parent:
                self._put(number, parent=parent, told=told)
        elif what == "type":
            kind = {1: "Risk", 2: "Story", 3: "Bug"}[value]
            told = (change(number, at, Field.TYPE, old_text=one.type, new_text=kind),)
            if kind != one.type:
                self._put(number, type=kind, told=told)

    def _put(self, number: int, *, told: tuple[Change, ...], **values: object) -> None:
        self.issues[number] = replace(self.issues[number], **values)  # type: ignore[arg-type] # its own fields
        self.changes += told

    def facts(self, *, until: float = LAST + 1) -> ProjectFacts:
        """Return what a pull sees."""
        epics = [issue(90 + n, type="Epic", level=1) for n in (1, 2, 3)]
        gone = {key: each for key, each in self.gone.items() if each.at <= day(until)}
        return facts(
            [*self.issues.values(), *epics], self.changes, sightings=SIGHTS, ruleset=RULES, gone=gone
        )


def play(script: list[tuple[int, float, str, int]], *, until: float = LAST + 1) -> ProjectFacts:
    """Return the facts of a project after a script of acts."""
    tracker = Tracker(issues={n: issue(n) for n in range(1, 7)})
    for number, at, what, value in sorted(script, key=lambda each: each[1]):
        if at <= until:
            tracker.act(number, at, what, value)
    return tracker.facts(until=until)


def with_baseline(base: ProjectFacts, offset: float) -> Agreement:
    """Return an agreement as of a day."""
    approval = Approval(approved_by="J. Doe")
    baseline = take(base, Agreement(), on_at=day(offset), recorded_at=day(100), approval=approval, number=1)
    return Agreement(baselines=(baseline,))


def columns(state: ProjectState) -> dict[tuple[str, str], tuple[object, ...]]:
    """Return every row without its entries, and the entries without order."""
    return {
        (row.container, row.unit): (replace(row, entries=()), frozenset(row.entries)) for row in state.scope
    }


scripts = st.lists(acts, max_size=40)


@settings(max_examples=150, deadline=None)
@given(scripts, st.floats(1, LAST), st.lists(st.floats(0, LAST + 5), min_size=1, max_size=4))
def test_the_ledger_balances_at_every_instant(
    script: list[tuple[int, float, str, int]], agreed_on: float, instants: list[float]
) -> None:
    """Current = baseline + approved + unapproved - removed + reestimated + in - out, everywhere, always."""
    base = play(script)
    agreement = with_baseline(base, agreed_on)
    for instant in instants:
        for row in judge(base, agreement, as_of=day(instant)).scope:
            if row.baseline is not None:
                booked = row.baseline + row.approved_added + row.unapproved_added - row.removed  # type: ignore[operator] # all known with a baseline
                booked += row.reestimated + row.transferred_in - row.transferred_out  # type: ignore[operator] # all known with a baseline
                assert abs(booked - row.current) < 1e-6, (row, instant)


@settings(max_examples=100, deadline=None)
@given(scripts, st.floats(1, LAST))
def test_what_leaves_by_transfer_arrives(script: list[tuple[int, float, str, int]], agreed_on: float) -> None:
    """Across all containers transfers cancel out, in every unit."""
    base = play(script)
    state = judge(base, with_baseline(base, agreed_on), as_of=day(LAST))
    for unit in ("items", "points"):
        rows = [row for row in state.scope if row.unit == unit]
        assert sum(r.transferred_in or 0 for r in rows) == sum(r.transferred_out or 0 for r in rows)
    assert not [e for r in state.scope if r.container == PROJECT for e in r.entries if e.kind in TRANSFERS]


TRANSFERS = {EntryKind.TRANSFERRED_IN, EntryKind.TRANSFERRED_OUT}


@settings(max_examples=100, deadline=None)
@given(scripts, st.floats(1, LAST / 2), st.floats(LAST / 2, LAST))
def test_the_picture_of_a_day_does_not_change_when_more_happens(
    script: list[tuple[int, float, str, int]], agreed_on: float, instant: float
) -> None:
    """The ledger as of D, asked at D or asked later, is the same."""
    then, later = play(script, until=instant), play(script)
    agreement = with_baseline(then, agreed_on)
    assert columns(judge(then, agreement, as_of=day(instant))) == columns(
        judge(later, agreement, as_of=day(instant))
    )


@settings(max_examples=100, deadline=None)
@given(scripts, st.lists(st.floats(0, LAST), min_size=1, max_size=5))
def test_one_walk_in_steps_equals_walks_from_the_start(
    script: list[tuple[int, float, str, int]], stops: list[float]
) -> None:
    """Walking on from yesterday gives what a walk from the beginning gives."""
    base = play(script)
    told = histories(base)
    stepwise = Walk(base, told)
    for stop in sorted(stops):
        for _ in stepwise.advance(day(stop)):
            pass
        fresh = Walk(base, told)
        for _ in fresh.advance(day(stop)):
            pass
        assert stepwise.standings == fresh.standings


@settings(max_examples=100, deadline=None)
@given(scripts, st.floats(0, LAST))
def test_walk_and_picture_agree(script: list[tuple[int, float, str, int]], instant: float) -> None:
    """What the walk counts in the project is what the picture of that day holds, counted once."""
    base = play(script)
    told = histories(base)
    walk = Walk(base, told)
    for _ in walk.advance(day(instant)):
        pass
    counted = {key for key, standing in walk.standings.items() if standing.containers}
    items = {
        item.key
        for item in picture_at(base, told, day(instant)).items
        if item.disposition != "dropped" and (item.milestones or item.goals)
    }
    assert counted == items


@settings(max_examples=100, deadline=None)
@given(scripts)
def test_a_history_leads_from_creation_to_now(script: list[tuple[int, float, str, int]]) -> None:
    """Every issue's last version is what it is now, and its versions are in order of time."""
    base = play(script)
    for one in base.issues:
        told = histories(base)[one.key]
        assert [v.at for v in told] == sorted(v.at for v in told)
        last = version_at(told, dt.datetime.max.replace(tzinfo=dt.UTC))
        assert last is not None
        assert (last.milestones, last.points, last.parent) == (one.milestones, one.points, one.parent)
