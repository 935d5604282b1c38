"""What `preview` prints: a draft as a PM reads it in ten seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.pipeline.previewing import Preview
    from connector.pipeline.workspace import Project

SHOWN = 15  # lines of a kind; the page has them all


def preview_lines(project: Project, draft: Preview) -> Iterator[str]:
    """Tell what is new in a draft, what it discloses, whether it may go out, and the next command.

    Args:
        project: The project.
        draft: What was built.
    """
    yield f"{draft.audience}: {draft.page}"
    yield from (f"  {line}" for line in _news(draft))
    yield "  the page shows:"
    yield from (f"    {line}" for line in draft.shown)
    if draft.titles:
        yield f"  titles: {', '.join(draft.titles)}"
    if draft.missing_wording:
        yield f"  without client words, so only counted: {draft.missing_wording}"
    yield from _cut("taken out of the tracker's own text", draft.redacted, indent="  ")
    yield (
        f"  leak check: passed; {draft.searched} internal values searched in every file,"
        f" {draft.exempted} let pass by written rules"
    )
    if draft.unprinted:
        yield f"  {draft.unprinted}"
    if draft.held:
        yield f"  HELD: with what is withheld, the page would say otherwise: {draft.held}"
    yield f"  next: {_next(project, draft)}"


def overview_line(project: str, draft: Preview) -> str:
    """Tell one draft on one line: verdict, what is new, since when it waits, what it waits for."""
    return ", ".join(
        part for part in (f"{project} {draft.audience}: {draft.verdict or 'no verdict'}", *_short(draft))
    )


def _short(draft: Preview) -> Iterator[str]:
    found = draft.review
    if draft.is_unchanged:
        yield f"nothing new since edition {draft.previous}"
        return
    if found.is_first:
        yield "first edition"
    counts = (
        ("new text", found.texts),
        ("date", found.dates),
        ("state or number", found.facts),
        ("gone", found.gone),
    )
    for name, lines in counts:
        if lines:
            yield f"{name} {len(lines)}"
    if not found.is_first and not found.lines:
        yield "only wording of the page itself"
    yield f"waiting {draft.waiting_days} days" if draft.waiting_days != 1 else "waiting 1 day"
    if draft.held:
        yield "HELD"
    elif draft.needs_approval:
        yield "needs approval"


def _news(draft: Preview) -> Iterator[str]:
    found = draft.review
    if found.is_first:
        yield f"first edition for these readers: {', '.join(found.counts) or 'nothing told one by one'}"
        yield from _cut("words they would read for the first time", found.texts)
        return
    if draft.is_unchanged:
        yield f"nothing is new since edition {draft.previous}"
        return
    kinds = (found.texts, found.dates, found.facts, found.gone)
    if not any(kinds):
        yield f"new since edition {draft.previous}: only wording of the page itself"
        return
    yield f"new since edition {draft.previous}:"
    names = ("words nobody approved before", "dates", "states and numbers", "no longer shown")
    for name, lines in zip(names, kinds, strict=True):
        yield from _cut(name, lines, indent="  ")


def _cut(name: str, lines: Sequence[str], *, indent: str = "") -> Iterator[str]:
    if not lines:
        return
    yield f"{indent}{name} ({len(lines)}):"
    yield from (f"{indent}  {line}" for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"{indent}  and {len(lines) - SHOWN} more (see the page)"


def _next(project: Project, draft: Preview) -> str:
    if draft.is_unchanged:
        return "nothing to publish"
    audience = f" --audience {draft.audience}" if len(project.settings.audiences) > 1 else ""
    approval = " --approved-by NAME" if draft.needs_approval else ""
    reason = ' --reason "TEXT"' if draft.held else ""
    return f"clientview publish {project.key}{audience}{approval}{reason}"
