"""Places days and numbers in a drawing, and keeps its labels apart. All lengths are per cent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from connector.disclosure.view import Day

FULL: Final = 100.0  # per cent of the drawing's width or height
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One date in a drawing; `x` is 0-100."""

    x: float
    day: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A stretch of time in a drawing; both ends are 0-100."""

    left: float
    width: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return round(self.left + self.width, 1)


class DayScale:
    """Maps days to 0-100."""

    def __init__(self, days: Iterable[dt.date], *, margin: float = 0.0) -> None:
        """Take the days to be shown.

        Args:
            days: At least one day; the first and the last one bound the scale.
            margin: The share of the time shown that is left free on both sides.
        """
        numbers = [day.toordinal() for day in days]
        first, last = min(numbers), max(numbers)
        free = max(1.0, (last - first) * margin) if margin or first == last else 0.0
        self._start = first - free
        self._length = last + free - self._start

    def holds(self, day: Day) -> bool:
        """Tell whether a day lies inside."""
        return self._start <= day.on.toordinal() <= self._start + self._length

    def at(self, on: dt.date) -> float:
        """Return the place of a day."""
        return round((on.toordinal() - self._start) / self._length * FULL, 1)

    def mark(self, day: Day) -> Mark:
        """Return a day with its place."""
        return Mark(x=self.at(day.on), day=day)

    def band(self, first: Day, last: Day) -> Band:
        """Return the stretch between two days, whichever comes first."""
        left, right = sorted((self.at(first.on), self.at(last.on)))
        return Band(left=left, width=round(right - left, 1))


def apart(places: Sequence[float], gap: float) -> tuple[float, ...]:
    """Move places as little as a simple rule allows, so that none is nearer than `gap` to another.

    Args:
        places: Where labels would stand, 0-100, in any order.
        gap: The least distance; less where not all would fit.

    Returns:
        The new places, in the order given, all within 0-100.
    """
    room = min(gap, FULL / max(1, len(places) - 1))
    order = sorted(range(len(places)), key=lambda index: places[index])
    placed: list[float] = []
    for rank, index in enumerate(order):
        least = placed[-1] + room if placed else 0.0
        most = FULL - room * (len(order) - 1 - rank)
        placed.append(min(max(places[index], least), most))
    by_index = dict(zip(order, placed, strict=True))
    return tuple(round(by_index[index], 1) for index in range(len(places)))


def with_room(marks: Iterable[Mark], gap: float) -> tuple[Mark, ...]:
    """Return the marks that are at least `gap` behind the one kept before, the first always."""
    kept: list[Mark] = []
    for mark in marks:
        if not kept or mark.x - kept[-1].x >= gap:
            kept.append(mark)
    return tuple(kept)


def thinned(things: Sequence[_T], most: int) -> tuple[_T, ...]:
    """Return at most so many things at even distances, the first and the last always among them."""
    if len(things) <= most:
        return tuple(things)
    step = (len(things) - 1) / (most - 1)
    return tuple(things[round(step * number)] for number in range(most))
