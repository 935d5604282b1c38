"""Reading in words: a tracker that failed, looks wrong, or was not asked for too long. Pure; internal."""

from __future__ import annotations

import datetime as dt

from connector.alerts.decide import Notice
from connector.alerts.scene import Scene
from connector.alerts.telling import Effect, Telling, day_of, reason
from connector.alerts.texts import Value
from connector.analysis.facts import SourceFacts

_HOUR = dt.timedelta(hours=1)


def failed(notice: Notice, scene: Scene) -> Telling:
    """Tell that a source could not be read."""
    source = _source(notice, scene)
    return Telling(
        what=scene.speech.say("failed.what", name=scene.quoted(notice)),
        since=_last_read(source, scene),
        why=reason(source.failure if source else None, scene),
        effects=_frozen(scene),
    )


def guarded(notice: Notice, scene: Scene) -> Telling:
    """Tell that what a source answered was not believed."""
    return Telling(
        what=scene.speech.say("guard.what", name=scene.quoted(notice)),
        since=scene.since(notice),
        why=reason(notice.alert.facts.get("reason"), scene),
        effects=_frozen(scene),
    )


def stale(notice: Notice, scene: Scene) -> Telling:
    """Tell that a source was not asked for too long."""
    source = _source(notice, scene)
    last = source.last_success_at if source and source.last_success_at else notice.alert.since
    hours = scene.speech.count("stale.hours", max(1, (scene.state.as_of - last) // _HOUR))
    return Telling(
        what=scene.speech.say("stale.what", name=scene.quoted(notice), hours=hours),
        since=_last_read(source, scene),
        why=scene.speech.say("stale.why"),
        effects=_frozen(scene),
    )


def ending(notice: Notice, scene: Scene) -> Telling:
    """Tell that a source's token ends soon."""
    facts = notice.alert.facts
    days, on = facts.get("days"), day_of(facts.get("ends_on"))
    left = days if isinstance(days, int) else 0
    values: dict[str, Value] = {"name": scene.quoted(notice), "on": on or scene.today}
    what = (
        scene.speech.count("token.what", left, **values)
        if left > 0
        else scene.speech.say("token.over", **values)
    )
    return Telling(
        what=what,
        since=scene.since(notice),
        why=scene.speech.say("token.why"),
        effects=(Effect("token", scene.speech.say("token.effect")),),
    )


def _source(notice: Notice, scene: Scene) -> SourceFacts | None:
    return next((one for one in scene.state.sources if one.name == notice.alert.object), None)


def _last_read(source: SourceFacts | None, scene: Scene) -> str:
    if source is None or source.last_success_at is None:
        return scene.speech.say("failed.never")
    return scene.speech.say("failed.last", at=scene.instant(source.last_success_at))


def _frozen(scene: Scene) -> tuple[Effect, ...]:
    return (Effect("frozen", scene.speech.say("effect.frozen")),)
