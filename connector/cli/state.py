"""Commands that look: status, explain, unmapped. Internal output."""

from __future__ import annotations

import enum
import json
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.analysis.state import ProjectState
    from connector.cli.tables import Overview
    from connector.pipeline.workspace import Project, Workspace


class Level(enum.StrEnum):
    """Levels of deviations, in rising order."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(status)
    app.command()(explain)
    app.command()(unmapped)


def status(
    context: typer.Context,
    project: Annotated[
        str | None, typer.Argument(metavar="[PROJECT]", help="Key; one line each without.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="A day (its end), or an instant.")
    ] = None,
    as_json: session.AsJson = False,
    whole: Annotated[
        bool, typer.Option("--all", help="Also what is finished, and every row of long lists.")
    ] = False,
    fail_on: Annotated[
        Level | None, typer.Option("--fail-on", help="Exit 5 if a deviation is at this level or above.")
    ] = None,
) -> None:
    """Show the PM's internal view. Never for a client."""
    with session.opened(context) as workspace:
        chosen = workspace.projects([project] if project else [])
        states = [_judged(workspace, one, as_of) for one in chosen]
        if as_json:
            documents = [_document(workspace, state) for state in states]
            session.say(documents[0] if project else f"[{', '.join(documents)}]")
        elif project:
            _show(workspace, states[0], whole=whole)
        else:
            _show_all(workspace, states)
        _warn_of_deliveries(workspace, chosen)
    _fail(states, fail_on)


def _warn_of_deliveries(workspace: Workspace, chosen: Sequence[Project]) -> None:
    from connector.pipeline.mailing import standing

    for project in chosen:
        for line in standing(workspace, project):
            session.warn(line)


def explain(
    context: typer.Context,
    project: session.ProjectKey,
    key: Annotated[str, typer.Argument(metavar="KEY", help="Ref (APO-77, apollo#12) or key of an issue.")],
) -> None:
    """Tell why an issue landed where it did, its ledger entries, and what each audience may see."""
    from connector.pipeline.explaining import explanation

    with session.opened(context) as workspace:
        session.say("\n".join(explanation(workspace, workspace.project(project), key)))


def unmapped(context: typer.Context, project: session.ProjectKey, as_json: session.AsJson = False) -> None:
    """List records that no rule placed, and ambiguous ones."""
    from connector.pipeline.judging import judge_project

    with session.opened(context) as workspace:
        found = judge_project(workspace, workspace.project(project), as_of=workspace.now()).picture.unplaced
    if as_json:
        rows = [
            {
                "key": one.key,
                "item": one.ref,
                "title": one.title,
                "type": one.type,
                "reason": one.reason,
                "ambiguous": one.ambiguous,
            }
            for one in found
        ]
        document = {"schema": "clientview.unmapped/1", "project": project, "records": rows}
        session.say(json.dumps(document, ensure_ascii=False, indent=2))
        return
    session.say(f"{len(found)} unmapped")
    for one in found:
        session.say(f"  {one.ref} [{one.type}] {one.title}: {one.reason}")


def _judged(workspace: Workspace, project: Project, as_of: str | None) -> ProjectState:
    from connector.pipeline.judging import judge_project
    from connector.pipeline.moments import moment

    at = moment(as_of, timezone=project.timezone, now=workspace.now(), option="--as-of")
    return judge_project(workspace, project, as_of=at, with_forecasts=True)


def _document(workspace: Workspace, state: ProjectState) -> str:
    from connector.pipeline.status import status_json

    return status_json(state, workspace.refs(state.project))


def _show(workspace: Workspace, state: ProjectState, *, whole: bool) -> None:
    from connector.cli import tables

    last_edition = _last_edition(workspace, state.project)
    tables.console().print(tables.project_view(state, last_edition=last_edition, whole=whole))


def _show_all(workspace: Workspace, states: list[ProjectState]) -> None:
    from connector.cli import tables

    tables.console().print(tables.overview([_overview(workspace, state) for state in states]))


def _overview(workspace: Workspace, state: ProjectState) -> Overview:
    from connector.alerts.decide import is_open
    from connector.cli.tables import Overview

    alerts = workspace.store.alerts.load(state.project)
    return Overview(
        state=state,
        last_edition=_last_edition(workspace, state.project),
        open_alerts=sum(is_open(alert) for alert in alerts),
    )


def _last_edition(workspace: Workspace, key: str) -> str:
    found = workspace.store.editions.list(key)
    if not found:
        return "none"
    latest = max(found, key=lambda edition: edition.published_at)
    return f"{latest.number} of {latest.published_at:%Y-%m-%d}"


def _fail(states: list[ProjectState], fail_on: Level | None) -> None:
    """Raise if a deviation is at the asked level or above."""
    if fail_on is None:
        return
    from connector.errors import DeviationFoundError

    levels = list(Level)
    bad = levels[levels.index(fail_on) :]
    found = [f"{s.project}: {d.id}" for s in states for d in s.deviations if d.severity.value in bad]
    if found:
        raise DeviationFoundError(f"at level {fail_on.value} or above: {', '.join(found)}")
