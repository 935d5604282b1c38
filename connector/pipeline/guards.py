"""Does what a tracker told look like the truth? Pure: counts before against counts now.

A census is doubted exactly like a full pull: it says as much about what is gone.

A broken token, a half-answered search or a restored backup look like a project that is suddenly
finished. A guard that trips leaves the stored data and the page as they are, until a person
accepts the new state by name and reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

SHRINK_RATIO = 0.5  # this share of the known issues missing at once is not believed, unless configured
SHRINK_FLOOR = 4  # below this many known live issues a share says nothing
INDEX_LAG = dt.timedelta(minutes=15)  # a list may know less than an issue that was read by key
QUARANTINE_RATIO = 0.1  # more unreadable issues than this share make a pull half-read


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What guards compare: one source, before this pull or as this full pull or census found it."""

    issues: int
    milestones: int
    newest_update_at: dt.datetime | None = (
        None  # of the issues known both before and now; None if there are none
    )
    missing: int = 0  # issues known before that this pull did not find, or that are told to be elsewhere
    quarantined: int = 0  # issues that could not be read
    is_complete: bool = True  # the pull's last batch was seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """One guard that tripped. `guard` is its name, `reason` a sentence with the figures."""

    guard: str
    reason: str


def check(before: Tally, now: Tally, *, shrink_ratio: float = SHRINK_RATIO) -> tuple[Trip, ...]:
    """Compare a full pull, or a census, with what is stored.

    Args:
        before: What is stored of this source: known issues that are not gone.
        now: What the pull brought.
        shrink_ratio: The share of known issues whose absence is not believed; 0-1.

    Returns:
        Every guard that tripped; empty when the pull is believable. A source never read before
        trips only on a half-read pull: there is nothing to compare it with.
    """
    trips = [*_half_read(now)]
    if before.issues:
        trips += [*_emptied(before, now, shrink_ratio), *_stale(before, now)]
    return (*trips, *_without_milestones(before, now))


def check_changes(before: Tally, now: Tally, *, shrink_ratio: float = SHRINK_RATIO) -> tuple[Trip, ...]:
    """Compare a pull of what changed with what is stored: it may bring no issue, but never half a page.

    A token that expired may be answered with nothing instead of a refusal: what changed is then
    nothing, which says little, and no milestone is left, which says enough. A selection that lost
    its issues at once was perhaps lost itself: its label renamed, its condition broken.

    Args:
        before: What is stored of this source.
        now: What the pull brought; `missing` are the issues said to be elsewhere now.
        shrink_ratio: As for `check`.
    """
    unread = _half_read(now) if not now.is_complete else ()
    return (*unread, *_shrunk(before, now, shrink_ratio), *_without_milestones(before, now))


def _without_milestones(before: Tally, now: Tally) -> Sequence[Trip]:
    if not before.milestones or now.milestones:
        return []
    return [Trip(guard="milestones_vanished", reason=f"all {before.milestones} milestones are gone")]


def _half_read(now: Tally) -> Sequence[Trip]:
    if not now.is_complete:
        return [Trip(guard="half_read", reason="the pull ended before the tracker's last page")]
    seen = now.issues + now.quarantined
    if now.quarantined and now.quarantined > seen * QUARANTINE_RATIO:
        reason = f"{now.quarantined} of {seen} issues could not be read"
        return [Trip(guard="half_read", reason=reason)]
    return []


def _emptied(before: Tally, now: Tally, shrink_ratio: float) -> Sequence[Trip]:
    if not now.issues:
        return [Trip(guard="turned_empty", reason=f"no issue is left of {before.issues}")]
    return _shrunk(before, now, shrink_ratio)


def _shrunk(before: Tally, now: Tally, shrink_ratio: float) -> Sequence[Trip]:
    if before.issues >= SHRINK_FLOOR and now.missing and now.missing >= before.issues * shrink_ratio:
        reason = f"{now.missing} of {before.issues} issues are missing"
        return [Trip(guard="shrunk", reason=reason)]
    return []


def _stale(before: Tally, now: Tally) -> Sequence[Trip]:
    if before.newest_update_at is None or now.newest_update_at is None:
        return []
    if now.newest_update_at >= before.newest_update_at - INDEX_LAG:
        return []
    reason = (
        f"its newest change is of {now.newest_update_at:%Y-%m-%d %H:%M} UTC,"
        f" earlier than {before.newest_update_at:%Y-%m-%d %H:%M} UTC, already known"
    )
    return [Trip(guard="stale", reason=reason)]
