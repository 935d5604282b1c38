"""Addresses that clients read by: what each opens, until when, and who read by it.

A row holds a digest of what its address holds, so a copy of the store opens no page.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update

from connector.errors import UsageError
from connector.store.engine import Database, insert_one
from connector.store.link_tables import client_links, client_visits


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientLink:
    """An address that opens one audience's pages. `passphrase` is stretched; "" where none is asked."""

    project: str
    audience: str
    label: str = ""
    digest: str
    passphrase: str = ""
    created_at: dt.datetime
    created_by: str = ""
    expires_at: dt.datetime | None = None  # None: never
    revoked_at: dt.datetime | None = None
    revoked_by: str = ""
    visits: int = 0
    last_visit_at: dt.datetime | None = None
    id: int = 0  # given by the store

    def is_open(self, now: dt.datetime) -> bool:
        """Whether it opens anything at an instant: neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody read a file of an edition. `address` is the truncated one."""

    project: str
    link: int
    at: dt.datetime
    edition: int
    name: str
    address: str


_LINK = tuple(ClientLink.__slots__)
_VISIT = tuple(Visit.__slots__)


class ClientLinks:
    """Links are added, revoked and counted, never deleted one by one; visits are forgotten by age."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, link: ClientLink) -> int:
        """Keep a link; returns its number."""
        values = {name: getattr(link, name) for name in _LINK if name != "id"}
        with self._database.write() as connection:
            return insert_one(connection, client_links, values)

    def find(self, digest: str) -> ClientLink | None:
        """Find a link by the digest of what its address holds, open or not."""
        with self._database.read() as connection:
            row = (
                connection.execute(select(client_links).where(client_links.c.digest == digest))
                .mappings()
                .one_or_none()
            )
        return None if row is None else ClientLink(**{name: row[name] for name in _LINK})

    def list(self, project: str) -> tuple[ClientLink, ...]:
        """List a project's links, the oldest first, closed ones among them."""
        query = select(client_links).where(client_links.c.project == project).order_by(client_links.c.id)
        with self._database.read() as connection:
            rows = connection.execute(query).mappings()
            return tuple(ClientLink(**{name: row[name] for name in _LINK}) for row in rows)

    def revoke(self, project: str, number: int, *, by: str, at: dt.datetime) -> None:
        """Close a link for good.

        Raises:
            UsageError: The project has no such link, or it is revoked already.
        """
        kept = client_links.c
        mine = (kept.project == project, kept.id == number, kept.revoked_at.is_(None))
        with self._database.write() as connection:
            values = {"revoked_at": at, "revoked_by": by}
            done = connection.execute(update(client_links).where(*mine).values(values)).rowcount
        if done != 1:
            standing = ", ".join(str(one.id) for one in self.list(project) if one.revoked_at is None)
            raise UsageError(
                f"project {project}: found no link {number} that is not revoked; expected"
                f" {f'one of: {standing}' if standing else 'none: every link is revoked, or there is none'}"
            )

    def record(self, visits: Sequence[Visit]) -> None:
        """Keep visits, and count them at their links."""
        if not visits:
            return
        counted = Counter(visit.link for visit in visits)
        last = {link: max(visit.at for visit in visits if visit.link == link) for link in counted}
        with self._database.write() as connection:
            rows = [{name: getattr(visit, name) for name in _VISIT} for visit in visits]
            connection.execute(insert(client_visits), rows)
            for link, number in counted.items():
                values = {"visits": client_links.c.visits + number, "last_visit_at": last[link]}
                connection.execute(update(client_links).where(client_links.c.id == link).values(values))

    def visits(self, project: str, link: int | None = None) -> tuple[Visit, ...]:
        """List visits, the newest first; of one link where one is named."""
        kept = client_visits
        query = select(kept).where(kept.c.project == project).order_by(kept.c.at.desc(), kept.c.id.desc())
        if link is not None:
            query = query.where(kept.c.link == link)
        with self._database.read() as connection:
            rows = connection.execute(query).mappings()
            return tuple(Visit(**{name: row[name] for name in _VISIT}) for row in rows)

    def forget_visits(self, *, before: dt.datetime) -> int:
        """Forget the visits before an instant; the counts of the links stay.

        Returns:
            How many were forgotten.
        """
        old = client_visits.c.at < before
        with self._database.read() as connection:
            found = connection.execute(select(func.count()).select_from(client_visits).where(old)).scalar()
        if not found:
            return 0
        with self._database.write() as connection:
            return connection.execute(delete(client_visits).where(old)).rowcount
