"""Editions. The store keeps views and manifests as the JSON text it is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, func, insert, select

from connector.errors import UsageError
from connector.store import drafts
from connector.store import edition_tables as tables
from connector.store.chain import ChainLink, LinkFiles, add_link
from connector.store.engine import Database
from connector.store.errors import StoreError
from connector.store.locks import Lock, check_lock

_INSTANTS = TypeAdapter(Mapping[str, dt.datetime | None])
_TEXTS = TypeAdapter(Mapping[str, str])
_DAYS = TypeAdapter(Mapping[str, dt.date])


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A published, immutable client view. Its bytes are read by `Editions.artefacts`."""

    project: str
    audience: str
    number: int
    published_at: dt.datetime
    approved_by: str  # "" where the audience needs no approval
    note: str = ""
    content_hash: str
    artefact_hash: str
    sources_as_of: Mapping[str, dt.datetime | None] = field(default_factory=dict)  # by source name
    versions: Mapping[str, str] = field(default_factory=dict)  # policy, policy_digest, templates, program
    told: Mapping[str, dt.date] = field(default_factory=dict)  # milestone key -> date the edition tells
    view: str  # JSON
    manifest: str  # JSON


class Editions:
    """Editions are added and read; the database itself refuses to change or delete one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_number(self, project: str, audience: str) -> int:
        """Say which number the next edition of an audience has; hold the project's lock meanwhile."""
        kept = tables.editions.c
        query = select(func.max(kept.number)).where(kept.project == project, kept.audience == audience)
        with self._database.read() as connection:
            return (connection.execute(query).scalar() or 0) + 1

    def add(
        self,
        edition: Edition,
        *,
        artefacts: Mapping[str, bytes],
        link: tuple[ChainLink, LinkFiles] | None = None,
        lock: Lock | None = None,
    ) -> None:
        """Record an edition with its bytes, and drop its audience's draft and note, in one transaction.

        Args:
            edition: The edition.
            artefacts: Its files.
            link: What is added to its audience's chain, with the files beside the editions.
            lock: The caller's right to write the project.

        Raises:
            StoreError: Its number is not the next one.
            LockedError: Another process took over the project.
        """
        project, audience, kept = edition.project, edition.audience, tables.editions
        with self._database.write() as connection:
            check_lock(connection, lock)
            highest = connection.execute(
                select(func.max(kept.c.number)).where(kept.c.project == project, kept.c.audience == audience)
            ).scalar()
            if edition.number != (highest or 0) + 1:
                raise StoreError(
                    f"project {project}: edition {edition.number} for {audience} was not stored:"
                    f" expected number {(highest or 0) + 1}. Publish again."
                )
            connection.execute(insert(kept).values(_columns(edition)))
            where = {"project": project, "audience": audience, "number": edition.number}
            if artefacts:
                rows = [{**where, "name": name, "content": content} for name, content in artefacts.items()]
                connection.execute(insert(tables.artefacts), rows)
            if link is not None:
                add_link(connection, *link)
            drafts.forget(connection, project, audience, built_at=edition.published_at)

    def withdraw(self, link: ChainLink, files: LinkFiles, *, lock: Lock | None = None) -> None:
        """Record that an edition was withdrawn; the edition itself stays as it is.

        Raises:
            StoreError: The link is not the next one of its chain.
            LockedError: Another process took over the project.
        """
        with self._database.write() as connection:
            check_lock(connection, lock)
            add_link(connection, link, files)

    def list(self, project: str, audience: str | None = None) -> tuple[Edition, ...]:
        """List editions, ordered by (audience, number)."""
        kept = tables.editions
        query = select(kept).where(kept.c.project == project).order_by(kept.c.audience, kept.c.number)
        if audience is not None:
            query = query.where(kept.c.audience == audience)
        with self._database.read() as connection:
            return tuple(_edition(row) for row in connection.execute(query).mappings())

    def latest(self, project: str, audience: str) -> Edition | None:
        """Read the newest edition of an audience, None before the first."""
        number = self.next_number(project, audience) - 1
        return self.get(project, audience, number) if number else None

    def get(self, project: str, audience: str, number: int) -> Edition:
        """Read one edition.

        Raises:
            UsageError: There is none of that number.
        """
        kept = tables.editions
        query = select(kept).where(
            kept.c.project == project, kept.c.audience == audience, kept.c.number == number
        )
        with self._database.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            last = self.next_number(project, audience) - 1
            raise UsageError(
                f"project {project}, audience {audience}: found no edition {number};"
                f" expected {f'1 to {last}' if last else 'none: nothing was published yet'}"
            )
        return _edition(row)

    def artefacts(self, project: str, audience: str, number: int) -> Mapping[str, bytes]:
        """Read the bytes of an edition, by file name."""
        kept = tables.artefacts.c
        query = select(kept.name, kept.content).where(
            kept.project == project, kept.audience == audience, kept.number == number
        )
        with self._database.read() as connection:
            return {row.name: row.content for row in connection.execute(query.order_by(kept.name))}


def _columns(edition: Edition) -> dict[str, object]:
    values = {name: getattr(edition, name) for name in Edition.__slots__}
    return {
        **values,
        "sources_as_of": _INSTANTS.dump_json(edition.sources_as_of).decode(),
        "versions": _TEXTS.dump_json(edition.versions).decode(),
        "told": _DAYS.dump_json(edition.told).decode(),
    }


def _edition(row: RowMapping) -> Edition:
    values = dict(row)
    values["sources_as_of"] = _INSTANTS.validate_json(str(row["sources_as_of"]))
    values["versions"] = _TEXTS.validate_json(str(row["versions"]))
    values["told"] = _DAYS.validate_json(str(row["told"]))
    return Edition(**values)
