"""Each rule in words: its name, what it tells, what can be done, how its end is told. Pure; internal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from connector.alerts import dating, reading, records, scoping, upkeep, words
from connector.alerts.decide import Notice
from connector.alerts.grouping import Heading
from connector.alerts.scene import Scene
from connector.alerts.telling import NAMED, Telling, plainly
from connector.alerts.texts import Speech
from connector.analysis.state import Severity

TELLERS: Final[Mapping[str, Callable[[Notice, Scene], Telling]]] = {
    "scope_creep": scoping.creep,
    "scope_dropped": scoping.dropped,
    "slipping": dating.slip,
    "overdue": dating.overdue,
    "buffer": dating.buffer,
    "silently_at_risk": dating.at_risk,
    "volatile": dating.volatile,
    "sync_failed": reading.failed,
    "guard_tripped": reading.guarded,
    "sync_stale": reading.stale,
    "token_ending": reading.ending,
    "goal_idle": upkeep.idle,
    "ageing": upkeep.ageing,
    "blocked": upkeep.blocked,
    "waiting_on_client": upkeep.waiting,
    "decision_overdue": upkeep.undecided,
    "risk_unanswered": upkeep.unanswered,
    "edition_overdue": records.unpublished,
    "unmapped": records.unmapped,
    "data_quality": records.unreliable,
    "channel_failed": records.undelivered,
}
"""Who tells of which rule; one that is missing is told plainly."""


def told(heading: Heading, scene: Scene, *, known: set[str]) -> str:
    """Tell a deviation in a few sentences, with what is named with it; what it does to the dates below.

    Args:
        heading: A deviation that stands.
        scene: Where its figures are.
        known: Facts about the dates that the message has told already; those told here are added.
    """
    one = telling(heading.notice, scene)
    fresh = {effect.fact: effect.said for effect in one.effects if effect.fact not in known}
    known.update(fresh)
    say = scene.speech
    text = say.flow(one.what, one.since, one.why, _with_it(heading.with_it, scene))
    lines = (words.sentence(text, say.say("name.project")), say.flow(*fresh.values()))
    return "\n".join(filter(None, lines))


def telling(notice: Notice, scene: Scene) -> Telling:
    """Tell one deviation."""
    return TELLERS.get(notice.alert.rule, plainly)(notice, scene)


def rule_name(rule: str, speech: Speech) -> str:
    """Say what people call a rule."""
    key = f"rule.{rule}"
    return speech.say(key) if speech.knows(key) else rule.replace("_", " ").capitalize()


def remedy(rule: str, speech: Speech) -> str:
    """Say what can be done; "" of a rule that has no words here."""
    key = f"remedy.{rule}"
    return speech.say(key) if speech.knows(key) else ""


def over(rule: str, notices: Sequence[Notice], scene: Scene) -> str:
    """Tell that deviations of one rule are over."""
    say, key = scene.speech, f"over.{rule}"
    names = say.listed([scene.name(notice) for notice in notices], NAMED)
    text = (
        say.say(key, names=names)
        if say.knows(key)
        else say.say("over.any", names=names, rule=rule_name(rule, say))
    )
    return words.sentence(text, say.say("name.project"))


def _with_it(notices: Sequence[Notice], scene: Scene) -> str:
    if not notices:
        return ""
    names = [_named(notice, scene) for notice in notices]
    return scene.speech.say("with_it", names=scene.speech.listed(names, NAMED))


def _named(notice: Notice, scene: Scene) -> str:
    say, name = scene.speech, scene.name(notice)
    figure = _figure(notice, scene)
    if not figure:
        return name
    is_critical = notice.alert.severity is Severity.CRITICAL
    return say.say("with_it.critical" if is_critical else "with_it.figure", name=name, figure=figure)


def _figure(notice: Notice, scene: Scene) -> str:
    row, say = scene.rows.get(notice.alert.object), scene.speech
    if row is None or row.baseline is None:
        return ""
    if notice.alert.rule == "scope_creep":
        return say.say("figure.share", share=say.percent(row.creep_ratio or 0.0), baseline=row.baseline)
    items = scene.items(notice.alert.rule, notice.alert.object)
    return say.say("figure.items", items=len(items), baseline=row.baseline)
