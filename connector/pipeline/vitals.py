"""How the whole installation is doing, as figures: read from the store, whichever process asks."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from adapters.errors import AdapterError
from connector import __version__
from connector.errors import ConnectorError
from connector.pipeline.workspace import Workspace
from connector.store.counts import Counts, SourceCount
from connector.store.totals import RunTotal
from mappings.errors import FaultsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """The figures of one moment. Of projects and sources that are configured no longer there are none."""

    at: dt.datetime
    version: str
    is_clock_moved: bool
    readable: tuple[tuple[str, bool], ...]  # project, and whether its rules and sources can be read
    totals: tuple[RunTotal, ...]
    counts: Counts
    store_bytes: int
    free_bytes: int  # on the disk of the store


def vitals(workspace: Workspace) -> Vitals:
    """Take the figures now. Nothing is loaded but counts, so that it may be asked every few seconds."""
    now = workspace.now()
    counting = workspace.store.counting
    sources = dict(_sources(workspace))
    return Vitals(
        at=now,
        version=__version__,
        is_clock_moved=workspace.clock.is_rehearsed,
        readable=tuple((project, names is not None) for project, names in sources.items()),
        totals=workspace.store.totals.list(),
        counts=_configured(workspace, counting.read(now=now), sources),
        store_bytes=counting.size_bytes(),
        free_bytes=shutil.disk_usage(workspace.config.folder).free,
    )


def _sources(workspace: Workspace) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Yield each project with the names of its sources; None where they cannot be read."""
    for project in workspace.config.projects:
        try:
            found = workspace.project(project.key)
        except (ConnectorError, AdapterError, FaultsError):
            yield project.key, None
        else:
            yield project.key, frozenset(source.name for source in found.sources)


def _configured(workspace: Workspace, counts: Counts, sources: Mapping[str, frozenset[str] | None]) -> Counts:
    """Leave out what is configured no longer: it would age for ever, and somebody be woken by it."""

    def is_source(one: SourceCount) -> bool:
        names = sources.get(one.project, frozenset())
        return names is None or one.source in names

    audiences = {(project.key, name) for project in workspace.config.projects for name in project.audiences}
    return replace(
        counts,
        sources=tuple(one for one in counts.sources if is_source(one)),
        alerts={key: number for key, number in counts.alerts.items() if key[0] in sources},
        messages={key: number for key, number in counts.messages.items() if key[0] in sources},
        waiting_since={key: since for key, since in counts.waiting_since.items() if key in sources},
        deliveries={key: number for key, number in counts.deliveries.items() if key[0] in sources},
        editions=tuple(one for one in counts.editions if (one.project, one.audience) in audiences),
        drafts={key: since for key, since in counts.drafts.items() if key in audiences},
        links={key: number for key, number in counts.links.items() if key in audiences},
    )
