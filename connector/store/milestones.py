"""Sightings that no pull brings: those of milestones made by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from adapters.records import Milestone
from connector.store import codec
from connector.store.engine import Database
from connector.store.sightings import MILESTONES, record_sightings

CONFIG_SOURCE = "config"  # milestones that the configuration makes


class Milestones:
    """Milestones made by hand, sighted at every sync like the trackers' own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sight(
        self, project: str, *, source: str = CONFIG_SOURCE, milestones: Iterable[Milestone], at: dt.datetime
    ) -> None:
        """Record what these milestones look like at `at`."""
        rows = [(milestone.key, codec.dump(codec.MILESTONE, milestone)) for milestone in milestones]
        with self._database.write() as connection:
            record_sightings(connection, MILESTONES, (project, source), rows=rows, at=at)
