"""What needs care is told from the day after its limit, and not before; sums are worked by hand.

The judgement stands at day 60, Saturday 31 October 2026, 09:00 UTC; day 0 is Tuesday 1 September.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from adapters.records import Category, Change, Field, Issue
from connector.alerts.decide import decide
from connector.alerts.message import compose
from connector.analysis import rulebook
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.facts import Agreement, SourceFacts
from connector.analysis.judge import judge
from connector.analysis.state import ProjectState, QualityKind, QualityNote, Severity
from connector.analysis.upkeep import Desk, FailingChannel, Limits, upkeep
from connector.config.watch import RULES as RULE_NAMES
from connector.config.watch import WatchSettings
from mappings.concepts import ClientAction, Decision, Level, Picture, Risk, Unplaced
from tests.builders import SOURCE, closed, day, facts, issue, milestone, rules, seen, version

NOW = day(60)
R1 = version(1)
EPIC = "jira:issue:90"
ON = dt.date
CALENDAR = WorkingCalendar()


def doing(number: int, since: float, **overrides: object) -> tuple[Issue, Change]:
    """Return a story of R1 that was begun on a day, and the change that tells of it."""
    begun = Change(
        issue=f"jira:issue:{number}",
        id=f"{number}.0",
        act=str(number),
        at=day(since),
        field=Field.CATEGORY,
        old=Category.TODO,
        new=Category.DOING,
    )
    return issue(number, category=Category.DOING, milestones=(R1,), **overrides), begun


def desk(*issues: Issue | tuple[Issue, Change], limits: Limits | None = None, **picture: object) -> Desk:
    """Return a project of these issues, judged at day 60, its picture replaced in part."""
    plain = [one if isinstance(one, Issue) else one[0] for one in issues]
    changes = [one[1] for one in issues if not isinstance(one, Issue)]
    sights = seen(0, milestone(1, due_on=ON(2026, 12, 1)))
    given = facts(plain, changes, sightings=sights, ruleset=rules("jira-scrum"))
    state = judge(given, Agreement(), as_of=NOW)
    if picture:
        state = replace(state, picture=replace(Picture(), **picture))  # type: ignore[arg-type] # fields of it
    return Desk(facts=given, state=state, calendar=CALENDAR, limits=limits or Limits())


def told(given: Desk) -> list[tuple[str, dt.date]]:
    """Return rule and begin of everything that needs care, but for the age of the test's own source."""
    found = [one for one in upkeep(given) if one.rule != "sync_stale"]
    return [(one.rule, CALENDAR.local_day(one.since)) for one in found]


def epic() -> Issue:
    """Return a goal."""
    return issue(90, key=EPIC, ref="APO-90", type="Epic", level=1, title="Shop")


@pytest.mark.parametrize(
    ("done_on", "expected"),
    [
        pytest.param(31.9, [("goal_idle", ON(2026, 10, 31))], id="28 days and two hours ago"),
        pytest.param(32.0, [], id="28 days ago to the second"),
    ],
)
def test_a_goal_is_idle_when_nothing_moved_for_its_limit(
    done_on: float, expected: list[tuple[str, dt.date]]
) -> None:
    """Its last piece of work was finished on day 32: 32 + 28 = 60 is not over yet."""
    done = issue(1, category=Category.DONE, resolution="Done", closed_at=day(done_on), parent=EPIC)
    found = told(desk(epic(), done, issue(2, parent=EPIC)))
    assert found == expected


def test_a_goal_that_nobody_began_is_not_idle() -> None:
    """Waiting for its turn is no lack of progress."""
    assert told(desk(epic(), issue(1, parent=EPIC), issue(2, parent=EPIC))) == []


def test_work_taken_up_is_progress() -> None:
    """A piece of work that was begun on day 40 keeps its goal alive until day 68."""
    done = issue(1, category=Category.DONE, resolution="Done", closed_at=day(10), parent=EPIC)
    assert told(desk(epic(), done, doing(2, 40, parent=EPIC))) == []


def test_old_work_is_named_with_its_milestone() -> None:
    """Begun on days 3, 20 and 40: the first two are older than 28 days, the oldest stands first."""
    (found,) = [one for one in upkeep(desk(doing(1, 20), doing(2, 3), doing(3, 40))) if one.rule == "ageing"]
    assert (found.object, found.severity) == (R1, Severity.INFO)
    assert found.facts == {"count": 2, "items": ("APO-2", "APO-1")}
    assert found.since == day(31)


def test_what_was_being_worked_on_is_told_as_of_the_day() -> None:
    """Begun on day 3 and finished on day 59: judged as of day 45 it was old work, today it is none."""
    begun = [doing(1, 3)[1], *closed(1, 59)]
    done = issue(1, category=Category.DONE, resolution="Done", closed_at=day(59), milestones=(R1,))
    given = facts([done], begun, sightings=seen(0, milestone(1, due_on=ON(2026, 12, 1))))
    for at, expected in ((45, ["ageing"]), (60, [])):
        state = judge(given, Agreement(), as_of=day(at))
        found = upkeep(Desk(facts=given, state=state, calendar=CALENDAR))
        assert [one.rule for one in found if one.rule != "sync_stale"] == expected


