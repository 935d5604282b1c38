"""What our own side leaves undone, in words: editions, rules, records, channels. Pure; internal."""

from __future__ import annotations

from connector.alerts.decide import Notice
from connector.alerts.scene import Scene
from connector.alerts.telling import Effect, Telling, day_of, first, names_of, plainly, reason


def unpublished(notice: Notice, scene: Scene) -> Telling:
    """Tell an edition that is late."""
    say, due_on = scene.speech, day_of(notice.alert.facts.get("due_on"))
    if due_on is None:
        return plainly(notice, scene)
    days = scene.calendar.working_days(due_on, scene.today)
    return Telling(
        what=say.count("edition.what", days, name=scene.quoted(notice), on=due_on),
        why=say.say("edition.why"),
        effects=(Effect("edition", say.say("edition.effect")),),
    )


def unmapped(notice: Notice, scene: Scene) -> Telling:
    """Tell records that no rule placed."""
    say, facts = scene.speech, notice.alert.facts
    count, total, items = facts.get("count"), facts.get("total"), names_of(facts.get("items"))
    if not isinstance(count, int) or not isinstance(total, int):
        return plainly(notice, scene)
    return Telling(
        what=say.count("unmapped.what", count, total=total),
        since=scene.since(notice),
        why=say.say("unmapped.why", items=first(items, scene, total=count)) if items else "",
        effects=(Effect("unmapped", say.say("unmapped.effect")),),
    )


def unreliable(notice: Notice, scene: Scene) -> Telling:
    """Tell what makes the records unreliable."""
    say, facts = scene.speech, notice.alert.facts
    kinds, examples = _kinds(names_of(facts.get("counts")), scene), names_of(facts.get("examples"))
    if not kinds:
        return plainly(notice, scene)
    return Telling(
        what=say.say("quality.what", kinds=say.joined(kinds)),
        since=scene.since(notice),
        why=say.say("quality.why", items=first(examples, scene)) if examples else "",
        effects=(Effect("quality", say.say("quality.effect")),),
    )


def undelivered(notice: Notice, scene: Scene) -> Telling:
    """Tell a channel that takes no messages."""
    say, facts = scene.speech, notice.alert.facts
    waiting, since_on = facts.get("waiting"), day_of(facts.get("since_on"))
    if not isinstance(waiting, int) or since_on is None:
        return plainly(notice, scene)
    return Telling(
        what=say.count("channel.what", waiting, name=scene.quoted(notice)),
        since=say.say("since", at=since_on),
        why=reason(facts.get("reason"), scene),
        effects=(Effect("channel", say.say("channel.effect")),),
    )


def _kinds(counts: tuple[str, ...], scene: Scene) -> list[str]:
    """Read `kind=number` pairs into words; a kind that has none here is left out."""
    pairs = [count.partition("=") for count in counts]
    say = scene.speech
    return [
        say.say("quality.each", kind=say.say(f"quality.{kind}"), number=number)
        for kind, _, number in pairs
        if say.knows(f"quality.{kind}")
    ]
