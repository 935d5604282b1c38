"""Dates in words: slips, what is overdue, the buffer, a date at risk, a date to and fro. Pure; internal."""

from __future__ import annotations

import datetime as dt

from connector.alerts.decide import Notice
from connector.alerts.scene import Scene
from connector.alerts.telling import Effect, Telling, day_of, effects_on, left, plainly, still_open
from connector.analysis.state import MilestoneState, Move

_LAST_MOVES = 3  # that a line names


def slip(notice: Notice, scene: Scene) -> Telling:
    """Tell that a date lies later than agreed, or than first promised."""
    milestone = scene.milestones.get(notice.alert.object)
    if milestone is None or milestone.due_on is None:
        return plainly(notice, scene)
    return Telling(
        what=_moved(notice, milestone, scene),
        since=scene.since(notice),
        why=still_open(milestone.key, scene),
        effects=_where_it_goes(milestone, scene),
    )


def overdue(notice: Notice, scene: Scene) -> Telling:
    """Tell that a milestone is open after its day."""
    milestone = scene.milestones.get(notice.alert.object)
    due_on = day_of(notice.alert.facts.get("due_on")) or (milestone and milestone.due_on)
    if milestone is None or not due_on:
        return plainly(notice, scene)
    say, days, agreed_on = scene.speech, notice.alert.facts.get("days"), milestone.baseline_on
    ago = say.count("overdue.ago", days) if isinstance(days, int) and days else ""
    agreed = say.say("overdue.agreed", on=agreed_on) if agreed_on and agreed_on != due_on else ""
    what = say.say(
        "overdue.what",
        name=scene.quoted(notice),
        on=due_on,
        ago=ago,
        agreed=agreed,
        left=left(milestone, scene),
    )
    return Telling(what=what, why=still_open(milestone.key, scene), effects=effects_on(milestone.key, scene))


def buffer(notice: Notice, scene: Scene) -> Telling:
    """Tell that the buffer is used up faster than the work is done."""
    milestone = scene.milestones.get(notice.alert.object)
    if milestone is None or milestone.fever is None or milestone.buffer_days is None:
        return plainly(notice, scene)
    say, fever, seen = scene.speech, milestone.fever, max(0, milestone.variance_baseline or 0)
    what = say.count(
        "buffer.what",
        milestone.buffer_days,
        name=scene.quoted(notice),
        used=say.percent(round(fever.used_ratio, 2)),
        done=say.percent(round(fever.done_ratio, 2)),
        by=say.count("buffer.by_date", seen) if seen else say.say("buffer.by_forecast"),
    )
    return Telling(
        what=what,
        since=scene.since(notice),
        why=still_open(milestone.key, scene),
        effects=_where_it_goes(milestone, scene),
    )


def at_risk(notice: Notice, scene: Scene) -> Telling:
    """Tell that a date stands although the 85 % date lies beyond it, and what such a warning is worth."""
    milestone, facts = scene.milestones.get(notice.alert.object), notice.alert.facts
    days, limit_on = facts.get("days"), day_of(facts.get("limit_on"))
    if milestone is None or milestone.due_on is None or not isinstance(days, int):
        return plainly(notice, scene)
    say, due_on = scene.speech, milestone.due_on
    what = say.count(
        "risk.what",
        days,
        name=scene.quoted(notice),
        on=due_on,
        buffered=say.say("risk.buffered", on=limit_on) if limit_on and limit_on != due_on else "",
        left=left(milestone, scene),
    )
    return Telling(
        what=what,
        since=scene.since(notice),
        why=still_open(milestone.key, scene),
        effects=(*effects_on(milestone.key, scene), Effect("worth", _worth(notice, scene))),
    )


def volatile(notice: Notice, scene: Scene) -> Telling:
    """Tell that a date went to and fro."""
    milestone = scene.milestones.get(notice.alert.object)
    if milestone is None:
        return plainly(notice, scene)
    say, trend = scene.speech, milestone.trend
    what = say.count(
        "volatile.what",
        trend.moves,
        name=scene.quoted(notice),
        turned=say.count("volatile.turned", trend.turns) if trend.turns else "",
        total=say.count("amount.working_days", trend.total_days),
        net=_net(trend.net_days, scene),
    )
    return Telling(
        what=what,
        since=scene.since(notice),
        why=_last(milestone, scene),
        effects=_where_it_goes(milestone, scene),
    )


