"""Words the things that are told one by one: goals, needs, work, decisions, requests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from connector.analysis.state import GoalState, HealthStatus
from connector.disclosure.policy import Policy
from connector.disclosure.redaction import Redactions
from connector.disclosure.scribe import Origin, Scribe
from connector.disclosure.view import (
    ClientText,
    Code,
    Day,
    DecisionView,
    Entry,
    GoalView,
    NeedView,
    RequestView,
    RichText,
    State,
    WorkView,
)
from connector.disclosure.wording import UNWORDED, Worded, clean_line
from mappings.concepts import (
    Base,
    ChangeRequest,
    ClientAction,
    Decision,
    Disposition,
    Goal,
    Picture,
    ScopeItem,
    Verdict,
)

_C = TypeVar("_C", bound=Base)
Part = Literal["title", "text", "response", "options", "outcome", "reason"]
WORDING_FILE: Final = "wording file"  # the source of words that no tracker holds
_FAR: Final = dt.date.max
_HEALTH: Final = {status: Code(status.value) for status in HealthStatus}
_DISPOSITION: Final = {disposition: Code(disposition.value) for disposition in Disposition}
_VERDICT: Final = {verdict: Code(verdict.value) for verdict in Verdict}
CLOSED: Final = frozenset({Disposition.DONE, Disposition.DROPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Whose words tell a thing: in the policy's order, then the tracker's own if the policy opens them."""

    scribe: Scribe
    policy: Policy
    wording: Mapping[str, Worded]
    urls: Mapping[str, str]
    redactions: Redactions

    def title(self, concept: str, thing: Base) -> tuple[str, Origin] | None:
        """Return the title of a thing and its origin; None while there are no words for the client."""
        worded = self.worded(concept, thing, "title")
        if worded is not None or not self.policy.opens_title(concept, labels=thing.labels, kind=thing.type):
            return worded
        field = f"{type(thing).__name__}.title"
        text = self.redactions.text(thing.title, field=field, record=thing.key)
        return (text, Origin(field=field, record=thing.key, rule=f"{concept}.title")) if text else None

    def worded(self, concept: str, thing: Base, part: Part) -> tuple[str, Origin] | None:
        """Return what somebody wrote for the client, of the first place in the policy's order that has it.

        Args:
            concept: The concept's name in a policy.
            thing: What is told.
            part: Title, text, response, options, outcome or reason.
        """
        written = self.wording.get(thing.key, UNWORDED)
        name = type(thing).__name__
        places = {
            "field": (getattr(thing, f"client_{part}", ""), f"{name}.client_{part}"),
            "block": (getattr(thing, f"block_{part}", ""), f"{name}.block_{part}"),
            "file": (getattr(written, part), WORDING_FILE),
        }
        for text, field in (places[place] for place in self.policy.order):
            if clean_line(text):
                return text, Origin(field=field, record=thing.key, rule=f"{concept}.{part}")
        return None

    def rich(self, concept: str, thing: Base, part: Part) -> RichText | None:
        """Let out a longer text, if the policy opens it and somebody wrote one."""
        if not self.policy.shows(concept, part):
            return None
        worded = self.worded(concept, thing, part)
        return self.scribe.rich(*worded) if worded else None

    def told(self, concept: str, things: Iterable[_C]) -> tuple[_C, ...]:
        """Return the things of a concept that may be told one by one."""
        if not self.policy.is_told(concept):
            return ()
        return tuple(thing for thing in things if self.title(concept, thing) is not None)

    def open(self, concept: str, switch: str, thing: Base, field: str) -> Origin | None:
        """Return the origin of a field of a thing if the policy opens it."""
        if not self.policy.shows(concept, switch):
            return None
        return Origin(field=f"{type(thing).__name__}.{field}", record=thing.key, rule=f"{concept}.{switch}")

    def entry(self, concept: str, thing: Base, state: State | None = None) -> Entry:
        """Word what all told things share."""
        title = self.title(concept, thing)
        key = self.open(concept, "key", thing, "ref")
        link = self.open(concept, "link", thing, "url")
        url = self.urls.get(thing.key, "")
        return Entry(
            id=self.scribe.handle(thing.key, field=f"{type(thing).__name__}.key"),
            title=self.scribe.written(*title) if title and self.policy.shows(concept, "title") else None,
            text=self.rich(concept, thing, "text"),
            state=state,
            key=self.scribe.written(thing.ref, key) if key else None,
            link=self.scribe.link(url, link) if link and url.startswith("https://") else None,
        )

    def day(self, concept: str, switch: str, thing: Base, field: str) -> Day | None:
        """Let out a day or the local day of an instant, if it is known and open."""
        origin = self.open(concept, switch, thing, field)
        value = getattr(thing, field)
        if origin is None or value is None:
            return None
        if isinstance(value, dt.datetime):
            return self.scribe.local_day(value, origin)
        return self.scribe.day(value, origin)

    def state(self, concept: str, thing: Base, code: Code, field: str = "verdict") -> State | None:
        """Let out a state, worded for its concept."""
        origin = self.open(concept, "state", thing, field)
        return self.scribe.state(code, origin, word=f"state.{concept}") if origin else None

    def disposition(self, concept: str, thing: Base) -> State | None:
        """Let out where a thing stands."""
        return self.state(concept, thing, _DISPOSITION[thing.disposition], "disposition")


