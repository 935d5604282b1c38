"""Checks published files offline, with nothing but the files: no configuration, no store, no network.

What is checked: each file against the statement that names it, each statement against its signature,
in an audience's folder also that statements follow each other without a gap. Who signed is proved only
by a key, or the fingerprint of one, that the reader has from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.errors import UsageError
from connector.pipeline.integrity import Read, digest_of_file, of_chain, of_edition, of_files, read
from connector.pipeline.shelving import PUBLISHED_FILE, PUBLISHED_SIGNATURE
from connector.pipeline.signing import in_blocks, read_public
from connector.pipeline.statement import FILE, PAGE, SIGNATURE, Signed, Statement, StatementError, unsealed

_EDITIONS: Final = "editions"
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
_SEPARATORS: Final = re.compile(r"[\s:-]")


class NotAnEditionError(UsageError):
    """There is nothing to check: no statement in what was given, nor beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found. `told` says what was checked, `signer` whose key signed it last."""

    told: tuple[str, ...]
    faults: tuple[str, ...]
    signer: str | None  # fingerprint
    is_proved: bool = False

    @property
    def is_intact(self) -> bool:
        """Tell whether nothing was altered, removed or added."""
        return not self.faults

    @property
    def summary(self) -> str:
        """The answer in one line."""
        if not self.is_intact:
            return "NOT INTACT"
        key = in_blocks(self.signer or "")
        if self.is_proved:
            return f"intact, signed by the key {key}"
        return f"intact, signer unproved: it names the key {key}; compare it by --key FILE or FINGERPRINT"


def check(path: Path, *, key: str | None = None, statement: Path | None = None) -> Checked:
    """Check a file of an edition, an edition's folder, or an audience's folder.

    Args:
        path: What to check.
        key: Path of a public key, or its fingerprint, from a source the reader trusts.
        statement: Where the statement of a single file lies, with its signature beside it.

    Raises:
        NotAnEditionError: There is no statement.
        UsageError: A file cannot be read, or `key` is none.
    """
    trusted = None if key is None else _fingerprint(key)
    try:
        found = _of_folder(path) if path.is_dir() else _of_file(path, statement)
    except OSError as exc:
        raise UsageError(
            f"{exc.filename or path}: {exc.strerror}; expected a file or folder to read"
        ) from exc
    return _proved(found, trusted)


def _proved(found: Checked, trusted: str | None) -> Checked:
    """Compare who signed with whom the reader trusts."""
    is_other = trusted is not None and found.signer != trusted
    fault = (f"signed by another key: {in_blocks(found.signer or '')}",) if is_other and found.signer else ()
    return Checked(
        told=found.told,
        faults=(*found.faults, *fault),
        signer=found.signer,
        is_proved=trusted is not None and not is_other,
    )


def _fingerprint(key: str) -> str:
    if Path(key).is_file():
        return read_public(Path(key).read_bytes()).fingerprint
    plain = _SEPARATORS.sub("", key).lower()
    if not _FINGERPRINT.fullmatch(plain):
        raise UsageError("--key: found neither a file nor a fingerprint; expected one of 64 hex digits")
    return plain


def _of_file(file: Path, statement: Path | None) -> Checked:
    content = file.read_bytes()
    try:
        one = _statement_for(file, content, statement)
    except StatementError as error:
        return Checked(told=(), faults=(f"{file.name}: {error}",), signer=None)
    said = one.statement
    if said is None:
        return Checked(told=(), faults=one.faults, signer=None)
    faults = [*one.faults, *_of_single(file.name, content, one.signed, said)]
    return Checked(told=(_told(said),), faults=tuple(faults), signer=said.key.fingerprint)


def _of_single(name: str, content: bytes, signed: Signed, said: Statement) -> Iterator[str]:
    """Compare one file, by whatever name the reader kept it, with what a statement names."""
    named = {**said.beside, **said.artefacts}
    known = set(named.values())
    if content == signed.content or {digest_of_file(PAGE, content), digest_of_file("", content)} & known:
        return
    yield f"{name} was altered" if name in named else f"{name} is altered, or of another edition"


def _statement_for(file: Path, content: bytes, statement: Path | None) -> Read:
    """Find the statement that a file carries, or that lies beside it."""
    if statement is None:
        carried = unsealed(content)[1]
        if carried is not None:
            return read(file.name, carried)
        statement = file.with_name(FILE)
    signature = statement.with_suffix(".sig")
    if not statement.is_file() or not signature.is_file():
        raise NotAnEditionError(
            f"{file}: found no statement in it, nor {FILE} and {SIGNATURE} beside it; expected a file of an"
            " edition. Name the statement with --statement FILE"
        )
    signed = Signed(content=statement.read_bytes(), signature=signature.read_bytes())
    return read(statement.name, signed)


def _of_folder(folder: Path) -> Checked:
    if (folder / FILE).is_file():
        links, faults = _edition(folder, "the edition")
        return _checked(links, faults)
    if (folder / _EDITIONS).is_dir():
        return _of_audience(folder)
    raise NotAnEditionError(
        f"{folder}: found neither {FILE} nor a folder {_EDITIONS}; expected the folder of an edition or of"
        " an audience"
    )


def _of_audience(folder: Path) -> Checked:
    links: list[Read] = []
    faults: list[str] = []
    numbers = sorted(int(each.name) for each in (folder / _EDITIONS).iterdir() if each.name.isdecimal())
    for number in numbers:
        found, wrong = _edition(folder / _EDITIONS / str(number), f"edition {number}")
        links += found
        faults += [*wrong, *_renumbered(found, number)]
    if not links:
        raise NotAnEditionError(f"{folder}: found no statement of any edition; expected signed editions")
    faults += [*of_chain(links), *_beside(folder, links, max(numbers))]
    return _checked(links, faults)


def _checked(links: list[Read], faults: list[str]) -> Checked:
    known = sorted(
        (one.statement for one in links if one.statement is not None), key=lambda said: said.sequence
    )
    return Checked(
        told=tuple(_told(said) for said in known),
        faults=tuple(faults),
        signer=known[-1].key.fingerprint if known else None,
    )


def _edition(folder: Path, where: str) -> tuple[list[Read], list[str]]:
    """Check an edition's folder; give its statement, and that of its publication if it was withdrawn."""
    files = _files(folder)
    if FILE not in files or SIGNATURE not in files:
        return [], [f"{where}: its statement is missing"]
    first = [files.pop(name) for name in (PUBLISHED_FILE, PUBLISHED_SIGNATURE) if name in files]
    one = read(where, Signed(content=files[FILE], signature=files[SIGNATURE]))
    links = [one]
    if len(first) == len((PUBLISHED_FILE, PUBLISHED_SIGNATURE)):
        links.append(read(f"the publication of {where}", Signed(content=first[0], signature=first[1])))
    elif first or (one.statement is not None and one.statement.kind == "withdrawn"):
        return links, [*one.faults, f"{where}: what it stated when published is missing"]
    return links, [*(fault for each in links for fault in each.faults), *of_edition(one, files)]


