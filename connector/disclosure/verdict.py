"""Words the verdict: is the project on track, and why, in words that hold for what was agreed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from connector.analysis.state import HealthStatus, ProjectState
from connector.disclosure.policy import Policy
from connector.disclosure.scribe import Origin, Scribe
from connector.disclosure.view import ClientText, Code, MilestoneView, Verdict

MOST_REASONS: Final = 4  # further ones are counted
_STATUS: Final = {status: Code(status.value) for status in HealthStatus}
_ORDER: Final = (  # what a client asks first: dates, then the work, then what is not known
    "overdue",
    "slipping",
    "scope_creep",
    "scope_dropped",
    "all_done",
    "within_tolerances",
    "no_dated_milestone",
    "no_complete_sync",
    "no_baseline",
)
_RANK: Final = {word: place for place, word in enumerate(_ORDER)}
_NAMED: Final = frozenset({"overdue", "slipping"})
_UNAGREED: Final = frozenset({Code.AT_RISK, Code.OFF_TRACK})  # their usual sentences speak of what was agreed
_NO_AGREEMENT: Final = "no_baseline"
_STALE: Final = "no_complete_sync"
_REASONS: Final = Origin(field="Health.reasons", rule="health.reasons")


def verdict(
    scribe: Scribe, policy: Policy, state: ProjectState, milestones: Mapping[str, MilestoneView]
) -> Verdict | None:
    """Say whether the project is on track, and why, in general words.

    Args:
        scribe: Makes the leaves.
        policy: Opens `health.state` and `health.reasons`.
        state: The state judged on what this audience may know of.
        milestones: The told milestones by their key: a reason names no other.
    """
    if not policy.shows("health", "state"):
        return None
    origin = Origin(field="Health.status", rule="health.state")
    code = _STATUS[state.health.status]
    return Verdict(
        state=scribe.state(code, origin, word="verdict.word"),
        sentence=scribe.fixed(f"verdict.sentence.{code.value}{_kind(code, state)}"),
        reasons=_reasons(scribe, state, milestones) if policy.shows("health", "reasons") else (),
    )


def _kind(code: Code, state: ProjectState) -> str:
    """Return which sentence of a verdict is true: where nothing is agreed, and where data is missing."""
    reasons = {reason.partition(" ")[0] for reason in state.health.reasons}
    if code is Code.UNKNOWN and reasons == {_STALE}:
        return ".stale"
    return ".unagreed" if _NO_AGREEMENT in reasons and code in _UNAGREED else ""


def _reasons(
    scribe: Scribe, state: ProjectState, milestones: Mapping[str, MilestoneView]
) -> tuple[ClientText, ...]:
    by_word: dict[str, list[MilestoneView | None]] = {}
    for reason in state.health.reasons:
        word, _, subject = reason.partition(" ")
        by_word.setdefault(word if word in _RANK else "other", []).append(milestones.get(subject))
    said = [
        text
        for word in sorted(by_word, key=lambda word: _RANK.get(word, len(_RANK)))
        for text in _said(scribe, word, by_word[word])
    ]
    if len(said) <= MOST_REASONS:
        return tuple(said)
    return (*said[:MOST_REASONS], scribe.counted("reason.more", len(said) - MOST_REASONS, _REASONS))


def _said(scribe: Scribe, word: str, milestones: list[MilestoneView | None]) -> Iterator[ClientText]:
    """Say one kind of reason: of named milestones together, of others once and in general."""
    named = [m for m in milestones if m is not None and m.head.title is not None]
    if word not in _NAMED or not named:
        yield scribe.fixed(f"reason.{word}")
        return
    yield _several(scribe, word, named) if len(named) > 1 else _single(scribe, word, named[0])
    if len(named) < len(milestones):
        yield scribe.fixed(f"reason.{word}")


def _single(scribe: Scribe, word: str, milestone: MilestoneView) -> ClientText:
    title, planned, remark = milestone.head.title, milestone.planned, milestone.remark
    if title is None:
        raise AssertionError("a milestone without a title is named nowhere")
    if planned is None:
        return scribe.fixed(f"reason.{word}.named", what=title)
    if word == "overdue":
        return scribe.fixed("reason.overdue.dated", what=title, day=planned.text)
    if remark is None:
        return scribe.fixed("reason.slipping.dated", what=title, day=planned.text)
    return scribe.fixed("reason.slipping.remarked", what=title, day=planned.text, remark=remark)


def _several(scribe: Scribe, word: str, milestones: list[MilestoneView]) -> ClientText:
    first, second = (m.head.title for m in milestones[:2])
    if first is None or second is None:
        raise AssertionError("a milestone without a title is named nowhere")
    if len(milestones) == 2:
        return scribe.fixed(f"reason.{word}.both", what=first, other=second)
    return scribe.counted(f"reason.{word}.several", len(milestones) - 2, _REASONS, what=first, other=second)
