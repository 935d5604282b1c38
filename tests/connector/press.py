"""A publisher without a tracker: real store, key, chain and output; the words of editions are made up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from connector.clock import Clock
from connector.pipeline.sealing import Given, seal
from connector.pipeline.shelving import shelve
from connector.pipeline.signing import PublicKey, public_key
from connector.pipeline.workspace import Project, Workspace, open_workspace
from connector.store.chain import LinkKind
from connector.store.editions import Edition
from tests.new_store import lay_store

START = dt.datetime(2026, 9, 1, 8, 0, tzinfo=dt.UTC)
AUDIENCE = "client"
CONFIG = """\
[site]
publisher = "Northwind Studio"
rehearsal = true
base_url = "https://status.example.com"

[[project]]
key = "apollo"

  [[project.source]]
  kind = "github"
  repository = "acme/apollo"
  token = "env:TOKEN"

  [project.audience.client]
  approval = "never"
"""


@dataclass(slots=True)
class Press:
    """Publishes made-up editions of one audience in a folder."""

    folder: Path
    workspace: Workspace = field(init=False)
    days: int = 0

    def __post_init__(self) -> None:
        """Write the configuration and open it."""
        file = self.folder / "clientview.toml"
        if not file.exists():
            file.write_text(CONFIG, encoding="utf-8")
            lay_store(self.folder)
        self.workspace = open_workspace(file, Clock(rehearsed_from=START))

    @property
    def project(self) -> Project:
        """The project."""
        return self.workspace.project("apollo")

    @property
    def home(self) -> Path:
        """The audience's folder below the output."""
        return self.workspace.config.site.output / "apollo" / AUDIENCE

    @property
    def key(self) -> PublicKey:
        """The key in use."""
        return public_key(self.workspace)

    def edition(self, number: int) -> Path:
        """The folder of an edition."""
        return self.home / "editions" / str(number)

    def publish(self, words: str) -> int:
        """Publish an edition with these words."""
        number = self.record(words)
        shelve(self.workspace, self.project, AUDIENCE)
        return number

    def record(self, words: str) -> int:
        """Record an edition, and write nothing."""
        number = self.workspace.store.editions.next_number("apollo", AUDIENCE)
        at = START + dt.timedelta(days=number)
        page = f"<!DOCTYPE html>\n<html><body><p>{words}</p></body></html>\n".encode()
        files = {"index.html": page, "summary.json": b'{"words": 1}\n', "summary.md": words.encode()}
        beside = {"feed.xml": f"<feed>{number}</feed>".encode(), "editions/index.html": b"<p>list</p>"}
        given = Given(
            kind=LinkKind.PUBLISHED, audience=AUDIENCE, number=number, at=at, inside=files, beside=beside
        )
        link = seal(self.workspace, self.project, given)
        edition = Edition(
            project="apollo",
            audience=AUDIENCE,
            number=number,
            published_at=at,
            approved_by="",
            content_hash="c",
            artefact_hash="a",
            view="{}",
            manifest='{"disclosed": []}',
        )
        self.workspace.store.editions.add(edition, artefacts=link.inside, link=(link.link, link.files))
        return number

    def withdraw(self, number: int) -> None:
        """Put a notice in the place of an edition."""
        self.record_withdrawal(number)
        shelve(self.workspace, self.project, AUDIENCE)

    def record_withdrawal(self, number: int) -> None:
        """Record a withdrawal, and write nothing."""
        given = Given(
            kind=LinkKind.WITHDRAWN,
            audience=AUDIENCE,
            number=number,
            at=START + dt.timedelta(days=30),
            inside={"index.html": b"<p>withdrawn</p>\n", "summary.md": b"withdrawn"},
            beside={"feed.xml": b"<feed>withdrawn</feed>"},
            by="P. Manager",
            reason="a word too many",
        )
        link = seal(self.workspace, self.project, given)
        self.workspace.store.editions.withdraw(link.link, link.files)

    def close(self) -> None:
        """Give back the store."""
        self.workspace.close()


def files_below(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
