"""Which containers matter first: those with a date, then those that move; what lies idle comes last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connector.analysis.forecast.situation import Scene, lies_in
from connector.analysis.forecast.track import Stay, Track

IDLE: Final = dt.timedelta(days=90)  # so long nothing came in, left or was finished
_NEVER: Final = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relevance:
    """The day that a container has, planned or agreed, and when something last happened in it."""

    day: dt.date | None
    last_at: dt.datetime
    is_idle: bool  # without a day, and nothing happens


def relevance(scene: Scene, track: Track, agreed_on: Mapping[str, dt.date]) -> Relevance:
    """Return what makes a container matter.

    Args:
        scene: The day in question.
        track: The container.
        agreed_on: The days agreed, by container.
    """
    day = scene.planned_on(track) or agreed_on.get(track.key)
    last_at = max((at for stay in track.stays for at in _events(scene, stay)), default=_NEVER)
    is_idle = day is None and last_at < scene.as_of - IDLE
    return Relevance(day=day, last_at=last_at, is_idle=is_idle)


def by_relevance(
    scene: Scene, tracks: Sequence[Track], agreed_on: Mapping[str, dt.date]
) -> Sequence[tuple[Track, Relevance]]:
    """Return containers in the order people look at them: by their days, then the last moved first."""
    known = [(track, relevance(scene, track, agreed_on)) for track in tracks]
    moved = sorted(known, key=lambda pair: (pair[1].last_at, pair[0].key), reverse=True)
    return sorted(moved, key=lambda pair: (pair[1].day or dt.date.max, pair[1].is_idle))


def _events(scene: Scene, stay: Stay) -> Iterator[dt.datetime]:
    """Yield what happened to an item in a container, up to the day in question."""
    done_at = scene.done_at.get(stay.item)
    told = (stay.entered_at, stay.left_at, done_at if done_at and lies_in(stay, done_at) else None)
    yield from (at for at in told if at is not None and at <= scene.as_of)
