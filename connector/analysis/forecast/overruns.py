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
from connector.analysis.forecast.spread import Spread
from connector.analysis.forecast.track import Chronicle, Kind, Track

LAST: Final = 30  # overruns that count, the last ones
HELD_AT: Final = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A finished container that had a plan: what was planned when, and the day it was finished."""

    plans: Sequence[tuple[float, float]]  # known since, planned day
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
        own = [(each.overrun_days(ahead_days), 1.0) for each in self.known(kind, at)]
        shares = self._general.sprint_overruns if kind is Kind.ITERATION else self._general.overruns
        weight = prior.WEIGHT**2 / (prior.WEIGHT + len(own)) / len(shares)
        return Spread.of([*own, *((round(share * length_days), weight) for share in shares)])

    def coverage(self, kind: Kind, at: float) -> float | None:
        """Return how often the 85 % day held when each was forecast, at first sight, from those before it."""
        kept = self.known(kind, at)
        held = [
            each.overrun_days(NEVER)
            <= Spread.of((one.overrun_days(NEVER), 1.0) for one in before).quantile(HELD_AT)
            for index, each in enumerate(kept)
            if (before := kept[:index])
        ]
        return sum(held) / len(held) if held else None


def _kept(track: Track, zone: ZoneInfo) -> Iterator[Kept]:
    told = [(days_of(plan.at), start_of(plan.day, zone)) for plan in track.plans if plan.day]
    for day, at, until in track.ends():
        end, start = days_of(at), start_of(day, zone)
        plans = [(known, planned) for known, planned in told if known <= end]
        if plans:
            yield Kept(
                plans=plans,
                day=start,
                known=max(end, start),
                until=days_of(until) if until else NEVER,
            )
