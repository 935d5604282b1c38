"""What was published for an audience, by its path below the audience's address, read from the store.

The store has every byte that was ever published, and what took the place of a withdrawn edition. A
path is looked up among those names and never becomes a path of the file system: there is nothing to
climb out of, and nothing but published files to find.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.pipeline.shelving import inside_of
from connector.pipeline.signing import NoKeyError, read_public
from connector.pipeline.statement import PAGE
from connector.pipeline.workspace import Workspace

_EDITION: Final = re.compile(r"editions/([1-9][0-9]{0,8})/([^/]*)")
_KEY: Final = re.compile(r"clientview-key(-[0-9a-f]{16})?\.pem")
_LONGEST_KEY: Final = 4096  # bytes
_KEPT: Final = 16  # folders that stay in memory, about half a megabyte each


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFile:
    """One published file. `edition` is the one it belongs to; beside the editions, the newest.

    `digest` is its SHA-256 in hex.
    """

    name: str
    content: bytes
    digest: str
    edition: int


@dataclass(frozen=True, slots=True)
class _Folder:
    """An edition's own folder, or with number 0 what lies beside the editions, as of a chain's end."""

    project: str
    audience: str
    number: int
    newest: int
    signature: bytes


class PublishedFiles:
    """Finds published files. Safe to share between threads; a few folders stay in memory."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._kept: OrderedDict[_Folder, Mapping[str, PublishedFile]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, project: str, audience: str, path: str) -> PublishedFile | None:
        """Find a file of an audience.

        Args:
            project: The project's key.
            audience: Name of the audience.
            path: Below the audience's address; "" and a slash at the end mean the page there.

        Returns:
            The file as it is published now, a withdrawn edition's as its notice; None where nothing
            of that name was published.
        """
        number, name = _split(path)
        store = self._workspace.store
        newest = store.editions.next_number(project, audience) - 1
        if number > newest or newest == 0:
            return None
        link = store.chain.last(project, audience)
        signature = b"" if link is None else link.signature
        folder = _Folder(project, audience, number, newest, signature)
        return self._files(folder).get(name)

    def key(self, name: str) -> str | None:
        """Read a public key that lies below the output, as PEM; None where there is none of that name."""
        if not _KEY.fullmatch(name):
            return None
        content = _regular(self._workspace.config.site.output / name)
        try:
            return None if content is None else read_public(content).pem
        except NoKeyError:
            return None

    def _files(self, folder: _Folder) -> Mapping[str, PublishedFile]:
        with self._lock:
            if (kept := self._kept.get(folder)) is not None:
                self._kept.move_to_end(folder)
                return kept
        files = self._read(folder)
        if folder.signature:  # without one nothing would say that the content is another now
            with self._lock:
                self._kept[folder] = files
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return files

    def _read(self, folder: _Folder) -> Mapping[str, PublishedFile]:
        where = (folder.project, folder.audience)
        number = folder.number or folder.newest
        files = inside_of(self._workspace, *where, number)
        if not folder.number:
            link = self._workspace.store.chain.last(*where)
            beside = self._workspace.store.chain.files(link).beside if link else {}
            files = {**beside, PAGE: files[PAGE]}
        return {
            name: PublishedFile(
                name=name, content=content, digest=hashlib.sha256(content).hexdigest(), edition=number
            )
            for name, content in files.items()
        }


def _split(path: str) -> tuple[int, str]:
    """Split a path into an edition's number, 0 for none, and a name."""
    found = _EDITION.fullmatch(path)
    number, name = (int(found[1]), found[2]) if found else (0, path)
    return number, f"{name}{PAGE}" if name == "" or name.endswith("/") else name


def _regular(file: Path) -> bytes | None:
    """Read a small regular file; None where there is none, or where a link stands in its place."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(_LONGEST_KEY) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
