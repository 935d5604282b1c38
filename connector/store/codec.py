"""Records to JSON text and back. Defaults are left out, so that a field added later reads as its default."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from pydantic import TypeAdapter

from adapters.protocol import DateHint
from adapters.records import Change, Issue, Iteration, Link, Milestone, Quarantined
from connector.analysis.facts import Baseline, RecordedChange
from connector.analysis.heard import EnteredFeedback, FeedbackStep

T = TypeVar("T")

ISSUE = TypeAdapter(Issue)
ISSUES = TypeAdapter(tuple[Issue, ...])
HISTORY = TypeAdapter(tuple[Change, ...])
LINK = TypeAdapter(Link)
LINKS = TypeAdapter(tuple[Link, ...])
MILESTONE = TypeAdapter(Milestone)
ITERATION = TypeAdapter(Iteration)
HINT = TypeAdapter(DateHint)
QUARANTINED = TypeAdapter(Quarantined)
BASELINE = TypeAdapter(Baseline)
CHANGE = TypeAdapter(RecordedChange)
FEEDBACK = TypeAdapter(EnteredFeedback)
FEEDBACK_STEP = TypeAdapter(FeedbackStep)


def dump(adapter: TypeAdapter[T], value: T) -> str:
    """Write a value as JSON text."""
    return adapter.dump_json(value, exclude_defaults=True).decode()


def dump_history(changes: Iterable[Change]) -> str:
    """Write the changes of one issue in order of time; of one instant, in the order they came."""
    return dump(HISTORY, tuple(sorted(changes, key=lambda change: change.at)))


def load_all(adapter: TypeAdapter[tuple[T, ...]], texts: Sequence[str]) -> tuple[T, ...]:
    """Read many values at once: one parse is several times faster than one each."""
    return adapter.validate_json(f"[{','.join(texts)}]")
