"""What happens in a project from one round to the next: work done, scope added, dates moved. Seeded."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.acceptance.tales import GitHubTale, JiraTale

DAY = dt.timedelta(days=1)
AGREED_ITEMS = 12
RELEASE_DAYS = 35
ACTS_A_ROUND = 0.45
MOST_OPEN = 40  # more than that, and nothing is added


@dataclass(slots=True)
class Life:
    """A project's work. Items and releases go by their names."""

    tale: JiraTale | GitHubTale
    dice: random.Random
    open: dict[str, str] = field(default_factory=dict)  # item to its release
    due_on: dict[str, dt.date] = field(default_factory=dict)  # of releases not finished
    requests: list[str] = field(default_factory=list)
    numbers: int = 0
    acts: int = 0

    def begin(self, at: dt.datetime) -> None:
        """Plan two releases and their items."""
        for weeks in (3, 8):
            self._plan(at - 20 * DAY, at.date() + dt.timedelta(weeks=weeks, days=self.dice.randint(0, 9)))
        for _ in range(AGREED_ITEMS):
            self._add(at - 15 * DAY)

    def live(self, since: dt.datetime, until: dt.datetime) -> None:
        """Let happen what happens in a span, in order."""
        count = sum(self.dice.random() < ACTS_A_ROUND / 2 for _ in range(2))
        for at in sorted(since + self.dice.random() * (until - since) for _ in range(count)):
            self._happen(at)
        for release, due_on in list(self.due_on.items()):
            if due_on + dt.timedelta(days=6) <= until.date():
                self._finish(release, until)

    def surprise(self, at: dt.datetime) -> None:
        """Move the next date far enough that nobody keeps silent about it."""
        release = min(self.due_on, key=lambda name: self.due_on[name])
        self._reschedule(release, at, days=21 if self.dice.random() < 0.7 else -14)

    def _happen(self, at: dt.datetime) -> None:
        acts: tuple[tuple[Callable[[dt.datetime], None], int], ...] = (
            (self._do, 9),
            (self._add, 6),
            (self._slip, 3),
            (self._drop, 2),
            (self._transfer, 2),
            (self._request, 1),
            (self._approve, 1),
        )
        (act,) = self.dice.choices([one for one, _ in acts], [weight for _, weight in acts])
        act(at)
        self.acts += 1

    def _plan(self, at: dt.datetime, due_on: dt.date) -> None:
        self.numbers += 1
        name = f"Release {self.numbers}"
        self.tale.milestone(name, at, due_on)
        self.due_on[name] = due_on

    def _add(self, at: dt.datetime) -> None:
        if len(self.open) >= MOST_OPEN:
            return
        self.numbers += 1
        item, release = f"Quietly rework module {self.numbers}", self.dice.choice(list(self.due_on))
        self.tale.item(item, at, release)
        self.open[item] = release

    def _do(self, at: dt.datetime) -> None:
        if item := self._any_item():
            if isinstance(self.tale, JiraTale):
                self.tale.issues[item].move(at, "Done", "Done")
            else:
                self.tale.issues[item].close(at)
            del self.open[item]

    def _drop(self, at: dt.datetime) -> None:
        if item := self._any_item():
            self.tale.drop(item, at)
            del self.open[item]

    def _transfer(self, at: dt.datetime) -> None:
        if item := self._any_item():
            others = [name for name in self.due_on if name != self.open[item]]
            if others:
                self.tale.transfer(item, at, others[0])
                self.open[item] = others[0]
                if isinstance(self.tale, JiraTale):
                    self.tale.at[item] = others[0]

    def _slip(self, at: dt.datetime) -> None:
        release = self.dice.choice(list(self.due_on))
        self._reschedule(release, at, days=self.dice.choice((-7, 3, 7, 14)))

    def _reschedule(self, release: str, at: dt.datetime, *, days: int) -> None:
        self.due_on[release] += dt.timedelta(days=days)
        self.tale.reschedule(release, at, self.due_on[release])

    def _request(self, at: dt.datetime) -> None:
        self.numbers += 1
        name = f"Asked for change {self.numbers}"
        self.tale.request(name, at)
        self.requests.append(name)

    def _approve(self, at: dt.datetime) -> None:
        if self.requests:
            self.tale.approve(self.requests.pop(0), at)

    def _finish(self, release: str, at: dt.datetime) -> None:
        """Release it, what is left of it goes to the next one, and plan one more."""
        self._plan(at, at.date() + dt.timedelta(days=RELEASE_DAYS + self.dice.randint(0, 14)))
        following = next(name for name in self.due_on if name != release)
        for item in [name for name, where in self.open.items() if where == release]:
            self.tale.transfer(item, at, following)
            self.open[item] = following
            if isinstance(self.tale, JiraTale):
                self.tale.at[item] = following
        self.tale.finish(release, at)
        del self.due_on[release]

    def _any_item(self) -> str:
        return self.dice.choice(list(self.open)) if self.open else ""
