"""Checks what is stored of an audience's editions: chain, bytes, output; and makes them anew to compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from connector import __version__
from connector.disclosure.portal_view import PastEdition
from connector.disclosure.serial import load_view
from connector.pipeline.beside import past_editions
from connector.pipeline.integrity import Read, of_chain, of_edition, of_files, read
from connector.pipeline.places import place_of
from connector.pipeline.shelving import inside_of
from connector.pipeline.statement import PAGE, Signed, ended, sealed
from connector.pipeline.workspace import Project, Workspace
from connector.publish.bundle import Bundle, bundle, printed, templates_digest
from connector.publish.pdf import PDF
from connector.publish.site import holds
from connector.store.chain import ChainLink, LinkKind
from connector.store.editions import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCheck:
    """What the check of an audience's store and output found."""

    links: int
    unsigned: tuple[int, ...]  # editions of a time when they were not signed
    faults: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The answer in one line."""
        before = f"; not signed: {', '.join(map(str, self.unsigned))}" if self.unsigned else ""
        if self.faults:
            return f"NOT INTACT{before}"
        return f"intact: {self.links} statements, their files and the output agree{before}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """How making an edition anew ended. `is_same` is True also where another version promises nothing."""

    number: int
    is_same: bool
    text: str


def check_stored(workspace: Workspace, project: Project, audience: str) -> StoredCheck:
    """Check an audience's chain against the stored bytes, and the output against both.

    Args:
        workspace: Store and configuration.
        project: The project.
        audience: Name of the audience.
    """
    links = workspace.store.chain.list(project.key, audience)
    numbers = [edition.number for edition in workspace.store.editions.list(project.key, audience)]
    found = [(link, _read(link)) for link in links]
    faults = [
        *(fault for _, one in found for fault in one.faults),
        *of_chain([one for _, one in found]),
        *(fault for link, one in found for fault in _of_link(workspace, link, one)),
        *_of_numbers(numbers, links),
        *_of_output(workspace, project, audience, numbers, links),
    ]
    signed = {link.number for link in links}
    first = min(signed, default=len(numbers) + 1)
    unsigned = tuple(number for number in numbers if number < first)
    return StoredCheck(links=len(links), unsigned=unsigned, faults=tuple(faults))


def rebuilt(workspace: Workspace, project: Project, audience: str, number: int | None) -> Iterator[Rebuilt]:
    """Make editions anew from their stored views, and compare them with the bytes that were published.

    Args:
        workspace: Store and configuration.
        project: The project.
        audience: Name of the audience.
        number: Of one edition; None: all.

    Raises:
        UsageError: There is none of that number.
    """
    editions = workspace.store.editions
    chosen = (
        editions.list(project.key, audience)
        if number is None
        else (editions.get(project.key, audience, number),)
    )
    for edition in chosen:
        yield _rebuilt(workspace, edition)


def _read(link: ChainLink) -> Read:
    what = "the withdrawal of edition" if link.kind is LinkKind.WITHDRAWN else "edition"
    return read(f"{what} {link.number}", Signed(content=link.statement, signature=link.signature))


def _of_link(workspace: Workspace, link: ChainLink, one: Read) -> Iterator[str]:
    """Check what is stored with a link against what its statement says."""
    said = one.statement
    if said is None:
        return
    if (said.sequence, said.edition, said.kind) != (link.sequence, link.number, link.kind.value):
        yield f"{one.where}: its statement is of another place, edition or kind"
    files = workspace.store.chain.files(link)
    inside = files.inside
    if link.kind is LinkKind.PUBLISHED:
        inside = workspace.store.editions.artefacts(link.project, link.audience, link.number)
    yield from of_edition(one, inside)
    yield from of_files(f"beside {one.where}", said.beside, files.beside)


def _of_numbers(numbers: list[int], links: tuple[ChainLink, ...]) -> Iterator[str]:
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"found editions {', '.join(map(str, numbers))}; expected all from 1 on"
    published = [link.number for link in links if link.kind is LinkKind.PUBLISHED]
    signed_since = min(published, default=0)
    for number in numbers:
        if signed_since and number >= signed_since and published.count(number) != 1:
            yield f"edition {number}: found {published.count(number)} statements of it; expected one"


def _of_output(
    workspace: Workspace,
    project: Project,
    audience: str,
    numbers: list[int],
    links: tuple[ChainLink, ...],
) -> Iterator[str]:
    """Check that readers find what is stored."""
    home = workspace.config.site.output / place_of(workspace, project.key, audience)
    for number in numbers:
        inside = inside_of(workspace, project.key, audience, number)
        yield from _missing(home / "editions" / str(number), inside, f"output, edition {number}")
    if links:
        yield from _missing(home, workspace.store.chain.files(links[-1]).beside, "output")
    if numbers:
        latest = inside_of(workspace, project.key, audience, numbers[-1])
        yield from _missing(home, {PAGE: latest.get(PAGE, b"")}, "output, the latest page")


def _missing(folder: Path, files: Mapping[str, bytes], where: str) -> Iterator[str]:
    for name, content in files.items():
        if not holds(folder / name, content):
            yield f"{where}: {name} {'was altered' if (folder / name).exists() else 'is missing'}"


def _rebuilt(workspace: Workspace, edition: Edition) -> Rebuilt:
    view = load_view(edition.view)
    other = _other_version(edition)
    if view is None:
        return Rebuilt(number=edition.number, is_same=bool(other), text=f"cannot be made anew{other}")
    link = _link_of(workspace, edition)
    made = bundle(view, _past(workspace, edition, link))
    if PDF in workspace.store.editions.artefacts(edition.project, edition.audience, edition.number):
        made = replace(made, inside={**made.inside, **printed(view)})
    differing = sorted(_differing(workspace, edition, link, made))
    if not differing:
        return Rebuilt(number=edition.number, is_same=True, text="the same bytes")
    text = f"not the same: {', '.join(differing)}{other}"
    return Rebuilt(number=edition.number, is_same=bool(other), text=text)


def _differing(workspace: Workspace, edition: Edition, link: ChainLink | None, made: Bundle) -> Iterator[str]:
    stored = workspace.store.editions.artefacts(edition.project, edition.audience, edition.number)
    inside: Mapping[str, bytes] = made.inside
    if link is not None:
        signed = Signed(content=link.statement, signature=link.signature)
        inside = sealed({**inside, PAGE: ended(inside[PAGE])}, signed)
        beside = workspace.store.chain.files(link).beside
        yield from (name for name in {*beside, *made.beside} if beside.get(name) != made.beside.get(name))
    yield from (name for name in {*inside, *stored} if inside.get(name) != stored.get(name))


def _link_of(workspace: Workspace, edition: Edition) -> ChainLink | None:
    links = workspace.store.chain.list(edition.project, edition.audience)
    own = (one for one in links if one.number == edition.number and one.kind is LinkKind.PUBLISHED)
    return next(own, None)


def _past(workspace: Workspace, edition: Edition, link: ChainLink | None) -> tuple[PastEdition, ...]:
    """Tell of the editions before this one as they stood when it was published."""
    links = workspace.store.chain.list(edition.project, edition.audience)
    until = link.sequence if link else 0
    gone = {one.number for one in links if one.kind is LinkKind.WITHDRAWN and one.sequence < until}
    return tuple(
        one if one.number in gone else replace(one, withdrawn_at=None)
        for one in past_editions(workspace, edition.project, edition.audience)
        if one.number < edition.number
    )


def _other_version(edition: Edition) -> str:
    """Say that another version made an edition, which is all that is promised of; "" for this one."""
    program, templates = edition.versions.get("program"), edition.versions.get("templates")
    if program == __version__ and templates == templates_digest():
        return ""
    return f"; it was made by version {program} or other templates, for which nothing is promised"
