"""A container's history laid out in time, so that how it stood at any instant is one search away.

Instants are days since 1970 UTC, as fractions: a forecast compares tens of thousands of them.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from connector.analysis.forecast.track import Spell, Stay, Track

DAY_S = 86_400.0
NEVER = math.inf


def days_of(instant: dt.datetime) -> float:
    """Return an instant as days since 1970 UTC."""
    return instant.timestamp() / DAY_S


def start_of(day: dt.date, zone: ZoneInfo) -> float:
    """Return the first instant of a day in a zone."""
    return days_of(dt.datetime.combine(day, dt.time(), tzinfo=zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a container's contents went. `open_items` and `scope` hold from the time beside them on."""

    track: Track
    born: float  # the first item came in; NEVER: none did
    times: Sequence[float]
    open_items: Sequence[int]
    scope: Sequence[int]
    closures: Sequence[float]  # when an item was done while in it
    entries: Sequence[float]
    ready: Sequence[float]  # when an item came in that was done already

    def open_at(self, at: float) -> int:
        """Return the items in it that are not done."""
        return _value(self.times, self.open_items, at)

    def scope_at(self, at: float) -> int:
        """Return the items in it."""
        return _value(self.times, self.scope, at)

    def closed_between(self, start: float, end: float) -> int:
        """Return how often an item in it was done after `start`, up to and with `end`."""
        return bisect_right(self.closures, end) - bisect_right(self.closures, start)

    def entered_between(self, start: float, end: float) -> int:
        """Return how many items came in after `start`, up to and with `end`."""
        return bisect_right(self.entries, end) - bisect_right(self.entries, start)

    def last_closure(self, at: float) -> float | None:
        """Return when an item in it was done last; None before the first."""
        index = bisect_right(self.closures, at)
        return self.closures[index - 1] if index else None

    def last_event(self, at: float) -> float:
        """Return when something last came in, left or was done; never: minus infinity."""
        index = bisect_right(self.times, at)
        return self.times[index - 1] if index else -NEVER

    def is_filled_in_later(self, at: float) -> bool:
        """Whether most of what ever came in was done by then: a list written after the work."""
        return 2 * bisect_right(self.ready, at) > bisect_right(self.entries, at)


def course(track: Track, spells: Mapping[str, Sequence[Spell]]) -> Course:
    """Lay out one container's history. What happens at one instant holds together from then on."""
    found = _Events()
    for stay in track.stays:
        found.add(stay, spells.get(stay.item, ()))
    found.steps.sort()
    times: list[float] = []
    open_items: list[int] = []
    scope: list[int] = []
    held = opened = 0
    for at, more_open, more in found.steps:
        held, opened = held + more, opened + more_open
        if times and times[-1] == at:
            open_items[-1], scope[-1] = opened, held
        else:
            times.append(at)
            open_items.append(opened)
            scope.append(held)
    return Course(
        track=track,
        born=times[0] if times else NEVER,
        times=times,
        open_items=open_items,
        scope=scope,
        closures=sorted(found.closures),
        entries=sorted(found.entries),
        ready=sorted(found.ready),
    )


@dataclass(slots=True)
class _Events:
    """What happened in a container, in no order. Plain tuples: there are tens of thousands."""

    steps: list[tuple[float, int, int]] = field(default_factory=list)  # when, open items more, items more
    closures: list[float] = field(default_factory=list)
    entries: list[float] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)

    def add(self, stay: Stay, spells: Sequence[Spell]) -> None:
        """Add what one item's stay tells."""
        entered_at, left_at, done = stay.entered_at, stay.left_at, False
        at = days_of(entered_at)
        within: list[tuple[float, int, int]] = []
        for spell in spells:
            if spell.at <= entered_at:
                done = spell.done
            elif left_at is None or spell.at < left_at:
                within.append((days_of(spell.at), -1 if spell.done else 1, 0))
        self.entries.append(at)
        if done:
            self.ready.append(at)
        self.steps.append((at, 0 if done else 1, 1))
        self.steps += within
        self.closures += [when for when, more_open, _ in within if more_open < 0]
        if left_at is not None:
            is_open = within[-1][1] > 0 if within else not done
            self.steps.append((days_of(left_at), -1 if is_open else 0, -1))


def _value(times: Sequence[float], values: Sequence[int], at: float) -> int:
    index = bisect_right(times, at)
    return values[index - 1] if index else 0
