"""The example and the reference say everything the schema knows, and nothing else."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from connector.config import load_config
from connector.config.colours import NAMES as COLOURS
from connector.config.schema import Config
from connector.config.sources import OWN_KEYS, Source, settings_model
from tests.connector.pictures import png

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.toml"
KINDS = ("jira", "github", "replay")
REFERENCE = ROOT / "docs" / "reference" / "configuration.md"


def models(annotation: object) -> Iterator[type[BaseModel]]:
    """Find the models in an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def keys(model: type[BaseModel] = Config, table: str = "") -> Iterator[tuple[str, str]]:
    """List every (table, key) of the schema, tables themselves left out."""
    for name, field in model.model_fields.items():
        below = next(models(field.annotation), None)
        if field.exclude:
            continue
        if below is None:
            yield table, field.alias or name
        else:
            yield from keys(below, f"{table}.{field.alias or name}".lstrip("."))
    if model is Source:
        yield from ((table, key) for kind in KINDS for key in settings_model(kind).model_fields)


ALL = sorted({("", "include"), *keys()})


def uncommented() -> str:
    """Give the example with every optional key written."""
    return re.sub(r"^( *)# (?=[a-z_]+ = |\[)", r"\1", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def written(values: Mapping[str, object], table: str = "") -> Iterator[tuple[str, str]]:
    """List every (table, key) of a parsed file; audiences and clients without their names."""
    for key, value in values.items():
        if table == "project" and key == "audience" and isinstance(value, dict):
            for audience in value.values():
                yield from written(dict(audience), "project.audience")
            continue
        if not table and key == "client" and isinstance(value, dict):
            for client in value.values():
                yield from written(dict(client), "client")
            continue
        yield table, key
        inner = value if isinstance(value, list) else [value]
        tables = [one for one in inner if isinstance(one, dict)]
        if tables:
            for one in tables:
                yield from written(one, f"{table}.{key}".lstrip("."))


def test_the_example_loads() -> None:
    """The example is a configuration as it stands."""
    assert [project.key for project in load_config(EXAMPLE).projects] == ["apollo"]


def test_the_example_loads_with_every_key_written(tmp_path: Path) -> None:
    """What is commented out is right too: remove the marks and it loads."""
    (tmp_path / "company-ca.pem").touch()
    (tmp_path / "logo.png").write_bytes(png(64, 64))
    file = tmp_path / "clientview.toml"
    file.write_text(uncommented(), encoding="utf-8")
    assert load_config(file).project("apollo").milestones[0].key == "launch"


def test_the_example_has_every_key() -> None:
    """A key that the example does not name is one nobody finds."""
    found = set(written(tomllib.loads(uncommented())))
    assert set(ALL) - found == set()


def test_what_the_example_gives_as_default_is_the_default(tmp_path: Path) -> None:
    """Commented keys without the word Default carry the default itself."""
    file = tmp_path / "clientview.toml"
    source = '[[project.source]]\nkind="github"\nrepository="a/b"\ntoken="env:T"\n'
    file.write_text(f'[[project]]\nkey="apollo"\n{source}', encoding="utf-8")
    bare = load_config(file)
    tables = ("site", "store", "agreement", "audience.client", "alerts", "guards")
    file.write_text(
        f'{_defaults(tables)}[[project]]\nkey="apollo"\n{source}{_defaults(tables, "project.")}',
        encoding="utf-8",
    )
    assert load_config(file) == bare


def _defaults(tables: tuple[str, ...], prefix: str = "") -> str:
    """Copy the commented defaults of some tables out of the example."""
    text, current = "", ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        header = re.fullmatch(r"[ #]*\[+([a-z.]+)\]+", line)
        if header:
            current = header[1]
            text += f"[{current}]\n" if current in {f"{prefix}{table}" for table in tables} else ""
        elif current in {f"{prefix}{table}" for table in tables} and "Default" not in line:
            found = re.fullmatch(r" *# ([a-z_]+ = .+)", line)
            text += f"{found[1]}\n" if found else ""
    return text


@pytest.mark.parametrize(("table", "key"), [pytest.param(*one, id=".".join(one).lstrip(".")) for one in ALL])
def test_the_reference_has_every_key(table: str, key: str) -> None:
    """Every key has a row in the reference, in the section of its table."""
    sections = re.split(r"^## ", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    wanted = f"`{table}`" if table else "Top level"
    section = next(one for one in sections if one.splitlines()[0].startswith(wanted))
    assert re.search(rf"^\| `{key}` \|", section, flags=re.MULTILINE)


def test_the_reference_has_no_key_that_does_not_exist() -> None:
    """What was removed from the schema leaves the reference too."""
    named = set(re.findall(r"^\| `([a-z_]+)` \|", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert named <= {key for _, key in ALL} | set(OWN_KEYS) | set(COLOURS)
