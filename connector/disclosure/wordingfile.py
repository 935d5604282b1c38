"""The wording file of a project: client words for what has none in the tracker. TOML, a table a thing.

Who keeps it is a person: an update only adds tables at the end, and marks those whose thing is gone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from connector.disclosure.wording import Worded, clean_line
from mappings.errors import Fault, FaultsError
from mappings.positions import locate
from mappings.validation import expected_key, fault_at, read_toml

GONE: Final = "# gone: nobody would be told of it any more"
_HEAD: Final = """\
# Words for the client. Fill a title, and the page tells of the thing; without one it is only counted.
# `text` may say more, in Markdown. Nothing here is shown to a client but what stands between the quotes.
"""
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title: str = ""
    text: str = ""
    response: str = ""
    options: str = ""
    outcome: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A thing that lacks words: its name in the file, what it is, its tracker title, the lines to fill."""

    name: str
    noun: str
    title: str
    lines: tuple[str, ...] = ("title",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """A wording file after an update, and how many of its things are new, still empty, or gone."""

    text: str
    added: int
    empty: int
    gone: int


def parse_wording(text: str, *, file: str) -> Mapping[str, Worded]:
    """Read a wording file.

    Args:
        text: TOML; a table for each thing, named by its reference or key, with `title`, `text`, and
            of a risk `response`, of a decision `options` and `outcome`, of feedback `reason`.
        file: Its name, for faults.

    Returns:
        What is said of each thing, by the name in the file, in the file's order.

    Raises:
        FaultsError: Every fault of the text, each with line, key and what was expected.
    """
    found: dict[str, Worded] = {}
    faults: list[Fault] = []
    for name, table in read_toml(text, file=file).items():
        if not isinstance(table, dict):
            wanted = f"a table: [{_quoted(name)}] and below it title = "
            faults.append(fault_at((name,), text=text, file=file, found=repr(table)[:60], expected=wanted))
            continue
        try:
            entry = _Entry.model_validate(table)
        except ValidationError as error:
            faults += _faults(error, name, text=text, file=file)
            continue
        found[name] = Worded(**entry.model_dump())
    if faults:
        raise FaultsError(sorted(faults, key=lambda fault: (fault.line, fault.key)))
    return found


def update(text: str, wanted: Sequence[Wanted], *, alive: Collection[str], file: str) -> Updated:
    """Add what lacks words to a wording file, and mark what is gone.

    Args:
        text: The file as it stands, "" for none.
        wanted: What lacks words, in the order in which new tables are to stand.
        alive: Names of everything that could be told, worded or not.
        file: Its name, for faults.

    Raises:
        FaultsError: The file has faults: it is left as it is.
    """
    held = parse_wording(text, file=file)
    new = [one for one in wanted if one.name not in held]
    gone = [name for name in held if name not in alive]
    lines = _marked(text, held, gone)
    blocks = "".join(_block(one) for one in new)
    whole = ("\n".join(lines) if text.strip() else _HEAD.rstrip("\n")) + "\n" if blocks or text else _HEAD
    asked = {one.name for one in wanted}
    return Updated(
        text=whole + blocks,
        added=len(new),
        empty=len(new) + sum(not clean_line(held[name].title) for name in held if name in asked),
        gone=len(gone),
    )


def _marked(text: str, held: Iterable[str], gone: Collection[str]) -> list[str]:
    """Return the file's lines, each table of a gone thing with the mark above it, and no other."""
    heads = {locate(text, (name,)): name for name in held}
    marked: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        name = heads.get(number)
        if name is not None and name in gone and (not marked or marked[-1] != GONE):
            marked.append(GONE)
        if name is not None and name not in gone and marked and marked[-1] == GONE:
            marked.pop()
        marked.append(line)
    return marked


def _block(one: Wanted) -> str:
    empty = "\n".join(f'{line} = ""' for line in one.lines)
    return f"\n# {one.noun}: {clean_line(one.title)}\n[{_quoted(one.name)}]\n{empty}\n"


def _quoted(name: str) -> str:
    if _BARE.fullmatch(name):
        return name
    return json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f")


def _faults(error: ValidationError, name: str, *, text: str, file: str) -> Iterator[Fault]:
    for details in error.errors():
        path = (name, *details["loc"])
        if details["type"] == "extra_forbidden":
            found, expected = f"unknown key `{path[-1]}`", expected_key(str(path[-1]), _Entry.model_fields)
        else:
            found, expected = repr(details["input"])[:60], "a text between quotes"
        yield fault_at(path, text=text, file=file, found=found, expected=expected)
