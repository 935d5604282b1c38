"""The picture: what the records of one project mean on a day, put together from its issues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.records import Issue, Link
from mappings.classify import NO_RULE, Placement, parents, place
from mappings.concepts import (
    Base,
    ChangeRequest,
    ClientAction,
    Concept,
    Decision,
    Feedback,
    Goal,
    Picture,
    Risk,
    RiskAction,
    ScopeItem,
    Unplaced,
)
from mappings.feedback import linked_to, make_feedback
from mappings.goals import goal_chain, make_goal
from mappings.participation import (
    covered_by,
    held_up_by,
    make_change_request,
    make_client_action,
    make_decision,
)
from mappings.risks import make_risk, make_risk_action
from mappings.rules import Rules
from mappings.scope import make_item


def map_project(issues: Sequence[Issue], links: Sequence[Link], rules: Mapping[str, Rules]) -> Picture:
    """Say what the issues of a project mean.

    Args:
        issues: All issues of all sources, each key once, as they stand (or stood).
        links: Links among them; links to issues that are not among them are harmless.
        rules: By name of source.

    Returns:
        Each issue in exactly one list, or counted in `nothing`. One that several concepts claim
        is *also* listed in `unplaced`, marked ambiguous: it has its place, but a person should
        look. One whose source has no rules is unplaced.
    """
    return _Mapper(issues, links, rules).picture()


def reason_unplaced(issue: Issue) -> str:
    """Say why no rule placed an issue, with what a new rule could go by."""
    labels = f", labels {', '.join(issue.labels)}" if issue.labels else ""
    return f"{NO_RULE}: type '{issue.type}'{labels}, status '{issue.status}'"


def reason_ambiguous(placement: Placement) -> str:
    """Say which rules of another concept claim an issue as well."""
    return f"placed as {placement.concept} by {placement.rule}; also claimed by " + ", ".join(
        placement.claims
    )


# ----------------------------------------------------------------------------------- private


@dataclass(frozen=True, slots=True)
class _Placed:
    issue: Issue
    rules: Rules
    placement: Placement


class _Mapper:
    """Holds the look-ups that concepts need of each other; made for one picture."""

    def __init__(
        self,
        issues: Sequence[Issue],
        links: Sequence[Link],
        rules: Mapping[str, Rules],
    ) -> None:
        above = parents(issues, rules)
        self._homeless = [issue for issue in issues if issue.source not in rules]
        self._placed = {
            issue.key: _Placed(
                issue, rules[issue.source], place(issue, rules[issue.source], has_children=issue.key in above)
            )
            for issue in sorted(issues, key=lambda issue: issue.key)
            if issue.source in rules
        }
        self._links = _by_end(links)
        self._children: dict[str, list[str]] = defaultdict(list)
        for placed in self._placed.values():
            if placed.issue.parent:
                self._children[placed.issue.parent].append(placed.issue.key)

    def picture(self) -> Picture:
        made = [made for placed in self._placed.values() if (made := self._make(placed)) is not None]
        return Picture(
            goals=tuple(concept for concept in made if isinstance(concept, Goal)),
            items=tuple(concept for concept in made if isinstance(concept, ScopeItem)),
            risks=tuple(concept for concept in made if isinstance(concept, Risk)),
            change_requests=tuple(concept for concept in made if isinstance(concept, ChangeRequest)),
            decisions=tuple(concept for concept in made if isinstance(concept, Decision)),
            client_actions=tuple(concept for concept in made if isinstance(concept, ClientAction)),
            feedback=tuple(concept for concept in made if isinstance(concept, Feedback)),
            unplaced=tuple(sorted(self._unplaced(), key=lambda unplaced: unplaced.key)),
            nothing=sum(placed.placement.concept is Concept.NONE for placed in self._placed.values()),
        )

    def _make(self, placed: _Placed) -> Base | None:
        issue, rules, disposition = placed.issue, placed.rules, placed.placement.disposition
        match placed.placement.concept:
            case Concept.SCOPE_ITEM:
                chain = goal_chain(issue.key, self._parent_of, self._is_goal)
                return make_item(issue, rules, disposition, goals=chain)
            case Concept.GOAL:
                return make_goal(issue, rules, disposition)
            case Concept.RISK:
                return make_risk(issue, rules, disposition, actions=tuple(self._actions(issue.key)))
            case Concept.NONE | None:
                return None
            case _:
                return self._make_shared(placed)

    def _make_shared(self, placed: _Placed) -> Base:
        issue, rules, disposition = placed.issue, placed.rules, placed.placement.disposition
        match placed.placement.concept:
            case Concept.CHANGE_REQUEST:
                covers = self._covers(issue.key, rules)
                return make_change_request(issue, rules, disposition, covers=covers)
            case Concept.CLIENT_ACTION:
                held_up = held_up_by(issue.key, self._links.get(issue.key, ()))
                return make_client_action(issue, rules, disposition, holds_up=held_up)
            case Concept.DECISION:
                return make_decision(issue, rules, disposition)
            case _:
                linked = linked_to(issue.key, self._links.get(issue.key, ()))
                return make_feedback(issue, rules, disposition, linked=linked)

    def _actions(self, risk: str) -> Iterator[RiskAction]:
        """Yield what stands below a risk, whatever else it is."""
        for key in sorted(self._children.get(risk, ())):
            below = self._placed[key]
            yield make_risk_action(below.issue, below.rules, below.placement.disposition)

    def _unplaced(self) -> Iterator[Unplaced]:
        for issue in self._homeless:
            yield _unplaced(issue, f"its source {issue.source} has no rules")
        for placed in self._placed.values():
            if placed.placement.concept is None:
                yield _unplaced(placed.issue, reason_unplaced(placed.issue))
            elif placed.placement.claims:
                yield _unplaced(placed.issue, reason_ambiguous(placed.placement), ambiguous=True)

    def _covers(self, key: str, rules: Rules) -> tuple[str, ...]:
        return covered_by(
            key,
            rules,
            links=self._links.get(key, ()),
            children_of=lambda above: self._children.get(above, ()),
            is_container=self._is_container,
        )

    def _parent_of(self, key: str) -> str | None:
        placed = self._placed.get(key)
        return placed.issue.parent if placed else None

    def _is_goal(self, key: str) -> bool:
        return self._concept_of(key) is Concept.GOAL

    def _is_container(self, key: str) -> bool:
        return self._concept_of(key) in (Concept.GOAL, Concept.CHANGE_REQUEST)

    def _concept_of(self, key: str) -> Concept | None:
        placed = self._placed.get(key)
        return placed.placement.concept if placed else None


def _by_end(links: Iterable[Link]) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        found[link.a].append(link)
        if link.b != link.a:
            found[link.b].append(link)
    return found


def _unplaced(issue: Issue, reason: str, *, ambiguous: bool = False) -> Unplaced:
    return Unplaced(
        key=issue.key, ref=issue.ref, title=issue.title, type=issue.type, reason=reason, ambiguous=ambiguous
    )
