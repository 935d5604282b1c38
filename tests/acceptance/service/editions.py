"""Editions of a term: one for each time their rhythm comes, numbered without a gap, each sent once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes, policy

from connector.pipeline.rhythm import next_at
from connector.store.deliveries import DeliveryState
from connector.store.editions import Edition
from tests.acceptance.service.term import AUDIENCE, Term
from tests.acceptance.service.town import READER


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Figures of all projects."""

    editions: int
    weeks_without: tuple[str, ...]  # project and instant of a rhythm that nothing followed
    doubled: tuple[str, ...]
    misnumbered: tuple[str, ...]
    mails: int  # editions that reached their reader
    mailed_twice: int
    in_doubt: int  # a kill between hand-over and answer: shown to a person, never repeated
    unmailed: int


def published(term: Term) -> Published:
    """Count the editions of all projects."""
    found = {key: term.store.store.editions.list(key, AUDIENCE) for key in term.town.keys}
    got = _got(term)
    deliveries = [one for key in term.town.keys for one in term.store.store.deliveries.list(key)]
    states = Counter(one.state for one in deliveries)
    return Published(
        editions=sum(len(each) for each in found.values()),
        weeks_without=tuple(text for key, each in found.items() for text in _missing(term, key, each)),
        doubled=tuple(text for key, each in found.items() for text in _doubled(term, key, each)),
        misnumbered=tuple(
            key for key, each in found.items() if sorted(e.number for e in each) != [*range(1, len(each) + 1)]
        ),
        mails=len(got),
        mailed_twice=sum(times > 1 for times in got.values()),
        in_doubt=states[DeliveryState.IN_DOUBT],
        unmailed=len(deliveries) - states[DeliveryState.SENT] - states[DeliveryState.IN_DOUBT],
    )


def _got(term: Term) -> Counter[str]:
    """Count what readers were sent, by the number of the mail, which is one an edition."""
    return Counter(
        f"{one.to} {message_from_bytes(one.content, policy=policy.default)['Message-ID']}"
        for one in term.town.post.mailed
        if one.to.endswith(READER)
    )


def _doubled(term: Term, key: str, editions: tuple[Edition, ...]) -> list[str]:
    """Name the spans between two times of the rhythm in which more than one edition went out."""
    times = Counter(_latest_time(term, key, one.published_at) for one in editions)
    return [f"{key} {at}" for at, many in times.items() if many > 1]


def _missing(term: Term, key: str, editions: tuple[Edition, ...]) -> list[str]:
    """Name the times of the rhythm that no edition followed before the next time, or the end."""
    if not editions:
        return []
    first, last = min(e.published_at for e in editions), term.ended_at
    wanted, at = [], _time_after(term, key, first)
    while (following := _time_after(term, key, at)) <= last:
        if not any(at <= one.published_at < following for one in editions):
            wanted.append(f"{key} {at}")
        at = following
    return wanted


def _time_after(term: Term, key: str, at: dt.datetime) -> dt.datetime:
    project = term.store.project(key)
    found = next_at(project.settings.audience(AUDIENCE).publish_cron, project.timezone, after=at)
    assert found is not None
    return found.astimezone(dt.UTC)


def _latest_time(term: Term, key: str, at: dt.datetime) -> dt.datetime:
    """Return the time of the rhythm that an instant follows; weekly, so no more than a week before."""
    time = _time_after(term, key, at - dt.timedelta(days=7, hours=2))
    while (following := _time_after(term, key, time)) <= at:
        time = following
    return time