def action(created: float, needed_by: dt.date | None = None) -> ClientAction:
    """Return something the client owes."""
    return ClientAction(
        key="jira:issue:5", ref="APO-5", title="Texts", created_at=day(created), needed_by=needed_by
    )


@pytest.mark.parametrize(
    ("owed", "expected"),
    [
        # Friday 16 October and ten working days: Friday 30 October is the last that is in order.
        pytest.param(action(45), [("waiting_on_client", ON(2026, 10, 30))], id="eleventh working day"),
        pytest.param(action(46), [("waiting_on_client", ON(2026, 10, 30))], id="from a weekend"),
        pytest.param(action(48), [], id="ninth working day"),
        pytest.param(
            action(55, ON(2026, 10, 28)), [("waiting_on_client", ON(2026, 10, 28))], id="its day is past"
        ),
        pytest.param(action(55, ON(2026, 10, 31)), [], id="its day is today"),
    ],
)
def test_what_the_client_owes_is_told_after_its_limit(
    owed: ClientAction, expected: list[tuple[str, dt.date]]
) -> None:
    """Ten working days, or the day by which it is needed if that comes first."""
    assert told(desk(client_actions=(owed,))) == expected


def test_a_decision_is_overdue_the_day_after() -> None:
    """Needed by Friday, it is told on Saturday; by Saturday, not yet."""
    late, today = (
        Decision(key="d", ref="APO-6", title="Host", created_at=day(1), needed_by=ON(2026, 10, on))
        for on in (30, 31)
    )
    assert told(desk(decisions=(late,))) == [("decision_overdue", ON(2026, 10, 30))]
    assert told(desk(decisions=(today,))) == []


@pytest.mark.parametrize(
    ("overrides", "is_told"),
    [
        ({"impact": Level.HIGH}, True),
        ({"likelihood": Level.HIGH}, True),
        ({"impact": Level.MEDIUM, "likelihood": Level.MEDIUM}, False),
        ({}, False),
        ({"impact": Level.HIGH, "response": "Second supplier"}, False),
        ({"impact": Level.HIGH, "client_response": "We test early"}, False),
        ({"impact": Level.HIGH, "created_at": day(33)}, False),
    ],
)
def test_a_grave_risk_wants_a_response(overrides: dict[str, object], *, is_told: bool) -> None:
    """One that is high in either way, and older than 28 days."""
    risk = replace(
        Risk(key="r", ref="APO-7", title="Supplier", created_at=day(1)),
        **overrides,  # type: ignore[arg-type] # fields of Risk
    )
    assert [rule for rule, _ in told(desk(risks=(risk,)))] == ["risk_unanswered"] * is_told


def test_an_edition_is_overdue_after_its_days_of_grace() -> None:
    """Due on Friday 23 October: five working days later is Friday 30, and Saturday is beyond."""
    base = desk(issue(1))
    for due, expected in ((52, [("edition_overdue", ON(2026, 10, 30))]), (55, [])):
        assert told(replace(base, editions_due={"client": day(due)})) == expected


@pytest.mark.parametrize(
    ("source", "is_told"),
    [
        (SourceFacts(name=SOURCE, last_success_at=day(58.9)), True),
        (SourceFacts(name=SOURCE, last_success_at=day(59)), False),
        (SourceFacts(name=SOURCE, last_success_at=day(50), failed_since=day(51)), False),
        (SourceFacts(name=SOURCE), False),
    ],
)
def test_a_source_is_stale_a_day_after_it_was_read(source: SourceFacts, *, is_told: bool) -> None:
    """One that failed, or was never read, has a rule of its own."""
    base = desk(issue(1))
    given = replace(base, state=replace(base.state, sources=(source,)))
    assert [one.rule for one in upkeep(given)] == ["sync_stale"] * is_told


def test_gaps_in_the_rules_are_told_from_three_records_and_a_tenth() -> None:
    """3 of 30 are a tenth and in order, 3 of 29 are more; two are never a gap."""
    gaps = tuple(
        Unplaced(key=str(n), ref=f"APO-{n}", title="?", type="Spike", reason="no rule matched")
        for n in range(3)
    )
    assert told(desk(unplaced=gaps, nothing=27)) == []
    assert [rule for rule, _ in told(desk(unplaced=gaps, nothing=26))] == ["unmapped"]
    assert told(desk(unplaced=gaps[:2], nothing=0)) == []


