"""Risks: what may go wrong, how likely, how bad, and what is done about it."""

from __future__ import annotations

from adapters.records import Issue
from mappings.classify import shared_by_all
from mappings.concepts import Disposition, Level, Risk, RiskAction, Treatment
from mappings.predicates import folded
from mappings.rules import Rules
from mappings.values import block_of, day_of, field_of, value_of

_WORDS = {
    Level.LOW: (
        "low|very low|lowest|minor|trivial|rare|unlikely|small|"
        "niedrig|sehr niedrig|gering|selten|unwahrscheinlich|低|很低|较低"
    ),
    Level.MEDIUM: "medium|moderate|normal|possible|mittel|mäßig|möglich|中|中等",
    Level.HIGH: (
        "high|very high|highest|major|critical|severe|likely|almost certain|"
        "hoch|sehr hoch|kritisch|schwer|wahrscheinlich|高|很高|较高|严重"
    ),
}
_LEVELS = {word: level for level, words in _WORDS.items() for word in words.split("|")}
_TREATMENT_WORDS = {
    Treatment.AVOID: "avoid|avoidance|eliminate|vermeiden|规避|避免",
    Treatment.REDUCE: "reduce|mitigate|mitigation|reduction|vermindern|mindern|verringern|减轻|降低|缓解",
    Treatment.TRANSFER: "transfer|transference|insure|übertragen|abwälzen|转移",
    Treatment.ACCEPT: "accept|acceptance|retain|akzeptieren|tragen|接受",
    Treatment.SHARE: "share|sharing|teilen|分担",
}
_TREATMENTS = {word: found for found, words in _TREATMENT_WORDS.items() for word in words.split("|")}


def make_risk(
    issue: Issue, rules: Rules, disposition: Disposition, *, actions: tuple[RiskAction, ...] = ()
) -> Risk:
    """Make the risk that an issue is; `actions` are the issues below it."""
    return Risk(
        **shared_by_all(issue, rules, disposition),
        likelihood=level_of(value_of(issue, rules, "likelihood")),
        impact=level_of(value_of(issue, rules, "impact")),
        category=value_of(issue, rules, "category"),
        proximity_on=day_of(value_of(issue, rules, "proximity")),
        treatment=treatment_of(value_of(issue, rules, "treatment")),
        owner=value_of(issue, rules, "owner"),
        review_on=day_of(value_of(issue, rules, "review")),
        actions=actions,
        response=value_of(issue, rules, "response"),
        client_response=field_of(issue, rules, "client_response"),
        block_response=block_of(issue, rules, "client_response"),
    )


def level_of(text: str) -> Level | None:
    """Read a likelihood or impact in English, German or Chinese words.

    Returns:
        The level; None for an empty or unknown word, and for numbers, whose scale is unknown.
    """
    return _LEVELS.get(folded(text))


def make_risk_action(issue: Issue, rules: Rules, disposition: Disposition) -> RiskAction:
    """Make the step of a response that an issue below a risk is."""
    return RiskAction(**shared_by_all(issue, rules, disposition))


def treatment_of(text: str) -> Treatment | None:
    """Read how a risk is met, in English, German or Chinese words; None for an empty or unknown word."""
    return _TREATMENTS.get(folded(text))
