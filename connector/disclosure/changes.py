"""What is new to an audience since the edition before: for its page, and for the PM's review."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from connector.disclosure import forecasts
from connector.disclosure.leaves import leaves
from connector.disclosure.scribe import Scribe
from connector.disclosure.view import (
    Amount,
    ChangeKind,
    Changes,
    ChangeView,
    ClientText,
    ClientView,
    Code,
    Colour,
    Day,
    FeedbackView,
    ForecastView,
    Image,
    Leaf,
    Link,
    MilestoneView,
    Progress,
    RichText,
    State,
    Thing,
)

_GROUPS: Final = ("needs", "goals", "milestones", "work", "risks", "decisions", "requests", "feedback")
_DAYS: Final = ("agreed", "planned", "due", "needed_by")
_OVER: Final = frozenset({Code.DONE, Code.COMPLETE, Code.CANCELLED, Code.DROPPED})
_NOTE: Final = "note"  # where the project manager's words stand: never seen before, even if said before
_HANDLE: Final = re.compile(r"\.(?:head\.id|milestone|after\[\d+\]|answer)$")
_ORDER: Final = {kind: place for place, kind in enumerate(ChangeKind)}


class NoveltyKind(enum.StrEnum):
    """What is new. Only TEXT can say something nobody approved before."""

    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    STATE = "state"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Novelty:
    """One thing this audience has not seen: `before` is "" where there was nothing."""

    kind: NoveltyKind
    path: str
    text: str
    before: str = ""


def new_to_audience(view: ClientView, previous: ClientView | None) -> tuple[Novelty, ...]:
    """List what an audience has not seen before, in the order of the page.

    Args:
        view: The draft.
        previous: What the audience saw last; None before its first edition: then all is new.

    Returns:
        Texts never told, dates, numbers and states that changed, and texts told before and now
        gone. Empty exactly when nothing changed but the date of the edition and the data's age.
    """
    old = dict(leaves(previous, volatile=False)) if previous else {}
    new = dict(leaves(view, volatile=False))
    known = {str(leaf) for leaf in old.values() if isinstance(leaf, ClientText | RichText)}
    found = [
        novelty
        for path, leaf in new.items()
        if not _is_handle(path) and (novelty := _novelty(path, leaf, old.get(path), known))
    ]
    gone = [
        Novelty(kind=NoveltyKind.GONE, path=path, text="", before=_text(leaf))
        for path, leaf in old.items()
        if path not in new and not _is_handle(path)
    ]
    return (*found, *gone)


def since(
    scribe: Scribe, view: ClientView, previous: ClientView | None, finished: Mapping[str, ClientText]
) -> Changes:
    """Word what changed since the edition before, the most telling first.

    Args:
        scribe: Makes the leaves.
        view: The new edition, without its changes.
        previous: What the audience saw last, None for the first edition.
        finished: Title by id of things that are over and therefore no longer in the view.
    """
    if previous is None:
        return Changes(sentence=scribe.fixed("changes.first"))
    day = scribe.repeated_day(previous.edition.today)
    entries = sorted(_entries(scribe, view, previous, finished), key=lambda entry: _ORDER[entry.kind])
    sentence = "changes.some" if entries else "changes.none"
    return Changes(since=day, sentence=scribe.fixed(sentence, day=day.text), entries=tuple(entries))


def _entries(
    scribe: Scribe, view: ClientView, previous: ClientView, finished: Mapping[str, ClientText]
) -> Iterator[ChangeView]:
    for group in _GROUPS:
        before = _by_id(getattr(previous, group))
        for handle, thing in _by_id(getattr(view, group)).items():
            yield from _of_thing(scribe, group, thing, before.get(handle))
        for handle in before:
            if handle in finished:
                yield _change(scribe, ChangeKind.FINISHED, f"finished.{group}", finished[handle])
    yield from _of_scope(scribe, view, previous)


def _by_id(things: Iterable[Thing]) -> dict[str, Thing]:
    return {thing.head.id.value: thing for thing in things}


def _of_thing(scribe: Scribe, group: str, thing: Thing, old: Thing | None) -> Iterator[ChangeView]:
    title = thing.head.title
    if title is None:
        return
    if old is None:
        yield _change(scribe, ChangeKind.NEW, f"new.{group}", title)
        return
    yield from _of_state(scribe, group, title, thing.head.state, old.head.state)
    if isinstance(thing, FeedbackView) and isinstance(old, FeedbackView):
        yield from _of_planned(scribe, title, thing.planned, old.planned)
    for name in _DAYS:
        before, after = _day(old, name), _day(thing, name)
        if (before and before.on) != (after and after.on) and not _is_over(thing):
            yield _moved(scribe, name, title, before, after)
    if isinstance(thing, MilestoneView) and isinstance(old, MilestoneView) and not _is_over(thing):
        yield from _of_forecast(scribe, title, old.forecast, thing.forecast)
    before_part, after_part = getattr(old, "progress", None), getattr(thing, "progress", None)
    if isinstance(before_part, Progress) and isinstance(after_part, Progress) and not _is_over(thing):
        yield from _of_progress(scribe, title, before_part, after_part)


def _is_over(thing: Thing) -> bool:
    return thing.head.state is not None and thing.head.state.code in _OVER


def _day(thing: Thing, name: str) -> Day | None:
    value = getattr(thing, name, None)
    return value if isinstance(value, Day) else None


def _of_state(
    scribe: Scribe, group: str, title: ClientText, new: State | None, old: State | None
) -> Iterator[ChangeView]:
    if new is None or old is None or new.code is old.code:
        return
    if new.code in {Code.DONE, Code.COMPLETE}:
        yield _change(scribe, ChangeKind.FINISHED, f"finished.{group}", title)
    else:
        words = (scribe.repeated(old.word), new.word)
        yield _change(scribe, ChangeKind.STATE, "state", title, sentence="state", texts=words)


def _of_planned(
    scribe: Scribe, title: ClientText, new: ClientText | None, old: ClientText | None
) -> Iterator[ChangeView]:
    """Tell that feedback is planned for another milestone now; that it is planned at all is its state."""
    if new is None or old is None or new.value == old.value:
        return
    texts = [scribe.fixed("feedback.planned_for", milestone=each) for each in (scribe.repeated(old), new)]
    yield _change(scribe, ChangeKind.STATE, "state", title, sentence="state", texts=(texts[0], texts[1]))


def _moved(scribe: Scribe, name: str, title: ClientText, before: Day | None, after: Day | None) -> ChangeView:
    old = scribe.repeated(before.text) if before else scribe.fixed("changes.no_date")
    new = after.text if after else scribe.fixed("changes.no_date")
    sentence = "undated" if after is None else f"moved.{name}" if before else f"dated.{name}"
    return _change(scribe, ChangeKind.DATE, f"moved.{name}", title, sentence=sentence, texts=(old, new))


def _of_forecast(
    scribe: Scribe, title: ClientText, before: ForecastView | None, after: ForecastView | None
) -> Iterator[ChangeView]:
    if before is None or after is None or not forecasts.is_news(before, after):
        return
    texts = forecasts.in_words(scribe, before, again=True), forecasts.in_words(scribe, after)
    if texts[0] is not None and texts[1] is not None:
        words = (texts[0], texts[1])
        yield _change(scribe, ChangeKind.DATE, "forecast", title, sentence="forecast", texts=words)


def _of_progress(
    scribe: Scribe, title: ClientText, before: Progress, after: Progress
) -> Iterator[ChangeView]:
    if (before.done, before.total) != (after.done, after.total):
        texts = (scribe.repeated(before.text), after.text)
        yield _change(scribe, ChangeKind.NUMBER, "progress", title, sentence="number", texts=texts)


def _of_scope(scribe: Scribe, view: ClientView, previous: ClientView) -> Iterator[ChangeView]:
    before = {line.label.value: line.amount for account in previous.scope[:1] for line in account.lines}
    for account in view.scope[:1]:
        for line in account.lines:
            old = before.get(line.label.value)
            if old is not None and _number(old) != _number(line.amount):
                texts = (scribe.repeated(old.text), line.amount.text)
                what = scribe.fixed("changes.scope.line", what=line.label)
                yield _change(scribe, ChangeKind.NUMBER, "scope", what, sentence="number", texts=texts)


def _number(amount: Amount) -> tuple[float | None, str]:
    return (amount.value, amount.text.value)


def _change(
    scribe: Scribe,
    kind: ChangeKind,
    word: str,
    what: ClientText,
    *,
    sentence: str = "plain",
    texts: tuple[ClientText, ClientText] | None = None,
) -> ChangeView:
    name = scribe.fixed(f"changes.{word}")
    before, after = texts or (None, None)
    parts = {"before": before, "after": after} if before and after else {}
    return ChangeView(
        kind=kind,
        word=name,
        what=what,
        sentence=scribe.fixed(f"changes.sentence.{sentence}", word=name, what=what, **parts),
        before=before,
        after=after,
    )


def _is_handle(path: str) -> bool:
    """Tell whether an id or an answer made of it stands there: it says nothing of its own."""
    return bool(_HANDLE.search(path))


def _novelty(path: str, leaf: Leaf, old: Leaf | None, known: set[str]) -> Novelty | None:
    text = _text(leaf)
    before = _text(old) if old is not None else ""
    if isinstance(leaf, RichText) or (isinstance(leaf, ClientText) and leaf.written):
        is_new = text not in known or path == _NOTE
    else:
        is_new = old is None or _essence(leaf) != _essence(old)
    return Novelty(kind=_kind(leaf), path=path, text=text, before=before) if is_new else None


def _kind(leaf: Leaf) -> NoveltyKind:
    match leaf:
        case ClientText():
            return NoveltyKind.TEXT if leaf.written else NoveltyKind.STATE
        case RichText() | Link() | Image():
            return NoveltyKind.TEXT
        case Day():
            return NoveltyKind.DATE
        case Amount() | Progress():
            return NoveltyKind.NUMBER
        case _:
            return NoveltyKind.STATE


def _text(leaf: Leaf) -> str:
    match leaf:
        case State():
            return leaf.word.value
        case Day() | Amount() | Progress():
            return leaf.text.value
        case Image() | Colour():
            return leaf.value
        case _:
            return str(leaf)


def _essence(leaf: Leaf) -> str | dt.date:
    """Return what must change for a leaf to be news: not its wording in another language."""
    match leaf:
        case State():
            return leaf.code.value
        case Day():
            return leaf.on
        case _:
            return _text(leaf)
