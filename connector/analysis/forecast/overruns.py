"""By how much planned days were missed: of dates that were as far ahead as the one in question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from connector.analysis.forecast import prior
from connector.analysis.forecast.board import family
from connector.analysis.forecast.course import NEVER, days_of, start_of
from connector.analysis.forecast.experience import HELD_AT
from connector.analysis.forecast.spread import Spread
from connector.analysis.forecast.track import Chronicle, Kind, Track

LAST: Final = 30  # overruns that count, the last ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A finished container that had a plan: what was planned when, and the day it was finished."""

    plans: Sequence[tuple[float, float]]  # known since, planned day
    length_days: float  # from its begin to the day planned first
    day: float
    known: float
    until: float

    def overrun_days(self, ahead_days: float) -> float:
        """Return by how much the date was missed that stood when it was so far ahead.

        Plans are followed from the first on until one came as near as that; the last one stands
        where none did.
        """
        ends = [*(known for known, _ in self.plans[1:]), self.day]
        near = (
            planned for (_, planned), end in zip(self.plans, ends, strict=True) if planned - end <= ahead_days
        )
        return self.day - next(near, self.plans[-1][1])


class Overruns:
    """The missed and kept dates of a chronicle."""

    def __init__(self, chronicle: Chronicle, general: prior.General = prior.GENERAL) -> None:
        """Find every finished container that had a plan before its end."""
        self._general = general
        zone = ZoneInfo(chronicle.timezone)
        found: dict[Kind, list[Kept]] = defaultdict(list)
        for track in chronicle.tracks.values():
            found[family(track.kind)] += _kept(track, zone)
        self._kept: Mapping[Kind, Sequence[Kept]] = {
            kind: sorted(kept, key=lambda each: (each.day, each.known)) for kind, kept in found.items()
        }

    def known(self, kind: Kind, at: float) -> Sequence[Kept]:
        """Return the last finished containers with a plan that were known at an instant."""
        return [each for each in self._kept.get(kind, ()) if each.known <= at < each.until][-LAST:]

    def spread(self, kind: Kind, at: float, *, ahead_days: float, length_days: float) -> Spread:
        """Return the overruns in days that dates so far ahead had.

        Args:
            kind: Of the container.
            at: As of when.
            ahead_days: From then to the planned day; negative when it is past.
            length_days: From the container's begin to the planned day: general experience is in shares of it.
        """
        return self._spread(kind, self.known(kind, at), ahead_days, length_days)

    def coverage(self, kind: Kind, at: float) -> float | None:
        """Return how often the 85 % day held when each was forecast, at first sight, from those before it."""
        kept = self.known(kind, at)
        held = [
            each.overrun_days(NEVER)
            <= self._spread(kind, kept[:index], NEVER, each.length_days).quantile(HELD_AT)
            for index, each in enumerate(kept)
            if index
        ]
        return sum(held) / len(held) if held else None

    def _spread(self, kind: Kind, kept: Sequence[Kept], ahead_days: float, length_days: float) -> Spread:
        own = [(each.overrun_days(ahead_days), 1.0) for each in kept]
        shares = self._general.sprint_overruns if kind is Kind.ITERATION else self._general.overruns
        weight = prior.WEIGHT**2 / (prior.WEIGHT + len(own)) / len(shares)
        return Spread.of([*own, *((round(share * length_days), weight) for share in shares)])


def length_days(track: Track, at: float, planned: float) -> float:
    """Return the days from a container's begin to a planned day, one at least.

    It began with its start by the tracker, its first item or its first plan, what of these was known
    first; at the instant in question where none was.
    """
    told = [track.began_at] if track.began_at else []
    told += [each.entered_at for each in track.stays[:1]]
    told += [each.at for each in track.plans[:1]]
    begun = min((since for since in map(days_of, told) if since <= at), default=at)
    return max(planned - begun, 1.0)


def _kept(track: Track, zone: ZoneInfo) -> Iterator[Kept]:
    told = [(days_of(plan.at), start_of(plan.day, zone)) for plan in track.plans if plan.day]
    for day, at, until in track.ends():
        end, start = days_of(at), start_of(day, zone)
        plans = [(known, planned) for known, planned in told if known <= end]
        if plans:
            yield Kept(
                plans=plans,
                length_days=length_days(track, *plans[0]),
                day=start,
                known=max(end, start),
                until=days_of(until) if until else NEVER,
            )
