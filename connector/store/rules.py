"""Since when each source of a project is counted by its rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from connector.store import tables
from connector.store.engine import Database


class _Use(NamedTuple):
    fingerprint: str
    since_at: dt.datetime


class RuleUses:
    """Every change of rules is added; the database itself refuses to change or delete one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, project: str, counted_by: Mapping[str, str], *, at: dt.datetime) -> None:
        """Keep that sources are counted by rules now; rules that were in use already stay as noted.

        Args:
            project: Key of the project.
            counted_by: Source to fingerprint of its rules.
            at: Now.
        """
        with self._database.read() as connection:
            if not _changed(connection, project, counted_by):
                return  # the usual case, without a write
        with self._database.write() as connection:
            changed = _changed(connection, project, counted_by)
            rows = [
                {"project": project, "source": source, "since_at": at, "fingerprint": fingerprint}
                for source, fingerprint in changed.items()
            ]
            if rows:
                connection.execute(insert(tables.rule_uses), rows)

    def since(self, project: str, counted_by: Mapping[str, str]) -> Mapping[str, dt.datetime]:
        """Return since when each source is counted by these rules; one never noted is missing."""
        with self._database.read() as connection:
            uses = _latest(connection, project)
        return {
            source: use.since_at for source, use in uses.items() if counted_by.get(source) == use.fingerprint
        }


def _changed(connection: Connection, project: str, counted_by: Mapping[str, str]) -> Mapping[str, str]:
    uses = _latest(connection, project)
    return {
        source: fingerprint
        for source, fingerprint in counted_by.items()
        if source not in uses or uses[source].fingerprint != fingerprint
    }


def _latest(connection: Connection, project: str) -> Mapping[str, _Use]:
    kept = tables.rule_uses.c
    query = select(kept.source, kept.fingerprint, kept.since_at).where(kept.project == project)
    rows = connection.execute(query.order_by(kept.since_at))
    return {row.source: _Use(row.fingerprint, row.since_at) for row in rows}
