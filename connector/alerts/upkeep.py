"""What needs care, in words: each rule of `analysis.upkeep` for a message to the PM. Pure; internal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from connector.alerts import words
from connector.alerts.decide import Notice
from connector.alerts.scene import Scene

RULE: Final[Mapping[str, str]] = {
    "sync_stale": "Tracker not read lately",
    "goal_idle": "Goal without progress",
    "ageing": "Work begun long ago",
    "waiting_on_client": "Waiting on the client",
    "decision_overdue": "Decision overdue",
    "risk_unanswered": "Risk without a response",
    "edition_overdue": "Edition overdue",
    "unmapped": "Issues that no rule placed",
}
REMEDY: Final[Mapping[str, str]] = {
    "sync_stale": "see that `clientview run` runs, or sync by hand",
    "goal_idle": "take its next piece of work up, or tell the client that it rests and why",
    "ageing": "finish it, cut it smaller, or put it back",
    "waiting_on_client": "remind the client, and say what it holds up",
    "decision_overdue": "have it decided, or say until when it can wait",
    "risk_unanswered": "write down what is done about it, or rate it anew",
    "edition_overdue": "look at the draft and publish it, or change `publish_cron`",
    "unmapped": "add a rule for them: `clientview unmapped` lists them",
}
OVER: Final[Mapping[str, str]] = {
    "sync_stale": "read again",
    "goal_idle": "going on again, or nothing is left of it",
    "ageing": "no work is that old any more",
    "waiting_on_client": "no longer waiting",
    "decision_overdue": "decided, or no longer due",
    "risk_unanswered": "answered, rated anew, or over",
    "edition_overdue": "published, or not due any more",
    "unmapped": "the rules place nearly everything again",
}


def _stale(notice: Notice, scene: Scene) -> str:
    source = next((one for one in scene.state.sources if one.name == notice.alert.object), None)
    last = source.last_success_at if source else None
    read = f" since {words.instant(last, scene.zone)}" if last else ""
    return f"{notice.alert.object} was not read{read}; nothing newer is known."


def _idle(notice: Notice, scene: Scene) -> str:
    left, last = notice.alert.facts.get("open"), notice.alert.facts.get("last_on")
    pieces = words.count(left, "items") if isinstance(left, int) else "work"
    when = f" since {words.day(dt.date.fromisoformat(last))}" if isinstance(last, str) else ""
    return f"{scene.name(notice)} has {pieces} open, and nothing of it moved{when}."


def _ageing(notice: Notice, scene: Scene) -> str:
    count, items = notice.alert.facts.get("count"), notice.alert.facts.get("items")
    pieces = words.count(count, "items") if isinstance(count, int) else "work"
    named = f": {words.listed(items, 3)}" if isinstance(items, tuple) else ""
    return f"In {scene.name(notice)}, {pieces} begun long ago {_are(count)} still open{named}."


def _are(count: object) -> str:
    return "is" if count == 1 else "are"


def _waiting(notice: Notice, scene: Scene) -> str:
    facts = notice.alert.facts
    days, needed_by, holds_up = facts.get("days"), facts.get("needed_by"), facts.get("holds_up")
    waited = f" for {words.count(days, 'working days')}" if isinstance(days, int) else ""
    needed = (
        f"; needed by {words.day(dt.date.fromisoformat(needed_by))}" if isinstance(needed_by, str) else ""
    )
    held = f"; it holds up {words.count(holds_up, 'items')}" if isinstance(holds_up, int) and holds_up else ""
    return f"{scene.name(notice)}: the client has owed it{waited}{needed}{held}."


def _decision(notice: Notice, scene: Scene) -> str:
    days = notice.alert.facts.get("days")
    late = f", {words.count(days, 'working days')} ago" if isinstance(days, int) and days else ""
    return f"{scene.name(notice)} was to be decided{late}, and is open."


def _risk(notice: Notice, scene: Scene) -> str:
    since = words.instant(notice.alert.since, scene.zone)
    return f"{scene.name(notice)} is grave, open, and has no response. Overdue since {since}."


def _edition(notice: Notice, scene: Scene) -> str:
    due = notice.alert.facts.get("due_on")
    when = f" since {words.day(dt.date.fromisoformat(due))}" if isinstance(due, str) else ""
    return f"An edition for {scene.name(notice)} has been due{when}."


def _unmapped(notice: Notice, _scene: Scene) -> str:
    count, total = notice.alert.facts.get("count"), notice.alert.facts.get("total")
    return f"{count} of {total} records were placed by no rule, so they count nowhere."


TELLERS: Final[Mapping[str, Callable[[Notice, Scene], str]]] = {
    "sync_stale": _stale,
    "goal_idle": _idle,
    "ageing": _ageing,
    "waiting_on_client": _waiting,
    "decision_overdue": _decision,
    "risk_unanswered": _risk,
    "edition_overdue": _edition,
    "unmapped": _unmapped,
}
