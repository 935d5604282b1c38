"""A term: round after round of six hours, with its spells, kills, full disks and approvals."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from connector.clock import Clock
from connector.pipeline.report import ProjectReport
from connector.pipeline.workspace import Workspace, open_workspace
from tests.acceptance.desk import Desk
from tests.acceptance.service.post import post
from tests.acceptance.service.program import Service, run_killed, service, trigger
from tests.acceptance.service.town import ALL, STEP, Town, town
from tests.acceptance.service.weather import (
    CALM_ROUNDS,
    MOST_ROOM_BYTES,
    SURVIVED,
    Spell,
    Weather,
    weather,
)

APPROVED_EVERY = 4  # rounds: the manager looks at drafts once a day
AUDIENCE = "client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a term is to be."""

    began_at: dt.datetime
    rounds: int
    kills: int
    publishing: Collection[int] = ALL  # numbers of the projects that publish
    seed: int = 1


@dataclass(slots=True)
class Term:
    """A term as it went. Rounds are numbered from 0."""

    plan: Plan
    town: Town
    weather: Weather
    store: Workspace
    killed: set[int] = field(default_factory=set)  # rounds whose process was killed
    outlived: int = 0  # processes that ended before their kill came
    read: dict[str, list[int]] = field(default_factory=dict)  # project to the rounds it was synced well in
    resident_kb: list[int] = field(default_factory=list)  # of the service, after each of its rounds
    slack: dt.timedelta = dt.timedelta()
    cpu_s: float = 0.0
    codes: dict[int, int] = field(default_factory=dict)

    @property
    def ended_at(self) -> dt.datetime:
        """Return the instant of its last round."""
        return self.at(self.plan.rounds - 1)

    def at(self, number: int) -> dt.datetime:
        """Return the instant of a round."""
        return self.plan.began_at + number * STEP

    def is_calm(self, number: int, key: str) -> bool:
        """Whether nothing hinders a project in a round: no spell of its own, no kill, no full disk."""
        own = self.weather.at(number, key) - {SURVIVED}
        return not own and Spell.DISK not in self.weather.at(number) and number not in self.killed


@contextmanager
def term(folder: Path, plan: Plan) -> Iterator[Term]:
    """Let a term go by, and give what is left of it with its store open."""
    with (
        post() as box,
        town(Desk(folder, plan.began_at), box, seed=plan.seed, publishing=plan.publishing) as made,
    ):
        dice = random.Random(f"term {plan.seed}")  # noqa: S311 - chance, not secrecy
        spells = weather(made.keys, plan.rounds, dice)
        free = [n for n in range(2, plan.rounds - CALM_ROUNDS) if Spell.DISK not in spells.at(n)]
        kills = set(dice.sample(free, plan.kills))
        with service(made) as running, open_workspace(made.desk.config, Clock()) as store:
            term_now = Term(plan, made, spells, store, read={key: [] for key in made.keys})
            for number in range(plan.rounds):
                _round(term_now, running, number, dice, is_kill=number in kills)
            yield term_now


def _round(now: Term, running: Service, number: int, dice: random.Random, *, is_kill: bool) -> None:
    since, now.town.desk.now = now.town.desk.now, now.at(number)
    now.town.live(since)
    now.weather.befall(now.town, number)
    if is_kill:
        _kill(now, number, dice)
    else:
        _serve(now, running, number, dice)
    now.town.post.collect(now.town.desk.now)
    now.town.forget_requests()
    for key in now.town.keys:
        if _was_read(now, key):
            now.read[key].append(number)


def _kill(now: Term, number: int, dice: random.Random) -> None:
    for place in dice.sample(now.town.places, 3):
        place.life.surprise(now.at(number) - dt.timedelta(minutes=5))
    turn = len(now.killed) + now.outlived
    if run_killed(now.town, trigger(turn, dice)):
        now.killed.add(number)
    else:
        now.outlived += 1


def _serve(now: Term, running: Service, number: int, dice: random.Random) -> None:
    more = {}
    if Spell.DISK in now.weather.at(number):
        more["room_bytes"] = str(dice.randrange(1, MOST_ROOM_BYTES))
    done = running.order("round", **more)
    now.codes[number] = done.code
    now.resident_kb.append(done.resident_kb)
    now.cpu_s += done.cpu_s
    if number % APPROVED_EVERY == 1:
        _approve(now, running)


def _approve(now: Term, running: Service) -> None:
    """Let the manager approve what waits."""
    for key in now.town.keys:
        draft = now.store.store.drafts.get(key, AUDIENCE)
        if draft is not None and draft.waiting_since_at is not None:
            done = running.order(f"publish {key} --approved-by Manager --fresh")
            now.cpu_s += done.cpu_s


def _was_read(now: Term, key: str) -> bool:
    """Whether a project's last run was of this round, and read its tracker."""
    for run in now.store.store.runs.last(key):
        report = ProjectReport.model_validate_json(run.report)
        return report.is_judged and run.started_at >= now.town.desk.now
    return False
