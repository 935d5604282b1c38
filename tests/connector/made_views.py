"""Client views of any size, in which every part of the page shows. Nobody in them exists."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from connector.disclosure.view import (
    BurnPoint,
    BurnUpView,
    ChangeKind,
    Changes,
    ChangeView,
    ClientView,
    Code,
    ContactView,
    EditionView,
    ForecastView,
    GoalView,
    Link,
    MilestoneView,
    MoveView,
    ProofView,
    ScopeLine,
    ScopePart,
    ScopeView,
    SourceView,
    StageView,
    Tone,
    TrendLineView,
    TrendPoint,
    Verdict,
    WorkView,
)
from tests.connector import made_lists
from tests.connector.made_words import Pen

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
WEEKS = 8  # of history that trend and scope over time show


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How much of everything a view has, and what people wrote in it.

    `things` counts needs, risks, decisions, requests and pieces of feedback, each of them. `title`
    stands in place of everything that people wrote. The first milestone is due on `first_on`, each
    further one `step_days` later.
    """

    language: str = "en"
    goals: int = 4
    milestones: int = 5
    things: int = 3
    work: int = 4
    first_on: dt.date = dt.date(2026, 10, 9)
    step_days: int = 28
    title: str = ""


def made_view(shape: Shape) -> ClientView:
    """Make a view of that shape; the same for the same shape."""
    pen = Pen(shape.language, shape.title)
    milestones = _milestones(pen, shape)
    return ClientView(
        language=pen.fixed(shape.language),
        direction=pen.fixed("ltr"),
        project=pen.wrote("Kite web shop"),
        client=pen.wrote("Tern & Sons"),
        publisher=pen.wrote("Northwind Studio"),
        timezone=pen.fixed("Europe/Berlin"),
        clock=pen.fixed("Central European Time"),
        edition=_edition(pen),
        verdict=_verdict(pen),
        note=pen.rich("We met **twice** this week.\n\nThe texts are the last thing we wait for."),
        changes=_changes(pen, shape.things),
        needs=made_lists.needs(pen, shape.things),
        stages=_stages(pen, milestones),
        goals=_goals(pen, shape.goals),
        milestones=milestones,
        trend=_trend(milestones),
        scope=_scope(pen, shape.work) if shape.work else (),
        burn_up=_burn_up(pen, shape.work) if shape.work else None,
        work=_work(pen, shape.work),
        risks=made_lists.risks(pen, shape.things),
        decisions=made_lists.decisions(pen, shape.things),
        requests=made_lists.requests(pen, shape.things),
        feedback=made_lists.feedback(pen, shape.things),
        sources=(_source(pen),),
        contact=ContactView(name=pen.wrote("Rita Falk"), link=Link("mailto:rita@northwind.example")),
        proof=ProofView(key=pen.fixed("1f0a 77c2 90be 41d5"), link=Link("https://n.example/key.pem")),
        ticks=pen.ticks(milestones),
        texts=pen.texts,
    )


def _edition(pen: Pen) -> EditionView:
    return EditionView(
        number=pen.amount(7),
        label=pen.fixed("Edition 7"),
        published=pen.moment(NOW),
        today=pen.day(NOW.date()),
        fingerprint=pen.fixed("9c1d 02ff 5b7e 6a10"),
        as_of=pen.moment(NOW),
        next_on=pen.day(dt.date(2026, 11, 30)),
        review_on=pen.day(dt.date(2026, 12, 2)),
        answer=made_lists.ANSWER,
    )


def _verdict(pen: Pen) -> Verdict:
    return Verdict(
        state=pen.state("verdict.word", Code.AT_RISK, Tone.CAUTION),
        sentence=pen.said("verdict.sentence.at_risk"),
        reasons=(pen.said("reason.slipping"),),
    )


def _changes(pen: Pen, count: int) -> Changes:
    entries = tuple(
        ChangeView(
            kind=ChangeKind.DATE,
            word=pen.fixed("Date"),
            what=pen.wrote(f"Step {number}"),
            sentence=pen.wrote(f"Step {number} moved by a week."),
            before=pen.day(dt.date(2026, 12, 4)).text,
            after=pen.day(dt.date(2026, 12, 11)).text,
        )
        for number in range(count)
    )
    return Changes(
        since=pen.day(dt.date(2026, 11, 16)), sentence=pen.fixed("Since 16 November."), entries=entries
    )


def _goals(pen: Pen, count: int) -> tuple[GoalView, ...]:
    states = (
        (Code.COMPLETE, Tone.DONE, 14),
        (Code.AT_RISK, Tone.CAUTION, 9),
        (Code.ON_TRACK, Tone.GOOD, 5),
    )
    return tuple(
        GoalView(
            head=pen.head(
                f"goal-{number}", f"Goal {number}", pen.state("state.goals", *states[number % 3][:2])
            ),
            progress=pen.progress(states[number % 3][2], 14),
            due=pen.day(dt.date(2027, 1, 29)),
        )
        for number in range(count)
    )


