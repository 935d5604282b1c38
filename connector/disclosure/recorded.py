"""What must not get out of the agreement: how decisions are called here, who recorded them, evidence."""

from __future__ import annotations

from collections.abc import Iterator

from connector.analysis.facts import Agreement
from connector.disclosure.internal import InternalValue


def agreed_values(agreement: Agreement) -> tuple[InternalValue, ...]:
    """Return the internal values of what was agreed and decided: titles, notes, who recorded it, evidence.

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
    for baseline in agreement.baselines:
        record = f"baseline {baseline.number}"
        yield (baseline.recorded_by, "Baseline.recorded_by", record)
        yield (baseline.note, "Baseline.note", record)
        if baseline.evidence is not None:
            yield (baseline.evidence.name, "Evidence.name", record)
