"""Each rule in words: what a deviation is, what can be done, and how its end is told. Pure; internal."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from connector.alerts import words
from connector.alerts.decide import Notice
from connector.alerts.grouping import Heading
from connector.alerts.outlook import outlook
from connector.alerts.scene import Scene
from connector.alerts.upkeep import OVER, REMEDY, RULE, TELLERS
from connector.analysis.state import LedgerEntry, MilestoneState, Move, Severity
from mappings.concepts import Nature, Origin

RULE_NAMES: Mapping[str, str] = {
    "scope_creep": "Scope creep",
    "scope_dropped": "Agreed scope dropped",
    "slipping": "Milestone slipped",
    "overdue": "Milestone overdue",
    "buffer": "Buffer burning",
    "silently_at_risk": "Date at risk",
    "volatile": "Date changing often",
    "sync_failed": "Tracker not read",
    "guard_tripped": "Tracker looks wrong",
    **RULE,
}
REMEDIES: Mapping[str, str] = {
    "scope_creep": (
        "have a change request approved and linked, agree a new baseline, or take the work out of scope again"
    ),
    "scope_dropped": "have the removal approved by a change request, or put the work back",
    "slipping": "agree the new date with the client and take a new baseline, or bring the date back",
    "overdue": "release it, or agree a new date with the client before they ask",
    "buffer": "take work out, bring the last date back, or agree a new one while there is buffer left",
    "silently_at_risk": (
        "look at what is open, take work out or agree a new date, before the date itself has to move"
    ),
    "volatile": "hold the date until it is certain, then agree it with the client once",
    "sync_failed": "check the tracker and the token; the next sync goes on where this one stopped",
    "guard_tripped": "look at the tracker; if it is right, take the new state by name and reason",
    **REMEDY,
}
_NATURES: Mapping[Nature, tuple[str, str]] = {
    Nature.NEW: ("new", "new"),
    Nature.DEFECT: ("defect", "defects"),
    Nature.UNKNOWN: ("of unknown nature", "of unknown nature"),
}
_ORIGINS: Mapping[Origin, str] = {
    Origin.CLIENT: "client",
    Origin.SUPPLIER: "supplier",
    Origin.THIRD_PARTY: "third party",
    Origin.UNKNOWN: "not recorded",
}
_NAMED = 3  # objects that a line names


def told(heading: Heading, scene: Scene) -> str:
    """Tell a deviation in a sentence or two, with what is named with it.

    Args:
        heading: A deviation that stands.
        scene: Where its figures are.
    """
    teller = _TELLERS.get(heading.notice.alert.rule, _any_rule)
    return words.sentence(teller(heading.notice, scene)) + _with_it(heading.with_it, scene)


def rule_name(rule: str) -> str:
    """Say what people call a rule."""
    return RULE_NAMES.get(rule, rule.replace("_", " ").capitalize())


def over(rule: str, notices: Sequence[Notice], scene: Scene) -> str:
    """Tell that deviations of one rule are over."""
    names = [scene.name(notice) for notice in notices]
    return words.sentence(
        f"{words.listed(names, _NAMED)}: {_OVER.get(rule, 'over')} ({rule_name(rule).lower()})."
    )


def _creep(notice: Notice, scene: Scene) -> str:
    row = scene.rows.get(notice.alert.object)
    if row is None or not row.unapproved_added or not row.baseline:
        return _any_rule(notice, scene)
    entries = scene.entries("scope_creep", notice.alert.object)
    tolerance = notice.alert.facts.get("tolerance")
    share = f"{words.percent(row.creep_ratio or 0)} of the {words.number(row.baseline)} agreed"
    if abs((row.creep_ratio or 0) * row.baseline - row.unapproved_added) > 1e-6:
        share += " without the defects"
    if isinstance(tolerance, float | int):
        share += f"; tolerance {words.percent(tolerance)}"
    grown = words.count(row.unapproved_added, "items") + _split(entries)
    return (
        f"{scene.name(notice)} grew by {grown} that no approved change request covers:"
        f" {share}. {_since(notice, scene)}{_origins(entries)}"
    )


def _origins(entries: Sequence[LedgerEntry]) -> str:
    """Say where the items came up, where the rules tell it of any: a fact, not whose fault it is."""
    found = Counter(entry.origin for entry in entries)
    if set(found) <= {Origin.UNKNOWN}:
        return ""
    order = [origin for origin in _ORIGINS if origin in found]
    return f" Came up with: {', '.join(f'{_ORIGINS[origin]} {found[origin]}' for origin in order)}."


def _split(entries: Sequence[LedgerEntry]) -> str:
    """Say how many of the items added are new work, and how many mend defects."""
    natures = Counter(entry.nature for entry in entries)
    if set(natures) <= {Nature.UNKNOWN}:
        return ""
    if len(natures) == 1:
        ((nature, number),) = natures.items()
        return f" ({'all ' if number > 1 else ''}{_NATURES[nature][number > 1]})"
    parts = [f"{number} {_NATURES[nature][number > 1]}" for nature, number in sorted(natures.items())]
    return f" ({', '.join(parts)})"


def _dropped(notice: Notice, scene: Scene) -> str:
    items = scene.items("scope_dropped", notice.alert.object)
    row = scene.rows.get(notice.alert.object)
    agreed = f" of the {words.number(row.baseline)} agreed" if row and row.baseline else ""
    gone = words.count(len(items), "items")
    return (
        f"{scene.name(notice)} lost {gone}{agreed} without an approved change request."
        f" {_since(notice, scene)}"
    )


def _slip(notice: Notice, scene: Scene) -> str:
    milestone = scene.milestones.get(notice.alert.object)
    if milestone is None or milestone.due_on is None:
        return _any_rule(notice, scene)
    days = notice.alert.facts.get("days")
    late = f", {words.count(days, 'working days')} earlier" if isinstance(days, int) else ""
    promise = ""
    if milestone.baseline_on is not None:
        promise = f"; agreed {words.day(milestone.baseline_on)}{late}"
    elif milestone.first_promised_on is not None:
        promise = f"; first promised {words.day(milestone.first_promised_on)}{late}"
    told = f"{scene.name(notice)} {_moved(milestone, scene)}{promise}. {_since(notice, scene)}"
    return told + _where_it_goes(milestone, scene)


def _where_it_goes(milestone: MilestoneState, scene: Scene) -> str:
    """Say what the forecast makes of it, and where the trend of the date leads."""
    told = ""
    if milestone.forecast.refused is None:
        told = f" Forecast: {outlook(milestone.forecast, scene.state.record, today=scene.today)}."
    end_on, slope = milestone.trend.extrapolated_on, milestone.trend.slope
    if slope is not None and slope >= 1:
        told += " Its date moves a day or more per day: so it is never reached."
    elif slope is not None and slope > 0 and end_on is not None and milestone.due_on != end_on:
        told += f" If its date goes on moving like this, it ends {words.day(end_on)}."
    return told


def _buffer(notice: Notice, scene: Scene) -> str:
    milestone = scene.milestones.get(notice.alert.object)
    if milestone is None or milestone.fever is None or milestone.buffer_days is None:
        return _any_rule(notice, scene)
    fever = milestone.fever
    used, done = words.percent(round(fever.used_ratio, 2)), words.percent(round(fever.done_ratio, 2))
    seen = max(0, milestone.variance_baseline or 0)
    by = f"{words.count(seen, 'working days')} by the tracker's date" if seen else "by the forecast alone"
    return (
        f"{used} of the {words.count(milestone.buffer_days, 'working days')} of buffer before"
        f" {scene.name(notice)} are used ({by}), with {done} of the work done."
        f" {_since(notice, scene)}{_where_it_goes(milestone, scene)}"
    )


def _at_risk(notice: Notice, scene: Scene) -> str:
    milestone, facts = scene.milestones.get(notice.alert.object), notice.alert.facts
    days, limit = facts.get("days"), facts.get("limit_on")
    if milestone is None or milestone.due_on is None or not isinstance(days, int):
        return _any_rule(notice, scene)
    buffered = ""
    if isinstance(limit, str) and limit != str(milestone.due_on):
        buffered = f" and its buffer ends {words.day(dt.date.fromisoformat(limit))}"
    left = milestone.total - milestone.done
    return (
        f"{scene.name(notice)} still says {words.day(milestone.due_on)}{buffered}, but its 85 % date lies"
        f" {words.count(days, 'working days')} later; {left} of {words.count(milestone.total, 'items')} open."
        f" Forecast: {outlook(milestone.forecast, scene.state.record, today=scene.today)}. {_earned(notice)}"
    )


def _earned(notice: Notice) -> str:
    """Say how such warnings held in this project's past."""
    recall, false_alarms = notice.alert.facts.get("recall"), notice.alert.facts.get("false_alarms")
    if not isinstance(recall, float | int) or not isinstance(false_alarms, float | int):
        return "How often such warnings are right here was not measured yet: `clientview backtest` does."
    return (
        f"Such warnings found {words.percent(recall)} of the slips in this project's past, and were"
        f" given for {words.percent(false_alarms)} of the milestones that did not slip."
    )


