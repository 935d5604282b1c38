"""What a PM reads before publishing: what is new to an audience, in names, not in paths. Pure; internal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connector.disclosure.changes import Novelty, NoveltyKind, new_to_audience
from connector.disclosure.view import ClientView, MilestoneView, Thing

_PATH = re.compile(r"(?P<group>[a-z]+)\[(?P<id>[^\]]+)\]\.(?P<field>.+)")
_NOUNS = {
    "needs": ("thing needed from the client", "things needed from the client"),
    "goals": ("goal", "goals"),
    "milestones": ("milestone", "milestones"),
    "work": ("piece of work", "pieces of work"),
    "risks": ("risk", "risks"),
    "decisions": ("decision", "decisions"),
    "requests": ("change request", "change requests"),
    "feedback": ("piece of feedback", "pieces of feedback"),
}
_DAYS = {
    "agreed": "agreed",
    "planned": "planned",
    "actual": "reached",
    "due": "due",
    "needed_by": "needed by",
    "decided": "decided",
    "raised": "raised",
    "received": "received",
    "starts": "starts",
    "reserve_until": "reserve until",
    "forecast.early": "likely from",
    "forecast.late": "likely until",
    "forecast.not_before": "not before",
}
_MADE = (".answer",)  # addresses that are made of ids: nobody wrote them
_REPEATED = ("stages[", "trend[")  # parts that say again what milestones and needs are called
_STATES = {"head.state": "", "likelihood": "likelihood ", "impact": "impact "}
_NUMBERS = {"progress": "done ", "size": "size "}
_LABELS = {"needs": "needed from the client"}
_NAMES = frozenset({"project", "client", "publisher"})
_SETTINGS = frozenset({"language", "direction", "timezone"})
_LONGEST = 100  # characters of a text that a line repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What is new to an audience, a line each, in the order of the page.

    Wording of the page itself, its language and zone are no news and never stand here.
    """

    is_first: bool
    counts: tuple[str, ...]  # what the page tells of: `6 goals`
    texts: tuple[str, ...] = ()  # words nobody approved before
    dates: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()  # states and numbers
    gone: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, each line with what it is."""
        kinds = (("new text", self.texts), ("date", self.dates), ("changed", self.facts), ("gone", self.gone))
        return tuple(f"{kind}: {line}" for kind, lines in kinds for line in lines)


def review(view: ClientView, previous: ClientView | None) -> Review:
    """Say what is new to an audience.

    Args:
        view: The draft.
        previous: What the audience saw last; None before its first edition: then all texts are new.
    """
    news = new_to_audience(view, previous)
    here = _Named(view, previous)
    is_later = previous is not None
    return Review(
        is_first=previous is None,
        counts=tuple(_counts(view)),
        texts=tuple(line for one in news if (line := here.text(one))),
        dates=tuple(line for one in news if is_later and (line := here.date(one))),
        facts=(*(line for one in news if is_later and (line := here.fact(one))), *_scope(view, previous)),
        gone=tuple(line for one in news if (line := here.gone(one))),
    )


class _Named:
    """Gives each novelty the name of the thing it belongs to."""

    def __init__(self, view: ClientView, previous: ClientView | None) -> None:
        self._now = _things(view)
        self._before = {} if previous is None else _things(previous)
        self._is_first = previous is None

    def text(self, one: Novelty) -> str:
        """Tell a text that was never shown; a new thing without words of its own is none."""
        is_made = one.path.endswith(_MADE) or one.path.startswith(_REPEATED)
        if one.kind is not NoveltyKind.TEXT or one.path in _SETTINGS or is_made:
            return ""
        if one.path in _NAMES:
            return "" if self._is_first else f"{one.path}: {_moved(one)}"
        group, thing, field = self._place(one.path, self._now)
        if thing is None:
            return f"{one.path}: {_short(one.text)}"
        if field == "head.title":
            was = f" (was: {_short(one.before)})" if one.before else ""
            return f"{_LABELS.get(group, _NOUNS[group][0])}: {_short(one.text)}{was}{_dated(thing)}"
        about = "" if not self._is_known(one.path) else f"{_title(thing)}: "
        return f"  {about}“{_short(one.text)}”"

    def date(self, one: Novelty) -> str:
        """Tell a date that moved, of a thing the audience knows."""
        _, thing, field = self._place(one.path, self._now)
        is_date = one.kind in {NoveltyKind.DATE, NoveltyKind.GONE} and field in _DAYS
        if thing is None or not is_date or not self._is_known(one.path):
            return ""
        return f"{_title(thing)}: {_DAYS[field]} {_moved(one, nothing='no date')}"

    def fact(self, one: Novelty) -> str:
        """Tell a state or a number that changed, of a thing the audience knows, or the verdict."""
        if one.path == "verdict.state":
            return f"the verdict: {_moved(one)}"
        _, thing, field = self._place(one.path, self._now)
        label = (_STATES | _NUMBERS).get(field)
        if thing is None or label is None or one.kind is NoveltyKind.TEXT or not self._is_known(one.path):
            return ""
        return f"{_title(thing)}: {label}{_moved(one)}"

    def gone(self, one: Novelty) -> str:
        """Tell a thing that is no longer shown."""
        group, thing, field = self._place(one.path, self._before)
        if one.kind is not NoveltyKind.GONE or thing is None or field != "head.title":
            return ""
        return f"{_LABELS.get(group, _NOUNS[group][0])}: {_short(one.before)}"

    def _is_known(self, path: str) -> bool:
        found = _PATH.fullmatch(path)
        return found is not None and (found["group"], found["id"]) in self._before

    @staticmethod
    def _place(path: str, things: dict[tuple[str, str], Thing]) -> tuple[str, Thing | None, str]:
        found = _PATH.fullmatch(path)
        if found is None:
            return "", None, ""
        return found["group"], things.get((found["group"], found["id"])), found["field"]


def _things(view: ClientView) -> dict[tuple[str, str], Thing]:
    return {(group, thing.head.id.value): thing for group in _NOUNS for thing in getattr(view, group)}


def _counts(view: ClientView) -> Iterator[str]:
    for group, (one, many) in _NOUNS.items():
        if number := len(getattr(view, group)):
            yield f"{number} {one if number == 1 else many}"


def _scope(view: ClientView, previous: ClientView | None) -> Sequence[str]:
    """Compare the totals by their labels: a line that came or went moves the others."""
    before = {} if previous is None else _totals(previous)
    return [
        f"scope, {label}: {before[unit, label]} → {text}"
        for (unit, label), text in _totals(view).items()
        if before.get((unit, label), text) != text
    ]


def _totals(view: ClientView) -> dict[tuple[str, str], str]:
    return {
        (account.unit.value, line.label.value): line.amount.text.value
        for account in view.scope
        for line in account.lines
    }


def _title(thing: Thing) -> str:
    return _short(str(thing.head.title)) if thing.head.title else "without a title"


def _dated(thing: Thing) -> str:
    if not isinstance(thing, MilestoneView):
        return ""
    if thing.actual is not None:
        return f", reached {thing.actual.text}"
    return "" if thing.planned is None else f", planned {thing.planned.text}"


def _moved(one: Novelty, *, nothing: str = "nothing") -> str:
    return f"{_short(one.before) or nothing} → {_short(one.text) or nothing}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
