"""Makes the document of the agreement from a client view and the baseline in force: default deny.

A section of which nothing is known, or that the policy closes, is not there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from connector.analysis.facts import Baseline
from connector.analysis.state import PROJECT
from connector.disclosure.agreed_view import AgreementView, Count, DatePair, DifferenceView, Terms
from connector.disclosure.catalogue import catalogue
from connector.disclosure.manifest import Disclosure
from connector.disclosure.policy import Policy
from connector.disclosure.scribe import Origin, Scribe
from connector.disclosure.view import Amount, ClientText, ClientView, Day, Thing

_TERMS: Final = "agreement"  # the rule by which the terms themselves are told: they are the client's own
_PREFIX: Final = "agreement."
_COUNTED: Final = "agreement.reserve"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementInput:
    """What the document is made from. The baselines are without the withheld items.

    `earlier` is the baseline that was in force before, None for the first. `milestones` are the
    names of milestones by key.
    """

    view: ClientView
    policy: Policy
    baseline: Baseline
    earlier: Baseline | None
    milestones: Mapping[str, str]
    written_at: dt.datetime
    id_key: bytes


def agreement_view(given: AgreementInput) -> tuple[AgreementView, tuple[Disclosure, ...]]:
    """Make the document.

    Returns:
        It, and the manifest of its terms; that of the client view is its own.
    """
    return _Maker(given).made()


class _Maker:
    """Makes one document; its scribe remembers where every value came from."""

    def __init__(self, given: AgreementInput) -> None:
        language, timezone = given.view.language.value, given.view.timezone.value
        self._given = given
        self._words = catalogue(language)
        self._scribe = Scribe(self._words, timezone=timezone, k=given.policy.k, id_key=given.id_key)

    def made(self) -> tuple[AgreementView, tuple[Disclosure, ...]]:
        view, terms = self._given.view, self._terms()
        agreed = self._handles()
        document = AgreementView(
            view=view,
            terms=terms,
            goals=tuple(goal for goal in view.goals if _id(goal) in agreed),
            milestones=tuple(m for m in view.milestones if m.agreed is not None or _id(m) in agreed),
            work=tuple(piece for piece in view.work if _id(piece) in agreed),
        )
        return document, self._scribe.manifest(terms)

    def _handles(self) -> frozenset[str]:
        """Return the opaque ids of everything the baseline holds."""
        containers = self._given.baseline.containers
        keys = {*containers, *(key for items in containers.values() for key in items)}
        return frozenset(self._scribe.handle(key, field="Baseline.containers").value for key in keys)

    def _terms(self) -> Terms:
        scribe, baseline = self._scribe, self._given.baseline
        days, earlier = baseline.buffer_days, self._given.earlier
        reserve = scribe.counted(_COUNTED, days, self._origin("buffer_days")) if days else None
        return Terms(
            number=scribe.amount(baseline.number, self._origin("number")),
            agreed_on=scribe.local_day(baseline.on_at, self._origin("on_at")),
            written_on=scribe.local_day(self._given.written_at, Origin(field="document", rule=_TERMS)),
            approved_by=scribe.configured(baseline.approved_by, field="Baseline.approved_by"),
            reserve=reserve,
            difference=None if earlier is None else self._difference(earlier),
            words=self._texts(),
        )

    def _texts(self) -> Mapping[str, ClientText]:
        keys = (key for key in self._words.messages if key.startswith(_PREFIX) and key != _COUNTED)
        return {key.removeprefix(_PREFIX): self._scribe.fixed(key) for key in sorted(keys)}

    def _difference(self, earlier: Baseline) -> DifferenceView:
        return DifferenceView(
            number=self._scribe.amount(earlier.number, self._origin("number")),
            agreed_on=self._scribe.local_day(earlier.on_at, self._origin("on_at")),
            counts=tuple(self._counts(earlier)),
            dates=tuple(self._dates(earlier)),
        )

    def _counts(self, earlier: Baseline) -> Iterator[Count]:
        """Count pieces of work: agreed totals exactly, small changes as such only."""
        before = set(earlier.containers.get(PROJECT, ()))
        now = set(self._given.baseline.containers.get(PROJECT, ()))
        added, removed = len(now - before), len(before - now)
        if self._given.policy.shows("scope", "agreed"):
            yield self._count("items_before", self._scribe.amount(len(before), self._origin("containers")))
            yield self._count("items_now", self._scribe.amount(len(now), self._origin("containers")))
        if self._given.policy.shows("scope", "approved"):
            yield self._count("items_added", self._change(added, beside=removed))
        if self._given.policy.shows("scope", "taken_out"):
            yield self._count("items_removed", self._change(removed, beside=added))

    def _change(self, number: int, *, beside: int) -> Amount:
        """Tell one side of the change; as a range where the totals would give a small other side away."""
        origin = self._origin("containers")
        if self._scribe.is_coarse(number) or not self._scribe.is_coarse(beside):
            return self._scribe.total(number, origin)
        low = number - beside + 1
        return self._scribe.between(low, low + self._scribe.most_coarse - 1, origin)

    def _count(self, word: str, amount: Amount) -> Count:
        return Count(label=self._scribe.fixed(f"{_PREFIX}{word}"), amount=amount)

    def _dates(self, earlier: Baseline) -> Iterator[DatePair]:
        """Tell the agreed dates that differ, of the milestones whose names this audience is told."""
        if not self._given.policy.shows("milestones", "agreed"):
            return
        told = {_id(m): m.head.title for m in self._given.view.milestones if m.head.title is not None}
        now = self._given.baseline.dates
        for key in sorted(now.keys() | earlier.dates.keys(), key=lambda k: self._given.milestones.get(k, k)):
            handle = self._scribe.handle(key, field="Baseline.dates").value
            if earlier.dates.get(key) == now.get(key) or handle not in told:
                continue
            origin = Origin(field="MilestoneState.name", record=key, rule="milestones.title")
            title = self._scribe.written(told[handle].value, origin)
            if title is not None:
                yield DatePair(
                    title=title,
                    before=self._day(key, earlier.dates.get(key)),
                    now=self._day(key, now.get(key)),
                )

    def _day(self, key: str, on: dt.date | None) -> Day | None:
        origin = Origin(field="Baseline.dates", record=key, rule="milestones.agreed")
        return None if on is None else self._scribe.day(on, origin)

    def _origin(self, field: str) -> Origin:
        return Origin(field=f"Baseline.{field}", rule=_TERMS)


def _id(thing: Thing) -> str:
    return thing.head.id.value
