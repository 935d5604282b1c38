"""`check`: what people wrote, every fault at once; and, asked to, what the trackers say to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

from adapters.errors import AdapterError
from adapters.protocol import Adapter, Catalogue, Window
from adapters.records import Issue
from adapters.usage import Usage
from connector.alerts.deliver import fault_of
from connector.config import load_config
from connector.config.documents import read_documents, resolve
from connector.config.texts import is_path, read_text
from connector.disclosure.policy import SHIPPED, parse_policy
from connector.disclosure.wordingfile import parse_wording
from connector.errors import ConnectorError, UsageError
from connector.pipeline.addressing import shared_addresses
from connector.pipeline.pull import Progress
from connector.pipeline.quality_check import Looked, QualityCheck, quality_check
from connector.pipeline.workspace import OpenSource, Project, Workspace
from mappings.classify import parents, place
from mappings.errors import FaultsError
from mappings.presets import NAMES, preset_text
from mappings.rules import parse_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheck:
    """What a tracker said. `placed` counts issues by the rule that would place them."""

    project: str
    source: str
    failure: str = ""
    is_configuration: bool = False  # the failure is ours to mend, not the tracker's
    catalogue: Catalogue | None = None
    placed: Mapping[str, int] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()
    read: Sequence[Issue] = field(default=(), repr=False)  # pulled for this look alone: none are stored
    unknown_fields: tuple[str, ...] = ()  # fields of the project's own rule file that the tracker lacks
    ahead_s: float | None = None  # our clock, of the tracker's; None: it told no time


def faults(file: Path) -> tuple[str, ...]:
    """Find every fault of a configuration and of the rule and policy files it names.

    Returns:
        Lines as `file:line: key: found …; expected …`, in the order found, each once.
    """
    found: list[str] = []
    try:
        found += shared_addresses(load_config(file))
    except UsageError as error:
        found += str(error).splitlines()
    found += _unknown_policies(file)
    for path, parse in _written_files(file):
        found += _faults_of(path, parse)
    return tuple(dict.fromkeys(found))


def look(workspace: Workspace, project: Project, progress: Progress) -> Iterator[SourceCheck]:
    """Ask every tracker of a project: credentials, rights, fields, and where issues would land.

    Issues are those stored; of a source that was never synced they are pulled, and not stored.
    """
    for source in project.sources:
        usage = Usage()
        try:
            adapter = workspace.open_anew(source, usage=usage)
            try:
                found = _look(workspace, project, source, adapter, progress)
                yield replace(found, ahead_s=usage.ahead_s)
            finally:
                adapter.close()
        except AdapterError as error:
            yield SourceCheck(project=project.key, source=source.name, failure=f"{error}. {error.remedy}")
        except ConnectorError as error:
            yield SourceCheck(
                project=project.key, source=source.name, failure=str(error), is_configuration=True
            )


def shared(checks: Sequence[SourceCheck]) -> Iterator[tuple[str, str, int]]:
    """Yield the pairs of projects that have issues in common, and how many."""
    keys: dict[str, set[str]] = {}
    for check in checks:
        keys.setdefault(check.project, set()).update(check.keys)
    for one, other in combinations(keys, 2):
        if count := len(keys[one] & keys[other]):
            yield one, other, count


def qualities(
    workspace: Workspace, projects: Sequence[Project], checks: Sequence[SourceCheck]
) -> Iterator[tuple[str, QualityCheck]]:
    """Yield how far the records of each project can be relied on; see `quality_check`."""
    for project in projects:
        looked = [
            Looked(source=one.source, catalogue=one.catalogue, issues=one.read)
            for one in checks
            if one.project == project.key and one.catalogue is not None
        ]
        yield project.key, quality_check(workspace, project, looked)


def channel_faults(workspace: Workspace, project: Project) -> Iterator[str]:
    """Yield what is wrong with a project's alert channels; never an address."""
    route = workspace.route(project)
    for channel in route.to:
        if fault := fault_of(route, channel):
            yield f"project {project.key}, alerts to {channel}: {fault}"


def _look(
    workspace: Workspace, project: Project, source: OpenSource, adapter: Adapter, progress: Progress
) -> SourceCheck:
    catalogue = adapter.catalogue()
    stored = _stored(workspace, project, source)
    issues = stored or _pulled(source, adapter, progress)
    rules = {source.name: source.rules}
    with_children = parents(issues, rules)
    placed = Counter(
        placement.rule or "no rule matched"
        for issue in issues
        for placement in [place(issue, source.rules, has_children=issue.key in with_children)]
    )
    return SourceCheck(
        project=project.key,
        source=source.name,
        catalogue=catalogue,
        placed=dict(placed.most_common()),
        keys=frozenset(issue.key for issue in issues),
        read=() if stored else issues,
        unknown_fields=tuple(_unknown_fields(source, catalogue)),
    )


