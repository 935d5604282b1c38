"""The chain of an audience: every publication and withdrawal in order, each with its signed statement."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, func, insert, select

from connector.store.edition_tables import link_files, links
from connector.store.engine import Database
from connector.store.errors import StoreError

_READ = ("project", "audience", "sequence", "number", "statement", "signature", "recorded_at", "by", "reason")


class LinkKind(enum.StrEnum):
    """What a link of the chain says of its edition."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLink:
    """One publication or withdrawal. The bytes of its files are read by `Chain.files`."""

    project: str
    audience: str
    sequence: int  # from 1, without gaps
    number: int  # of the edition
    kind: LinkKind
    statement: bytes  # canonical JSON
    signature: bytes
    recorded_at: dt.datetime
    by: str = ""  # who withdrew it
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFiles:
    """What a link put under the page's address.

    `beside` lies beside the editions (feed, calendar); `inside` takes the place of a withdrawn
    edition's files, and is empty for a published one, whose files are its artefacts.
    """

    beside: Mapping[str, bytes] = field(default_factory=dict)
    inside: Mapping[str, bytes] = field(default_factory=dict)


class Chain:
    """Links are added and read; the database itself refuses to change or delete one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, project: str, audience: str) -> tuple[ChainLink, ...]:
        """List the links of an audience, oldest first."""
        query = select(links).where(links.c.project == project, links.c.audience == audience)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(links.c.sequence)).mappings()
            return tuple(_link(row) for row in rows)

    def last(self, project: str, audience: str) -> ChainLink | None:
        """Read the newest link of an audience, None before the first."""
        query = select(links).where(links.c.project == project, links.c.audience == audience)
        with self._database.read() as connection:
            row = (
                connection.execute(query.order_by(links.c.sequence.desc()).limit(1)).mappings().one_or_none()
            )
        return None if row is None else _link(row)

    def files(self, link: ChainLink) -> LinkFiles:
        """Read the bytes that a link put under the page's address."""
        kept = link_files.c
        query = select(kept.is_beside, kept.name, kept.content).where(
            kept.project == link.project, kept.audience == link.audience, kept.sequence == link.sequence
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(kept.name)).all()
        return LinkFiles(
            beside={row.name: row.content for row in rows if row.is_beside},
            inside={row.name: row.content for row in rows if not row.is_beside},
        )


def _link(row: RowMapping) -> ChainLink:
    return ChainLink(**{name: row[name] for name in _READ}, kind=LinkKind(row["kind"]))


def add_link(connection: Connection, link: ChainLink, files: LinkFiles) -> None:
    """Add a link at the end of its chain.

    Args:
        connection: Of the transaction that records what the link says.
        link: The link.
        files: Its bytes.

    Raises:
        StoreError: Its sequence is not the next one.
    """
    place = {"project": link.project, "audience": link.audience, "sequence": link.sequence}
    highest = connection.execute(
        select(func.max(links.c.sequence)).where(
            links.c.project == link.project, links.c.audience == link.audience
        )
    ).scalar()
    if link.sequence != (highest or 0) + 1:
        raise StoreError(
            f"project {link.project}: link {link.sequence} of {link.audience} was not stored:"
            f" expected {(highest or 0) + 1}. Publish again."
        )
    connection.execute(insert(links).values({name: getattr(link, name) for name in (*_READ, "kind")}))
    rows = [
        {**place, "is_beside": is_beside, "name": name, "content": content}
        for is_beside, group in ((True, files.beside), (False, files.inside))
        for name, content in group.items()
    ]
    if rows:
        connection.execute(insert(link_files), rows)
