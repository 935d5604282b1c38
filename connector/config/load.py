"""The configuration from its files: read, merged, checked; every fault at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from connector.config.addresses import check_encrypted
from connector.config.crossing import crossing_faults
from connector.config.documents import Merged, Steps, read_documents, resolve
from connector.config.faults import NOT_SHOWN, option_fault, schema_fault
from connector.config.schema import Config
from connector.config.sources import (
    DEFAULT_RULES,
    OWN_KEYS,
    option_errors,
    secret_fault,
    secret_keys,
    settings_model,
)
from connector.config.texts import is_path
from connector.config.values import near
from connector.errors import UsageError
from mappings.errors import Fault, FaultsError
from mappings.presets import NAMES

Table = Mapping[str, object]


def load_config(path: Path) -> Config:
    """Load the configuration.

    Secrets are not read: everything that needs no tracker works without them.

    Args:
        path: The main file. Relative paths in it and in the files it includes start from its folder.

    Returns:
        The configuration, its paths absolute.

    Raises:
        UsageError: The file cannot be used; the message lists every fault, one a line, as
            `file:line: key: found …; expected …`.
    """
    if not path.is_file():
        raise UsageError(
            f"{path}: found no such file; expected the configuration. `clientview init` writes one."
        )
    try:
        return _checked(read_documents(path), path.parent)
    except FaultsError as exc:
        raise UsageError(str(exc)) from None


def _checked(merged: Merged, folder: Path) -> Config:
    faults: list[Fault] = []
    config = None
    try:
        config = Config.model_validate(merged.values, context={"folder": folder})
    except ValidationError as exc:
        faults.extend(schema_fault(merged, error) for error in exc.errors())
    faults.extend((*_duplicate_faults(merged), *_collision_faults(merged), *crossing_faults(merged, folder)))
    for steps, table in _source_tables(merged):
        faults.extend(_source_faults(merged, steps, table, folder))
    if not merged.origins:
        faults.append(merged.fault(("project",), found="no project", expected="at least one [[project]]"))
    if faults or config is None:
        raise FaultsError(sorted(set(faults), key=lambda fault: (fault.file, fault.line, fault.key)))
    return config.model_copy(update={"file": Path(merged.main.file).absolute()})


def _duplicate_faults(merged: Merged) -> Iterator[Fault]:
    projects = resolve(merged.values, ("project",))
    keys = [resolve(project, ("key",)) for project in projects] if isinstance(projects, list) else []
    seen: Counter[str] = Counter()
    for position, key in enumerate(keys):
        if isinstance(key, str):
            seen[key] += 1
            if seen[key] > 1:
                steps = ("project", position, "key")
                yield merged.fault(steps, found=f"{key!r} a second time", expected="a key of its own")


def _collision_faults(merged: Merged) -> Iterator[Fault]:
    """Tell of sources whose records would get the same keys: one kind and name, two addresses."""
    addresses: dict[tuple[object, ...], object] = {}
    for steps, table in _source_tables(merged):
        urls = {key: value for key, value in table.items() if str(value).startswith(("http://", "https://"))}
        if addresses.setdefault((steps[1], table["kind"], table.get("name")), urls) != urls:
            found = f"a second {table['kind']} at another address under the same name"
            yield merged.fault((*steps, "name"), found=found, expected="a name of its own: it makes the keys")


def _source_tables(merged: Merged) -> Iterator[tuple[Steps, Table]]:
    projects = resolve(merged.values, ("project",))
    for position, project in enumerate(projects if isinstance(projects, list) else []):
        sources = resolve(project, ("source",))
        for number, source in enumerate(sources if isinstance(sources, list) else []):
            if isinstance(source, Mapping) and isinstance(source.get("kind"), str):
                yield ("project", position, "source", number), source


def _source_faults(merged: Merged, steps: Steps, table: Table, folder: Path) -> Iterator[Fault]:
    """Check a source against its adapter's settings, independently of the rest of the file."""
    kind = str(table["kind"])
    yield from _rules_faults(merged, steps, table.get("rules", DEFAULT_RULES.get(kind)), folder)
    try:
        model = settings_model(kind)
    except UsageError as exc:
        yield merged.fault((*steps, "kind"), found=repr(kind), expected=str(exc))
        return
    options = {key: value for key, value in table.items() if key not in OWN_KEYS}
    secret = secret_keys(model)
    for key in sorted(secret & set(options)):
        wanted = secret_fault(options[key])
        if wanted:
            yield merged.fault((*steps, key), found=NOT_SHOWN, expected=wanted)
    keys = (*OWN_KEYS, *model.model_fields)
    errors = [error for error in option_errors(options, model) if _is_to_tell(error, secret)]
    for error in errors:
        yield option_fault(merged, error, source=steps, keys=keys)
    told = {error["loc"][:1] for error in errors}
    yield from _unencrypted_faults(
        merged, steps, {key: value for key, value in options.items() if (key,) not in told}
    )


def _is_to_tell(error: ErrorDetails, secret: frozenset[str]) -> bool:
    """Whether an error adds to what was said of secret keys, which are told of without their value."""
    return error["type"] == "missing" or secret.isdisjoint(map(str, error["loc"][:1]))


def _rules_faults(merged: Merged, steps: Steps, rules: object, folder: Path) -> Iterator[Fault]:
    place = (*steps, "rules")
    if rules is None:
        yield merged.fault(place, found="nothing", expected=f"a path or one of {', '.join(NAMES)}")
    elif not isinstance(rules, str) or rules in NAMES:
        return
    elif not is_path(rules):
        yield merged.fault(place, found=repr(rules), expected=f"a path or a preset, {near(rules, NAMES)}")
    elif not (folder / rules).is_file():
        yield merged.fault(place, found=f"no file {folder / rules}", expected="an existing rule file")


def _unencrypted_faults(merged: Merged, steps: Steps, options: Table) -> Iterator[Fault]:
    for key, value in options.items():
        if isinstance(value, str) and value.lower().startswith("http://"):
            try:
                check_encrypted(value)
            except PydanticCustomError as exc:
                context = exc.context or {}
                yield merged.fault((*steps, key), found=context["found"], expected=context["expected"])