@pytest.mark.parametrize(
    ("kind", "count", "level"),
    [
        (QualityKind.UNREADABLE, 1, Severity.WARNING),
        (QualityKind.DONE_WITHOUT_RESOLUTION, 4, Severity.INFO),
        (QualityKind.DONE_WITHOUT_RESOLUTION, 3, None),
        (QualityKind.MISSING_ESTIMATE, 4, Severity.INFO),
        (QualityKind.MISSING_ESTIMATE, 6, Severity.INFO),
        (QualityKind.MISSING_ESTIMATE, 7, None),
        (QualityKind.MISSING_ESTIMATE, 3, None),
        (QualityKind.ORPHAN, 12, None),
    ],
)
def test_poor_records_are_told_beyond_the_ordinary(
    kind: QualityKind, count: int, level: Severity | None
) -> None:
    """Of twelve pieces of work a quarter is three; where more than six have no estimate nobody estimates."""
    base = desk(*(issue(number) for number in range(1, 13)))
    note = QualityNote(kind=kind, count=count, examples=("APO-1",))
    given = replace(base, state=replace(base.state, quality=(note,)))
    found = [one for one in upkeep(given) if one.rule == "data_quality"]
    assert [(one.severity, one.facts["kinds"]) for one in found] == ([(level, (kind,))] if level else [])


def test_of_all_that_is_poor_the_gravest_stands_first() -> None:
    """What cannot be read makes it a warning; its examples are told."""
    base = desk(*(issue(number) for number in range(1, 13)))
    notes = (
        QualityNote(kind=QualityKind.MISSING_ESTIMATE, count=5, examples=("APO-1",)),
        QualityNote(kind=QualityKind.UNREADABLE, count=1, examples=("APO-9 (due: no date)",)),
    )
    found = upkeep(replace(base, state=replace(base.state, quality=notes)))
    (one,) = [each for each in found if each.rule == "data_quality"]
    assert (one.severity, one.facts["counts"], one.facts["examples"]) == (
        Severity.WARNING,
        ("unreadable=1", "missing_estimate=5"),
        ("APO-9 (due: no date)",),
    )


@pytest.mark.parametrize(
    ("ends", "days"),
    [(74.1, None), (74.0, None), (73.9, 14), (60.5, 0), (59, -1)],
)
def test_a_token_is_told_two_weeks_before_its_end(ends: float, days: int | None) -> None:
    """Judged on day 60: one that ends on day 74 to the second is in order yet."""
    found = upkeep(replace(desk(), credentials={SOURCE: day(ends)}))
    told_days = [one.facts["days"] for one in found if one.rule == "token_ending"]
    assert told_days == ([] if days is None else [days])


def test_a_failing_channel_is_told_with_its_reason() -> None:
    """The channel is named as the configuration does."""
    dead = FailingChannel(name="env:PM", since=day(50), reason="refused", waiting=3)
    (one,) = [each for each in upkeep(replace(desk(), channels=(dead,))) if each.rule == "channel_failed"]
    assert (one.id, one.since) == ("channel_failed:env:PM", day(50))
    assert one.facts == {"reason": "refused", "waiting": 3, "since_on": "2026-10-21"}


def everything() -> tuple[ProjectState, list[str]]:
    """Return a project in which every rule speaks."""
    done = issue(1, category=Category.DONE, resolution="Done", closed_at=day(1), parent=EPIC)
    base = desk(epic(), done, issue(2, parent=EPIC), doing(3, 3, labels=("blocked",)))
    picture = replace(
        base.state.picture,
        risks=(Risk(key="r", ref="APO-7", title="Supplier", created_at=day(1), impact=Level.HIGH),),
        decisions=(Decision(key="d", ref="A", title="Host", created_at=day(1), needed_by=ON(2026, 10, 1)),),
        client_actions=(action(1),),
        unplaced=tuple(
            Unplaced(key=str(n), ref=f"B-{n}", title="?", type="Spike", reason="none") for n in range(3)
        ),
    )
    sources = (SourceFacts(name=SOURCE, last_success_at=day(50)),)
    given = replace(
        base, state=replace(base.state, picture=picture, sources=sources), editions_due={"client": day(1)}
    )
    found = upkeep(given)
    return replace(given.state, deviations=found), [one.rule for one in found]


def test_every_rule_is_in_the_table_and_has_words_of_its_own() -> None:
    """Whatever is told has a row in the documents, a sentence, and a thing that can be done."""
    state, spoken = everything()
    watched = {rule.name for rule in rulebook.RULES if any(key.startswith("watch.") for key in rule.keys)}
    assert set(spoken) == watched | {"decision_overdue"}
    decision = decide(state.deviations, [], now=NOW, is_first=True)
    (message,) = compose(decision, state, CALENDAR)
    for deviation in state.deviations:
        (alone,) = compose(
            decide([replace(deviation, severity=Severity.WARNING)], [], now=NOW, is_first=False),
            state,
            CALENDAR,
        )
        assert "out of tolerance" not in alone.text
        assert "What can be done:" in alone.text
    assert "First look: 9 deviations" in message.subject


def test_what_needs_care_never_changes_the_verdict() -> None:
    """A PM's reminders are no news to a client."""
    state, _ = everything()
    assert state.health == desk(issue(1)).state.health


def test_the_limits_are_those_of_the_configuration() -> None:
    """Every limit can be set, with the same default."""
    assert Limits(**WatchSettings().model_dump()) == Limits()
    assert set(RULE_NAMES) == {rule.name for rule in rulebook.RULES}
    assert {f"watch.{name}" for name in WatchSettings.model_fields} == {
        key for rule in rulebook.RULES for key in rule.keys if key.startswith("watch.")
    }
