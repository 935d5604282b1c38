"""What is closed stays closed, thing by thing: each switch, each state, each title of a tracker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from adapters.records import MilestoneStatus
from connector.analysis.facts import Agreement
from connector.analysis.state import Move
from connector.disclosure.known import Known
from connector.disclosure.policy import Policy
from connector.disclosure.projector import project_for_client
from connector.disclosure.view import ClientView, Entry
from connector.errors import SafetyError
from mappings.concepts import Base, Disposition, Level, Verdict
from tests.connector import disclosure_ahead as ahead
from tests.connector import disclosure_sample as sample

PICTURE = sample.PICTURE
MADE = sample.at("2026-10-05")
GROUPS: Mapping[str, str] = {
    "risks": "risks",
    "actions": "client_actions",
    "decisions": "decisions",
    "requests": "change_requests",
    "feedback": "feedback",
    "items": "items",
}
PARTS: Mapping[str, str] = {"actions": "needs", "items": "work"}
WORDED = {
    "client_title": "for the client",
    "client_text": "a client text",
    "created_at": MADE,
    "closed_at": MADE,
}


def thing(concept: str, **more: object) -> Base:
    """Return one thing of a concept with client words and every day it may have."""
    first: Base = getattr(PICTURE, GROUPS[concept])[0]
    fields = {name: value for name, value in {**WORDED, **more}.items() if hasattr(first, name)}
    return replace(first, **fields)  # type: ignore[arg-type]  # fields of the thing, by name


def policy(**show: tuple[str, ...]) -> Policy:
    """Return a policy that opens these fields of these concepts, and nothing else."""
    return sample.policy(
        show={concept: frozenset(names) for concept, names in show.items()},
        tracker_titles=frozenset(),
    )


def shown(made: Policy, concept: str, *things: Base, **more: object) -> ClientView:
    """Project a project that has these things of a concept and no others."""
    picture = replace(PICTURE, **{GROUPS[concept]: things})  # type: ignore[arg-type]  # of the concept
    return sample.projection(state=replace(sample.STATE, picture=picture), policy=made, **more).view


def heads(view: ClientView, concept: str) -> list[Entry]:
    """Return what the things of a concept share."""
    return [each.head for each in getattr(view, PARTS.get(concept, concept))]


@pytest.mark.parametrize("concept", GROUPS)
def test_each_field_of_a_thing_needs_its_own_switch(concept: str) -> None:
    """With the state alone open, neither title, text, key nor link is told, though all are known."""
    one = thing(concept)
    urls = {one.key: "https://jira.tern.example/browse/KITE-1"}
    (closed,) = heads(shown(policy(**{concept: ("state",)}), concept, one, urls=urls), concept)
    assert (closed.title, closed.text, closed.key, closed.link) == (None, None, None, None)
    names = ("title", "text", "key", "link")
    opened = shown(policy(**{concept: names}), concept, one, urls=urls)
    (head,) = heads(opened, concept)
    assert (str(head.title), head.state) == ("for the client", None)
    assert (str(head.key), str(head.link)) == (one.ref, urls[one.key])


@pytest.mark.parametrize("address", ["http://jira.tern.example/KITE-1", "", "ftp://x.example/https://"])
def test_only_an_encrypted_address_becomes_a_link(address: str) -> None:
    """An address that does not begin with `https://` is told nobody."""
    one = thing("risks")
    (head,) = heads(shown(policy(risks=("title", "link")), "risks", one, urls={one.key: address}), "risks")
    assert head.link is None


@pytest.mark.parametrize("concept", GROUPS)
def test_without_words_for_the_client_a_thing_is_not_told(concept: str) -> None:
    """Everything open, but nobody wrote for the client: neither the thing nor its number is told."""
    opened = policy(**{concept: ("title", "text", "state", "key")})
    assert heads(shown(opened, concept, thing(concept, client_title="")), concept) == []


@pytest.mark.parametrize("concept", GROUPS)
def test_a_concept_that_is_closed_is_not_told(concept: str) -> None:
    """Client words open nothing where the policy names no field of the concept."""
    assert heads(shown(policy(health=("state",)), concept, thing(concept)), concept) == []


@pytest.mark.parametrize(
    ("concept", "over"),
    [
        ("risks", (Disposition.DONE, Disposition.DROPPED)),
        ("actions", (Disposition.DONE, Disposition.DROPPED)),
        ("items", (Disposition.DROPPED,)),
    ],
)
def test_what_is_over_is_not_told(concept: str, over: tuple[Disposition, ...]) -> None:
    """Needs and risks that are closed, and work that was dropped, are no longer on the page."""
    things = [
        replace(thing(concept), key=f"jira:issue:{place}", disposition=each)
        for place, each in enumerate(Disposition)
    ]
    told = heads(shown(policy(**{concept: ("title", "state")}), concept, *things), concept)
    assert len(told) == len(Disposition) - len(over)
    assert not {str(head.state and head.state.code.value) for head in told} & {each.value for each in over}


def test_a_goal_that_was_dropped_or_not_judged_is_not_told() -> None:
    """Only goals that stand and that the state judges are told."""
    first, second, third, _ = PICTURE.goals
    picture = replace(PICTURE, goals=(first, replace(second, disposition=Disposition.DROPPED), third))
    state = replace(sample.STATE, picture=picture, goals=sample.GOAL_STATES[:2])
    assert [str(each.head.title) for each in sample.projection(state=state).view.goals] == [first.title]


def test_progress_and_day_of_a_goal_need_their_switches() -> None:
    """A goal's state opens neither how much of it is done nor when it is due."""
    made = sample.policy(show={"goals": frozenset({"title", "state"})})
    assert {(each.progress, each.due) for each in sample.projection(policy=made).view.goals} == {(None, None)}