def tellable(policy: Policy, picture: Picture) -> Iterator[tuple[str, Base]]:
    """Yield what a page would tell one by one if it had words, each with its concept's name."""
    still_open = (Disposition.OPEN, Disposition.DOING)
    not_dropped = (*still_open, Disposition.DONE)
    groups: tuple[tuple[str, tuple[Base, ...], tuple[Disposition, ...]], ...] = (
        ("goals", picture.goals, not_dropped),
        ("actions", picture.client_actions, still_open),
        ("decisions", picture.decisions, tuple(Disposition)),
        ("risks", picture.risks, still_open),
        ("requests", picture.change_requests, tuple(Disposition)),
        ("feedback", picture.feedback, tuple(Disposition)),
        ("items", picture.items, not_dropped),
    )
    for concept, things, shown in groups:
        if policy.is_told(concept):
            yield from ((concept, thing) for thing in things if thing.disposition in shown)


def missing_words(words: Words, picture: Picture) -> int:
    """Count what would be told one by one if it had client words."""
    return sum(words.title(concept, thing) is None for concept, thing in tellable(words.policy, picture))


def goals(words: Words, goals: Iterable[Goal], states: Iterable[GoalState]) -> tuple[GoalView, ...]:
    """Word the goals: those to come, earliest first, then those that are complete."""
    judged = {state.key: state for state in states}
    views = (
        _goal(words, goal, judged[goal.key])
        for goal in words.told("goals", goals)
        if goal.key in judged and goal.disposition is not Disposition.DROPPED
    )
    return tuple(sorted(views, key=lambda view: (_is_complete(view), order(view.head, view.due))))


def _is_complete(view: GoalView) -> bool:
    return view.head.state is not None and view.head.state.code is Code.COMPLETE


def _goal(words: Words, goal: Goal, state_of: GoalState) -> GoalView:
    progress = words.open("goals", "progress", goal, "progress")
    due = words.open("goals", "due", goal, "due_on")
    state = words.state("goals", goal, _HEALTH[state_of.status], "status")
    return GoalView(
        head=words.entry("goals", goal, state),
        progress=words.scribe.progress(state_of.done, state_of.total, progress) if progress else None,
        due=words.scribe.day(state_of.due_on, due) if due and state_of.due_on else None,
    )


def needs(words: Words, actions: Iterable[ClientAction], *, today: dt.date) -> tuple[NeedView, ...]:
    """Word what the client owes us, the most urgent first."""
    open_ones = (action for action in words.told("actions", actions) if action.disposition not in CLOSED)
    views = (_need(words, action, today=today) for action in open_ones)
    return tuple(sorted(views, key=lambda view: order(view.head, view.needed_by, view.since)))


