"""The promise ledger: every date a milestone was ever given, in order, with where it comes from. Pure.

It is derived from stores that are only added to (sightings, webhooks, baselines, editions), and each
entry from one record and what lies before it. So what happens later adds entries and never takes away
or changes an earlier one. The ledger goes by the milestone's key: a rename is an entry, not a new story.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from adapters.protocol import DateHint
from adapters.records import MilestoneSighting, MilestoneStatus
from connector.analysis.facts import Agreement, Telling
from connector.analysis.state import Move, Promise, PromiseKind

CLOCK_SKEW = dt.timedelta(minutes=5)  # a webhook this much after a sighting may tell what that one saw
_DONE = "done"  # reason of a date that was seen when the milestone was done


def ledgers(
    sightings: Sequence[MilestoneSighting],
    hints: Sequence[DateHint],
    agreement: Agreement,
    *,
    as_of: dt.datetime,
) -> Mapping[str, tuple[Promise, ...]]:
    """Return the promise ledger of every milestone at an instant, by its key, oldest entry first.

    Args:
        sightings: Ordered by `seen_at`.
        hints: What webhooks told, ordered by instant.
        agreement: Baselines and editions; those after `as_of` are left out.
        as_of: The instant, aware UTC.
    """
    seen = sighted(s for s in sightings if s.seen_at <= as_of)
    told = hinted(h for h in hints if h.at <= as_of)
    keys = {**seen, **told}
    names = {key: _names(seen.get(key, ()), told.get(key, ())) for key in keys}
    found: dict[str, list[Promise]] = {
        key: [*_seen(seen.get(key, ())), *_hinted(key, told.get(key, ()), seen.get(key, ()))] for key in keys
    }
    for promise in (*_agreed(agreement, names), *_told(agreement, names)):
        if promise.at <= as_of:
            found.setdefault(promise.milestone, []).append(promise)
    return {key: tuple(sorted(entries, key=lambda entry: entry.at)) for key, entries in found.items()}


def sighted(sightings: Iterable[MilestoneSighting]) -> dict[str, list[MilestoneSighting]]:
    """Part sightings by the milestone's key, keeping their order."""
    found: dict[str, list[MilestoneSighting]] = defaultdict(list)
    for sighting in sightings:
        found[sighting.milestone.key].append(sighting)
    return found


def hinted(hints: Iterable[DateHint]) -> dict[str, list[DateHint]]:
    """Part what webhooks told by the milestone's key, keeping its order."""
    found: dict[str, list[DateHint]] = defaultdict(list)
    for hint in hints:
        found[hint.key].append(hint)
    return found


def first_on(promises: Sequence[Promise]) -> dt.date | None:
    """Return the first day ever promised; None where the milestone was done when it was first seen."""
    tracked = next((p for p in promises if p.kind in {PromiseKind.SEEN, PromiseKind.WEBHOOK}), None)
    if tracked is not None and tracked.reason == _DONE:
        return None
    return next((promise.day for promise in promises if promise.day is not None), None)


def moves(sightings: Sequence[MilestoneSighting], hints: Sequence[DateHint] = ()) -> tuple[Move, ...]:
    """Return every change of a tracker's date, oldest first: seen between two sightings, or told.

    A webhook names the day before its change: where that is not the day known last, somebody moved the
    date unseen, and that is a move too. A webhook that tells what a sighting has just shown adds none.

    Args:
        sightings: Of one milestone, oldest first.
        hints: Of the same milestone, oldest first.
    """
    found: list[Move] = []
    known: list[dt.date | None] = []  # the day known last; empty: none is
    for at, days, is_hint in sorted(_steps(sightings, hints), key=lambda step: step[0]):
        if is_hint and _is_known_already(found, at, days):
            continue
        for day in days:
            if known and known[-1] != day:
                found.append(Move(seen_at=at, from_on=known[-1], to_on=day))
            known.append(day)
    return tuple(found)


