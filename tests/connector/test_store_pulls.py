"""Pulls: staged apart, made live at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.protocol import Batch
from adapters.records import Field, Issue, Link, LinkKind, Quarantined
from connector.analysis.facts import Gone
from connector.store import LockedError, Store, StoreError, open_store
from connector.store.pulls import Applied, SourceState
from connector.store.staging import Plan, Pull, PullKind, StagedCounts
from tests.builders import SOURCE, change, day, issue, milestone


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file."""
    with open_store("sqlite:///store.db", folder=tmp_path) as opened:
        yield opened


def begin(store: Store, *, full: bool = True, at: float = 0, project: str = "apollo") -> Pull:
    """Begin a pull of the one source."""
    since = None if full else day(0)
    kind = PullKind.FULL if full else PullKind.CHANGES
    return store.pulls.begin(project, SOURCE, Plan(kind=kind, since=since, started_at=day(at)))


def pull(
    store: Store, *batches: Batch, full: bool = True, at: float = 0, gone: tuple[str, ...] = ()
) -> Applied:
    """Pull batches and apply them a minute later."""
    under_way = begin(store, full=full, at=at)
    for batch in batches:
        under_way = store.pulls.stage(under_way, batch)
    finished_at = day(at) + dt.timedelta(minutes=1)
    marks = {key: Gone(at=finished_at, why="deleted") for key in gone}
    return store.pulls.apply(under_way, finished_at=finished_at, gone=marks)


def batch(*issues: Issue, cursor: str = "1", **parts: object) -> Batch:
    """Make a batch of issues."""
    return Batch(issues=issues, cursor=cursor, **parts)  # type: ignore[arg-type] # whatever the test adds


def keys(store: Store, project: str = "apollo") -> list[str]:
    """List what is live and not gone."""
    facts = store.facts.load(project)
    return [one.ref for one in facts.issues if one.key not in facts.gone]


def test_what_is_staged_is_not_live(store: Store) -> None:
    """Until a pull is applied, nothing of it can be seen."""
    store.pulls.stage(begin(store), batch(issue(1)))
    assert store.facts.load("apollo").issues == ()


def test_applying_makes_issues_with_their_history_live(store: Store) -> None:
    """Changes come by issue, in order of time, however they were staged."""
    changes = (change(1, 2, Field.STATUS), change(1, 1, Field.POINTS), change(1, 1, Field.LABELS))
    assert pull(store, batch(issue(1), issue(2), changes=changes)).new == 2
    facts = store.facts.load("apollo")
    assert facts.issues == (issue(1), issue(2))
    assert facts.changes == {"jira:issue:1": (changes[1], changes[2], changes[0])}


def test_a_pull_replaces_the_whole_history_of_its_issues(store: Store) -> None:
    """What the tracker no longer tells is not kept beside what it tells now."""
    pull(store, batch(issue(1), issue(2), changes=(change(1, 1, Field.STATUS), change(2, 1, Field.STATUS))))
    pull(store, batch(issue(1), changes=(change(1, 2, Field.LABELS),)), full=False, at=3)
    facts = store.facts.load("apollo")
    assert [one.field for one in facts.changes["jira:issue:1"]] == [Field.LABELS]
    assert [one.field for one in facts.changes["jira:issue:2"]] == [Field.STATUS]


def test_the_later_of_two_looks_at_an_issue_counts(store: Store) -> None:
    """An issue that changed while it was pulled comes twice; batches are staged in order."""
    pull(store, batch(issue(1, title="old")), batch(issue(1, title="new"), cursor="2"))
    assert [one.title for one in store.facts.load("apollo").issues] == ["new"]


def test_staging_a_batch_twice_changes_nothing(store: Store) -> None:
    """A batch that was stored, and whose caller died before knowing, may come again."""
    one = batch(issue(1), changes=(change(1, 1, Field.STATUS),), milestones=(milestone(1),))
    under_way = store.pulls.stage(store.pulls.stage(begin(store), one), one)
    assert store.pulls.counts(under_way) == StagedCounts(
        issues=1, changes=1, links=0, milestones=1, quarantined=0
    )


def test_an_unfinished_pull_goes_on_behind_its_last_batch(store: Store) -> None:
    """The cursor comes back with the window and the start it belongs to."""
    store.pulls.stage(begin(store, at=1), batch(issue(1), cursor="page 2"))
    resumed = begin(store, at=9)
    assert (resumed.cursor, resumed.started_at, resumed.resumed) == ("page 2", day(1), True)
    assert store.pulls.counts(resumed).issues == 1


