"""What goes wrong, and when: spells of each project's tracker and of the ways that messages go. Seeded."""

from __future__ import annotations

import enum
import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.acceptance.service.town import Place, Town, manager
from tests.trackers.faults import FOREVER, Faults, broken, limited, server_error, unauthorized

CALM_ROUNDS = 4  # at the beginning, and at the end
ROUNDS_A_SPELL = 28  # of a project: one in so many rounds begins
LONGEST = 7  # rounds: almost two days
DISK_SHARE = 0.02  # of rounds
MOST_ROOM_BYTES = 400_000


class Spell(enum.StrEnum):
    """What may befall a tracker, or a way out."""

    DOWN = "tracker down"
    BROKEN = "connections break"
    STORM = "storm of 429 that is waited out"
    PAUSE = "429 that asks for two hours"
    EXPIRED = "token expired"
    SMTP = "mail refused"
    HOOK = "webhook refused"
    DISK = "disk full"


OF_TRACKERS = (Spell.DOWN, Spell.EXPIRED, Spell.PAUSE, Spell.STORM, Spell.BROKEN)
SURVIVED = Spell.STORM  # a sync gets through it


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A spell from one round on, up to another that is calm again. `key` "": everybody's."""

    spell: Spell
    key: str = ""
    first: int
    end: int

    def holds(self, number: int) -> bool:
        """Whether a round lies in it."""
        return self.first <= number < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """All spells of a term."""

    spans: tuple[Span, ...]

    def at(self, number: int, key: str = "") -> frozenset[Spell]:
        """Return what holds in a round for a project, or for everybody."""
        return frozenset(span.spell for span in self.spans if span.key == key and span.holds(number))

    def befall(self, town: Town, number: int) -> None:
        """Let trackers and receivers behave as a round has it."""
        for place in town.places:
            _befall(place, self.at(number, place.key), number)
        ours = self.at(number)
        refusal = "451 4.3.0 the mailbox cannot be written now"
        refused = {manager(key): refusal for key in town.keys} if Spell.SMTP in ours else {}
        town.post.box.refused.clear()
        town.post.box.refused.update(refused)
        town.post.hook.status = 503 if Spell.HOOK in ours else 0


def weather(keys: Sequence[str], rounds: int, dice: random.Random) -> Weather:
    """Make up the spells of a term; every kind comes at least once."""
    spans = [
        _span(OF_TRACKERS[(number + turn) % len(OF_TRACKERS)], rounds, dice, key=key)
        for number, key in enumerate(keys)
        for turn in range(max(1, rounds // ROUNDS_A_SPELL // 2))
    ]
    for _ in range(max(1, rounds // 60)):
        spans += [_span(spell, rounds, dice) for spell in (Spell.SMTP, Spell.HOOK)]
    for _ in range(max(2, round(rounds * DISK_SHARE))):
        first = dice.randrange(CALM_ROUNDS, rounds - CALM_ROUNDS)
        spans.append(Span(spell=Spell.DISK, first=first, end=first + 1))
    return Weather(spans=tuple(spans))


def _span(spell: Spell, rounds: int, dice: random.Random, *, key: str = "") -> Span:
    first = dice.randrange(CALM_ROUNDS, rounds - CALM_ROUNDS)
    end = min(first + dice.randint(1, LONGEST), rounds - CALM_ROUNDS)
    return Span(spell=spell, key=key, first=first, end=end)


def _befall(place: Place, spells: frozenset[Spell], number: int) -> None:
    faults = Faults()
    if Spell.DOWN in spells:
        faults.on(".*", server_error(503), times=FOREVER)
    if Spell.EXPIRED in spells:
        faults.on(".*", unauthorized(), times=FOREVER)
    if Spell.PAUSE in spells:
        faults.on(".*", limited(retry_after="7200"), times=FOREVER)
    if Spell.BROKEN in spells:
        faults.on(".*", broken(), times=FOREVER)
    if Spell.STORM in spells:
        faults.on(".*", limited(retry_after=str(20 + number % 30)), times=2)
        faults.on(".*", limited(retry_after="5"), nth=4)
    place.server.middleware = faults if spells else None
