"""Drafts a change request from the ledger: what came in without a decision, for the PM to word and send.

Written towards a client, so nothing that any audience of the project must not know of is in it. The
rest may still stand in the tracker's own words: each such title is marked, and the PM rewords it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.judge import judge
from connector.analysis.state import PROJECT, EntryKind, LedgerEntry, MilestoneState, ProjectState, ScopeRow
from connector.analysis.walk import ITEMS, size_unit, sources_in
from connector.disclosure.internal import withheld
from connector.errors import UsageError
from connector.pipeline import judging
from connector.pipeline.disclosing import policy_of
from connector.pipeline.forecasting import Past
from connector.pipeline.pricing import Cost, cost_of, unapproved
from connector.pipeline.workspace import Project, Workspace
from mappings.concepts import Disposition, Nature, Origin, ScopeItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of work that came in, or left, without a decision."""

    ref: str
    title: str
    is_worded: bool  # in words for the client
    milestones: tuple[str, ...]  # names
    goals: tuple[str, ...]  # titles
    size: float | None
    since_at: dt.datetime
    nature: Nature
    origin: Origin
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDraft:
    """A change request to be sent. `hidden` names what was left out because no audience may know of it."""

    project: str
    client: str
    publisher: str
    as_of: dt.datetime
    agreed_at: dt.datetime
    agreement: int  # number of the baseline
    unit: str
    pieces: tuple[Piece, ...]
    removed: tuple[Piece, ...]
    milestones: tuple[MilestoneState, ...]  # those it touches
    hidden: tuple[str, ...]  # refs
    timezone: str
    costs: Mapping[str, Cost] = field(default_factory=dict)  # milestone key -> what the pieces cost it


def draft(
    workspace: Workspace, project: Project, *, milestone: str = "", since: dt.datetime | None = None
) -> ChangeDraft:
    """Gather what came in without a decision.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        milestone: Name or key of the only milestone to look at; "" for the whole project.
        since: Only what came after this instant; None for all since the agreement.

    Raises:
        UsageError: There is no agreement yet, or no such milestone.
    """
    facts = judging.facts_of(workspace, project)
    agreement = judging.agreement_of(workspace, project)
    hidden = _hidden(workspace, project, facts)
    visible = replace(agreement, baselines=tuple(b.without(hidden) for b in agreement.baselines))
    told = facts.without(hidden)
    state = judge(told, visible, as_of=workspace.now())
    if state.baseline is None:
        raise UsageError(
            f"project {project.key}: found no agreement, so nothing can be beyond it; first:"
            f' clientview baseline set {project.key} --approved-by "NAME" [--on DAY]'
        )
    chosen = _milestone(state, milestone) if milestone else None
    gatherer = _Gatherer(state, chosen, since, measured=sources_in(facts, size_unit(facts)))
    pieces, removed = gatherer.added(), gatherer.removed(facts)
    return ChangeDraft(
        project=state.name,
        client=project.settings.client,
        publisher=workspace.config.site.publisher,
        as_of=state.as_of,
        agreed_at=state.baseline.on_at,
        agreement=state.baseline.number,
        unit=size_unit(facts),
        pieces=pieces,
        removed=removed,
        milestones=gatherer.touched(),
        hidden=_undecided(facts, agreement, hidden, as_of=state.as_of),
        timezone=project.timezone,
        costs=_costs(Past(told, visible), state, gatherer),
    )


# ----------------------------------------------------------------------------------- private


def _hidden(workspace: Workspace, project: Project, facts: ProjectFacts) -> frozenset[str]:
    """Return what any audience must not know of: who gets the draft is not known here."""
    policies = (policy_of(workspace, project, audience) for audience in project.settings.audiences)
    return frozenset().union(*(withheld(facts, policy) for policy in policies))


def _costs(past: Past, state: ProjectState, gatherer: _Gatherer) -> Mapping[str, Cost]:
    """Price the pieces in every open milestone that they belong to, by what the client may know."""
    scene, said = past.scene(state.as_of), past.forecasts(state.as_of)
    keys = gatherer.keys()
    touched = [milestone.key for milestone in gatherer.touched() if scene.is_open(milestone.key)]
    return {key: cost_of(scene, said, key, keys & unapproved(state, key)) for key in touched}


def _undecided(
    facts: ProjectFacts, agreement: Agreement, hidden: frozenset[str], *, as_of: dt.datetime
) -> tuple[str, ...]:
    if not hidden:
        return ()
    rows = judge(facts, agreement, as_of=as_of).scope
    return tuple(
        dict.fromkeys(e.item for e in _entries(rows, EntryKind.UNAPPROVED_ADD) if e.item_key in hidden)
    )


