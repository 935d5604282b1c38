"""Webhook payloads fed in by hand: what no pull can see is kept, what they touch is read again.

Nothing is judged here: the next sync does that, with what was kept.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import BaseModel, ConfigDict

from adapters.errors import AdapterError, MalformedError
from adapters.protocol import Adapter, Hints
from connector.errors import ConnectorError
from connector.pipeline.report import EXIT_CONFIGURATION, EXIT_DONE, EXIT_TRACKER, counted, gravest
from connector.pipeline.workspace import OpenSource, Project, Workspace
from connector.store.locks import Lock, this_process
from connector.store.pulls import Applied
from connector.store.staging import Plan, PullKind

NEVER_READ = (
    "was never read well, so not all that concerns it is recognised."
    " First: clientview sync {project}; then feed it in again"
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """One payload. `where` is what people call it; `content` None: it is no JSON object."""

    where: str
    content: Mapping[str, object] | None


class SourceTaken(BaseModel):
    """What one source took. Dates and fates are counted as told and as new."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    project: str
    source: str
    payloads: int = 0  # that told this source something
    dates: int = 0
    new_dates: int = 0
    fates: int = 0
    new_fates: int = 0
    touched: int = 0
    read: int = 0  # touched issues that were read again
    changed: int = 0  # of them, new or otherwise than they were known
    error: str = ""
    exit_code: int = EXIT_DONE


