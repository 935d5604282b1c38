"""Words what the client told us: of which class it is, where it stands, what it is planned for, why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from connector.disclosure.told import Words, named
from connector.disclosure.view import ClientText, Code, FeedbackView, MilestoneView
from mappings.concepts import Feedback, FeedbackClass, Level, Stage

_STAGE: Final = {
    Stage.RECEIVED: Code.OPEN,
    Stage.LOOKED_AT: Code.DOING,
    Stage.PLANNED: Code.PLANNED,
    Stage.DONE: Code.DONE,
    Stage.DECLINED: Code.DROPPED,
}
_CLASSES: Final = frozenset(each.value for each in FeedbackClass)
_CLOSED: Final = frozenset({Stage.DONE, Stage.DECLINED})
_FIRST: Final = {Level.HIGH: 0, Level.MEDIUM: 1, Level.LOW: 2, None: 3}


def feedback(
    words: Words, feedback: Iterable[Feedback], milestones: Mapping[str, MilestoneView]
) -> tuple[FeedbackView, ...]:
    """Word what the client told us: what is open first, then by priority if that is open, the latest first.

    Args:
        words: Whose words tell it.
        feedback: What analysis knows of it.
        milestones: Those that are told, by key.
    """
    told = [(_place(words, each), _one(words, each, milestones)) for each in words.told("feedback", feedback)]
    return tuple(view for _, view in sorted(told, key=lambda pair: _order(*pair)))


def _one(words: Words, each: Feedback, milestones: Mapping[str, MilestoneView]) -> FeedbackView:
    is_declined = each.stage is Stage.DECLINED
    return FeedbackView(
        head=words.entry("feedback", each, words.state("feedback", each, _STAGE[each.stage], "stage")),
        received=words.day("feedback", "received", each, "created_at"),
        kind=_kind(words, each),
        planned=_planned(words, each, milestones),
        answered=words.day("feedback", "answered", each, "answered_at"),
        reason=words.rich("feedback", each, "reason") if is_declined else None,
    )


def _kind(words: Words, each: Feedback) -> ClientText | None:
    """Let out the class: in the rules' words for the client, or else in the reader's language."""
    if each.kind_words:
        origin = words.open("feedback", "class", each, "kind_words")
        return words.scribe.written(each.kind_words, origin) if origin else None
    origin = words.open("feedback", "class", each, "kind")
    if origin is None or each.kind not in _CLASSES:
        return None
    return words.scribe.said(f"feedback.class.{each.kind}", origin)


def _planned(words: Words, each: Feedback, milestones: Mapping[str, MilestoneView]) -> ClientText | None:
    """Let out the title of the first of its milestones that is told and still to come."""
    origin = words.open("feedback", "planned", each, "milestones")
    if origin is None or each.stage is not Stage.PLANNED:
        return None
    views = [milestones[key] for key in each.milestones if key in milestones]
    ahead = [view for view in views if view.actual is None and not _is_over(view)]
    titles = [view.head.title for view in sorted(ahead, key=_when) if view.head.title is not None]
    return words.scribe.written(titles[0].value, origin) if titles else None


def _is_over(view: MilestoneView) -> bool:
    return view.head.state is not None and view.head.state.code in {Code.COMPLETE, Code.CANCELLED}


def _when(view: MilestoneView) -> tuple[bool, int, tuple[str, str]]:
    return (view.planned is None, view.planned.on.toordinal() if view.planned else 0, named(view.head))


def _place(words: Words, each: Feedback) -> tuple[bool, int]:
    """Return its place among all: what is closed last; a priority orders only if the policy opens that."""
    is_closed = words.policy.shows("feedback", "state") and each.stage in _CLOSED
    is_ordered = words.policy.shows("feedback", "order") and not is_closed
    return (is_closed, _FIRST[each.priority] if is_ordered else 0)


def _order(place: tuple[bool, int], view: FeedbackView) -> tuple[object, ...]:
    return (*place, -view.received.on.toordinal() if view.received else 0, *named(view.head))
