"""What needs care, in words: each rule of `analysis.upkeep` for a message to the PM. Pure; internal."""

from __future__ import annotations

from connector.alerts.decide import Notice
from connector.alerts.scene import Scene
from connector.alerts.telling import (
    Effect,
    Telling,
    day_of,
    effects_of_work,
    effects_on,
    first,
    names_of,
    over_the_limit,
    plainly,
    still_open,
)
from mappings.concepts import ClientAction, Level


def idle(notice: Notice, scene: Scene) -> Telling:
    """Tell a goal on which nothing moves."""
    facts, key = notice.alert.facts, notice.alert.object
    left, last_on = facts.get("open"), day_of(facts.get("last_on"))
    if not isinstance(left, int) or last_on is None:
        return plainly(notice, scene)
    return Telling(
        what=scene.speech.count("idle.what", left, name=scene.quoted(notice), on=last_on),
        why=still_open(key, scene),
        effects=effects_on(key, scene),
    )


def ageing(notice: Notice, scene: Scene) -> Telling:
    """Tell work that was begun long ago."""
    count, items = notice.alert.facts.get("count"), names_of(notice.alert.facts.get("items"))
    if not isinstance(count, int) or not items:
        return plainly(notice, scene)
    return Telling(
        what=scene.speech.count("ageing.what", count, name=scene.quoted(notice)),
        since=over_the_limit(notice, scene),
        why=scene.speech.say("ageing.why", items=first(items, scene, total=count)),
        effects=effects_on(notice.alert.object, scene),
    )


def blocked(notice: Notice, scene: Scene) -> Telling:
    """Tell work on the way to a milestone that something holds."""
    facts, say = notice.alert.facts, scene.speech
    count, days, since_on = facts.get("count"), facts.get("days"), day_of(facts.get("since_on"))
    if not isinstance(count, int) or not isinstance(days, int) or since_on is None:
        return plainly(notice, scene)
    waited = say.count("blocked.days", days)
    return Telling(
        what=say.count("blocked.what", count, name=scene.quoted(notice), days=waited),
        since=say.say("since", at=since_on),
        why=say.flow(*_held(notice, count, scene)),
        effects=effects_on(notice.alert.object, scene),
    )


def waiting(notice: Notice, scene: Scene) -> Telling:
    """Tell what the client owes, and what it holds up."""
    facts, say, key = notice.alert.facts, scene.speech, notice.alert.object
    days, needed_by = facts.get("days"), day_of(facts.get("needed_by"))
    if not isinstance(days, int):
        return plainly(notice, scene)
    needed = say.say("waiting.needed", on=needed_by) if needed_by else ""
    held = _holds_up(key, scene)
    named = [scene.refs[one] for one in held if one in scene.refs]
    why = say.say("waiting.holds_nothing")
    if named:
        why = say.say("waiting.holds_up", items=first(named, scene))
    return Telling(
        what=say.count("waiting.what", days, name=scene.quoted(notice), needed=needed),
        since=over_the_limit(notice, scene),
        why=why,
        effects=effects_of_work(held, scene) if held else _unforeseen(scene),
    )


def undecided(notice: Notice, scene: Scene) -> Telling:
    """Tell a decision that is late."""
    say, key, days = scene.speech, notice.alert.object, notice.alert.facts.get("days")
    decision = next((one for one in scene.state.picture.decisions if one.key == key), None)
    if decision is None or decision.needed_by is None or not isinstance(days, int):
        return plainly(notice, scene)
    return Telling(
        what=say.count("decision.what", days, name=scene.quoted(notice), on=decision.needed_by),
        why=say.say("decision.why"),
        effects=_unforeseen(scene),
    )


def unanswered(notice: Notice, scene: Scene) -> Telling:
    """Tell a grave risk about which nothing is done."""
    say, key = scene.speech, notice.alert.object
    risk = next((one for one in scene.state.picture.risks if one.key == key), None)
    if risk is None:
        return plainly(notice, scene)
    return Telling(
        what=say.say(
            "unanswered.what",
            name=scene.quoted(notice),
            likelihood=_rating(risk.likelihood, scene),
            impact=_rating(risk.impact, scene),
        ),
        since=say.say("unanswered.since", at=scene.instant(notice.alert.since)),
        why=say.say("unanswered.why"),
        effects=_unforeseen(scene),
    )


def _held(notice: Notice, count: int, scene: Scene) -> tuple[str, ...]:
    """Say what is blocked, by what, and whether the longest chain of work runs through it."""
    facts, say = notice.alert.facts, scene.speech
    items, holders, chain = (names_of(facts.get(name)) for name in ("items", "blocked_by", "chain"))
    named = first(items, scene, total=count)
    by = say.say("blocked.by", items=first(holders, scene)) if holders else say.say("blocked.unlinked")
    told = "" if not chain else say.say("blocked.chain", chain=_chain(chain, scene))
    return (say.say("blocked.items", items=named), by, told)


def _chain(refs: tuple[str, ...], scene: Scene) -> str:
    told = refs[0]
    for ref in refs[1:]:
        told = scene.speech.say("format.chain", before=told, after=ref)
    return told


def _holds_up(key: str, scene: Scene) -> tuple[str, ...]:
    actions: tuple[ClientAction, ...] = scene.state.picture.client_actions
    return next((one.holds_up for one in actions if one.key == key), ())


def _rating(level: Level | None, scene: Scene) -> str:
    return scene.speech.say("rating.none" if level is None else f"rating.{level.value}")


def _unforeseen(scene: Scene) -> tuple[Effect, ...]:
    return (Effect("unforeseen", scene.speech.say("effect.unknown")),)
