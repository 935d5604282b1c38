"""What a project's history says of the sprints that run."""

from __future__ import annotations

import datetime as dt

from connector.analysis.delivery import SprintState
from connector.analysis.forecast.situation import planned_on
from connector.analysis.forecast.sprints import deliveries
from connector.analysis.forecast.track import Chronicle


def running(history: Chronicle, *, as_of: dt.datetime) -> tuple[SprintState, ...]:
    """Return every sprint that runs at an instant, the one that ends first before the others.

    Args:
        history: Of the project; nothing later than `as_of` is used.
        as_of: The instant, aware UTC.
    """
    found = [
        SprintState(
            key=key,
            name=history.tracks[key].name,
            due_on=planned_on(history.tracks[key], as_of),
            delivery=delivery,
        )
        for key, delivery in deliveries(history, as_of=as_of).items()
    ]
    return tuple(sorted(found, key=lambda sprint: (sprint.due_on or dt.date.max, sprint.key)))
