"""Where the pages of an audience lie below the output, and which old ones lie there still.

    plain     PROJECT/AUDIENCE            clients/CLIENT/AUDIENCE for the page over a client's projects
    opaque    one name of 32 characters   for both; it tells neither project, client nor audience

An opaque name is a keyed hash: with the installation's key it stays the same for ever, without it
nobody can tell what it stands for or guess another. Nothing lists the names: no folder of ours has
an index of what lies beside it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from connector.pipeline.keyring import id_key
from connector.pipeline.workspace import Workspace

CLIENTS: Final = "clients"
_EDITIONS: Final = "editions"
_PAGE: Final = "index.html"
_TOKEN_BYTES: Final = 20  # 160 bits; 32 characters of base32
_SERIES_BYTES: Final = 10


def place_of(workspace: Workspace, project: str, audience: str) -> str:
    """Return the folder of an audience's pages, relative to the output.

    Args:
        workspace: Configuration and the installation's key.
        project: The project's key.
        audience: Name of the audience.

    Returns:
        `PROJECT/AUDIENCE`, or one name of a-z and 2-7 where the audience has `path = "opaque"`.

    Raises:
        UsageError: There is no such project or audience, or the key cannot be read.
    """
    if workspace.config.project(project).audience(audience).path == "plain":
        return f"{project}/{audience}"
    return _token(workspace, "place", project, audience)


def portal_place(workspace: Workspace, client: str, audience: str) -> str:
    """Return the folder of the page over a client's projects, relative to the output.

    It is opaque as soon as one project of the client is for this audience.

    Args:
        workspace: Configuration and the installation's key.
        client: Key of the client.
        audience: Name of the audience.
    """
    projects = workspace.config.clients[client].projects
    audiences = [workspace.config.project(key).audiences.get(audience) for key in projects]
    if any(one is not None and one.path == "opaque" for one in audiences):
        return _token(workspace, "portal", client, audience)
    return f"{CLIENTS}/{client}/{audience}"


def series_of(workspace: Workspace, project: str, audience: str) -> str:
    """Return the opaque id of an audience's editions: feeds and calendars are known by it.

    It says nothing of the place, so that one may learn it without finding the page.
    """
    return _token(workspace, "series", project, audience, length=_SERIES_BYTES)


def base_of(workspace: Workspace, place: str) -> str | None:
    """Return the address of a place, with a slash behind it; None where no base URL is configured."""
    base = workspace.config.site.base_url
    return None if base is None else f"{base}/{place}/"


def left_behind(workspace: Workspace) -> tuple[Path, ...]:
    """Find folders of pages that no audience of the configuration has any more.

    After a change of `path`, of a name or of a client's projects the pages before stay readable
    where they were: links that people hold keep working until somebody removes the folder.
    """
    output = workspace.config.site.output
    known = {output / place for place in _places(workspace)}
    return tuple(sorted(folder for folder in _folders(output) if folder not in known))


def _places(workspace: Workspace) -> Iterator[str]:
    for project in workspace.config.projects:
        for audience in project.audiences:
            yield place_of(workspace, project.key, audience)
    for client, group in workspace.config.clients.items():
        for key in group.projects:
            for audience in workspace.config.project(key).audiences:
                yield portal_place(workspace, client, audience)


def _folders(output: Path) -> Iterator[Path]:
    """Yield every folder with a page, but for those of single editions."""
    for page in (*output.glob(f"*/{_PAGE}"), *output.glob(f"*/*/{_PAGE}"), *output.glob(f"*/*/*/{_PAGE}")):
        if _EDITIONS not in page.relative_to(output).parts:
            yield page.parent


def _token(workspace: Workspace, *parts: str, length: int = _TOKEN_BYTES) -> str:
    key = id_key(workspace.config.folder)
    digest = hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:length]).decode().lower()
