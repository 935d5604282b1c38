"""A pull that was cut short is taken up where it was, in every phase, and never for another question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.errors import UnreachableError, WaitTooLongError
from adapters.memory import MemoryAdapter
from adapters.protocol import Batch, Census
from connector.pipeline.pull import Question
from connector.store.staging import PullKind
from tests.builders import SOURCE, day, issue
from tests.connector.puller import Puller, puller, story


@dataclass(slots=True, kw_only=True)
class Failing(MemoryAdapter):
    """A tracker that fails in the phase it is told, and counts what it is asked."""

    fails_in: str = ""
    asked: list[str] = field(default_factory=list)

    def _note(self, phase: str) -> None:
        self.asked.append(phase)
        if phase == self.fails_in:
            raise UnreachableError(f"told to fail in {phase}")

    def census(self) -> Iterator[Census]:
        """Count, or fail."""
        self._note("census")
        yield from MemoryAdapter.census(self)

    def fetch(self, keys: Sequence[str]) -> Iterator[Batch]:
        """Read a key a batch; fail after the first."""
        for number, key in enumerate(keys):
            yield from MemoryAdapter.fetch(self, [key])
            if number == 0:
                self._note("fetch")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Puller]:
    """Six issues, pulled on day 0; a day later two have another parent and one is gone."""
    with puller(tmp_path) as made:
        made.pull()
        made.at = 1.01
        made.drop(2)
        moved = {story(number).key: story(number, parent=issue(1).key) for number in (3, 4)}
        issues = [moved.get(one.key, one) for one in made.adapter.issues]
        made.adapter = Failing(source=SOURCE, issues=issues, milestones=made.adapter.milestones)
        yield made


@pytest.mark.parametrize("phase", ["census", "fetch"])
def test_a_pull_goes_on_in_the_phase_it_failed_in(site: Puller, phase: str) -> None:
    """What came before is not asked for again, and the end is that of an undisturbed pull."""
    tracker = site.adapter
    assert isinstance(tracker, Failing)
    tracker.fails_in = phase
    with pytest.raises(UnreachableError):
        site.pull()
    assert site.gone == {}
    windows, tracker.fails_in = len(tracker.opened_with), ""
    tracker.asked.clear()
    site.pull()
    parents = {one.ref: one.parent for one in site.store.facts.load("apollo").issues}
    assert (parents["APO-3"], parents["APO-4"]) == (issue(1).key, issue(1).key)
    assert site.gone == {"APO-2": "deleted"}
    assert len(tracker.opened_with) == windows
    assert tracker.asked == (["census", "fetch"] if phase == "census" else ["fetch"])


def test_trap_56_a_pull_that_cannot_heal_is_begun_anew(site: Puller) -> None:
    """The same failure every night behind one cursor: a day later the pull starts from its beginning."""
    site.at = 8
    site.adapter.batch_issues, site.adapter.fail_after = 2, 1
    for _night in range(2):
        with pytest.raises(UnreachableError):
            site.pull()
    site.at += 1.1
    with pytest.raises(UnreachableError):
        site.pull()
    assert [window.cursor for window in site.adapter.opened_with] == [None, "2", None]


def test_batches_of_another_question_are_not_gone_on_with(site: Puller) -> None:
    """Rules that ask for another field begin anew, so that no issue lacks it."""
    site.adapter.batch_issues, site.adapter.fail_after = 2, 1
    for fingerprint in ("old", "new"):
        with pytest.raises(UnreachableError):
            site.pull(question=Question(fingerprint=fingerprint, is_new=True))
    assert [window.cursor for window in site.adapter.opened_with] == [None, None]


def test_a_killed_full_pull_is_ended_by_an_ordinary_sync(site: Puller) -> None:
    """What a person asked for is done, though the next sync would have asked for less."""
    site.adapter.batch_issues, site.adapter.fail_after = 2, 1
    with pytest.raises(UnreachableError):
        site.pull(full=True)
    site.adapter.fail_after = None
    assert site.pull().kind is PullKind.FULL
    assert site.adapter.opened_with[-1].cursor == "2"


def test_a_tracker_that_asks_for_patience_is_left_alone(site: Puller) -> None:
    """Until then nobody asks it, in whatever process; after it, it is asked as ever."""
    again_at = day(1.01) + dt.timedelta(minutes=40)
    site.store.pulls.record_failure("apollo", SOURCE, at=site.now(), text="too fast", retry_at=again_at)
    with pytest.raises(WaitTooLongError) as refused:
        site.pull()
    assert refused.value.retry_at == again_at
    assert site.adapter.opened_with == []
    site.at += 41 / 1440
    assert site.pull().applied is not None
    assert site.store.pulls.source_state("apollo", SOURCE).retry_at is None