def test_an_unfinished_pull_that_brings_less_is_discarded(store: Store) -> None:
    """Who asks for everything is not answered with what changed."""
    store.pulls.stage(begin(store, full=False), batch(issue(1)))
    other = begin(store, full=True, at=1)
    assert (other.cursor, other.since, other.resumed) == (None, None, False)
    assert store.pulls.counts(other).issues == 0


def test_an_unfinished_pull_that_brings_more_goes_on(store: Store) -> None:
    """A killed full pull is ended by the next sync, whatever that would have asked for."""
    store.pulls.stage(begin(store), batch(issue(1)))
    other = begin(store, full=False, at=1)
    assert (other.kind, other.cursor, other.since, other.resumed) == (PullKind.FULL, "1", None, True)


def test_an_unfinished_pull_of_another_question_is_discarded(store: Store) -> None:
    """Batches that lack a field the rules ask for now are not mixed with those that have it."""
    plan = Plan(kind=PullKind.FULL, started_at=day(0), question="without budget")
    store.pulls.stage(store.pulls.begin("apollo", SOURCE, plan), batch(issue(1)))
    asked = store.pulls.begin("apollo", SOURCE, replace(plan, question="with budget"))
    assert (asked.cursor, asked.resumed) == (None, False)


def test_issues_asked_for_by_key_leave_an_unfinished_pull_alone(store: Store) -> None:
    """They are stored beside it, and say nothing of when the source was read."""
    store.pulls.stage(begin(store), batch(issue(1)))
    named = store.pulls.begin("apollo", SOURCE, Plan(kind=PullKind.NAMED, started_at=day(1)))
    named = store.pulls.stage(named, batch(issue(2)))
    store.pulls.apply(named, finished_at=day(1), gone={})
    assert keys(store) == ["APO-2"]
    assert store.pulls.source_state("apollo", SOURCE) == SourceState()
    assert begin(store, at=2).resumed


def test_live_issues_are_counted_by_source(store: Store) -> None:
    """What a guard compares with: known and not gone."""
    pull(store, batch(issue(1), issue(2)))
    pull(store, batch(issue(1)), at=1, gone=("jira:issue:2",))
    assert store.comparison.known("apollo", SOURCE).issues == 1
    assert store.comparison.known("other", SOURCE).issues == 0


def test_a_discarded_pull_takes_nothing_more(store: Store) -> None:
    """A process that was overtaken learns it from the store."""
    first = begin(store)
    store.pulls.discard(first, at=day(1))
    with pytest.raises(StoreError, match="ended by another process"):
        store.pulls.stage(first, batch(issue(1)))


def test_a_pull_is_applied_once(store: Store) -> None:
    """Applying twice would sight every milestone twice."""
    under_way = store.pulls.stage(begin(store), batch(issue(1)))
    store.pulls.apply(under_way, finished_at=day(1), gone={})
    with pytest.raises(StoreError, match="ended by another process"):
        store.pulls.apply(under_way, finished_at=day(1), gone={})


def test_counts_tell_what_a_pull_did(store: Store) -> None:
    """New, changed, unchanged, gone and returned issues are told apart."""
    pull(store, batch(issue(1), issue(2), issue(3)))
    assert pull(store, batch(issue(1), issue(2, title="x")), at=1, gone=("jira:issue:3",)) == Applied(
        new=0, changed=1, unchanged=1, gone=1, returned=0
    )
    assert pull(store, batch(issue(3), issue(4)), full=False, at=2) == Applied(
        new=1, changed=0, unchanged=0, gone=0, returned=1
    )


def test_a_full_pull_knows_what_is_missing(store: Store) -> None:
    """Live issues of this source that it did not bring; those it could not read were there."""
    pull(store, batch(issue(1), issue(2), issue(3)))
    unread = Quarantined(ref="APO-2", field="created", reason="found no date")
    under_way = store.pulls.stage(begin(store, at=1), batch(issue(1), quarantined=(unread,)))
    assert store.comparison.missing_keys(under_way) == ("jira:issue:3",)
    assert store.pulls.quarantined(under_way) == (unread,)


def test_an_issue_that_is_gone_stays_known_and_may_return(store: Store) -> None:
    """Its record, history and first sight are kept; being there again ends being gone."""
    pull(store, batch(issue(1), issue(2)))
    pull(store, batch(issue(1)), at=1, gone=("jira:issue:2",))
    facts = store.facts.load("apollo")
    assert facts.gone == {"jira:issue:2": Gone(at=day(1) + dt.timedelta(minutes=1), why="deleted")}
    assert len(facts.issues) == 2
    pull(store, batch(issue(2)), full=False, at=2)
    facts = store.facts.load("apollo")
    assert facts.gone == {}
    assert facts.first_seen["jira:issue:2"] == day(0) + dt.timedelta(minutes=1)


