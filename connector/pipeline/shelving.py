"""Writes what the store holds of an audience's editions where its readers find it, and mends it.

The store has every byte that was ever published. What lies below `output` follows from it: the
folder of each edition, or the notice that took its place, and beside them the latest page, feed,
calendar. What a crash, a full disk or a person left out is written again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.pipeline.places import place_of
from connector.pipeline.signing import PublicKey, public_key
from connector.pipeline.statement import FILE, PAGE, SIGNATURE, read_statement
from connector.pipeline.workspace import Project, Workspace
from connector.publish.bundle import BESIDE
from connector.publish.site import holds, is_written, write_edition, write_files
from connector.store.chain import ChainLink, LinkKind

PUBLISHED_FILE: Final = "published.json"  # of a withdrawn edition: what it stated when it was published
PUBLISHED_SIGNATURE: Final = "published.sig"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What an audience's folder must hold beside the editions, and which editions there are.

    `latest` is the newest edition, withdrawn or not; `last` the one that was published or withdrawn
    last. `absent` are names that must not be there.
    """

    place: str
    latest: int
    last: int
    beside: Mapping[str, bytes]
    absent: tuple[str, ...]


def shelve(workspace: Workspace, project: Project, audience: str) -> Path:
    """Write what was published or withdrawn last, and what lies beside the editions.

    The caller holds the project's lock.

    Args:
        workspace: Store, configuration and key.
        project: The project.
        audience: An audience with at least one edition.

    Returns:
        Path of the latest page.

    Raises:
        OutputError: Something could not be written; what clients see is as it was.
    """
    found = _shelf(workspace, project, audience)
    _write_keys(workspace, project, audience)
    return _write(workspace, project, audience, found, found.last)


def mend(workspace: Workspace, project: Project) -> tuple[str, ...]:
    """Write what is missing of recorded editions: a crash kept it from being written, or it was lost.

    The caller holds the project's lock, or is alone.

    Returns:
        A line for each edition that was written again.
    """
    mended: list[str] = []
    for audience in project.settings.audiences:
        if workspace.store.editions.next_number(project.key, audience) > 1:
            mended += _mend(workspace, project, audience)
    return tuple(mended)


def inside_of(workspace: Workspace, project: str, audience: str, number: int) -> Mapping[str, bytes]:
    """Read what an edition's folder must hold: its files, or the notice that took their place."""
    links = workspace.store.chain.list(project, audience)
    own = [link for link in links if link.number == number]
    artefacts = workspace.store.editions.artefacts(project, audience, number)
    if not own or own[-1].kind is LinkKind.PUBLISHED:
        return artefacts
    first = {PUBLISHED_FILE: FILE, PUBLISHED_SIGNATURE: SIGNATURE}
    kept = {name: artefacts[before] for name, before in first.items() if before in artefacts}
    return {**workspace.store.chain.files(own[-1]).inside, **kept}


def page_of(workspace: Workspace, project: Project, audience: str) -> Path:
    """Say where an audience's latest page lies."""
    return (workspace.config.site.output / place_of(workspace, project.key, audience) / PAGE).absolute()


def _mend(workspace: Workspace, project: Project, audience: str) -> Iterator[str]:
    found = _shelf(workspace, project, audience)
    home = workspace.config.site.output / found.place
    for number in range(1, found.latest + 1):
        if number != found.last and not (home / "editions" / str(number) / PAGE).is_file():
            _write(workspace, project, audience, found, number)
            yield f"edition {number} for {audience} was recorded but not there: written now"
    inside = inside_of(workspace, project.key, audience, found.last)
    is_whole = is_written(
        workspace.config.site.output, place=found.place, number=found.last, inside=inside
    ) and all(holds(home / name, content) for name, content in found.beside.items())
    if not is_whole or any((home / name).exists() for name in found.absent):
        shelve(workspace, project, audience)
        yield f"edition {found.last} for {audience} was recorded but not written: written now"


def _shelf(workspace: Workspace, project: Project, audience: str) -> Shelf:
    links = workspace.store.chain.list(project.key, audience)
    latest = workspace.store.editions.next_number(project.key, audience) - 1
    beside = workspace.store.chain.files(links[-1]).beside if links else {}
    page = inside_of(workspace, project.key, audience, latest)[PAGE]
    return Shelf(
        place=place_of(workspace, project.key, audience),
        latest=latest,
        last=links[-1].number if links else latest,
        beside={**beside, PAGE: page},
        absent=tuple(name for name in BESIDE if links and name not in beside),
    )


def _write(workspace: Workspace, project: Project, audience: str, shelf: Shelf, number: int) -> Path:
    page = write_edition(
        workspace.config.site.output,
        place=shelf.place,
        number=number,
        inside=inside_of(workspace, project.key, audience, number),
        beside=shelf.beside,
        absent=shelf.absent,
    )
    return page.absolute()


def _write_keys(workspace: Workspace, project: Project, audience: str) -> None:
    """Write the public key in use under its fixed name, and every one that signed under its own."""
    key = public_key(workspace)
    used = {
        each.fingerprint: each for each in (*_keys(workspace.store.chain.list(project.key, audience)), key)
    }
    files = {each.file_names[1]: each.pem.encode() for each in used.values()}
    write_files(workspace.config.site.output, {**files, key.file_names[0]: key.pem.encode()})


def _keys(links: tuple[ChainLink, ...]) -> Iterator[PublicKey]:
    for link in links:
        yield read_statement(link.statement).key