def _where_it_goes(milestone: MilestoneState, scene: Scene) -> tuple[Effect, ...]:
    """Say what the forecast makes of it, unless refused, and where the trend of the date leads."""
    say, end_on, slope = scene.speech, milestone.trend.extrapolated_on, milestone.trend.slope
    effects = effects_on(milestone.key, scene)
    trend = f"trend {milestone.key}"
    if slope is not None and slope >= 1:
        return (*effects, Effect(trend, say.say("effect.never")))
    if slope is not None and slope > 0 and end_on is not None and milestone.due_on != end_on:
        return (*effects, Effect(trend, say.say("effect.trend", on=end_on)))
    return effects


def _worth(notice: Notice, scene: Scene) -> str:
    """Say how such warnings held in this project's past."""
    facts, say = notice.alert.facts, scene.speech
    recall, false_alarms = facts.get("recall"), facts.get("false_alarms")
    if not isinstance(recall, float | int) or not isinstance(false_alarms, float | int):
        return say.say("risk.unmeasured")
    return say.say("risk.earned", recall=say.percent(recall), false_alarms=say.percent(false_alarms))


def _net(days: int, scene: Scene) -> str:
    if not days:
        return scene.speech.say("net.back")
    return scene.speech.count("net.later" if days > 0 else "net.earlier", abs(days))


def _last(milestone: MilestoneState, scene: Scene) -> str:
    """Name the last moves, in order."""
    say = scene.speech
    moves = [
        say.say("format.chain", before=_or_none(move.from_on, scene), after=_or_none(move.to_on, scene))
        for move in milestone.moves[-_LAST_MOVES:]
    ]
    return say.say("volatile.last", moves=say.joined(moves)) if moves else ""


def _or_none(on: dt.date | None, scene: Scene) -> str:
    return scene.speech.say("date.none") if on is None else scene.speech.day(on)


# ------------------------------------------------------------------------------------------- moves


def _moved(notice: Notice, milestone: MilestoneState, scene: Scene) -> str:
    """Say which dates there were: the first before, the first after, and the last of them."""
    say, moves = scene.speech, milestone.moves
    name, agreed = scene.quoted(notice), _promise(notice, milestone, scene)
    if not moves and milestone.due_on is not None:
        return say.say("moved.unseen", name=name, on=milestone.due_on, agreed=agreed)
    step = _step(moves[0], scene)
    if len(moves) == 1:
        return say.say("moved.once", name=name, step=step, agreed=agreed)
    last = _to(moves[-1].to_on, scene)
    if len(moves) == 2:
        return say.say("moved.twice", name=name, step=step, last=last, agreed=agreed)
    return say.count("moved.often", len(moves) - 1, name=name, step=step, last=last, agreed=agreed)


def _promise(notice: Notice, milestone: MilestoneState, scene: Scene) -> str:
    """Say which date was agreed, else first promised, and how much earlier it lies."""
    kind, on = "agreed", milestone.baseline_on
    if on is None:
        kind, on = "promised", milestone.first_promised_on
    if on is None:
        return ""
    days = notice.alert.facts.get("days")
    if isinstance(days, int):
        return scene.speech.count(f"{kind}.days", days, on=on)
    return scene.speech.say(f"{kind}.on", on=on)


def _step(move: Move, scene: Scene) -> str:
    say, to = scene.speech, _to(move.to_on, scene)
    if move.from_on is None:
        return say.say("step.given", to=to)
    if move.to_on is None:
        return say.say("step.taken", start=move.from_on, to=to)
    days = scene.calendar.working_days(move.from_on, move.to_on)
    far = say.count("far.later" if days >= 0 else "far.earlier", abs(days))
    start = say.day(move.from_on, year=move.from_on.year != move.to_on.year)
    return say.say("step.both", start=start, to=to, far=far)


def _to(on: dt.date | None, scene: Scene) -> str:
    return scene.speech.say("to.none") if on is None else scene.speech.say("to.day", on=on)