def test_days_need_their_switches() -> None:
    """Every day of a need, a decision, a request or a feedback is closed unless it is named."""
    need, decision = thing("actions"), thing("decisions", disposition=Disposition.DONE)
    request = thing("requests", decided_at=MADE, verdict=Verdict.APPROVED)
    (seen,) = shown(policy(actions=("title", "state")), "actions", need).needs
    assert (seen.needed_by, seen.since, seen.waiting, seen.late) == (None, None, None, False)
    (taken,) = shown(policy(decisions=("title", "state")), "decisions", decision).decisions
    assert (taken.needed_by, taken.decided) == (None, None)
    (asked,) = shown(policy(requests=("title", "state")), "requests", request).requests
    assert (asked.raised, asked.decided) == (None, None)
    (heard,) = shown(policy(feedback=("title", "state")), "feedback", thing("feedback")).feedback
    assert heard.received is None


def test_a_decision_tells_the_day_that_fits_its_state() -> None:
    """An open one tells by when it is needed, one that was taken when: never both."""
    both = policy(decisions=("title", "needed_by", "decided"))
    for disposition, has_needed_by in (
        (Disposition.OPEN, True),
        (Disposition.DOING, True),
        (Disposition.DONE, False),
        (Disposition.DROPPED, False),
    ):
        (one,) = shown(both, "decisions", thing("decisions", disposition=disposition)).decisions
        assert (one.needed_by is not None, one.decided is not None) == (has_needed_by, not has_needed_by)


def test_the_judgements_of_a_risk_need_their_switches() -> None:
    """Likelihood, impact and response are closed unless each is named."""
    risk = thing("risks", likelihood=Level.HIGH, impact=Level.LOW, client_response="We wait.")
    (closed,) = shown(policy(risks=("title", "text", "state")), "risks", risk).risks
    assert (closed.likelihood, closed.impact, closed.response) == (None, None, None)
    for name in ("likelihood", "impact", "response"):
        (opened,) = shown(policy(risks=("title", name)), "risks", risk).risks
        told = {part for part in ("likelihood", "impact", "response") if getattr(opened, part) is not None}
        assert told == {name}


def test_the_goal_and_size_of_a_piece_of_work_need_their_switches() -> None:
    """Work in words tells neither its goal nor its estimate, unless the policy names them."""
    item = thing("items", size=7.0)
    show = {"goals": frozenset({"title"}), "items": frozenset({"title"})}
    plain = sample.policy(show=show)
    (closed,) = shown(plain, "items", item).work
    assert (closed.goal, closed.size) == (None, None)
    opened = replace(plain, show={**show, "items": frozenset({"title", "goal", "estimates"})}, size_step=5.0)
    (told,) = shown(opened, "items", item).work
    assert (str(told.goal), told.size and told.size.value) == (PICTURE.goals[1].title, 5.0)


def test_needs_and_risks_that_ended_are_news_by_their_title_alone() -> None:
    """What is over is told once more to those who knew of it, and only where the title is open."""
    risk = thing("risks")
    open_titles, closed_titles = policy(risks=("title", "state")), policy(risks=("state",))
    for made, told in ((open_titles, True), (closed_titles, False)):
        before = shown(made, "risks", risk)
        ended = shown(made, "risks", replace(risk, disposition=Disposition.DONE), previous=before)
        assert any("for the client" in str(each.sentence) for each in ended.changes.entries) is told


# ------------------------------------------------------------------------------- titles of the tracker


KNOWN = Known(names={"anna": (("anna", "schmidt"),)}, prefixes=frozenset({"KITE"}))


