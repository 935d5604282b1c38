"""The risk register as text: how grave each risk is, where it goes, what is due. Internal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from rich.markup import escape
from rich.table import Table

from connector.analysis.register import TREND_DAYS, RaisedRisk, Register, RegisteredRisk
from connector.analysis.rulebook import BY_NAME
from connector.analysis.state import ProjectState
from connector.cli.layout import day, table
from mappings.concepts import Risk

MOST = 9  # of exposure: high times high


def risks(found: Iterable[Risk], kept: Register) -> Table:
    """Return a line for each risk: ratings, exposure and where it goes, response, what is due."""
    told = table("risk", "title", "likelihood", "impact", "exposure", "response", "due", "state")
    for risk in found:
        one = kept.of(risk.key)
        told.add_row(
            escape(risk.ref),
            escape(risk.title),
            risk.likelihood.value if risk.likelihood else "-",
            risk.impact.value if risk.impact else "-",
            _exposure(one),
            risk.treatment.value if risk.treatment else "-",
            escape("; ".join(_due(risk, one)) or "-"),
            risk.disposition.value,
        )
    return told


def exposure(state: ProjectState) -> tuple[str, ...]:
    """Say how exposed the project is, now and four weeks ago; nothing where no risk is rated."""
    points = state.register.total
    if not points:
        return ()
    before = [one.exposure for one in points if one.at <= state.as_of - dt.timedelta(days=TREND_DAYS)]
    past = f" ({TREND_DAYS} days ago {before[-1]})" if before else ""
    return (f"exposure of all rated risks: {points[-1].exposure}{past}",)


def raised(kept: Register) -> Table:
    """Return a line for each risk that the records raise, with the rule that did."""
    told = table("risk", "rule", "category", "since", "facts")
    for risk in kept.raised:
        since = "-" if risk.since is None else day(risk.since.date())
        told.add_row(escape(risk.title), risk.rule, risk.category, since, escape(_facts(risk)))
    return told


def _exposure(one: RegisteredRisk | None) -> str:
    if one is None or one.exposure is None:
        return "-"
    return f"{one.exposure} of {MOST}" + (f", {one.direction.value}" if one.direction else "")


def _due(risk: Risk, one: RegisteredRisk | None) -> Iterator[str]:
    if one is not None and one.is_review_due:
        yield f"review since {day(risk.review_on)}"
    if one is not None and one.overdue_actions:
        yield f"overdue: {', '.join(one.overdue_actions)}"


def _facts(risk: RaisedRisk) -> str:
    """Write what a risk rests on; those of a deviation stand with it."""
    if risk.rule in BY_NAME:
        return "see out of tolerance"
    return ", ".join(
        f"{name} {', '.join(value) if isinstance(value, tuple) else value}"
        for name, value in risk.facts.items()
        if value not in (None, (), "")
    )