def _volatile(notice: Notice, scene: Scene) -> str:
    milestone = scene.milestones.get(notice.alert.object)
    if milestone is None:
        return _any_rule(notice, scene)
    trend = milestone.trend
    turned = f", {words.count(trend.turns, 'times')} in the other direction" if trend.turns else ""
    net = "back where it was"
    if trend.net_days:
        where = "later" if trend.net_days > 0 else "earlier"
        net = f"{words.count(abs(trend.net_days), 'working days')} {where}"
    return (
        f"The date of {scene.name(notice)} moved {words.count(trend.moves, 'times')}{turned}:"
        f" {words.count(trend.total_days, 'working days')} of moves, at last {net}."
        f" {_since(notice, scene)}{_where_it_goes(milestone, scene)}"
    )


def _moved(milestone: MilestoneState, scene: Scene) -> str:
    moves = milestone.moves
    if not moves or milestone.due_on is None:
        return f"is due {words.day(milestone.due_on)}" if milestone.due_on else "has no date"
    first, last = moves[0], moves[-1]
    if len(moves) == 1:
        return f"moved {_from_to(first, scene)}"
    again = "and again" if len(moves) == 2 else f"and {len(moves) - 1} times more, at last"  # once more
    return f"moved {_from_to(first, scene)}, {again} {_to(last.to_on)}"


