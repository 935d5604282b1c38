"""A change of rules is no change of scope. In the rules of the day a Bug was no item; now it is one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from adapters.records import Issue
from connector.analysis.baseline import Approval, take
from connector.analysis.facts import Agreement, Baseline, ProjectFacts
from connector.analysis.judge import judge
from connector.analysis.state import ProjectState, ScopeRow
from mappings.presets import preset_text
from mappings.rules import Rules, parse_rules
from tests.builders import SOURCE, day, facts, issue, milestone, rules, seen, version

R1 = version(1)
SIGHTS = seen(1, milestone(1))
BUGS_NOTHING = '[[rule]]\nname = "bugs"\nconcept = "none"\nwhen = { type = "Bug" }\n\n'


def old_rules(name: str = "jira-releases") -> Rules:
    """Return a preset in which bugs are nothing."""
    head, mark, rest = preset_text(name).partition("[[rule]]")
    return parse_rules(head + BUGS_NOTHING + mark + rest, file=f"{name}.toml")


def ruled(issues: list[Issue], ruleset: Rules, **overrides: Any) -> ProjectFacts:
    """Return facts under some rules."""
    return facts(issues, sightings=SIGHTS, ruleset=ruleset, **overrides)


def agreed(base: ProjectFacts) -> Baseline:
    """Return a baseline as of day 10."""
    approval = Approval(approved_by="J. Doe")
    return take(base, Agreement(), on_at=day(10), recorded_at=day(10), approval=approval, number=1)


def judged(base: ProjectFacts, baseline: Baseline) -> ProjectState:
    """Judge as of day 60."""
    return judge(base, Agreement(baselines=(baseline,)), as_of=day(60))


def row(state: ProjectState, unit: str = "items") -> ScopeRow:
    """Return the row of R1."""
    return next(r for r in state.scope if r.container == R1 and r.unit == unit)


def stories(count: int) -> list[Issue]:
    """Return stories of R1."""
    return [issue(n, milestones=(R1,)) for n in range(1, count + 1)]


def bugs(count: int, **overrides: object) -> list[Issue]:
    """Return bugs of R1."""
    return [issue(50 + n, milestones=(R1,), type="Bug", **overrides) for n in range(count)]


def test_both_sides_are_counted_by_the_present_rules() -> None:
    """Agreed 4 stories, with 3 bugs beside them. Bugs count now: 7 of 7, and nothing came in."""
    issues = [*stories(4), *bugs(3)]
    found = judged(ruled(issues, rules()), agreed(ruled(issues, old_rules())))
    assert (row(found).baseline, row(found).current, row(found).entries) == (7, 7, ())
    assert found.deviations == ()


def test_the_figure_of_the_day_stays_visible() -> None:
    """4 agreed count as 7 since the new rules were first used; without a change neither shows."""
    issues = [*stories(4), *bugs(3)]
    baseline = agreed(ruled(issues, old_rules()))
    dated = ruled(issues, rules(), ruled_since={SOURCE: day(30)})
    changed, same = row(judged(dated, baseline)), row(judged(ruled(issues, old_rules()), baseline))
    assert (changed.recounted_from, changed.recounted_on) == (4, dt.date(2026, 10, 1))
    assert (same.baseline, same.recounted_from, same.recounted_on) == (4, None, None)


def test_what_came_in_is_still_told() -> None:
    """7 by the present rules, and a bug of day 20: 1 of 7 came in."""
    issues = [*stories(4), *bugs(3)]
    baseline = agreed(ruled(issues, old_rules()))
    later = issue(90, milestones=(R1,), type="Bug", created_at=day(20))
    found = row(judged(ruled([*issues, later], rules()), baseline))
    assert (found.baseline, found.unapproved_added, found.current) == (7, 1, 8)


def test_what_was_seen_after_the_baseline_stays_late() -> None:
    """A story that nobody could see when the baseline was recorded does not slip into it by a recount."""
    issues = [*stories(4), *bugs(3)]
    baseline = agreed(ruled(issues, old_rules()))
    hidden = issue(91, milestones=(R1,))
    found = row(judged(ruled([*issues, hidden], rules(), first_seen={hidden.key: day(40)}), baseline))
    assert (found.baseline, [(e.item, e.late, e.at) for e in found.entries]) == (
        7,
        [("APO-91", True, day(40))],
    )


def test_a_source_whose_rules_stayed_is_not_counted_anew() -> None:
    """The baseline is a copy: only what the change of rules touches may change in it."""
    other = "jira:OPS"
    issues = [*stories(4), *bugs(2), *(issue(n, milestones=(R1,), source=other) for n in (70, 71))]
    both = {SOURCE: old_rules(), other: rules()}
    baseline = agreed(ruled(issues, old_rules(), rules=both))
    without = {
        name: {k: s for k, s in items.items() if k != "jira:issue:71"}
        for name, items in baseline.containers.items()
    }
    found = row(
        judged(
            ruled(issues, rules(), rules={SOURCE: rules(), other: rules()}),
            replace(baseline, containers=without),
        )
    )
    assert (found.baseline, found.unapproved_added, found.current) == (7, 1, 8)


def test_a_change_of_the_size_unit_is_no_new_estimate() -> None:
    """Agreed in items, measured in points from now on: no points are told of that day, none came in."""
    issues = [issue(n, milestones=(R1,), points=3.0) for n in (1, 2)]
    found = judged(ruled(issues, rules("jira-scrum")), agreed(ruled(issues, rules("jira-releases"))))
    points = row(found, "points")
    assert (points.baseline, points.current, points.recounted_from, points.entries) == (6, 6, None, ())
    assert row(found).recounted_from == 2


def test_an_old_baseline_without_its_rules_is_taken_as_it_is() -> None:
    """Nothing is guessed: what it holds was agreed."""
    issues = [*stories(4), *bugs(3)]
    baseline = replace(agreed(ruled(issues, old_rules())), rules={})
    found = row(judged(ruled(issues, rules()), baseline))
    assert (found.baseline, found.current, found.recounted_from) == (4, 7, None)