class Taken(BaseModel):
    """What all sources took. `unknown`: payloads that no source knows the shape of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    payloads: int
    unknown: tuple[str, ...] = ()
    sources: tuple[SourceTaken, ...] = ()

    @property
    def exit_code(self) -> int:
        """0; 2 where nobody knows a payload; 3 where a tracker could not be read."""
        unknown = EXIT_CONFIGURATION if self.unknown else EXIT_DONE
        return gravest([unknown, *(source.exit_code for source in self.sources)])


@dataclass(slots=True)
class _Told:
    """What the payloads told one source, in the order they came."""

    hints: Hints = field(default_factory=Hints)
    payloads: int = 0
    known: set[str] = field(default_factory=set)  # payloads of its tracker's shape, by `where`

    def add(self, payload: Payload, hints: Hints) -> None:
        """Take in what one payload told."""
        self.known.add(payload.where)
        if not (hints.dates or hints.fates or hints.touched):
            return
        self.payloads += 1
        self.hints = Hints(
            dates=(*self.hints.dates, *hints.dates),
            fates={**self.hints.fates, **hints.fates},
            touched=tuple(dict.fromkeys([*self.hints.touched, *hints.touched])),
        )


def payloads_of(text: str) -> tuple[Payload, ...]:
    """Read a JSON payload, or a payload a line.

    Returns:
        Every payload, those that are no JSON object included.
    """
    whole = _parsed(text)
    if whole is not None:
        return (Payload(where="the payload", content=whole),)
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    return tuple(Payload(where=f"line {number}", content=_parsed(line)) for number, line in lines)


def ingest(workspace: Workspace, keys: Sequence[str], payloads: Sequence[Payload]) -> Taken:
    """Offer payloads to every source of the projects, and keep what they tell.

    Dates and fates are stored; touched issues are read by key, past an index that lags, and
    stored. The same payload again changes nothing. A source that was never read may not know its
    own: where it passes something by, it says so.

    Args:
        workspace: Configuration, store and clock.
        keys: Keys of the projects; empty for all.
        payloads: In the order they came.

    Raises:
        UsageError: A key names no project, or a project cannot be read.
        LockedError: Another process works on a project.
    """
    known: set[str] = set()
    taken: list[SourceTaken] = []
    for project in workspace.projects(keys):
        owner = this_process()
        with workspace.store.locks.project_lock(project.key, owner=owner, now=workspace.now) as lock:
            for source in project.sources:
                one, understood = _offer(workspace, project, source, payloads, lock)
                taken.append(one)
                known |= understood
    unknown = tuple(one.where for one in payloads if one.where not in known)
    return Taken(payloads=len(payloads), unknown=unknown, sources=tuple(taken))


def _parsed(text: str) -> Mapping[str, object] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _offer(
    workspace: Workspace, project: Project, source: OpenSource, payloads: Sequence[Payload], lock: Lock
) -> tuple[SourceTaken, set[str]]:
    told = _Told()
    nothing = SourceTaken(project=project.key, source=source.name)
    try:
        adapter = workspace.open(project.key, source)
    except ConnectorError as error:
        return _failed(nothing, str(error), EXIT_CONFIGURATION), told.known
    except AdapterError as error:
        return _failed(nothing, f"{error}. {error.remedy}", EXIT_CONFIGURATION), told.known
    try:
        _listen(adapter, payloads, told)
        kept = _keep(workspace, nothing, told)
        state = workspace.store.pulls.source_state(project.key, source.name)
        if state.last_success_at is not None:
            kept = _read_touched(workspace, adapter, kept, told.hints, lock)
        elif kept.payloads < len(told.known):
            kept = _failed(kept, NEVER_READ.format(project=project.key), EXIT_CONFIGURATION)
        return kept, told.known
    finally:
        adapter.close()


def _failed(taken: SourceTaken, error: str, code: int) -> SourceTaken:
    _log.warning("%s: %s", taken.source, error, extra={"event": "webhook.failed"})
    return taken.model_copy(update={"error": error, "exit_code": code})


def _listen(adapter: Adapter, payloads: Sequence[Payload], told: _Told) -> None:
    for payload in payloads:
        if payload.content is None:
            continue
        try:
            told.add(payload, adapter.hints(payload.content))
        except MalformedError:  # of another tracker, or of none: told where no source knows it
            continue


def _keep(workspace: Workspace, nothing: SourceTaken, told: _Told) -> SourceTaken:
    hints = told.hints
    new = workspace.store.hints.take(
        nothing.project, nothing.source, dates=hints.dates, fates=hints.fates, at=workspace.now()
    )
    counts = {
        "payloads": told.payloads,
        "dates": len(hints.dates),
        "new_dates": new.dates,
        "fates": len(hints.fates),
        "new_fates": new.fates,
        "touched": len(hints.touched),
    }
    return nothing.model_copy(update=counts)


def _read_touched(
    workspace: Workspace, adapter: Adapter, taken: SourceTaken, hints: Hints, lock: Lock
) -> SourceTaken:
    keys = [key for key in hints.touched if key not in hints.fates]
    if not keys:
        return taken
    try:
        applied = _fetch(workspace, adapter, taken, keys, lock)
    except AdapterError as error:
        return _failed(taken, f"{error}. {error.remedy}", EXIT_TRACKER)
    changed = applied.new + applied.changed + applied.returned
    return taken.model_copy(update={"read": changed + applied.unchanged, "changed": changed})


def _fetch(
    workspace: Workspace, adapter: Adapter, taken: SourceTaken, keys: Sequence[str], lock: Lock
) -> Applied:
    pulls, now = workspace.store.pulls, workspace.now
    staged = pulls.begin(taken.project, taken.source, Plan(kind=PullKind.NAMED, started_at=now()))
    for batch in adapter.fetch(keys):
        workspace.store.hints.leave(taken.project, taken.source, batch.left, at=now())
        staged = pulls.stage(staged, replace(batch, milestones=None, iterations=None))
    return pulls.apply(staged, finished_at=now(), gone={}, lock=lock)


def lines(taken: Taken) -> Sequence[str]:
    """Tell people what was taken, a line a source that was told something."""
    told = [line for source in taken.sources for line in _source_lines(source)]
    return told or ["nothing in it concerns a project here"]


def _source_lines(one: SourceTaken) -> Sequence[str]:
    where = f"{one.project} {one.source}"
    if one.error:
        return [f"{where}: {one.error}"]
    if not one.payloads:
        return []
    parts = (
        f"{counted(one.dates, 'moved date')} ({one.new_dates} new)",
        f"{counted(one.fates, 'fate')} of issues ({one.new_fates} new)",
        f"{one.read} of {counted(one.touched, 'touched issue')} read again, {one.changed} changed",
    )
    return [f"{where}: {'; '.join(parts)}; judged by the next sync"]
