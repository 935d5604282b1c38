"""Answers the client half from the store: which link a token is of, and what its audience may read."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Final

from connector.pipeline.linking import admitted, holds_pass, make_pass
from connector.pipeline.passphrases import is_passphrase
from connector.pipeline.places import place_of
from connector.pipeline.published import PublishedFiles
from connector.pipeline.workspace import Workspace
from connector.store.client_links import ClientLink, Visit
from connector.web.door import Found, Guest, Pass
from connector.web.visits import VisitLog

_AT_ONCE: Final = 2  # passphrases that are stretched at the same time: each takes 16 MiB


class StoreReception:
    """Answers from a workspace. Safe to share between threads."""

    def __init__(self, workspace: Workspace, visits: VisitLog) -> None:
        self._desk = _Desk(workspace=workspace, files=PublishedFiles(workspace), visits=visits)

    def admit(self, token: str) -> Guest | None:
        """Find who comes by a token; None where it opens nothing."""
        link = admitted(self._desk.workspace, token)
        return None if link is None else _Linked(self._desk, link)

    def key(self, name: str) -> str | None:
        """Read a public key as PEM."""
        return self._desk.files.key(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    workspace: Workspace
    files: PublishedFiles
    visits: VisitLog
    slots: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_AT_ONCE))


class _Linked:
    """Answers for one link."""

    def __init__(self, desk: _Desk, link: ClientLink) -> None:
        self._desk = desk
        self._row = link

    @property
    def link(self) -> int:
        return self._row.id

    @property
    def language(self) -> str:
        project = self._desk.workspace.config.project(self._row.project)
        return project.audience(self._row.audience).language or project.language

    @property
    def place(self) -> str:
        return place_of(self._desk.workspace, self._row.project, self._row.audience)

    @property
    def asks_passphrase(self) -> bool:
        return self._row.passphrase != ""

    def find(self, path: str) -> Found | None:
        found = self._desk.files.find(self._row.project, self._row.audience, path)
        if found is None:
            return None
        return Found(name=found.name, content=found.content, digest=found.digest, edition=found.edition)

    def knows(self, shown: str) -> bool:
        return holds_pass(self._desk.workspace, self._row, shown)

    def let_in(self, passphrase: str) -> Pass | None:
        with self._desk.slots:
            if not is_passphrase(passphrase, self._row.passphrase):
                return None
        value, lasts = make_pass(self._desk.workspace, self._row)
        return Pass(value=value, lasts=lasts)

    def note(self, found: Found, address: str) -> None:
        visit = Visit(
            project=self._row.project,
            link=self._row.id,
            at=self._desk.workspace.now(),
            edition=found.edition,
            name=found.name,
            address=address,
        )
        self._desk.visits.note(visit)