def _renumbered(links: list[Read], number: int) -> Iterator[str]:
    for one in links:
        if one.statement is not None and one.statement.edition != number:
            yield f"{one.where}: it is edition {one.statement.edition} under another number"


def _beside(folder: Path, links: list[Read], latest: int) -> Iterator[str]:
    """Check the latest page and what lies beside the editions, as the last statement names it."""
    said = [one.statement for one in links if one.statement is not None]
    last = max(said, key=lambda each: each.sequence, default=None)
    files = _files(folder)
    page = folder / _EDITIONS / str(latest) / PAGE
    if files.pop(PAGE, None) != (page.read_bytes() if page.is_file() else None):
        yield f"{PAGE} is not the page of edition {latest}, the latest one"
    archive = folder / _EDITIONS / PAGE
    if archive.is_file():
        files[f"{_EDITIONS}/{PAGE}"] = archive.read_bytes()
    if last is not None:
        yield from of_files("beside the editions", last.beside, files)


def _files(folder: Path) -> dict[str, bytes]:
    found: Mapping[str, Path] = {each.name: each for each in sorted(folder.iterdir()) if each.is_file()}
    return {name: file.read_bytes() for name, file in found.items()}


def _told(said: Statement) -> str:
    kind = "published" if said.kind == "published" else "WITHDRAWN"
    return f"edition {said.edition}: {kind} {said.published_at:%Y-%m-%dT%H:%M:%SZ}"
