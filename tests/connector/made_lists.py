"""The lists of a made view: what the client owes, risks, decisions, requests, feedback."""

from __future__ import annotations

import datetime as dt

from connector.disclosure.view import (
    Code,
    DecisionView,
    FeedbackView,
    Link,
    NeedView,
    RequestView,
    RiskView,
    Tone,
)
from tests.connector.made_words import Pen

ANSWER = Link("mailto:rita@northwind.example?subject=%5B7f3a%5D")
BEFORE = dt.date(2026, 11, 9)
LATER = dt.date(2026, 12, 4)


def needs(pen: Pen, count: int) -> tuple[NeedView, ...]:
    """Make things the client owes; the first is late."""
    return tuple(
        NeedView(
            head=pen.head(f"need-{number}", f"Need {number}"),
            needed_by=pen.day(LATER),
            since=pen.day(BEFORE),
            waiting=pen.fixed("14 days"),
            late=not number,
            answer=ANSWER,
        )
        for number in range(count)
    )


def risks(pen: Pen, count: int) -> tuple[RiskView, ...]:
    """Make risks of every likelihood and impact."""
    levels = (
        pen.level(Code.LOW, Tone.NEUTRAL),
        pen.level(Code.MEDIUM, Tone.CAUTION),
        pen.level(Code.HIGH, Tone.BAD),
    )
    return tuple(
        RiskView(
            head=pen.head(
                f"risk-{number}", f"Risk {number}", pen.state("state.risks", Code.OPEN, Tone.CAUTION)
            ),
            likelihood=levels[number % 3],
            impact=levels[number // 3 % 3],
            response=pen.rich("We prepare a second way."),
        )
        for number in range(count)
    )


def decisions(pen: Pen, count: int) -> tuple[DecisionView, ...]:
    """Make decisions; every second is taken."""
    open_, taken = (
        pen.state("state.decisions", code, tone)
        for code, tone in ((Code.OPEN, Tone.CAUTION), (Code.DONE, Tone.DONE))
    )
    return tuple(
        DecisionView(
            head=pen.head(f"decision-{number}", f"Decision {number}", taken if number % 2 else open_),
            needed_by=None if number % 2 else pen.day(LATER),
            decided=pen.day(BEFORE) if number % 2 else None,
            answer=None if number % 2 else ANSWER,
        )
        for number in range(count)
    )


def requests(pen: Pen, count: int) -> tuple[RequestView, ...]:
    """Make requested changes in each state."""
    states = (
        pen.state("state.requests", Code.PROPOSED, Tone.CAUTION),
        pen.state("state.requests", Code.APPROVED, Tone.GOOD),
        pen.state("state.requests", Code.REJECTED, Tone.NEUTRAL),
    )
    return tuple(
        RequestView(
            head=pen.head(f"request-{number}", f"Request {number}", states[number % 3]),
            raised=pen.day(BEFORE),
        )
        for number in range(count)
    )


def feedback(pen: Pen, count: int) -> tuple[FeedbackView, ...]:
    """Make pieces of feedback in each state."""
    states = (
        pen.state("state.feedback", Code.OPEN, Tone.NEUTRAL),
        pen.state("state.feedback", Code.DOING, Tone.GOOD),
        pen.state("state.feedback", Code.DONE, Tone.DONE),
    )
    return tuple(
        FeedbackView(
            head=pen.head(f"feedback-{number}", f"Feedback {number}", states[number % 3]),
            received=pen.day(BEFORE),
        )
        for number in range(count)
    )
