"""What every command works with: the configuration, the store, the clock, and the sources of a project."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from adapters import registry
from adapters.budget import Budgets
from adapters.protocol import Adapter, Environment, NoNotes, Notes
from adapters.records import Milestone
from adapters.usage import Usage
from connector.alerts.route import Route, Target
from connector.analysis.facts import HandMilestone
from connector.analysis.state import Severity
from connector.clock import Clock
from connector.config import load_config, schema
from connector.config.secrets import resolve_if_reference
from connector.config.sources import Source
from connector.config.watch import AlertSettings
from connector.pipeline.unfinished import finish_restore
from connector.store import Store, open_store
from connector.store.notes import SourceNotes
from mappings.rules import Rules, parse_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSource:
    """One source of a project, ready to be opened. `name` is the one in keys and reports."""

    name: str
    rules: Rules
    settings: Source
    rules_text: str = ""  # the rules as their file says them

    @property
    def fingerprint(self) -> str:
        """Name what the tracker is asked for; secrets are references here."""
        asked = [self.name, sorted(self.rules.fields), sorted(self.settings.options.items())]
        return hashlib.sha256(repr(asked).encode()).hexdigest()

    def open(self, environment: Environment) -> Adapter:
        """Open the adapter, secrets resolved; nothing is requested yet.

        Raises:
            UsageError: A secret is missing, or the settings are wrong.
            AdapterError: The adapter refuses its settings, or cannot be loaded.
        """
        return registry.adapter_class(self.settings.kind).open(self.settings.settings(), environment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A configured project with its parsed rules."""

    settings: schema.Project
    sources: tuple[OpenSource, ...]

    @property
    def key(self) -> str:
        """Its key in the configuration."""
        return self.settings.key

    @property
    def timezone(self) -> str:
        """IANA name of its zone."""
        return self.settings.timezone

    @property
    def alerts_timezone(self) -> str:
        """IANA name of the zone of who is told: of quiet hours and digests."""
        return self.settings.alerts.timezone or self.timezone

    @property
    def agreement(self) -> schema.AgreementSettings:
        """What was agreed."""
        return self.settings.agreement

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names of its trackers' hosts, as far as the configuration tells."""
        urls = (str(value) for source in self.sources for value in source.settings.options.values())
        hosts = (urlsplit(url).hostname for url in urls if "://" in url)
        return tuple(dict.fromkeys(host for host in hosts if host))

    @property
    def rules(self) -> Mapping[str, Rules]:
        """Rules by source name."""
        return {source.name: source.rules for source in self.sources}

    @property
    def counted_by(self) -> Mapping[str, str]:
        """Fingerprints of the rules by source name."""
        return {source.name: source.rules.fingerprint for source in self.sources}

    @property
    def hand_milestones(self) -> tuple[Milestone, ...]:
        """Milestones the configuration makes, as records."""
        return self.settings.hand_milestones()

    @property
    def selections(self) -> tuple[HandMilestone, ...]:
        """What belongs to the milestones the configuration makes."""
        return tuple(
            HandMilestone(key=one.record_key, select=one.select.as_mapping())
            for one in self.settings.milestones
        )


