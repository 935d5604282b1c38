"""What every rule tells: what, since when, why, and what it does to the dates. Pure; internal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from adapters.records import MilestoneStatus
from connector.alerts import words
from connector.alerts.decide import Notice
from connector.alerts.outlook import outlook
from connector.alerts.scene import Scene
from connector.analysis.state import NOT_FORECAST, PROJECT, MilestoneState
from mappings.concepts import ScopeItem

NAMED = 3  # objects that a line names
_LONGEST_REASON = 300  # characters


@dataclass(frozen=True, slots=True)
class Effect:
    """What a deviation does to the dates. A message tells each fact once, whoever says it."""

    fact: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A deviation in sentences; `effects` are dropped where a message has told them already."""

    what: str  # and how much
    since: str = ""  # "" where `what` says it
    why: str = ""
    effects: tuple[Effect, ...] = ()


def plainly(notice: Notice, scene: Scene) -> Telling:
    """Tell a deviation of which nothing more is known here."""
    what = scene.speech.say("any", name=scene.quoted(notice))
    return Telling(what=what, since=scene.since(notice))


def day_of(fact: object) -> dt.date | None:
    """Read a day among the facts; None where it is none."""
    return dt.date.fromisoformat(fact) if isinstance(fact, str) else None


def names_of(fact: object) -> tuple[str, ...]:
    """Read names among the facts, each on its line; none where there are none."""
    return tuple(words.one_line(name) for name in fact) if isinstance(fact, tuple) else ()


def over_the_limit(notice: Notice, scene: Scene) -> str:
    """Say since when what may last for a while has lasted too long."""
    return scene.speech.say("since.limit", at=scene.instant(notice.alert.since))


def reason(fact: object, scene: Scene) -> str:
    """Repeat a reason as it was given: the tracker's and the program's own are English; "" of none."""
    said = words.one_line(fact, most=_LONGEST_REASON).rstrip(".") if isinstance(fact, str) else ""
    return scene.speech.say("reason", reason=said) if said else ""


def left(milestone: MilestoneState, scene: Scene) -> str:
    """Say how much of a milestone is open."""
    if not milestone.total:
        return scene.speech.say("left.empty")
    return scene.speech.count("left", milestone.total, open=milestone.total - milestone.done)


def still_open(container: str, scene: Scene) -> str:
    """Name the first pieces of work that are open in a milestone or goal; "" where none is known."""
    refs = [item.ref for item in scene.open_work.get(container, ())]
    return scene.speech.say("open", items=first(refs, scene)) if refs else ""


def first(refs: Sequence[str], scene: Scene, *, total: int = 0) -> str:
    """Name the first of some issues with their titles, and count the rest; see `Speech.listed`."""
    named = scene.called(refs[:NAMED])
    return scene.speech.listed(named, NAMED, total=max(total, len(refs)))


def effects_on(container: str, scene: Scene) -> tuple[Effect, ...]:
    """Say what is forecast for the milestone that an object bears on.

    Of a milestone it is its own; of the project its last; of a goal the nearest with open work of it.
    """
    if container in scene.milestones:
        return tuple(_forecast(scene.milestones[container], scene, is_own=True))
    if container == PROJECT:
        return _one(_by_date(scene.milestones.values())[-1:], scene)
    return _nearest(scene.open_work.get(container, ()), scene)


def effects_of_work(keys: Iterable[str], scene: Scene) -> tuple[Effect, ...]:
    """Say what is forecast for the nearest milestone ahead that pieces of open work are in."""
    wanted = frozenset(keys)
    return _nearest(
        [item for items in scene.open_work.values() for item in items if item.key in wanted], scene
    )


def _nearest(items: Iterable[ScopeItem], scene: Scene) -> tuple[Effect, ...]:
    within = {key for item in items for key in item.milestones}
    return _one(_by_date(one for key, one in scene.milestones.items() if key in within)[:1], scene)


def _by_date(milestones: Iterable[MilestoneState]) -> Sequence[MilestoneState]:
    """List those that are open and have a date, the nearest first."""
    ahead = [(one.due_on, one) for one in milestones if one.status is MilestoneStatus.OPEN and one.due_on]
    return [one for _, one in sorted(ahead, key=lambda pair: (pair[0], pair[1].key))]


def _one(milestones: Sequence[MilestoneState], scene: Scene) -> tuple[Effect, ...]:
    if not milestones:
        return (Effect("none", scene.speech.say("effect.none")),)
    return tuple(_forecast(milestones[0], scene, is_own=False))


def _forecast(milestone: MilestoneState, scene: Scene, *, is_own: bool) -> Iterator[Effect]:
    forecast = milestone.forecast
    if forecast == NOT_FORECAST:
        return
    told = outlook(forecast, scene.state.record, today=scene.today, speech=scene.speech)
    fact = f"forecast {milestone.key}"
    if is_own:
        yield Effect(fact, scene.speech.say("effect.forecast", outlook=told))
        return
    name = scene.speech.say("format.name", name=scene.label(milestone.key))
    yield Effect(fact, scene.speech.say("effect.forecast_of", name=name, outlook=told))