def test_projects_do_not_see_each_other(store: Store) -> None:
    """The same issue in two projects is two issues."""
    pull(store, batch(issue(1), milestones=(milestone(1),)))
    assert store.facts.load("other") == type(store.facts.load("other"))()
    under_way = store.pulls.stage(begin(store, project="other"), batch(issue(1, title="theirs")))
    assert store.comparison.missing_keys(under_way) == ()
    store.pulls.apply(under_way, finished_at=day(1), gone={})
    assert [one.title for one in store.facts.load("apollo").issues] == ["Story 1"]


def link(number: int, a: int, b: int) -> Link:
    """Make a link between two stories."""
    return Link(id=str(number), source=SOURCE, a=f"jira:issue:{a}", b=f"jira:issue:{b}", kind=LinkKind.BLOCKS)


def test_a_link_goes_when_all_who_told_of_it_are_silent(store: Store) -> None:
    """One end told of it: pulled again without it, it is gone; the other end's silence says nothing."""
    pull(store, batch(issue(1), links=(link(1, 1, 2),)), batch(issue(2), cursor="2"))
    pull(store, batch(issue(2)), full=False, at=1)
    assert store.facts.load("apollo").links == (link(1, 1, 2),)
    pull(store, batch(issue(1)), full=False, at=2)
    assert store.facts.load("apollo").links == ()


def test_a_full_pull_replaces_all_links(store: Store) -> None:
    """What a complete pull does not tell is not there."""
    pull(store, batch(issue(1), issue(2), issue(3), links=(link(1, 1, 2), link(2, 1, 3))))
    pull(store, batch(issue(1), issue(2), links=(link(1, 1, 2),)), at=1)
    assert store.facts.load("apollo").links == (link(1, 1, 2),)


def test_the_mark_of_what_was_seen_never_passes_the_start_of_the_pull(store: Store) -> None:
    """What changes while a pull runs is asked for again; an empty pull keeps the mark."""
    pull(store, batch(issue(1, updated_at=day(1)), issue(2, updated_at=day(9))), at=5)
    assert store.pulls.source_state("apollo", SOURCE).high_water_at == day(5)
    pull(store, Batch(cursor="1"), full=False, at=6)
    assert store.pulls.source_state("apollo", SOURCE).high_water_at == day(5)


def test_a_failure_keeps_the_data_and_its_first_instant(store: Store) -> None:
    """Since when a source fails is the first failure after the last success; success ends it."""
    pull(store, batch(issue(1)))
    store.pulls.record_failure("apollo", SOURCE, at=day(1), text="refused")
    store.pulls.record_failure("apollo", SOURCE, at=day(2), text="unreachable")
    (facts,) = store.facts.sources("apollo")
    assert (facts.failed_since, facts.failure, facts.complete, facts.issues) == (
        day(1),
        "unreachable",
        False,
        1,
    )
    pull(store, batch(issue(1)), at=3)
    (facts,) = store.facts.sources("apollo")
    assert (facts.failed_since, facts.failure, facts.complete) == (None, "", True)


def test_a_source_never_pulled_has_no_state(store: Store) -> None:
    """Nothing is known, and nothing is made up."""
    assert store.pulls.source_state("apollo", SOURCE) == SourceState()


def test_applying_checks_the_lock(store: Store) -> None:
    """A process whose lock was taken over stores nothing."""
    lock = store.locks.acquire("apollo", owner="elsewhere:1", now=day(0))
    under_way = store.pulls.stage(begin(store), batch(issue(1)))
    store.locks.acquire("apollo", owner="elsewhere:2", now=day(1))
    with pytest.raises(LockedError):
        store.pulls.apply(under_way, finished_at=day(1), gone={}, lock=lock)
    assert keys(store) == []
    assert store.pulls.counts(replace(under_way, resumed=True)).issues == 1


def test_only_the_asked_sources_are_read(store: Store) -> None:
    """A source that left the configuration stays stored and out of sight."""
    pull(store, batch(issue(1), milestones=(milestone(1),)))
    facts = store.facts.load("apollo", sources=["jira:OTHER"])
    assert (facts.issues, facts.sightings, facts.sources) == ((), (), ())
