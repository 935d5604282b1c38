"""What an audience may know of a project, and what follows: forecasts, curves, what waits for what."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from adapters.records import LinkKind
from connector.analysis.burnup import BurnUp, series
from connector.analysis.charts import TrendLine, trend_lines
from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.forecast.forecast import forecast
from connector.analysis.history import Version
from connector.analysis.judge import judge
from connector.analysis.promises import sighted
from connector.analysis.state import PROJECT, Forecast, ProjectState
from connector.analysis.walk import histories
from connector.disclosure.curves import MOST_BURN_POINTS
from connector.disclosure.policy import Policy
from connector.pipeline.judging import history_of
from mappings.concepts import Disposition, ScopeItem

_WEEK: Final = dt.timedelta(days=7)
_USUAL: Final = 26 * _WEEK  # of scope over time, where nothing was agreed longer ago
_CLOSED: Final = frozenset({Disposition.DONE, Disposition.DROPPED})


@dataclass(frozen=True, kw_only=True)  # without slots: what follows is worked out at most once
class Visible:
    """What an audience may know of a project: facts, agreement and state without what is withheld."""

    policy: Policy
    facts: ProjectFacts
    agreement: Agreement
    state: ProjectState

    @classmethod
    def judged(
        cls, policy: Policy, facts: ProjectFacts, agreement: Agreement, *, as_of: dt.datetime
    ) -> Visible:
        """Judge what an audience may know, without forecasts, and keep the histories for what follows.

        Args:
            policy: Of the audience.
            facts: Without the withheld issues.
            agreement: With baselines without them.
            as_of: The instant.
        """
        told = histories(facts)
        state = judge(facts, agreement, as_of=as_of, told=told)
        visible = cls(policy=policy, facts=facts, agreement=agreement, state=state)
        visible.__dict__["histories"] = told
        return visible

    @cached_property
    def histories(self) -> Mapping[str, Sequence[Version]]:
        """Every issue's versions; reading them is much of what a judgement and a forecast cost."""
        return histories(self.facts)

    @cached_property
    def with_forecasts(self) -> ProjectState:
        """The state with the forecasts that may be told; classes and health stay as they were judged."""
        if not self.policy.shows("milestones", "forecast"):
            return self.state
        found = forecasts(self.facts, self.agreement, as_of=self.state.as_of, told=self.histories)
        return replace(
            self.state,
            milestones=tuple(
                replace(each, forecast=found.get(each.key, each.forecast)) for each in self.state.milestones
            ),
        )

    @property
    def trend(self) -> tuple[TrendLine, ...]:
        """How the dates moved, where that may be told."""
        if not self.policy.shows("milestones", "trend"):
            return ()
        calendar = self.agreement.calendar()
        today = calendar.local_day(self.state.as_of)
        return trend_lines(self.state.milestones, today=today, calendar=calendar)

    @property
    def burn_up(self) -> BurnUp | None:
        """Scope over time since the first agreement, half a year at least, where that may be told."""
        if not self.policy.shows("scope", "over_time"):
            return None
        now = self.state.as_of
        agreed = [baseline.on_at for baseline in self.agreement.baselines if baseline.on_at <= now]
        since = min([*agreed, now - _USUAL])
        weeks = -(-(now - since) // (_WEEK * (MOST_BURN_POINTS - 2)))
        found = series(
            self.facts,
            self.agreement,
            PROJECT,
            since=since,
            until=now,
            step=weeks * _WEEK,
        )
        return next((each for each in found if each.unit == "items"), None)

    @property
    def starts(self) -> Mapping[str, dt.date]:
        """Return the first day of each milestone by its key, as its tracker last told it."""
        now, found = self.state.as_of, {}
        for key, seen in sighted(self.facts.sightings).items():
            known = [sighting.milestone.start_on for sighting in seen if sighting.seen_at <= now]
            if known and known[-1] is not None:
                found[key] = known[-1]
        return found

    @property
    def after(self) -> Mapping[str, tuple[str, ...]]:
        """Return, by the key of a milestone, the keys of those that it waits for."""
        if not self.policy.shows("milestones", "after"):
            return {}
        return waiting_for(self.facts, self.state)


def forecasts(
    facts: ProjectFacts,
    agreement: Agreement,
    *,
    as_of: dt.datetime,
    told: Mapping[str, Sequence[Version]] | None = None,
) -> Mapping[str, Forecast]:
    """Forecast every open milestone and goal, by its key.

    Args:
        facts: Those that may take part.
        agreement: With baselines of what may take part.
        as_of: The instant; nothing later is used.
        told: What `walk.histories` says of the facts, where it was read already.
    """
    baseline = agreement.in_force(as_of)
    agreed_on = {key: day for key, day in (baseline.dates if baseline else {}).items() if day is not None}
    return forecast(history_of(facts, agreement, told), as_of=as_of, agreed_on=agreed_on)


def waiting_for(facts: ProjectFacts, state: ProjectState) -> Mapping[str, tuple[str, ...]]:
    """Find what milestones wait for: work in one is blocked by open work in the other, never both ways."""
    items = {item.key: item for item in state.picture.items if item.disposition not in _CLOSED}
    waits: dict[str, set[str]] = defaultdict(set)
    for link in facts.links:
        if link.kind is LinkKind.BLOCKS and link.a in items and link.b in items:
            for one, other in _pairs(items[link.b], items[link.a]):
                waits[one].add(other)
    return {
        one: tuple(sorted(other for other in others if one not in waits.get(other, ())))
        for one, others in sorted(waits.items())
    }


def _pairs(blocked: ScopeItem, blocking: ScopeItem) -> set[tuple[str, str]]:
    both = set(blocked.milestones) & set(blocking.milestones)
    return {
        (one, other)
        for one in blocked.milestones
        for other in blocking.milestones
        if one not in both and other not in both
    }
