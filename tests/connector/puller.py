"""A source in memory, pulled into a store by the real pipeline; time is the test's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from adapters.memory import MemoryAdapter
from adapters.records import Issue
from connector.pipeline.pull import Order, Outcome, Question, Setting, pull
from connector.store import Store, open_store
from connector.store.locks import this_process
from tests.builders import SOURCE, day, issue, milestone
from tests.new_store import NAME, lay_store

WEEK = dt.timedelta(days=7)


def story(number: int, **overrides: object) -> Issue:
    """Make a story that was touched days ago, out of reach of any overlap; APO-6 is of day 0."""
    at = {"created_at": day(-9), "updated_at": day(0) if number == 6 else day(-5)}
    return issue(number, **(at | overrides))


@dataclass(slots=True)
class Puller:
    """One project with one source. `at` is in days after the start."""

    store: Store
    adapter: MemoryAdapter = field(
        default_factory=lambda: MemoryAdapter(
            source=SOURCE, issues=[story(number) for number in range(1, 7)], milestones=[milestone(1)]
        )
    )
    at: float = 0

    def pull(self, *, full: bool = False, accepted_by: str = "", question: Question | None = None) -> Outcome:
        """Pull once, now."""
        owner = this_process()
        with self.store.locks.project_lock("apollo", owner=owner, now=self.now) as lock:
            setting = Setting(
                store=self.store,
                project="apollo",
                lock=lock,
                now=self.now,
                progress=lambda _source, _done, _total: None,
                full_every=WEEK,
                shrink_ratio=0.5,
            )
            order = Order(full=full, accepted_by=accepted_by, reason="so it is")
            return pull(setting, self.adapter, order, question or Question())

    def now(self) -> dt.datetime:
        """The clock."""
        return day(self.at)

    def drop(self, *numbers: int) -> None:
        """Take issues out of the tracker."""
        lost = {issue(number).key for number in numbers}
        self.adapter.issues = [one for one in self.adapter.issues if one.key not in lost]

    @property
    def gone(self) -> dict[str, str]:
        """Why each issue that is gone is gone, by ref."""
        facts = self.store.facts.load("apollo")
        refs = {one.key: one.ref for one in facts.issues}
        return {refs[key]: one.why for key, one in facts.gone.items()}

    @property
    def titles(self) -> dict[str, str]:
        """What is stored, gone or not: ref to title."""
        return {one.ref: one.title for one in self.store.facts.load("apollo").issues}


@contextmanager
def puller(folder: Path) -> Iterator[Puller]:
    """Open an empty store in a folder, with a source beside it."""
    lay_store(folder)
    with open_store(f"sqlite:///{NAME}", folder=folder) as store:
        yield Puller(store)
