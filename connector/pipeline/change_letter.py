"""Words a drafted change request as Markdown. Pure; English."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from connector.analysis.state import MilestoneState
from connector.analysis.walk import ITEMS
from connector.disclosure.catalogue import catalogue
from connector.pipeline.change_draft import ChangeDraft, Piece
from mappings.concepts import Nature, Origin

MARK: Final = "internal: reword before sending"
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+!|~<>&])")
_NATURES: Final = {Nature.NEW: "new work", Nature.DEFECT: "defect", Nature.UNKNOWN: "not classified"}
_ORIGINS: Final = {
    Origin.CLIENT: "client",
    Origin.SUPPLIER: "supplier",
    Origin.THIRD_PARTY: "third party",
    Origin.UNKNOWN: "not recorded",
}
_ABOUT: Final = """\
## What this is about

The plan now holds work that the agreement does not, and about which no decision has been recorded.
This document asks for that decision. It says nothing about who caused the change.
"""
_ABOUT_DATES: Final = """\
What the work costs is estimated from the pace of late, in days of the date that should hold in 85 of
100 cases. A change of a date so far may have other causes than the work above.
"""
_DECLINED: Final = """\
## If it is declined

The work above is taken out of the plan again, and scope and dates stay as they were agreed."""
_DECISION: Final = """\
## Decision

- [ ] approved
- [ ] approved in part, namely: ______________________________
- [ ] declined

Agreed new dates, if any: ______________________________

| For the client | For the supplier |
| --- | --- |
| Name: | Name: |
| Date: | Date: |
| Signature: | Signature: |"""


def markdown(found: ChangeDraft) -> str:
    """Write a draft as Markdown; the tracker's texts in it are escaped."""
    return "\n".join(_Letter(found).lines()) + "\n"


class _Letter:
    """Writes one draft, section by section."""

    def __init__(self, found: ChangeDraft) -> None:
        self._found = found
        self._zone = ZoneInfo(found.timezone)

    def lines(self) -> Iterator[str]:
        """Yield the lines of the whole letter."""
        yield from self._head()
        yield _ABOUT
        yield from self._came_in()
        yield from self._taken_out()
        yield from self._dates()
        yield from self._declined()
        yield _DECISION

    def _head(self) -> Iterator[str]:
        found = self._found
        internal = sum(not piece.is_worded for piece in (*found.pieces, *found.removed))
        yield f"# Change request: {_text(found.project)}\n"
        if internal:
            yield f"> **Not to be sent as it is.** Internal titles: {internal}, each marked *{MARK}*."
            yield "> Reword them, then take out the marks and this note.\n"
        if found.client:
            yield f"For: {_text(found.client)}\n"
        if found.publisher:
            yield f"From: {_text(found.publisher)}\n"
        yield f"Date: {self._at(found.as_of)}\n"
        yield f"Refers to: agreement no. {found.agreement} of {self._at(found.agreed_at)}\n"

    def _came_in(self) -> Iterator[str]:
        pieces = self._found.pieces
        yield "## What came in without a decision\n"
        yield f"- In all: {self._sum(pieces)}"
        yield f"- Nature: {_split(_NATURES[piece.nature] for piece in pieces)}"
        yield f"- Where it came up, as far as it was noted: {_split(_ORIGINS[p.origin] for p in pieces)}\n"
        for home in dict.fromkeys(piece.milestones for piece in pieces):
            yield from self._table(home, [piece for piece in pieces if piece.milestones == home])

    def _table(self, home: tuple[str, ...], pieces: Sequence[Piece]) -> Iterator[str]:
        name = ", ".join(map(_text, home)) or "Outside any milestone"
        yield f"### {name}: {self._sum(pieces)}\n"
        yield "| Piece of work | Goal | Size | Nature | Came up with | In the plan since |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for piece in pieces:
            goals = ", ".join(map(_text, piece.goals)) or "none"
            nature, origin = _NATURES[piece.nature], _ORIGINS[piece.origin]
            cells = (_title(piece), goals, self._size(piece), nature, origin, self._at(piece.since_at))
            yield f"| {' | '.join(cells)} |"
        yield ""

    def _taken_out(self) -> Iterator[str]:
        if self._found.removed:
            yield "## Agreed work that was taken out without a decision\n"
            yield from (
                f"- {_title(piece)} (since {self._at(piece.since_at)})" for piece in self._found.removed
            )
            yield ""

    def _dates(self) -> Iterator[str]:
        yield "## Effect on dates\n"
        yield from (f"- {_text(m.name)}: {_standing(m)}; {self._cost(m)}" for m in self._found.milestones)
        yield ("\n" if self._found.milestones else "") + _ABOUT_DATES

    def _cost(self, milestone: MilestoneState) -> str:
        cost = self._found.costs.get(milestone.key)
        if cost is None:
            return "it is over, so the work above costs it no days"
        if cost.days is None:
            return f"how many days the work above costs cannot be said ({cost.refused})"
        return f"the work above costs about {cost.days} {'day' if cost.days == 1 else 'days'}"

    def _declined(self) -> Iterator[str]:
        pieces = self._found.pieces
        done = sum(piece.is_done for piece in pieces)
        yield _DECLINED
        if done:
            yield f"Of it, {_count(done, 'piece')} finished already; what becomes of that is to be agreed."
        if any(piece.nature is Nature.DEFECT for piece in pieces):
            yield "Defects are listed as well; whether the agreement covers mending them is not decided here."
        yield ""

    def _sum(self, pieces: Sequence[Piece]) -> str:
        number = f"{len(pieces)} {'piece' if len(pieces) == 1 else 'pieces'} of work"
        if self._found.unit == ITEMS:
            return number
        sized = [piece.size for piece in pieces if piece.size is not None]
        missing = len(pieces) - len(sized)
        sum_of = f"{number}, {sum(sized):g} {self._found.unit}"
        return sum_of + (f" and {missing} not estimated" if missing else "")

    def _size(self, piece: Piece) -> str:
        if self._found.unit == ITEMS:
            return "1"
        return "not estimated" if piece.size is None else f"{piece.size:g} {self._found.unit}"

    def _at(self, at: dt.datetime) -> str:
        return _day(at.astimezone(self._zone).date())


def _standing(milestone: MilestoneState) -> str:
    """Say what was agreed of a milestone, what is planned, and the slip so far."""
    days = milestone.variance_baseline
    slip = "slip so far not known"
    if days is not None:
        unit = "working day" if abs(days) == 1 else "working days"
        slip = f"so far {abs(days)} {unit} {'later' if days > 0 else 'earlier'}" if days else "no slip so far"
    agreed = (
        "no date was agreed" if milestone.baseline_on is None else f"agreed for {_day(milestone.baseline_on)}"
    )
    planned = "no date is planned" if milestone.due_on is None else f"planned for {_day(milestone.due_on)}"
    return f"{agreed}, {planned}, {slip}"


def _title(piece: Piece) -> str:
    return (
        _text(piece.title) if piece.is_worded else f"**[{MARK}]** {_text(piece.title)} ({_text(piece.ref)})"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what} is" if number == 1 else f"{number} {what}s are"


def _split(words: Iterable[str]) -> str:
    found = Counter(words)
    return ", ".join(f"{number} {word}" for word, number in sorted(found.items())) or "none"


def _day(on: dt.date) -> str:
    return catalogue("en").day(on)


def _text(text: str) -> str:
    """Bring a text of the tracker onto one line, nothing of it markup."""
    return _SPECIAL.sub(r"\\\1", " ".join("".join(c if c.isprintable() else " " for c in text).split()))
