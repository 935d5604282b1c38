"""Commands of the PM's alerts: list, ack, silence, unsilence, backtest, test."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import session

if TYPE_CHECKING:
    from connector.pipeline.workspace import Project, Workspace

EXIT_UNDELIVERED = 1


@dataclass(frozen=True, slots=True)
class _Listed:
    project: str
    alerts: list[dict[str, str]]
    messages: list[dict[str, str | int]]
    silences: list[dict[str, str | int]]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    commands.command("list")(list_)
    commands.command()(ack)
    commands.command()(silence)
    commands.command()(unsilence)
    commands.command()(backtest)
    commands.command()(test)
    app.add_typer(
        commands, name="alerts", help="What the PM is told: list, ack, silence, unsilence, backtest, test."
    )


def list_(
    context: typer.Context,
    project: Annotated[str | None, typer.Argument(metavar="[PROJECT]", help="Key; all without.")] = None,
    as_json: session.AsJson = False,
) -> None:
    """List open alerts, and messages that have not gone out with the reason."""
    with session.opened(context) as workspace:
        found = [_listed(workspace, one) for one in workspace.projects([project] if project else [])]
    if as_json:
        session.say(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        session.say("\n".join(_lines(one)))


def ack(
    context: typer.Context,
    project: session.ProjectKey,
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="As listed: rule:object.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who knows of it; the user without.")] = "",
) -> None:
    """Say that an alert is known; it is told again only if it gets worse or ends."""
    from connector.pipeline.acknowledging import acknowledge

    with session.opened(context) as workspace:
        name = acknowledge(workspace, workspace.project(project), alert, by=by.strip())
    session.say(f"{alert} acknowledged by {name}")


def silence(
    context: typer.Context,
    project: session.ProjectKey,
    alert: Annotated[
        str, typer.Argument(metavar="[ALERT]", help="rule:object, or a rule; every alert without.")
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="DATE", help="Its end; of a day, its last instant.")
    ] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why nobody is to be told.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so; the user without.")] = "",
) -> None:
    """Tell nobody of some alerts for a while; what still stands then is told at its end."""
    from connector.pipeline.parts import iso
    from connector.pipeline.silencing import Wish
    from connector.pipeline.silencing import silence as keep

    with session.opened(context) as workspace:
        wish = Wish(alert=alert, until=until, by=by, reason=reason)
        kept = keep(workspace, workspace.project(project), wish)
    session.say(
        f"{alert or 'every alert'} of {project} silenced until {iso(kept.until)} by {kept.by}: {kept.reason}"
    )


def unsilence(
    context: typer.Context,
    project: session.ProjectKey,
    number: Annotated[int, typer.Argument(metavar="N", help="As `alerts list` shows it.")],
) -> None:
    """End a silence now."""
    with session.opened(context) as workspace:
        workspace.store.silences.end(workspace.project(project).key, number, at=workspace.now())
    session.say(f"silence {number} of {project} ended")


def backtest(
    context: typer.Context,
    project: session.ProjectKey,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="The first look; a year ago without.")
    ] = None,
    every: Annotated[
        str, typer.Option("--every", metavar="7d", help="Days (7d) or weeks (2w) between two looks.")
    ] = "7d",
    as_json: session.AsJson = False,
) -> None:
    """Run the rules over the project's past: what would have been told when, and with which limits."""
    from zoneinfo import ZoneInfo

    from connector.pipeline.backtesting import rhythm
    from connector.pipeline.moments import past
    from connector.pipeline.rehearsing import document, lines, rehearse_alerts

    with session.opened(context) as workspace:
        found = workspace.project(project)
        first = since and past(since, timezone=found.timezone, now=workspace.now(), option="--since")
        told = rehearse_alerts(workspace, found, since=first or None, every_days=rhythm(every))
        zone = ZoneInfo(found.alerts_timezone)
    session.say(
        json.dumps(document(told), ensure_ascii=False, indent=2) if as_json else "\n".join(lines(told, zone))
    )


def test(context: typer.Context, project: session.ProjectKey) -> None:
    """Send a test message to every channel of a project, now."""
    from connector.alerts.deliver import trial

    failed = False
    with session.opened(context) as workspace:
        found = workspace.project(project)
        route = workspace.route(found)
        if not route.to:
            session.warn(f"project {found.key} has no channel: add `to` under [project.alerts]")
        for channel in route.to:
            sent = trial(route, channel, found.settings.title, now=workspace.now())
            session.say(f"{channel}: {'sent' if sent.ok else f'not sent: {sent.reason}'}")
            failed = failed or not sent.ok
    session.finish(EXIT_UNDELIVERED if failed or not route.to else 0)


def _listed(workspace: Workspace, project: Project) -> _Listed:
    from connector.alerts.decide import is_open
    from connector.alerts.deliver import waiting
    from connector.pipeline.parts import iso

    alerts: list[dict[str, str]] = [
        {
            "id": f"{alert.rule}:{alert.object}",
            "name": alert.object_name,
            "severity": alert.severity.value,
            "phase": alert.phase.value,
            "since": iso(alert.since),
            "changed_at": iso(alert.changed_at),
            "acknowledged_by": alert.acknowledged_by,
        }
        for alert in workspace.store.alerts.load(project.key)
        if is_open(alert)
    ]
    messages: list[dict[str, str | int]] = [
        {
            "channel": message.channel,
            "subject": message.subject,
            "state": message.state.value,
            "attempts": message.attempts,
            "next_at": iso(message.next_at),
            "last_error": message.last_error,
        }
        for message in waiting(workspace.store, project.key)
    ]
    return _Listed(project.key, alerts, messages, _silences(workspace, project))


def _silences(workspace: Workspace, project: Project) -> list[dict[str, str | int]]:
    from connector.pipeline.parts import iso

    return [
        {
            "number": one.id,
            "rule": one.rule,
            "object": one.object,
            "until": iso(one.until),
            "by": one.by,
            "reason": one.reason,
        }
        for one in workspace.store.silences.holding(project.key, now=workspace.now())
    ]


def _lines(one: _Listed) -> list[str]:
    alerts = [f"  {a['severity']} {a['id']} {a['name']} since {a['since']} {a['phase']}" for a in one.alerts]
    messages = [
        f"  {m['state']} {m['channel']} {m['subject']}: {m['last_error'] or 'not tried yet'}"
        for m in one.messages
    ]
    silences = [f"  {_silence_line(each)}" for each in one.silences]
    head = f"{one.project}: {len(alerts)} open alerts, {len(messages)} messages not gone out"
    return [head, *alerts, *messages, *silences]


def _silence_line(one: dict[str, str | int]) -> str:
    what = f"{one['rule'] or 'every rule'} of {one['object'] or 'everything'}"
    return f"silence {one['number']}: {what} until {one['until']} by {one['by']}: {one['reason']}"