def _milestones(pen: Pen, shape: Shape) -> tuple[MilestoneView, ...]:
    return tuple(_milestone(pen, shape, number) for number in range(shape.milestones))


def _milestone(pen: Pen, shape: Shape, number: int) -> MilestoneView:
    agreed_on = shape.first_on + dt.timedelta(days=number * shape.step_days)
    planned_on = agreed_on + dt.timedelta(days=14 * (number % 3 == 1))
    is_over = agreed_on < NOW.date()
    state = (
        pen.state("state.milestones", Code.DONE, Tone.DONE)
        if is_over
        else pen.state("state.milestones", Code.SLIPPING, Tone.CAUTION)
    )
    agreed, planned = pen.day(agreed_on), pen.day(planned_on)
    return MilestoneView(
        head=pen.head(f"milestone-{number}", f"Milestone {number}", state),
        starts=pen.day(agreed_on - dt.timedelta(days=30)),
        promised=agreed,
        agreed=agreed,
        planned=planned,
        actual=planned if is_over else None,
        forecast=None if is_over else _forecast(pen, planned_on),
        reserve_until=pen.day(planned_on + dt.timedelta(days=14)),
        after=(pen.fixed(f"milestone-{number - 1}"),) if number else (),
        moves=(MoveView(before=agreed, after=planned),) if agreed != planned else (),
        progress=pen.progress(number % 9, 9),
    )


def _forecast(pen: Pen, planned_on: dt.date) -> ForecastView:
    early, late = pen.day(planned_on - dt.timedelta(days=2)), pen.day(planned_on + dt.timedelta(days=19))
    return ForecastView(
        sentence=pen.fixed(f"Likely between {early.text} and {late.text}."),
        early=early,
        late=late,
        basis=pen.fixed("Such dates held in 17 of 20 cases here."),
    )


def _stages(pen: Pen, milestones: tuple[MilestoneView, ...]) -> tuple[StageView, ...]:
    return tuple(
        StageView(
            milestone=each.head.id,
            title=each.head.title or pen.fixed(""),
            day=each.planned,
            needs=(pen.wrote("Three people who test it"),),
        )
        for each in milestones
        if each.actual is None
    )[:5]


def _trend(milestones: tuple[MilestoneView, ...]) -> tuple[TrendLineView, ...]:
    return tuple(
        TrendLineView(
            milestone=each.head.id,
            title=each.head.title,
            points=tuple(
                TrendPoint(seen=Pen.plain(NOW.date() - dt.timedelta(weeks=week)), day=shown)
                for week in range(WEEKS, -1, -1)
                if (shown := each.agreed if week > WEEKS // 2 else each.planned)
            ),
        )
        for each in milestones
        if each.head.title
    )[:8]


def _scope(pen: Pen, total: int) -> tuple[ScopeView, ...]:
    amounts = {
        ScopePart.AGREED: total - 1,
        ScopePart.APPROVED: 2,
        ScopePart.UNDECIDED: 1,
        ScopePart.TAKEN_OUT: 2,
        ScopePart.CURRENT: total,
        ScopePart.DONE: total // 2,
    }
    lines = tuple(
        ScopeLine(
            part=part,
            label=pen.said(f"scope.{part.value}"),
            amount=pen.amount(value),
            explanation=pen.said(f"scope.{part.value}.why"),
        )
        for part, value in amounts.items()
    )
    share = pen.progress(total // 2, total)
    return (
        ScopeView(
            unit=pen.said("unit.items"),
            agreed_on=pen.day(dt.date(2026, 9, 1)),
            lines=lines,
            is_sum=True,
            share=share,
        ),
    )


def _burn_up(pen: Pen, total: int) -> BurnUpView:
    return BurnUpView(
        unit=pen.said("unit.items"),
        points=tuple(
            BurnPoint(
                on=pen.day(NOW.date() - dt.timedelta(weeks=WEEKS - week)),
                agreed=pen.amount(total - 1) if week else None,
                total=pen.amount(total - 1 + week // 4),
                done=pen.amount(total * week // (2 * WEEKS)),
            )
            for week in range(WEEKS + 1)
        ),
    )


def _work(pen: Pen, count: int) -> tuple[WorkView, ...]:
    return tuple(
        WorkView(
            head=pen.head(
                f"work-{number}", f"Work {number}", pen.state("state.items", Code.DOING, Tone.NEUTRAL)
            ),
            goal=pen.wrote(f"Goal {number % 4}"),
        )
        for number in range(count)
    )


def _source(pen: Pen) -> SourceView:
    label = pen.said("source.jira")
    return SourceView(label=label, as_of=pen.moment(NOW), sentence=label)