def test_a_title_of_the_tracker_is_redacted_wherever_it_is_opened() -> None:
    """Goals and milestones that show their own titles lose people, keys and money; client words do not."""
    goal = replace(PICTURE.goals[0], title="Search for Anna Schmidt, KITE-9, 500 EUR")
    dated = sample.milestone(9, "Beta of Anna Schmidt, 500 EUR", due_on=sample.day("2027-01-29"))
    state = replace(sample.STATE, milestones=(dated,), picture=replace(PICTURE, goals=(goal,)))
    projection = sample.projection(state=state, known=KNOWN)
    view = projection.view
    assert str(view.goals[0].head.title) == "Search for [removed], [removed], [removed]"
    assert str(view.milestones[0].head.title) == "Beta of [removed], [removed]"
    assert len(projection.redacted) == 2
    rich = replace(sample.policy(), show={**sample.policy().show, "money": frozenset({"amounts"})})
    told = sample.projection(state=state, known=KNOWN, policy=rich).view
    assert str(told.goals[0].head.title) == "Search for [removed], [removed], 500 EUR"


def test_a_title_of_which_nothing_is_left_is_closed() -> None:
    """Not told without a title either: that would say that there is something."""
    goal = replace(PICTURE.goals[0], title="KITE-9 Anna Schmidt", client_title="")
    state = replace(sample.STATE, picture=replace(PICTURE, goals=(goal,)))
    assert sample.projection(state=state, known=KNOWN).view.goals == ()


def test_milestones_need_both_their_own_titles_and_a_switch() -> None:
    """Without words that were agreed, or without an open field, no milestone is told."""
    assert sample.projection().view.milestones
    assert sample.projection(policy=sample.policy(tracker_titles=frozenset({"goals"}))).view.milestones == ()
    closed = sample.policy(show={"goals": frozenset({"title"})})
    assert sample.projection(policy=closed).view.milestones == ()


def test_each_field_of_a_milestone_needs_its_own_switch() -> None:
    """With the title alone open, no state, date, move, reserve, forecast, order or number is told."""
    made = ahead.with_switches(ahead.given().policy, "milestones", "title")
    for one in ahead.view(policy=made).milestones:
        assert one.head.title is not None
        assert one.head.state is None
        days = (one.promised, one.agreed, one.planned, one.actual, one.starts, one.reserve_until)
        assert days == (None,) * 6
        assert (one.forecast, one.progress, one.remark, one.after, one.moves) == (None, None, None, (), ())


def test_a_milestone_nobody_was_promised_and_that_ended_or_holds_nothing_is_not_told() -> None:
    """A cancelled version is told where its date was promised; an empty one without any date never is."""
    cancelled = sample.milestone(
        31, "Old", status=MilestoneStatus.CANCELLED, due_on=sample.day("2027-01-29"), total=3
    )
    empty = sample.milestone(32, "Some day")
    state = replace(sample.STATE, milestones=(cancelled, empty))
    assert sample.projection(state=state, agreement=Agreement()).view.milestones == ()
    promised = Agreement(told={cancelled.key: ((sample.at("2026-09-01"), sample.day("2027-01-29")),)})
    (told,) = sample.projection(state=state, agreement=promised).view.milestones
    assert str(told.head.title) == "Old"


@pytest.mark.parametrize("seen_on", ["2026-10-02", "2026-10-03"])
def test_moves_do_not_tell_the_day_of_a_release(seen_on: str) -> None:
    """A tracker that writes the day of a release over the planned one moved nothing: moves keep silent."""
    rewritten = Move(
        seen_at=sample.at(seen_on), from_on=sample.day("2026-10-09"), to_on=sample.day("2026-10-02")
    )
    one = replace(sample.MILESTONES[1], moves=(*sample.MILESTONES[1].moves, rewritten))
    made = ahead.with_switches(sample.policy(), "milestones", "title", "moves")
    (told,) = sample.projection(state=replace(sample.STATE, milestones=(one,)), policy=made).view.milestones
    assert [str(move.after and move.after.on) for move in told.moves] == ["2026-10-02"]
    assert [str(move.before and move.before.on) for move in told.moves] == ["2026-09-25"]


def test_what_was_told_later_than_the_state_is_no_promise_of_it() -> None:
    """An edition tells what was promised until the instant it is about, not after."""
    key = sample.MILESTONES[3].key
    late = Agreement(told={key: ((sample.at("2026-12-24"), sample.day("2027-01-15")),)})
    assert {each.promised for each in sample.projection(agreement=late).view.milestones} == {None}


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"security": "Board"}, id="a security level"),
        pytest.param({"labels": ("web", "internal")}, id="an internal label"),
        pytest.param({"labels": ("tell-first",)}, id="a talk that is still to come"),
    ],
)
@pytest.mark.parametrize("group", [*GROUPS.values(), "goals"])
def test_a_state_that_holds_what_is_withheld_is_refused(group: str, more: dict[str, object]) -> None:
    """Of every concept: nothing is made of a state that was judged with what this audience may not know."""
    held = replace(getattr(PICTURE, group)[-1], **more)
    things = (*getattr(PICTURE, group)[:-1], held)
    picture = replace(PICTURE, **{group: things})  # type: ignore[arg-type]  # of that group
    made = sample.given(
        replace(sample.STATE, picture=picture), policy=sample.policy(tell_first=("tell-first",))
    )
    with pytest.raises(SafetyError, match="found 1 issues to be withheld"):
        project_for_client(made)