def _steps(
    sightings: Iterable[MilestoneSighting], hints: Iterable[DateHint]
) -> Iterator[tuple[dt.datetime, tuple[dt.date | None, ...], bool]]:
    for sighting in sightings:
        yield sighting.seen_at, (sighting.milestone.due_on,), False
    for hint in dict.fromkeys(hints):
        yield hint.at, (hint.old_on, hint.new_on), True


def _is_known_already(found: Sequence[Move], at: dt.datetime, days: Sequence[dt.date | None]) -> bool:
    last = found[-1] if found else None
    return last is not None and (last.from_on, last.to_on) == tuple(days) and at - last.seen_at <= CLOCK_SKEW


def _seen(sightings: Sequence[MilestoneSighting]) -> Iterator[Promise]:
    """Yield an entry for each sighting that shows another day or name than the one before."""
    before: tuple[dt.date | None, str] | None = None
    for sighting in sightings:
        milestone = sighting.milestone
        shown = (milestone.due_on, milestone.name)
        if shown != before:
            yield Promise(
                milestone=milestone.key,
                at=sighting.seen_at,
                kind=PromiseKind.SEEN,
                day=milestone.due_on,
                name=milestone.name,
                source=milestone.source,
                reason=_DONE if milestone.status is MilestoneStatus.DONE else "",
            )
        before = shown


def _hinted(key: str, hints: Sequence[DateHint], sightings: Sequence[MilestoneSighting]) -> Iterator[Promise]:
    """Yield the day a webhook told, and before it the old one, if nothing had shown that one before."""
    known: set[dt.date | None] = set()
    for hint in dict.fromkeys(hints):
        shown = {s.milestone.due_on for s in sightings if s.seen_at <= hint.at}
        is_news = hint.old_on is not None and hint.old_on not in known | shown
        days = [hint.old_on, hint.new_on] if is_news else [hint.new_on]
        for day in days:
            yield Promise(
                milestone=key,
                at=hint.at,
                kind=PromiseKind.WEBHOOK,
                day=day,
                name=hint.name,
                source="webhook",
            )
        known |= {hint.old_on, hint.new_on}


_Names = Mapping[str, Sequence[tuple[dt.datetime, str]]]


def _names(
    sightings: Iterable[MilestoneSighting], hints: Iterable[DateHint]
) -> Sequence[tuple[dt.datetime, str]]:
    named = [(s.seen_at, s.milestone.name) for s in sightings] + [(h.at, h.name) for h in hints]
    return sorted(named)


def _name_at(names: _Names, key: str, at: dt.datetime) -> str:
    """Say what a milestone was called then; before it was ever seen, nothing."""
    return next((name for since, name in reversed(names.get(key, ())) if since <= at), "")


def _agreed(agreement: Agreement, names: _Names) -> Iterator[Promise]:
    for baseline in agreement.baselines:
        for key, day in baseline.dates.items():
            if day is not None:
                yield Promise(
                    milestone=key,
                    at=baseline.on_at,
                    kind=PromiseKind.AGREED,
                    day=day,
                    name=_name_at(names, key, baseline.on_at),
                    source=f"baseline {baseline.number}",
                    by=baseline.approved_by,
                    reason=baseline.note,
                )


def _told(agreement: Agreement, names: _Names) -> Iterator[Promise]:
    """Yield what editions told; a date told by an edition that is not on record has no number."""
    behind: dict[tuple[str, dt.datetime, dt.date], list[Telling]] = defaultdict(list)
    for telling in agreement.tellings:
        for key, day in telling.told.items():
            behind[key, telling.at, day].append(telling)
    for key, pairs in agreement.told.items():
        for at, day in pairs:
            known = behind[key, at, day]
            edition = known.pop(0) if known else None
            yield Promise(
                milestone=key,
                at=at,
                kind=PromiseKind.TOLD,
                day=day,
                name=_name_at(names, key, at),
                source=f"edition {edition.number} for {edition.audience}" if edition else "edition",
                by=edition.by if edition else "",
                reason=edition.note if edition else "",
            )
