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
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from connector.config import Config
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
    return _place(workspace.config, project, audience)


def portal_place(workspace: Workspace, client: str, audience: str) -> str:
    """Return the folder of the page over a client's projects, relative to the output.

    It is opaque as soon as one project of the client is for this audience.

    Args:
        workspace: Configuration and the installation's key.
        client: Key of the client.
        audience: Name of the audience.
    """
    return _portal(workspace.config, client, audience)


def every_place(config: Config, project: str, audiences: Iterable[str]) -> tuple[str, ...]:
    """Name the folders that a project's pages may lie in, under any configuration it may have had.

    Args:
        config: The configuration; the project need not be in it any more.
        project: The project's key.
        audiences: Names of the audiences it has or had.

    Returns:
        The project's own folder, then the opaque name of each audience.
    """
    named = tuple(audiences)
    plain = tuple(f"{project}/{audience}" for audience in named) if project == CLIENTS else (project,)
    return (*plain, *(_token(config, "place", project, audience) for audience in named))


def series_of(workspace: Workspace, project: str, audience: str) -> str:
    """Return the opaque id of an audience's editions: feeds and calendars are known by it.

    It says nothing of the place, so that one may learn it without finding the page.
    """
    return _token(workspace.config, "series", project, audience, length=_SERIES_BYTES)


def base_of(workspace: Workspace, place: str) -> str | None:
    """Return the address of a place, with a slash behind it; None where no base URL is configured."""
    base = workspace.config.site.base_url
    return None if base is None else f"{base}/{place}/"


def left_behind(config: Config) -> tuple[Path, ...]:
    """Find folders of pages that no audience of the configuration has any more.

    After a change of `path`, of a name or of a client's projects the pages before stay readable
    where they were: links that people hold keep working until somebody removes the folder.

    Args:
        config: The configuration; the installation's key is read where an audience is opaque.
    """
    known = {config.site.output / place for place in _places(config)}
    return tuple(sorted(folder for folder in _folders(config.site.output) if folder not in known))


def left_behind_lines(config: Config) -> tuple[str, ...]:
    """Say of each folder that was left behind what it is and what to do, one line each."""
    return tuple(
        f"{folder}: pages of an address that no audience has any more; whoever has the link still reads"
        " them. Remove the folder"
        for folder in left_behind(config)
    )


def _place(config: Config, project: str, audience: str) -> str:
    if config.project(project).audience(audience).path == "plain":
        return f"{project}/{audience}"
    return _token(config, "place", project, audience)


def _portal(config: Config, client: str, audience: str) -> str:
    audiences = [config.project(key).audiences.get(audience) for key in config.clients[client].projects]
    if any(one is not None and one.path == "opaque" for one in audiences):
        return _token(config, "portal", client, audience)
    return f"{CLIENTS}/{client}/{audience}"


def _places(config: Config) -> Iterator[str]:
    for project in config.projects:
        for audience in project.audiences:
            yield _place(config, project.key, audience)
    for client, group in config.clients.items():
        for key in group.projects:
            for audience in config.project(key).audiences:
                yield _portal(config, client, audience)


def _folders(output: Path) -> Iterator[Path]:
    """Yield every folder with a page, but for those of single editions."""
    for page in (*output.glob(f"*/{_PAGE}"), *output.glob(f"*/*/{_PAGE}"), *output.glob(f"*/*/*/{_PAGE}")):
        if _EDITIONS not in page.relative_to(output).parts:
            yield page.parent


def _token(config: Config, *parts: str, length: int = _TOKEN_BYTES) -> str:
    digest = hmac.new(id_key(config.folder), "\0".join(parts).encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:length]).decode().lower()
