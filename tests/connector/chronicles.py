"""Builds chronicles for tests: containers, what lay in them when, what was done. Days count from `START`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from hypothesis import strategies as st

from adapters.records import MilestoneStatus
from connector.analysis.forecast.chronicle import Chronicle, Finish, Kind, Plan, Spell, Stay, Track, Turn

START = dt.datetime(2025, 1, 6, tzinfo=dt.UTC)
Life = tuple[float, float | None, float | None]  # entered, done, left: days from the start


def day(number: float) -> dt.datetime:
    """Return an instant."""
    return START + dt.timedelta(days=number)


def track(
    key: str,
    lives: Sequence[Life],
    *,
    finished: float | None = None,
    plans: Iterable[tuple[float, float]] = (),
    kind: Kind = Kind.MILESTONE,
) -> tuple[Track, dict[str, tuple[Spell, ...]]]:
    """Return a container and its items' spells; item `n` of it is `key/n`."""
    stays = [
        Stay(item=f"{key}/{n}", entered_at=day(entered), left_at=None if left is None else day(left))
        for n, (entered, _, left) in enumerate(lives)
    ]
    end = None if finished is None else day(finished)
    made = Track(
        key=key,
        name=key,
        kind=kind,
        stays=tuple(sorted(stays, key=lambda stay: stay.entered_at)),
        plans=tuple(Plan(at=day(at), day=day(planned).date()) for at, planned in plans),
        finish=Finish(day=end.date()) if end else None,
        turns=(Turn(at=end, status=MilestoneStatus.DONE, day=end.date()),) if end else (),
    )
    spells: dict[str, tuple[Spell, ...]] = {
        f"{key}/{n}": (Spell(at=day(done), done=True),) for n, (_, done, _) in enumerate(lives) if done
    }
    return made, spells


def chronicle_of(*parts: tuple[Track, dict[str, tuple[Spell, ...]]]) -> Chronicle:
    """Return a chronicle of containers."""
    return Chronicle(
        project="apollo",
        timezone="UTC",
        tracks={made.key: made for made, _ in parts},
        spells={item: told for _, spells in parts for item, told in spells.items()},
    )


def cut(whole: Chronicle, at: dt.datetime) -> Chronicle:
    """Return what could be known at an instant."""
    return replace(
        whole,
        tracks={key: _cut(one, at) for key, one in whole.tracks.items()},
        spells={key: tuple(s for s in told if s.at <= at) for key, told in whole.spells.items()},
    )


def _cut(one: Track, at: dt.datetime) -> Track:
    turns = tuple(turn for turn in one.turns if turn.at <= at)
    return replace(
        one,
        stays=tuple(
            replace(stay, left_at=stay.left_at if stay.left_at and stay.left_at <= at else None)
            for stay in one.stays
            if stay.entered_at <= at
        ),
        plans=tuple(plan for plan in one.plans if plan.at <= at),
        turns=turns,
        finish=one.finish if turns else None,
    )


def regular(releases: int = 8, *, every: float = 40, items: int = 12) -> Chronicle:
    """Return a project that ships one milestone after another, and works on the next."""
    parts = []
    for number in range(releases + 1):
        begin = number * every
        lives: list[Life] = [
            (begin + n % 5, begin + 8 + n * (every - 12) / items, None) for n in range(items)
        ]
        is_last = number == releases
        if is_last:
            lives = [
                (entered, done if n < 4 else None, left) for n, (entered, done, left) in enumerate(lives)
            ]
        parts.append(track(f"m{number:02}", lives, finished=None if is_last else begin + every))
    return chronicle_of(*parts)


@st.composite
def projects(draw: st.DrawFn) -> Chronicle:
    """Draw projects of a few containers that overlap, idle, finish, are planned and planned anew."""
    parts = []
    for number in range(draw(st.integers(2, 6))):
        begin = draw(st.integers(0, 200))
        lives = [_life(draw, begin) for _ in range(draw(st.integers(1, 10)))]
        finished = draw(st.none() | st.integers(15, 150))
        planned = draw(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 500)), max_size=3))
        parts.append(
            track(
                f"m{number}",
                lives,
                finished=None if finished is None else begin + finished,
                plans=sorted(planned, key=lambda plan: plan[0]),
            )
        )
    return chronicle_of(*parts)


def _life(draw: st.DrawFn, begin: int) -> Life:
    entered = begin + draw(st.integers(0, 60))
    done = draw(st.none() | st.integers(1, 90))
    left = draw(st.none() | st.integers(1, 120))
    return entered, None if done is None else entered + done, None if left is None else entered + left
