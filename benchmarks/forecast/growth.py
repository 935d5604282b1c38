"""What forecasts cost as a project grows: laying its history out, one day's forecasts, two years of weeks."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Iterator

from adapters.records import MilestoneStatus
from connector.analysis.forecast.chronicle import Chronicle, Finish, Kind, Spell, Stay, Track, Turn
from connector.analysis.forecast.forecast import Forecaster

START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
DAYS = 800
SIZES = ((1_000, 20), (5_000, 40), (20_000, 40))  # items, milestones
WEEKS = 104


def lines() -> Iterator[str]:
    """Yield CPU seconds by size, and what they are to the smallest."""
    yield f"CPU seconds\n{'items':>8}{'milestones':>12}{'laid out':>10}{'one day':>9}{'2 years weekly':>16}"
    for items, milestones in SIZES:
        whole = project(items, milestones)
        began_s = time.process_time()
        forecaster = Forecaster(whole)
        laid_s = time.process_time()
        forecaster.at(_day(DAYS - 10))
        once_s = time.process_time()
        for week in range(WEEKS):
            forecaster.at(_day(60 + 7 * week))
        weekly_s = time.process_time() - once_s
        yield f"{items:8}{milestones:12}{laid_s - began_s:10.2f}{once_s - laid_s:9.3f}{weekly_s:16.2f}"


def project(items: int, milestones: int) -> Chronicle:
    """Return a project that ships milestone after milestone, each overlapping the next."""
    draw = random.Random(1)
    tracks: dict[str, Track] = {}
    spells: dict[str, tuple[Spell, ...]] = {}
    for number in range(milestones):
        begin = number * DAYS / milestones
        stays = []
        for each in range(items // milestones):
            key, entered = f"{number}/{each}", begin + draw.uniform(0, 40)
            stays.append(Stay(item=key, entered_at=_day(entered)))
            spells[key] = (Spell(at=_day(entered + draw.expovariate(1 / 30)), done=True),)
        tracks[f"m{number}"] = _track(f"m{number}", stays, begin + 90)
    return Chronicle(project="growth", timezone="UTC", tracks=tracks, spells=spells)


def _track(key: str, stays: list[Stay], end: float) -> Track:
    day = _day(end).date()
    turn = Turn(at=_day(int(end)), status=MilestoneStatus.DONE, day=day)
    ordered = tuple(sorted(stays, key=lambda stay: stay.entered_at))
    return Track(key=key, name=key, kind=Kind.MILESTONE, stays=ordered, turns=(turn,), finish=Finish(day=day))


def _day(number: float) -> dt.datetime:
    return START + dt.timedelta(days=number)
