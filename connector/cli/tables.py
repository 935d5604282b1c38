"""The PM's view as text: tables for a terminal, plain when piped. Internal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table

from connector.analysis.state import PROJECT, Deviation, MilestoneState, ProjectState, ScopeRow, Severity

_HEALTH_STYLE = {
    "on_track": "green",
    "at_risk": "yellow",
    "off_track": "red",
    "complete": "green",
    "unknown": "dim",
}
_SEVERITY_STYLE = {Severity.INFO: "blue", Severity.WARNING: "yellow", Severity.CRITICAL: "red"}
_PIPED_WIDTH = 160  # columns when stdout is no terminal, so that no cell is cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What one line of `status` tells of a project besides its state."""

    state: ProjectState
    last_edition: str  # `3 of 2026-11-20`, or `none`
    open_alerts: int


def console() -> Console:
    """Return the console for people's text on stdout."""
    out = Console(highlight=False)
    return out if out.is_terminal else Console(highlight=False, width=_PIPED_WIDTH)


def overview(projects: Sequence[Overview]) -> Table:
    """Return one line for each project."""
    table = _table("project", "health", "next milestone", "creep", "slip", "last edition", "alerts")
    for project in projects:
        state = project.state
        upcoming = _next_milestone(state)
        table.add_row(
            escape(state.project),
            _health(state),
            "none" if upcoming is None else escape(f"{upcoming.name} {_day(upcoming.due_on)}"),
            _percent(_project_creep(state)),
            "-" if upcoming is None else _signed(upcoming.variance_baseline),
            project.last_edition,
            str(project.open_alerts),
        )
    return table


def project_view(state: ProjectState, *, last_edition: str) -> RenderableType:
    """Return everything `status PROJECT` shows."""
    held = state.baseline
    baseline = "none: `clientview baseline set` records what was agreed"
    if held is not None:
        baseline = f"{held.number}, agreed {held.on_at:%Y-%m-%d} by {held.approved_by}"
    head = [
        f"[bold]{escape(state.name)}[/bold] ({escape(state.project)}) as of {_at(state.as_of)}",
        f"health: {_health(state)}  {escape('; '.join(state.health.reasons))}",
        f"baseline: {escape(baseline)}   last edition: {escape(last_edition)}",
    ]
    return Group(
        *head,
        *_section("Sources", _sources(state)),
        *_section("Goals", _goals(state)),
        *_section("Milestones", _milestones(state)),
        *_section("Scope", _scope(state)),
        *_section("Risks", _risks(state)),
        *_section("Out of tolerance", deviations(state.deviations)),
        f"unmapped: {len(state.picture.unplaced)}",
    )


def deviations(found: Iterable[Deviation]) -> Table:
    """Return a table of deviations, in the order given."""
    table = _table("level", "rule", "where", "since", "facts")
    for deviation in found:
        style = _SEVERITY_STYLE[deviation.severity]
        facts = ", ".join(f"{name} {value}" for name, value in deviation.facts.items() if value is not None)
        where = deviation.object_name or deviation.object
        table.add_row(
            f"[{style}]{deviation.severity.value}[/{style}]",
            deviation.rule,
            escape(where),
            _at(deviation.since),
            escape(facts),
        )
    return table


def _section(title: str, table: Table) -> Sequence[RenderableType]:
    return ("", f"[bold]{title}[/bold]", table) if table.row_count else ()


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _sources(state: ProjectState) -> Table:
    table = _table("source", "issues", "last read well", "")
    for source in state.sources:
        last = "never" if source.last_success_at is None else _at(source.last_success_at)
        table.add_row(escape(source.name), str(source.issues), last, escape(source.failure))
    return table


def _goals(state: ProjectState) -> Table:
    table = _table("goal", "title", "done", "status")
    for goal in state.goals:
        table.add_row(escape(goal.ref), escape(goal.title), f"{goal.done} of {goal.total}", goal.status.value)
    return table


def _milestones(state: ProjectState) -> Table:
    columns = ("milestone", "class", "first promised", "agreed", "tracker", "actual", "slip", "done")
    table = _table(*columns)
    for milestone in state.milestones:
        table.add_row(
            escape(milestone.name),
            milestone.milestone_class.value,
            _day(milestone.first_promised_on),
            _day(milestone.baseline_on),
            _day(milestone.due_on),
            _day(milestone.actual_on),
            _signed(milestone.variance_baseline),
            f"{milestone.done} of {milestone.total}",
        )
    return table


def _scope(state: ProjectState) -> Table:
    columns = ("container", "unit", "agreed", "approved +", "unapproved +", "removed", "re-est.", "in", "out")
    table = _table(*columns, "now", "creep")
    names = {m.key: m.name for m in state.milestones} | {g.key: g.title for g in state.goals}
    for row in state.scope:
        table.add_row(escape(names.get(row.container, row.container)), row.unit, *_figures(row))
    return table


def _figures(row: ScopeRow) -> Sequence[str]:
    figures = (
        row.baseline,
        row.approved_added,
        row.unapproved_added,
        row.removed,
        row.reestimated,
        row.transferred_in,
        row.transferred_out,
        row.current,
    )
    return [*("-" if figure is None else f"{figure:g}" for figure in figures), _percent(row.creep_ratio)]


def _risks(state: ProjectState) -> Table:
    table = _table("risk", "title", "likelihood", "impact", "state")
    for risk in state.picture.risks:
        likelihood = "-" if risk.likelihood is None else risk.likelihood.value
        impact = "-" if risk.impact is None else risk.impact.value
        table.add_row(escape(risk.ref), escape(risk.title), likelihood, impact, risk.disposition.value)
    return table


def _next_milestone(state: ProjectState) -> MilestoneState | None:
    dated = [m for m in state.milestones if m.status.value == "open" and m.due_on is not None]
    return min(dated, key=lambda m: (m.due_on or dt.date.max, m.key), default=None)


def _project_creep(state: ProjectState) -> float | None:
    return next((row.creep_ratio for row in state.scope if row.container == PROJECT), None)


def _health(state: ProjectState) -> str:
    status = state.health.status.value
    return f"[{_HEALTH_STYLE[status]}]{status}[/]"


def _day(day: dt.date | None) -> str:
    return "-" if day is None else day.isoformat()


def _at(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"


def _percent(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.1%}"


def _signed(days: int | None) -> str:
    return "-" if days is None else f"{days:+d} wd"
