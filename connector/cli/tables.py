"""The PM's view as text: tables for a terminal, plain when piped. Internal."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table

from adapters.records import MilestoneStatus
from connector.analysis.state import (
    PROJECT,
    Deviation,
    Fact,
    GoalState,
    HealthStatus,
    MilestoneState,
    ProjectState,
    QualityKind,
    QualityNote,
    ScopeRow,
    Severity,
)
from connector.analysis.walk import ITEMS
from connector.cli import date_tables, risk_tables
from connector.cli.layout import at as _at
from connector.cli.layout import day as _day
from connector.cli.layout import signed as _signed
from connector.cli.layout import table as _table
from mappings.concepts import Disposition

_DOUBTS: Mapping[QualityKind, str] = {
    QualityKind.MISSING_ESTIMATE: "without an estimate",
    QualityKind.ORPHAN: "in no milestone and no goal",
    QualityKind.DONE_WITHOUT_RESOLUTION: "done without a resolution",
    QualityKind.MILESTONE_WITHOUT_DATE: "open milestones without a date",
    QualityKind.RELEASED_WITH_OPEN_ISSUES: "released milestones with open work",
    QualityKind.DATE_IN_THE_PAST: "open though due in the past",
    QualityKind.MIXED_TIME_ZONES: "days told in different time zones",
    QualityKind.UNREADABLE: "could not be read",
}  # unmapped ones have a line of their own
_HEALTH_STYLE = {
    "on_track": "green",
    "at_risk": "yellow",
    "off_track": "red",
    "complete": "green",
    "unknown": "dim",
}
_SEVERITY_STYLE = {Severity.INFO: "blue", Severity.WARNING: "yellow", Severity.CRITICAL: "red"}
_WORDS = {
    "scope_creep": "{unapproved} on {baseline} agreed, {ratio}, tolerance {tolerance}: {items}",
    "scope_dropped": "{removed} of {baseline} agreed: {items}",
    "slipping": "{days} working days later than {agreed_on}: now {due_on}",
    "overdue": "due {due_on}, {days} working days ago; {open} open",
    "buffer": "{used_ratio} of {days} working days used, {done_ratio} of the work done",
    "silently_at_risk": "85 % date {p85_on}, {days} working days beyond {limit_on}",
    "volatile": "{moves} moves, {turns} turns, {total_days} working days in all, {net_days} net",
    "sync_failed": "{reason}",
    "guard_tripped": "{reason}",
}
MOST_ROWS = 12  # of a table, unless everything is asked for
_NAMED = 3  # items or objects that a line names
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


def project_view(state: ProjectState, *, last_edition: str, whole: bool = False) -> RenderableType:
    """Return what `status PROJECT` shows: a screen, or everything.

    Args:
        state: The project as it was judged.
        last_edition: `3 of 2026-11-20`, or `none`.
        whole: Also what is finished, every row of long lists, and scope in every unit.
    """
    held = state.baseline
    baseline = "none: `clientview baseline set` records what was agreed"
    if held is not None:
        baseline = f"{held.number}, agreed {held.on_at:%Y-%m-%d} by {held.approved_by}"
    head = [
        f"[bold]{escape(state.name)}[/bold] ({escape(state.project)}) as of {_at(state.as_of)}",
        f"health: {_health(state)}  {escape('; '.join(reasons(state)))}",
        f"baseline: {escape(baseline)}   last edition: {escape(last_edition)}",
    ]
    live = state if whole else unfinished(state)
    most, most_worst = (None, None) if whole else (MOST_ROWS, 2 * MOST_ROWS)
    worst = sorted(state.deviations, key=lambda d: -list(Severity).index(d.severity))
    return Group(
        *head,
        *_section("Sources", _sources(state)),
        *_section("Goals", _goals(live.goals[:most]), _rest(state.goals, live.goals, most)),
        *_section(
            "Milestones",
            _milestones(live.milestones[:most]),
            _rest(state.milestones, live.milestones, most),
        ),
        *date_tables.kept(state.execution),
        *_section("Dates", date_tables.outlooks(state, live.milestones[:most])),
        *_section("Sprints", date_tables.sprints(state.sprints)),
        *_section("Promises", date_tables.promises(state.milestones if whole else ())),
        *_section("Scope", _scope(state, live.scope[:most]), _rest((), live.scope, most)),
        *_section(
            "Risks",
            risk_tables.risks(live.picture.risks[:most], state.register),
            _rest((), live.picture.risks, most),
        ),
        *risk_tables.exposure(state),
        *_section("Raised by the records", risk_tables.raised(state.register)),
        *_section("Out of tolerance", deviations(worst[:most_worst]), _rest((), worst, most_worst)),
        f"unmapped: {len(state.picture.unplaced)}",
        *(escape(line) for line in quality_lines(state.quality)),
    )


def quality_lines(notes: Sequence[QualityNote]) -> Iterator[str]:
    """Tell what makes the records unreliable, a line each."""
    for note in notes:
        if words := _DOUBTS.get(note.kind):
            rest = ", …" if note.count > len(note.examples) else ""
            yield f"{words}: {note.count} ({', '.join(note.examples)}{rest})"


def reasons(state: ProjectState) -> Sequence[str]:
    """Put the reasons of a verdict into words, one for each rule, with the names of what is concerned."""
    names = _names(state)
    about: dict[str, list[str]] = {}
    for reason in state.health.reasons:
        rule, _, key = reason.partition(" ")
        about.setdefault(rule, []).extend([names.get(key, key)] if key else [])
    return [f"{rule.replace('_', ' ')}{_listed(objects)}" for rule, objects in about.items()]


def unfinished(state: ProjectState) -> ProjectState:
    """Leave out what is finished, and scope rows of it; of the others, scope in items.

    The project's own rows stay in every unit.
    """
    goals = tuple(goal for goal in state.goals if goal.status is not HealthStatus.COMPLETE)
    milestones = tuple(one for one in state.milestones if one.status is MilestoneStatus.OPEN)
    shown = {goal.key for goal in goals} | {one.key for one in milestones}
    scope = tuple(
        row
        for row in state.scope
        if row.container == PROJECT or (row.container in shown and row.unit == ITEMS)
    )
    live = (Disposition.OPEN, Disposition.DOING)
    risks = tuple(risk for risk in state.picture.risks if risk.disposition in live)
    picture = replace(state.picture, risks=risks)
    ordered = (
        *(row for row in scope if row.container == PROJECT),
        *(row for row in scope if row.container != PROJECT),
    )
    return replace(state, goals=goals, milestones=milestones, scope=ordered, picture=picture)


def deviations(found: Iterable[Deviation]) -> Table:
    """Return a table of deviations, in the order given."""
    table = _table("level", "rule", "where", "since", "facts")
    for deviation in found:
        style = _SEVERITY_STYLE[deviation.severity]
        where = deviation.object_name or deviation.object
        table.add_row(
            f"[{style}]{deviation.severity.value}[/{style}]",
            deviation.rule,
            escape(where),
            _at(deviation.since),
            escape(_facts(deviation)),
        )
    return table


def _facts(deviation: Deviation) -> str:
    """Tell what a deviation rests on, in a line; what has no words of its own, name by name."""
    facts = {name: _fact(value) for name, value in deviation.facts.items() if value is not None}
    ratio, tolerance = deviation.facts.get("ratio"), deviation.facts.get("tolerance")
    if isinstance(ratio, float) and isinstance(tolerance, float):
        facts |= {"ratio": f"{ratio:.1%}", "tolerance": f"{tolerance:.1%}"}
    facts |= {
        name: f"{value:.0%}"
        for name in ("used_ratio", "done_ratio")
        if isinstance(value := deviation.facts.get(name), float)
    }
    words = _WORDS.get(deviation.rule)
    if words is None or not set(_places(words)) <= set(facts):
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items())
    return words.format(**facts)


def _fact(value: Fact) -> str:
    if isinstance(value, tuple):
        return ", ".join(value[:_NAMED]) + (", …" if len(value) > _NAMED else "")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _places(words: str) -> Iterable[str]:
    return (name for _, name, _, _ in string.Formatter().parse(words) if name)


def _names(state: ProjectState) -> Mapping[str, str]:
    goals = {goal.key: goal.title for goal in state.goals}
    return {one.key: one.name for one in state.milestones} | goals | {PROJECT: "the project"}


def _listed(names: Sequence[str]) -> str:
    if not names:
        return ""
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f" ({', '.join(names[:_NAMED])}{rest})"


def _rest(every: Sequence[object], live: Sequence[object], most: int | None) -> str:
    """Say what a table leaves out, "" if nothing."""
    cut = 0 if most is None else max(0, len(live) - most)
    finished = max(0, len(every) - len(live))
    parts = [f"{cut} more" if cut else "", f"{finished} finished" if finished else ""]
    told = ", ".join(part for part in parts if part)
    return f"and {told}; --all shows them" if told else ""


def _section(title: str, table: Table, rest: str = "") -> Sequence[RenderableType]:
    if not table.row_count and not rest:
        return ()
    parts: list[RenderableType] = ["", f"[bold]{title}[/bold]"]
    return (*parts, *([table] if table.row_count else []), *([rest] if rest else []))


def _sources(state: ProjectState) -> Table:
    table = _table("source", "issues", "last read well", "")
    for source in state.sources:
        last = "never" if source.last_success_at is None else _at(source.last_success_at)
        table.add_row(escape(source.name), str(source.issues), last, escape(source.failure))
    return table


def _goals(goals: Iterable[GoalState]) -> Table:
    table = _table("goal", "title", "done", "status")
    for goal in goals:
        table.add_row(escape(goal.ref), escape(goal.title), f"{goal.done} of {goal.total}", goal.status.value)
    return table


def _milestones(milestones: Iterable[MilestoneState]) -> Table:
    columns = ("milestone", "class", "first promised", "agreed", "tracker", "actual", "slip", "done")
    table = _table(*columns)
    for milestone in milestones:
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


def _scope(state: ProjectState, rows: Iterable[ScopeRow]) -> Table:
    columns = ("container", "unit", "agreed", "approved +", "unapproved +", "removed", "re-est.", "in", "out")
    table = _table(*columns, "now", "creep")
    names = {**_names(state), PROJECT: PROJECT}
    for row in rows:
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


def _next_milestone(state: ProjectState) -> MilestoneState | None:
    dated = [m for m in state.milestones if m.status.value == "open" and m.due_on is not None]
    return min(dated, key=lambda m: (m.due_on or dt.date.max, m.key), default=None)


def _project_creep(state: ProjectState) -> float | None:
    return next((row.creep_ratio for row in state.scope if row.container == PROJECT), None)


def _health(state: ProjectState) -> str:
    status = state.health.status.value
    return f"[{_HEALTH_STYLE[status]}]{status}[/]"


def _percent(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.1%}"