def _unknown_fields(source: OpenSource, catalogue: Catalogue) -> Iterator[str]:
    """Name the fields that a rule file of the project's own asks for in vain, each with its line.

    What a preset asks for is a guess of ours at what a tracker may have: its absence is no fault.
    """
    if not is_path(source.settings.rules_name):
        return
    guessed = frozenset().union(*(parse_rules(preset_text(name), file=name).fields for name in NAMES))
    text = source.settings.rules_text()
    for name in catalogue.missing:
        if name not in guessed:
            line = _line_of(name, text.text)
            yield f"{text.file}:{line}: found field {name!r}; expected one that the tracker has"


def _line_of(name: str, text: str) -> int:
    """Return the line that names a field, 1 if none does as it is."""
    lines = enumerate(text.splitlines(), start=1)
    return next((number for number, line in lines if f'"{name}"' in line or f"'{name}'" in line), 1)


def _stored(workspace: Workspace, project: Project, source: OpenSource) -> Sequence[Issue]:
    stored = workspace.store.facts.load(project.key, sources=[source.name])
    return [issue for issue in stored.issues if issue.key not in stored.gone]


def _pulled(source: OpenSource, adapter: Adapter, progress: Progress) -> Sequence[Issue]:
    pulled: dict[str, Issue] = {}
    for batch in adapter.pull(Window()):
        pulled.update({issue.key: issue for issue in batch.issues})
        progress(source.name, len(pulled), batch.total)
    return list(pulled.values())


Parse = Callable[[str, str], object]


def _written_files(file: Path) -> Iterator[tuple[Path, Parse]]:
    """Yield the rule and policy files a configuration names, readable or not, each once."""
    try:
        merged = read_documents(file)
    except (UsageError, FaultsError):
        return
    seen: set[Path] = set()
    for name, parse in _names(merged.values):
        path = file.parent / name
        if path not in seen and path.is_file():
            seen.add(path)
            yield path, parse


def _unknown_policies(file: Path) -> Iterator[str]:
    """Yield a fault for every policy that is neither a path nor shipped."""
    try:
        merged = read_documents(file)
    except (UsageError, FaultsError):
        return
    for position, project in enumerate(_tables(resolve(merged.values, ("project",)))):
        audiences = resolve(project, ("audience",))
        for name, audience in audiences.items() if isinstance(audiences, Mapping) else ():
            policy = resolve(audience, ("policy",))
            if isinstance(policy, str) and not is_path(policy) and policy not in SHIPPED:
                steps = ("project", position, "audience", str(name), "policy")
                expected = f"a path, or one of {', '.join(SHIPPED)}"
                yield str(merged.fault(steps, found=repr(policy), expected=expected))


def _names(values: object) -> Iterator[tuple[str, Parse]]:
    for project in _tables(resolve(values, ("project",))):
        for source in _tables(resolve(project, ("source",))):
            yield from _named(source, "rules", _parse_rules)
        audiences = resolve(project, ("audience",))
        for audience in audiences.values() if isinstance(audiences, Mapping) else ():
            yield from _named(audience, "policy", _parse_policy)
        key, wording = resolve(project, ("key",)), resolve(project, ("wording",))
        if isinstance(key, str):
            yield wording if isinstance(wording, str) else f"wording/{key}.toml", _parse_wording


def _named(table: object, key: str, parse: Parse) -> Iterator[tuple[str, Parse]]:
    name = resolve(table, (key,))
    if isinstance(name, str) and is_path(name):
        yield name, parse


def _tables(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _parse_rules(text: str, file: str) -> object:
    return parse_rules(text, file=file)


def _parse_policy(text: str, file: str) -> object:
    return parse_policy(text, file=file)


def _parse_wording(text: str, file: str) -> object:
    return parse_wording(text, file=file)


def _faults_of(path: Path, parse: Parse) -> Sequence[str]:
    try:
        text = read_text(path)
        parse(text.text, text.file)
    except FaultsError as error:
        return [str(fault) for fault in error.faults]
    except UsageError as error:
        return [str(error)]
    return []
