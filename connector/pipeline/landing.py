"""What `init` found, in words: where the rules would place what the tracker has, and its milestones. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.protocol import Catalogue
from adapters.records import MilestoneStatus
from connector.pipeline.drafting import Guess, is_bucket

_SHOWN = 8  # names that a line lists
_CONCEPTS = {
    "goal": "goals",
    "scope_item": "scope items",
    "risk": "risks",
    "change_request": "change requests",
    "decision": "decisions",
    "client_action": "things needed from the client",
    "feedback": "feedback",
    "none": "no items of their own",
    "": "nowhere: no rule matches",
}
_KINDS = {"type": "types", "label": "labels"}


def placed(guesses: Sequence[Guess]) -> Iterator[str]:
    """Say by concept which types and labels make it: `goals: type Epic; label epic`.

    A label that leaves an issue where its type puts it anyway is only counted.
    """
    telling = [guess for guess in guesses if guess.by == "type" or not guess.is_catch_all]
    for concept, words in _CONCEPTS.items():
        parts = [_named(by, [g.name for g in telling if (g.by, g.concept) == (by, concept)]) for by in _KINDS]
        if any(parts):
            yield f"{words}: {'; '.join(part for part in parts if part)}"
    if rest := len(guesses) - len(telling):
        yield f"{rest} more label{'' if rest == 1 else 's'} change{'s' if rest == 1 else ''} nothing"


def _named(by: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    return f"{by if len(names) == 1 else _KINDS[by]} {_listed(names)}"


def _listed(names: Sequence[str]) -> str:
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + rest


def milestones(catalogue: Catalogue) -> Iterator[str]:
    """Count a tracker's milestones by what they are worth to a client, and name its buckets."""
    found = catalogue.milestones
    if not found:
        yield "milestones: none; see the proposals in the configuration"
        return
    open_ones = [one for one in found if one.status is MilestoneStatus.OPEN]
    dated = sum(one.due_on is not None for one in open_ones)
    over = len(found) - len(open_ones)
    counts = ((over, "over"), (dated, "open with a date"), (len(open_ones) - dated, "open without a date"))
    yield "milestones: " + ", ".join(f"{number} {words}" for number, words in counts if number)
    if buckets := [one.name for one in open_ones if is_bucket(one)]:
        yield f"without a date and named like a place for later: {_listed(buckets)}"
    if not dated:
        yield "no open milestone has a date, so nothing can be late: see the proposals in the configuration"
