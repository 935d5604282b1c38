"""Words the risks that may be told, and the steps of what is done about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from connector.disclosure.scribe import Origin
from connector.disclosure.told import CLOSED, Words, order
from connector.disclosure.view import Code, Entry, RiskView, State, StepView
from mappings.concepts import Level, Risk, RiskAction, Treatment

_LEVEL: Final = {level: Code(level.value) for level in Level}
_TREATMENT: Final = {treatment: Code(treatment.value) for treatment in Treatment}
_STEPS: Final = "steps"


def risks(words: Words, risks: Iterable[Risk]) -> tuple[RiskView, ...]:
    """Word the risks that are still open, the gravest first."""
    views = [_risk(words, risk) for risk in words.told("risks", risks) if risk.disposition not in CLOSED]
    return tuple(sorted(views, key=lambda view: (-_weight(view), order(view.head, None))))


def _risk(words: Words, risk: Risk) -> RiskView:
    return RiskView(
        head=words.entry("risks", risk, words.disposition("risks", risk)),
        likelihood=_level(words, risk, risk.likelihood, "likelihood"),
        impact=_level(words, risk, risk.impact, "impact"),
        response=words.rich("risks", risk, "response"),
        treatment=_treatment(words, risk),
        proximity=words.day("risks", "proximity", risk, "proximity_on"),
        review=words.day("risks", "review", risk, "review_on"),
        steps=tuple(sorted(_steps(words, risk), key=lambda view: order(view.head, view.due))),
    )


def _level(words: Words, risk: Risk, level: Level | None, switch: str) -> State | None:
    origin = words.open("risks", switch, risk, switch)
    return words.scribe.state(_LEVEL[level], origin, word="level") if origin and level else None


def _treatment(words: Words, risk: Risk) -> State | None:
    origin = words.open("risks", "treatment", risk, "treatment")
    if origin is None or risk.treatment is None:
        return None
    return words.scribe.state(_TREATMENT[risk.treatment], origin, word="treatment")


def _steps(words: Words, risk: Risk) -> Iterator[StepView]:
    """Yield the steps that somebody wrote client words for; the others are not even counted."""
    if not words.policy.shows("risks", _STEPS):
        return
    for action in risk.actions:
        written = words.worded("risks", action, "title")
        if written is not None:
            yield StepView(
                head=_head(words, action, written), due=words.day("risks", _STEPS, action, "due_on")
            )


def _head(words: Words, action: RiskAction, written: tuple[str, Origin]) -> Entry:
    text, origin = written
    return Entry(
        id=words.scribe.handle(action.key, field="RiskAction.key"),
        title=words.scribe.written(text, replace(origin, rule=f"risks.{_STEPS}")),
        state=_state(words, action),
    )


def _state(words: Words, action: RiskAction) -> State | None:
    origin = words.open("risks", _STEPS, action, "disposition")
    code = Code(action.disposition.value)
    return words.scribe.state(code, origin, word="state.items") if origin else None


def _weight(view: RiskView) -> int:
    ranks = {Code.LOW: 1, Code.MEDIUM: 2, Code.HIGH: 3}
    return sum(ranks[level.code] for level in (view.likelihood, view.impact) if level)
