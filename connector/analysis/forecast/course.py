"""A container's history laid out in time, so that how it stood at any instant is one search away.

Instants are days since 1970 UTC, as fractions: a forecast compares tens of thousands of them.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """The open items and the scope changed."""

    at: float
    open_items: int = 0
    scope: int = 0
    closure: bool = False
    ready: bool = False


def course(track: Track, spells: Mapping[str, Sequence[Spell]]) -> Course:
    """Lay out one container's history. What happens at one instant holds together from then on."""
    events = sorted(
        (event for stay in track.stays for event in _events(stay, spells.get(stay.item, ()))),
        key=lambda event: event.at,
    )
    times: list[float] = []
    open_items: list[int] = []
    scope: list[int] = []
    for event in events:
        if not times or times[-1] != event.at:
            times.append(event.at)
            open_items.append(open_items[-1] if open_items else 0)
            scope.append(scope[-1] if scope else 0)
        open_items[-1] += event.open_items
        scope[-1] += event.scope
    return Course(
        track=track,
        born=times[0] if times else NEVER,
        times=times,
        open_items=open_items,
        scope=scope,
        closures=[event.at for event in events if event.closure],
        entries=[event.at for event in events if event.scope > 0],
        ready=[event.at for event in events if event.ready],
    )


def _events(stay: Stay, spells: Sequence[Spell]) -> Iterator[_Event]:
    done = False
    within: list[Spell] = []
    for spell in spells:
        if spell.at <= stay.entered_at:
            done = spell.done
        elif stay.left_at is None or spell.at < stay.left_at:
            within.append(spell)
    yield _Event(at=days_of(stay.entered_at), open_items=0 if done else 1, scope=1, ready=done)
    for spell in within:
        yield _Event(at=days_of(spell.at), open_items=-1 if spell.done else 1, closure=spell.done)
        done = spell.done
    if stay.left_at is not None:
        yield _Event(at=days_of(stay.left_at), open_items=0 if done else -1, scope=-1)


def _value(times: Sequence[float], values: Sequence[int], at: float) -> int:
    index = bisect_right(times, at)
    return values[index - 1] if index else 0