class Workspace:
    """Configuration, store and clock of one process. Close it, or use it as a context."""

    def __init__(self, config: schema.Config, store: Store, clock: Clock) -> None:
        self.config = config
        self.store = store
        self.clock = clock
        self.sleep = clock.sleep  # what adapters wait by; a service puts one here that can be stopped
        self.budgets = Budgets()  # what each host bears, shared by all sources of this process
        self._projects: dict[str, Project] = {}

    @property
    def now(self) -> Callable[[], dt.datetime]:
        """The clock's reading: aware UTC."""
        return self.clock.now

    def project(self, key: str) -> Project:
        """Find a project and read its rules.

        Raises:
            UsageError: There is none of that key, or a source is misconfigured.
            FaultsError: A rule file has faults; all of them are named.
        """
        if key not in self._projects:
            self._projects[key] = self._read_project(key)
        return self._projects[key]

    def named(self, asked: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the keys asked for, each once, in that order; none asked means all, as configured.

        Raises:
            UsageError: There is no project of such a key.
        """
        found = asked or [project.key for project in self.config.projects]
        return tuple(self.config.project(key).key for key in dict.fromkeys(found))

    def projects(self, keys: Sequence[str] = ()) -> tuple[Project, ...]:
        """Find several projects, in the order asked; none named means all, as configured."""
        return tuple(self.project(key) for key in self.named(keys))

    def environment(
        self, name: str | None, rules: Rules, *, notes: Notes | None = None, usage: Usage | None = None
    ) -> Environment:
        """Make the world a source is handed; without `notes` it remembers nothing."""
        network = self.config.network
        proxy = None if network.proxy is None else resolve_if_reference(network.proxy, self.config.folder)
        return Environment(
            now=self.clock.now,
            sleep=self.sleep,
            ca_file=network.ca_file,
            proxy=proxy,
            name=name,
            fields=rules.fields,
            notes=notes or NoNotes(),
            budgets=self.budgets,
            usage=usage or Usage(),
        )

    def notes(self, project: str, source: OpenSource) -> SourceNotes:
        """Return what a source remembers between runs; changed settings remember nothing."""
        return self.store.notes.of(project, source.name, question=source.fingerprint, now=self.now)

    def open(self, project: str, source: OpenSource, *, usage: Usage | None = None) -> Adapter:
        """Open a source with what it remembers, its costs counted in `usage`; see `OpenSource.open`."""
        notes = self.notes(project, source)
        return source.open(self.environment(source.settings.name, source.rules, notes=notes, usage=usage))

    def open_anew(self, source: OpenSource, *, usage: Usage | None = None) -> Adapter:
        """Open a source that remembers nothing: what it says is of now; see `OpenSource.open`."""
        return source.open(self.environment(source.settings.name, source.rules, usage=usage))

    def route(self, project: Project) -> Route:
        """Say where a project's alerts go."""
        folder = self.config.folder
        return Route(
            project=project.key,
            targets=_targets(project.settings.alerts),
            secrets={hook.url: hook.secret for hook in project.settings.alerts.webhooks},
            resolve=lambda channel: resolve_if_reference(channel, folder),
            timezone=project.alerts_timezone,
            quiet=project.settings.alerts.quiet_hours,
            language=project.settings.alerts.language,
            title=project.settings.title,
        )

    def refs(self, key: str) -> Mapping[str, str]:
        """Say what people call each issue of a project: key to ref."""
        return {issue.key: issue.ref for issue in self.store.facts.load(key).issues}

    def close(self) -> None:
        """Give back the store. Idempotent."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read_project(self, key: str) -> Project:
        project = self.config.project(key)
        return Project(settings=project, sources=tuple(self._source(source) for source in project.sources))

    def _source(self, source: Source) -> OpenSource:
        text = source.rules_text()
        rules = parse_rules(text.text, file=text.file)
        adapter = registry.adapter_class(source.kind).open(
            source.settings(resolve=False), self.environment(source.name, rules)
        )
        try:
            return OpenSource(name=adapter.name, rules=rules, settings=source, rules_text=text.text)
        finally:
            adapter.close()


def open_workspace(file: Path, clock: Clock) -> Workspace:
    """Load a configuration and open its store.

    Args:
        file: The configuration.
        clock: The clock of this process.

    Raises:
        UsageError: The configuration has faults, all of them named, or the store cannot be used.
    """
    config = load_config(file)
    finish_restore(config)
    return Workspace(config, open_store(config.store.url, folder=config.folder), clock)


def _targets(settings: AlertSettings) -> tuple[Target, ...]:
    own = [Target(to=settings.to)] if settings.to else []
    more = [
        Target(to=one.to, level=Severity(one.level), rules=frozenset(one.rules)) for one in settings.routes
    ]
    hooks = [Target(to=(hook.url,), level=Severity(hook.level), is_signed=True) for hook in settings.webhooks]
    lead = [Target(to=settings.escalate_to, is_lead=True)] if settings.escalate_to else []
    return (*own, *more, *hooks, *lead)
