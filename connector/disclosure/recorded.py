"""What must not get out of the agreement: how decisions are called here, who recorded them, evidence."""

from __future__ import annotations

from collections.abc import Iterator

from connector.analysis.facts import Agreement
from connector.analysis.heard import Heard
from connector.disclosure.internal import MIN_LINE, InternalValue


def agreed_values(agreement: Agreement) -> tuple[InternalValue, ...]:
    """Return the internal values of what was agreed, decided and heard: titles, notes, recorders, evidence.

    Who approved a baseline is none of them: the document of the agreement names them.
    """
    return tuple(
        InternalValue(text, source_field, record)
        for text, source_field, record in _of_agreement(agreement)
        if text.strip()
    )


def _of_agreement(agreement: Agreement) -> Iterator[tuple[str, str, str]]:
    for change in agreement.changes:
        for name in ("ref", "title", "decided_by", "recorded_by", "note"):
            yield (getattr(change, name), f"RecordedChange.{name}", change.ref)
        yield from ((label, "RecordedChange.labels", change.ref) for label in change.labels)
        if change.evidence is not None:
            yield (change.evidence.name, "Evidence.name", change.ref)
    yield from _of_feedback(agreement.heard)
    for baseline in agreement.baselines:
        record = f"baseline {baseline.number}"
        yield (baseline.recorded_by, "Baseline.recorded_by", record)
        yield (baseline.note, "Baseline.note", record)
        if baseline.evidence is not None:
            yield (baseline.evidence.name, "Evidence.name", record)


def _of_feedback(heard: Heard) -> Iterator[tuple[str, str, str]]:
    """Yield what was entered of feedback, its words included: a policy may keep feedback closed."""
    for entry in heard.entered:
        for name in ("ref", "title", "given_by", "recorded_by", "note"):
            yield (getattr(entry, name), f"EnteredFeedback.{name}", entry.ref)
        yield from ((line, "EnteredFeedback.text", entry.ref) for line in _lines(entry.text))
    for step in heard.steps:
        for name in ("recorded_by", "note", "by"):
            yield (getattr(step, name), f"FeedbackStep.{name}", step.feedback)
        yield from ((line, "FeedbackStep.reason", step.feedback) for line in _lines(step.reason))


def _lines(text: str) -> Iterator[str]:
    yield from (line.strip() for line in text.splitlines() if len(line.strip()) >= MIN_LINE)
