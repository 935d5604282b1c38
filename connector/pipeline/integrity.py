"""Whether statements, their chain and the files they name hold together. Pure; knows no place of files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from connector.pipeline.statement import (
    FILE,
    PAGE,
    SIGNATURE,
    Signed,
    Statement,
    StatementError,
    digest,
    read_statement,
    unsealed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A statement as it was found, and where. `statement` is None where it could not be read."""

    where: str  # `edition 3`
    signed: Signed
    statement: Statement | None
    faults: tuple[str, ...] = ()


def read(where: str, signed: Signed) -> Read:
    """Read a statement and check its signature by the key it names.

    Args:
        where: What to call it.
        signed: The statement as it was found.
    """
    try:
        statement = read_statement(signed.content)
    except StatementError as error:
        return Read(where=where, signed=signed, statement=None, faults=(f"{where}: {error}",))
    if statement.key.has_signed(signed.content, signed.signature):
        return Read(where=where, signed=signed, statement=statement)
    fault = f"{where}: the statement was altered, or its signature is of another one"
    return Read(where=where, signed=signed, statement=statement, faults=(fault,))


def of_files(where: str, named: Mapping[str, str], found: Mapping[str, bytes]) -> Iterator[str]:
    """Compare files with the digests a statement names.

    Args:
        where: What to call their place.
        named: Name to digest; that of a page is over what stands before its statement.
        found: Name to bytes.

    Yields:
        A line for each file that was altered, is missing, or is not named.
    """
    for name in sorted({*named, *found}):
        if name not in found:
            yield f"{where}: {name} is missing"
        elif name not in named:
            yield f"{where}: {name} is named by no statement"
        elif digest_of_file(name, found[name]) != named[name]:
            yield f"{where}: {name} was altered"


def of_edition(one: Read, files: Mapping[str, bytes]) -> Iterator[str]:
    """Check an edition's files, its statement and that of its page among them.

    Args:
        one: The statement of the files.
        files: Name to bytes.
    """
    if one.statement is None:
        return
    own = {name: content for name, content in files.items() if name not in {FILE, SIGNATURE}}
    yield from of_files(one.where, one.statement.artefacts, own)
    try:
        _, carried = unsealed(files.get(PAGE, b""))
    except StatementError as error:
        yield f"{one.where}: {error}"
        return
    if PAGE in files and carried != one.signed:
        yield f"{one.where}: {PAGE} carries another statement than {FILE}"


def of_chain(links: Sequence[Read]) -> Iterator[str]:
    """Check that statements follow each other from the first one on, none left out, none replaced.

    Args:
        links: In any order.
    """
    known = [(one.statement, one) for one in links if one.statement is not None]
    ordered = sorted(known, key=lambda pair: pair[0].sequence)
    if ordered and ordered[0][0].sequence != 1:
        yield f"the chain begins with statement {ordered[0][0].sequence}: what was before it is missing"
    elif ordered and ordered[0][0].previous is not None:
        yield f"{ordered[0][1].where}: it says that another statement was before it, and is the first"
    for (before, one), (after, other) in pairwise(ordered):
        if after.sequence == before.sequence:
            yield f"{one.where} and {other.where} have the same place in the chain"
        elif after.sequence > before.sequence + 1:
            yield f"between {one.where} and {other.where} something published was removed"
        elif after.previous != one.signed.digest:
            yield f"{other.where} does not follow {one.where}: one of them was replaced"


def digest_of_file(name: str, content: bytes) -> str:
    """Return the digest by which a statement names a file: of a page, over what stands before its last line.

    A page whose last line is damaged has the digest of all of it, which no statement names.
    """
    if name != PAGE:
        return digest(content)
    try:
        return digest(unsealed(content)[0])
    except StatementError:
        return digest(content)
