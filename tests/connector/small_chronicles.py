"""Small histories to forecast from, written by hand: days are counted from one Monday."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from adapters.records import MilestoneStatus
from connector.analysis.forecast.track import Chronicle, Finish, Kind, Plan, Spell, Stay, Track, Turn

MONDAY = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def at(day: float) -> dt.datetime:
    """Return noon so many days after the first Monday."""
    return MONDAY + DAY * day


def on(day: int) -> dt.date:
    """Return a day as a date."""
    return at(day).date()


def stay(item: str, since: float, until: float | None = None) -> Stay:
    """Put an item into a container, perhaps for a while."""
    return Stay(item=item, entered_at=at(since), left_at=None if until is None else at(until))


def track(
    key: str,
    stays: Iterable[Stay],
    *,
    plans: Sequence[tuple[float, int]] = (),
    finished: int | None = None,
    kind: Kind = Kind.MILESTONE,
) -> Track:
    """Make a container. `plans`: since when which day is planned."""
    day = None if finished is None else on(finished)
    turns = () if day is None else (Turn(at=at(finished or 0), status=MilestoneStatus.DONE, day=day),)
    return Track(
        key=key,
        name=key.upper(),
        kind=kind,
        stays=tuple(sorted(stays, key=lambda one: (one.entered_at, one.item))),
        plans=tuple(Plan(at=at(since), day=on(planned)) for since, planned in plans),
        finish=None if day is None else Finish(day=day),
        turns=turns,
    )


def chronicle(
    *tracks: Track, done: Mapping[str, float], blocks: Mapping[str, tuple[str, ...]] | None = None
) -> Chronicle:
    """Make a history. `done`: since when an item is."""
    return Chronicle(
        project="apollo",
        timezone="UTC",
        tracks={one.key: one for one in tracks},
        spells={item: (Spell(at=at(day), done=True),) for item, day in done.items()},
        blocks=blocks or {},
    )


def steady(
    key: str, *, items: int, every: float = 2.0, begun: float = 0.0, **more: object
) -> tuple[Track, dict[str, float]]:
    """Make a container of which an item is finished every so many days, and when each is."""
    names = [f"{key}-{number}" for number in range(items)]
    done = {name: begun + 1 + every * index for index, name in enumerate(names)}
    return track(key, [stay(name, begun) for name in names], **more), done  # type: ignore[arg-type]