def _need(words: Words, action: ClientAction, *, today: dt.date) -> NeedView:
    since = words.day("actions", "waiting", action, "created_at")
    needed_by = words.day("actions", "needed_by", action, "needed_by")
    return NeedView(
        head=words.entry("actions", action, words.disposition("actions", action)),
        needed_by=needed_by,
        since=since,
        late=needed_by is not None and needed_by.on < today,
    )


def work(words: Words, items: Iterable[ScopeItem], goals: Iterable[GoalView]) -> tuple[WorkView, ...]:
    """Word the pieces of work that somebody worded for the client."""
    titles = {goal.head.id.value: goal.head.title for goal in goals}
    told = (item for item in words.told("items", items) if item.disposition is not Disposition.DROPPED)
    views = (_piece(words, item, titles) for item in told)
    return tuple(sorted(views, key=lambda view: order(view.head, None)))


def _piece(words: Words, item: ScopeItem, titles: Mapping[str, ClientText | None]) -> WorkView:
    size = words.open("items", "estimates", item, "size")
    goal = words.scribe.handle(item.goals[0], field="ScopeItem.goals").value if item.goals else ""
    return WorkView(
        head=words.entry("items", item, words.disposition("items", item)),
        goal=titles.get(goal) if words.policy.shows("items", "goal") else None,
        size=words.scribe.amount(words.policy.round_size(item.size), size)
        if size and item.size is not None
        else None,
    )


def decisions(words: Words, decisions: Iterable[Decision]) -> tuple[DecisionView, ...]:
    """Word the decisions: open ones by urgency, then those taken, the latest first."""
    views = [_decision(words, decision) for decision in words.told("decisions", decisions)]
    return tuple(sorted(views, key=lambda view: _standing(view.head, view.needed_by, view.decided)))


def _decision(words: Words, decision: Decision) -> DecisionView:
    is_taken = decision.disposition in CLOSED
    return DecisionView(
        head=words.entry("decisions", decision, words.disposition("decisions", decision)),
        needed_by=None if is_taken else words.day("decisions", "needed_by", decision, "needed_by"),
        decided=_decided(words, decision) if is_taken else None,
        options=None if is_taken else words.rich("decisions", decision, "options"),
        outcome=words.rich("decisions", decision, "outcome") if is_taken else None,
    )


def _decided(words: Words, decision: Decision) -> Day | None:
    """Let out when a decision was taken: the day somebody wrote, else when it was closed."""
    field = "closed_at" if decision.decided_on is None else "decided_on"
    return words.day("decisions", "decided", decision, field)


def requests(words: Words, requests: Iterable[ChangeRequest]) -> tuple[RequestView, ...]:
    """Word the requests to change what was agreed: undecided ones first, then the latest."""
    views = [_request(words, request) for request in words.told("requests", requests)]
    return tuple(sorted(views, key=lambda view: _standing(view.head, view.raised, view.decided)))


def _request(words: Words, request: ChangeRequest) -> RequestView:
    return RequestView(
        head=words.entry("requests", request, words.state("requests", request, _VERDICT[request.verdict])),
        raised=words.day("requests", "raised", request, "created_at"),
        decided=words.day("requests", "decided", request, "decided_at"),
    )


def finished(words: Words, picture: Picture) -> Mapping[str, ClientText]:
    """Return title by id of the needs and risks that are over: news to those who were told of them."""
    pairs: list[tuple[str, Base]] = [
        ("actions", action) for action in words.told("actions", picture.client_actions)
    ]
    pairs += [("risks", risk) for risk in words.told("risks", picture.risks)]
    heads = [words.entry(concept, thing) for concept, thing in pairs if thing.disposition is Disposition.DONE]
    return {head.id.value: head.title for head in heads if head.title}


def order(head: Entry, *days: Day | None) -> tuple[object, ...]:
    """Order by disclosed values alone: a hidden one must not move anything."""
    return (*(day.on if day else _FAR for day in days), *named(head))


def _standing(head: Entry, waiting: Day | None, decided: Day | None) -> tuple[object, ...]:
    since = -decided.on.toordinal() if decided else 0
    return (decided is not None, since, waiting.on if waiting else _FAR, *named(head))


def named(head: Entry) -> tuple[str, str]:
    """Order by title, and then by id."""
    return (head.title.value if head.title else "", head.id.value)