def _from_to(move: Move, scene: Scene) -> str:
    if move.from_on is None or move.to_on is None:
        return f"from {_day_or_none(move.from_on)} {_to(move.to_on)}"
    days = scene.calendar.working_days(move.from_on, move.to_on)
    far = words.count(abs(days), "working days") + (" earlier" if days < 0 else "")
    same_year = move.from_on.year == move.to_on.year
    return f"from {words.day(move.from_on, year=not same_year)} {_to(move.to_on)} ({far})"


def _to(on: dt.date | None) -> str:
    return f"to {_day_or_none(on)}"


def _day_or_none(on: dt.date | None) -> str:
    return "no date" if on is None else words.day(on)


def _overdue(notice: Notice, scene: Scene) -> str:
    milestone = scene.milestones.get(notice.alert.object)
    if milestone is None or milestone.due_on is None:
        return _any_rule(notice, scene)
    days = notice.alert.facts.get("days")
    ago = f", {words.count(days, 'working days')} ago" if isinstance(days, int) and days else ""
    agreed = ""
    if milestone.baseline_on is not None and milestone.baseline_on != milestone.due_on:
        agreed = f" (agreed {words.day(milestone.baseline_on)})"
    open_items = milestone.total - milestone.done
    left = (
        f"{open_items} of {words.count(milestone.total, 'items')} open" if milestone.total else "it is empty"
    )
    return f"{scene.name(notice)} was due {words.day(milestone.due_on)}{ago}{agreed}; {left}."


def _sync_failed(notice: Notice, scene: Scene) -> str:
    name = notice.alert.object
    source = next((s for s in scene.state.sources if s.name == name), None)
    last = source.last_success_at if source else None
    read = f"last read well {words.instant(last, scene.zone)}" if last else "never read well so far"
    reason = f" {source.failure.rstrip('.')}." if source and source.failure else ""
    return f"{name} could not be read ({read}); the page keeps its last good edition.{reason}"


def _guard(notice: Notice, scene: Scene) -> str:
    reason = str(notice.alert.facts.get("reason") or "").rstrip(".")
    because = f" {reason}." if reason else ""
    return (
        f"{notice.alert.object} answered, but the answer looks wrong; nothing stored was touched.{because}"
        f" {_since(notice, scene)}"
    )


def _any_rule(notice: Notice, scene: Scene) -> str:
    return f"{scene.name(notice)} is out of tolerance. {_since(notice, scene)}"


def _since(notice: Notice, scene: Scene) -> str:
    return f"Since {words.instant(notice.alert.since, scene.zone)}."


def _with_it(notices: Sequence[Notice], scene: Scene) -> str:
    if not notices:
        return ""
    return f" With it: {words.listed([_named(notice, scene) for notice in notices], _NAMED)}."


def _named(notice: Notice, scene: Scene) -> str:
    row = scene.rows.get(notice.alert.object)
    if row is None or row.baseline is None:
        return scene.name(notice)
    is_creep = notice.alert.rule == "scope_creep"
    figure = f"{words.percent(row.creep_ratio or 0)} of {words.number(row.baseline)}"
    if not is_creep:
        items = scene.items(notice.alert.rule, notice.alert.object)
        figure = f"{len(items)} of {words.number(row.baseline)}"
    level = ", critical" if notice.alert.severity is Severity.CRITICAL else ""
    return f"{scene.name(notice)} ({figure}{level})"


_TELLERS: Mapping[str, Callable[[Notice, Scene], str]] = {
    "scope_creep": _creep,
    "scope_dropped": _dropped,
    "slipping": _slip,
    "overdue": _overdue,
    "buffer": _buffer,
    "silently_at_risk": _at_risk,
    "volatile": _volatile,
    "sync_failed": _sync_failed,
    "guard_tripped": _guard,
    **TELLERS,
}
_OVER: Mapping[str, str] = {
    "scope_creep": "back within what was agreed",
    "scope_dropped": "nothing agreed is missing any more",
    "slipping": "its date is within the tolerance again",
    "overdue": "done, or not due yet",
    "buffer": "the buffer lasts again as far as the work has come",
    "silently_at_risk": "the forecast is within the date again, or the date has moved",
    "volatile": "its date has stood for a while",
    "sync_failed": "read again",
    "guard_tripped": "looks right again",
    **OVER,
}