def _entries(rows: Iterable[ScopeRow], kind: EntryKind, container: str = PROJECT) -> Iterator[LedgerEntry]:
    for row in rows:
        if (row.container, row.unit) == (container, ITEMS):
            yield from (entry for entry in row.entries if entry.kind is kind)


def _milestone(state: ProjectState, name: str) -> MilestoneState:
    wanted = name.casefold()
    found = [m for m in state.milestones if wanted in {m.key.casefold(), m.name.casefold()}]
    if len(found) != 1:
        known = ", ".join(m.name for m in state.milestones) or "none is known"
        raise UsageError(
            f"--milestone: found {len(found)} milestones called {name!r}; expected one of: {known}, or a key"
        )
    return found[0]


class _Gatherer:
    """Finds the pieces of work of a state."""

    def __init__(
        self,
        state: ProjectState,
        milestone: MilestoneState | None,
        since: dt.datetime | None,
        *,
        measured: frozenset[str],
    ) -> None:
        self._state, self._milestone, self._since = state, milestone, since
        self._measured = measured  # sources whose items have a size in the project's unit
        self._items = {item.key: item for item in state.picture.items}
        self._names = {m.key: m.name for m in state.milestones}
        self._goals = {goal.key: goal.words or goal.title for goal in state.picture.goals}

    def added(self) -> tuple[Piece, ...]:
        """Return what is in scope now and came in without a decision, each once."""
        return tuple(self._piece(self._items[key], entry) for key, entry in self._came_in().items())

    def keys(self) -> frozenset[str]:
        """Return the keys of what came in."""
        return frozenset(self._came_in())

    def _came_in(self) -> Mapping[str, LedgerEntry]:
        found: dict[str, LedgerEntry] = {}
        for entry in self._told(EntryKind.UNAPPROVED_ADD):
            item = self._items.get(entry.item_key)
            if item is not None and self._is_in(item):
                found.setdefault(entry.item_key, entry)
        return found

    def removed(self, facts: ProjectFacts) -> tuple[Piece, ...]:
        """Return what was agreed and taken out without a decision, and is not back."""
        agreed = self._state.baseline.containers.get(self._container, {}) if self._state.baseline else {}
        titles = {issue.key: issue.title for issue in facts.issues}
        found: dict[str, Piece] = {}
        for entry in self._told(EntryKind.REMOVED):
            item = self._items.get(entry.item_key)
            is_back = item is not None and self._is_in(item)
            if entry.change_request is None and entry.item_key in agreed and not is_back:
                found[entry.item_key] = self._left(entry, item, titles.get(entry.item_key, entry.item))
        return tuple(found.values())

    def touched(self) -> tuple[MilestoneState, ...]:
        """Return the milestones that what came in belongs to."""
        if self._milestone is not None:
            return (self._milestone,)
        names = {name for piece in self.added() for name in piece.milestones}
        return tuple(m for m in self._state.milestones if m.name in names)

    @property
    def _container(self) -> str:
        return PROJECT if self._milestone is None else self._milestone.key

    def _told(self, kind: EntryKind) -> Sequence[LedgerEntry]:
        """Return the entries of the project, and those of the milestone that is looked at."""
        rows = self._state.scope
        found = [*_entries(rows, kind)] if kind is EntryKind.UNAPPROVED_ADD else []
        if kind is EntryKind.REMOVED or self._milestone is not None:
            found += _entries(rows, kind, self._container)
        since = self._since
        return sorted((e for e in found if since is None or e.at > since), key=lambda e: (e.at, e.item_key))

    def _is_in(self, item: ScopeItem) -> bool:
        if item.disposition is Disposition.DROPPED:
            return False
        if self._milestone is None:
            return bool(item.milestones or item.goals)
        return self._milestone.key in item.milestones

    def _piece(self, item: ScopeItem, entry: LedgerEntry) -> Piece:
        return Piece(
            ref=item.ref,
            title=item.words or item.title,
            is_worded=bool(item.words),
            milestones=tuple(self._names[key] for key in item.milestones if key in self._names),
            goals=tuple(self._goals[key] for key in item.goals if key in self._goals),
            size=item.size if item.source in self._measured else None,
            since_at=entry.at,
            nature=entry.nature,
            origin=entry.origin,
            is_done=item.disposition is Disposition.DONE,
        )

    def _left(self, entry: LedgerEntry, item: ScopeItem | None, title: str) -> Piece:
        worded = item.words if item else ""
        return Piece(
            ref=entry.item,
            title=worded or title,
            is_worded=bool(worded),
            milestones=(),
            goals=(),
            size=None,
            since_at=entry.at,
            nature=entry.nature,
            origin=entry.origin,
            is_done=False,
        )
