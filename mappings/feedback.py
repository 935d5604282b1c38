"""Feedback: what the client told us, of which class, how urgent, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from adapters.records import Issue, Link
from mappings.classify import shared_by_all
from mappings.concepts import Disposition, Feedback, FeedbackClass, Level, Stage
from mappings.predicates import folded, traits_of
from mappings.risks import level_of
from mappings.rules import KindWords, Rules, StateWords
from mappings.values import block_of, field_of, value_of

_CLASS_WORDS = {
    FeedbackClass.DEFECT: "defect|bug|error|fault|fehler|mangel|缺陷|故障|问题反馈",
    FeedbackClass.WISH: "wish|request|idea|suggestion|enhancement|wunsch|idee|vorschlag|愿望|建议|需求",
    FeedbackClass.QUESTION: "question|frage|疑问|提问|咨询",
    FeedbackClass.PRAISE: "praise|compliment|thanks|lob|dank|表扬|好评",
    FeedbackClass.COMPLAINT: "complaint|beschwerde|reklamation|投诉|抱怨",
}
_CLASSES = {word: found.value for found, words in _CLASS_WORDS.items() for word in words.split("|")}
_URGENT = frozenset({"urgent", "blocker", "asap", "dringend", "eilig", "紧急"})
_BY_DISPOSITION = {
    Disposition.OPEN: Stage.RECEIVED,
    Disposition.DOING: Stage.LOOKED_AT,
    Disposition.DONE: Stage.DONE,
    Disposition.DROPPED: Stage.DECLINED,
}
DISPOSITIONS = {
    Stage.RECEIVED: Disposition.OPEN,
    Stage.LOOKED_AT: Disposition.DOING,
    Stage.PLANNED: Disposition.DOING,
    Stage.DONE: Disposition.DONE,
    Stage.DECLINED: Disposition.DROPPED,
}
"""Where feedback stands as every record does, by its stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where feedback stands: the rules' own words, "" for none, and the stage."""

    words: str
    stage: Stage


def make_feedback(
    issue: Issue, rules: Rules, disposition: Disposition, *, linked: tuple[str, ...] = ()
) -> Feedback:
    """Make the feedback that an issue is.

    Args:
        issue: The issue.
        rules: The rules of its source.
        disposition: Where it stands.
        linked: Keys of the issues it is linked to.

    Returns:
        It has its own milestones, no priority, and none of the dates that only its history tells.
    """
    standing = standing_of(issue, rules, disposition)
    kind = _kind(issue, rules)
    return Feedback(
        **shared_by_all(issue, rules, disposition),
        state=standing.words,
        stage=standing.stage,
        kind=kind.name,
        kind_words=kind.words,
        urgency=urgency_of(value_of(issue, rules, "urgency")),
        linked=linked,
        milestones=issue.milestones,
        reason=value_of(issue, rules, "reason"),
        client_reason=field_of(issue, rules, "client_reason"),
        block_reason=block_of(issue, rules, "client_reason"),
    )


def standing_of(issue: Issue, rules: Rules, disposition: Disposition) -> Standing:
    """Say where feedback stands: by the first of `[feedback] states` that fits, else by its disposition."""
    traits = traits_of(issue, has_children=False)
    found = (state for state, predicate in rules.feedback_states if predicate.holds(traits))
    state = next(found, StateWords())
    return Standing(words=state.words, stage=state.stage or _BY_DISPOSITION[disposition])


def linked_to(key: str, links: Iterable[Link]) -> tuple[str, ...]:
    """Find the issues that one is linked to, in either direction: keys, ordered, each once."""
    ends = {end for link in links for end in (link.a, link.b) if key in {link.a, link.b}}
    return tuple(sorted(ends - {key}))


def urgency_of(text: str) -> Level | None:
    """Read how urgent somebody calls a thing, in English, German or Chinese words; None if unknown."""
    return Level.HIGH if folded(text) in _URGENT else level_of(text)


def class_of(text: str, rules: Rules) -> str:
    """Read a class: one of the rules by its name, or a word for one of `FeedbackClass`; "" if unknown."""
    plain = folded(text)
    own = {folded(kind.name): kind.name for kind, _ in rules.feedback_classes}
    return own.get(plain, "") or _CLASSES.get(plain, "")


def words_of_class(name: str, rules: Rules) -> str:
    """Return what the rules call a class for the client; "" where they say nothing."""
    return next((kind.words for kind, _ in rules.feedback_classes if kind.name == name and kind.words), "")


# ----------------------------------------------------------------------------------- private


def _kind(issue: Issue, rules: Rules) -> KindWords:
    """Find the class: by the first condition that fits, else by the mapped value."""
    traits = traits_of(issue, has_children=False)
    for kind, predicate in rules.feedback_classes:
        if predicate.holds(traits):
            return KindWords(name=kind.name, words=words_of_class(kind.name, rules))
    name = class_of(value_of(issue, rules, "feedback_class"), rules)
    return KindWords(name=name, words=words_of_class(name, rules))
