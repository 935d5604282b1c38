"""What of an edition stands in a mail: the parts that matter first, each list as long as a mail bears."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from connector.disclosure.standing import day_of, is_over
from connector.disclosure.view import (
    ChangeKind,
    ChangeView,
    ClientText,
    ClientView,
    Code,
    Colour,
    DecisionView,
    MilestoneView,
    NeedView,
    RichText,
    RiskView,
    StageView,
    Theme,
)
from connector.publish.outline import Glance, glance

_T = TypeVar("_T")

_OPEN: Final = frozenset({Code.OPEN, Code.DOING})
_LIGHT: Final = {
    "page": "#f4f6f8", "card": "#ffffff", "line": "#dfe3e7", "text": "#1b2126", "soft": "#55606a",
    "good": "#176b41", "good-bg": "#e6f4ec", "caution": "#7d5200", "caution-bg": "#fcf2da",
    "bad": "#a4231b", "bad-bg": "#fdebe9", "done": "#1d567f", "done-bg": "#e6f0f8",
    "neutral": "#4a5560", "neutral-bg": "#eceff2",
}  # fmt: skip
_DARK: Final = {
    "page-dark": "#11151a", "card-dark": "#1a2027", "line-dark": "#313a43", "text-dark": "#e8ecef",
    "soft-dark": "#a5b0ba", "good-dark": "#86d9ab", "good-bg-dark": "#14301f",
    "caution-dark": "#f1c76c", "caution-bg-dark": "#35280b", "bad-dark": "#ffb3ab",
    "bad-bg-dark": "#43201d", "done-dark": "#9dccf1", "done-bg-dark": "#14293b",
    "neutral-dark": "#b9c3cc", "neutral-bg-dark": "#262e36",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(Generic[_T]):
    """The rows of a list that a mail holds, and how many more the page has."""

    rows: tuple[_T, ...]
    more: int

    def __bool__(self) -> bool:
        """Tell whether there is anything to show."""
        return bool(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How much a mail holds: rows of each list, and whether the longer texts stand in it."""

    rows: int
    has_texts: bool


LENGTHS: Final = (
    Length(rows=6, has_texts=True),
    Length(rows=4, has_texts=False),
    Length(rows=1, has_texts=False),
    Length(rows=0, has_texts=False),
)
"""From a usual mail to the shortest; the first that is small enough is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The parts of a mail, in the order in which it tells them after the verdict."""

    glance: Glance
    changes: Shown[ChangeView]
    numbers: Shown[ChangeView]
    needs: Shown[NeedView]
    decisions: Shown[DecisionView]  # open ones
    dates: Shown[MilestoneView]  # of milestones that are still to come, the nearest first
    stages: Shown[StageView]  # those that will need something
    risks: Shown[RiskView]  # those that are not over
    has_texts: bool

    @staticmethod
    def lines(text: RichText) -> tuple[ClientText, ...]:
        """Return a text line by line, to be indented; points of a list begin with a dash."""
        return text.lines


def letter(view: ClientView, length: Length) -> Letter:
    """Choose what of a view a mail of a length holds."""
    changes = view.changes.entries
    return Letter(
        glance=glance(view),
        changes=shown((one for one in changes if one.kind is not ChangeKind.NUMBER), length.rows),
        numbers=shown((one for one in changes if one.kind is ChangeKind.NUMBER), length.rows),
        needs=shown(view.needs, length.rows),
        decisions=shown((one for one in view.decisions if _is_open(one)), length.rows),
        dates=shown(_ahead(view.milestones), length.rows),
        stages=shown((one for one in view.stages if one.needs), length.rows),
        risks=shown((one for one in view.risks if _is_open(one)), length.rows),
        has_texts=length.has_texts,
    )


def shown(things: Iterable[_T], most: int) -> Shown[_T]:
    """Return the first things of a list, and how many more there are."""
    every = tuple(things)
    return Shown(rows=every[:most], more=max(0, len(every) - most))


def palette(theme: Theme) -> Mapping[str, Colour]:
    """Return the colours of a mail by name, those of the theme in place of the usual ones."""
    usual = {name: Colour(value) for name, value in {**_LIGHT, **_DARK}.items()}
    return {**usual, **theme.colours, "accent": theme.accent, "accent-dark": theme.accent_dark}


def _ahead(milestones: Sequence[MilestoneView]) -> Sequence[MilestoneView]:
    """Return the milestones that are still to come and have a date, the nearest first."""
    dated = [(day, one) for one in milestones if not is_over(one) and (day := day_of(one) or one.agreed)]
    return [one for _, one in sorted(dated, key=lambda pair: pair[0].on)]


def _is_open(thing: DecisionView | RiskView) -> bool:
    return thing.head.state is None or thing.head.state.code in _OPEN
