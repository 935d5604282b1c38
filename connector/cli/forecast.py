"""Commands about dates to come: forecast, backtest. Internal output."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import session

if TYPE_CHECKING:
    from connector.analysis.forecast.simulate import Capacity
    from connector.pipeline.forecast_document import (
        BacktestDocument,
        FiguresPart,
        ForecastDocument,
        MovedPart,
        OutlookPart,
        WhatIfPart,
    )
    from connector.pipeline.forecasting import Question
    from connector.pipeline.workspace import Project, Workspace

_CAPACITY = re.compile(r"([+-]\d{1,4})\s*%(?::(\d{1,4}))?")
_RAMP_DAYS = 28  # until people who come are of full use, where nothing else is said


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(forecast)
    app.command()(backtest)


def forecast(  # noqa: PLR0913, PLR0917 - the parameters of a command are its options
    context: typer.Context,
    project: session.ProjectKey,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="A day (its end), or an instant.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Also why the dates moved since then.")
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option("--drop", metavar="KEY", help="What if this item were left out.")
    ] = None,
    close: Annotated[
        list[str] | None, typer.Option("--close", metavar="KEY", help="What if nothing waited for this item.")
    ] = None,
    move: Annotated[
        list[str] | None,
        typer.Option("--move", metavar="MILESTONE=DATE", help="What if it were planned for that day."),
    ] = None,
    capacity: Annotated[
        str | None,
        typer.Option("--capacity", metavar="+20%[:DAYS]", help="What if the pace rose, after so many days."),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--all", help="Also what lies idle: no date, and nothing happened for 90 days.")
    ] = False,
    as_json: session.AsJson = False,
) -> None:
    """Say when open milestones will be done, how sure that is, and what it rests on. Never for a client."""
    from connector.pipeline.forecasting import Question, answer

    with session.opened(context) as workspace:
        chosen = workspace.project(project)
        at = _moment(workspace, chosen, as_of, "--as-of")
        question = Question(
            as_of=at,
            since=None if since is None else _moment(workspace, chosen, since, "--since"),
            drop=tuple(drop or ()),
            close=tuple(close or ()),
            move=dict(map(_move, move or ())),
            capacity=_capacity(capacity),
            whole=whole,
        )
        _refuse_disorder(question)
        document = answer(workspace, chosen, question)
    session.say(
        document.model_dump_json(by_alias=True, indent=2)
        if as_json
        else "\n".join(_lines(document, whole=whole))
    )


def backtest(
    context: typer.Context,
    project: session.ProjectKey,
    every: Annotated[
        str | None, typer.Option("--every", metavar="7d", help="Days (7d) or weeks (2w) between two looks.")
    ] = None,
    days: Annotated[
        Path | None, typer.Option("--days", metavar="FILE", help="The days to look at, one a line.")
    ] = None,
    jsonl: Annotated[
        Path | None, typer.Option("--jsonl", metavar="FILE", help="Write every forecast as a line of JSON.")
    ] = None,
    as_json: session.AsJson = False,
) -> None:
    """Replay the project's own past: how often its dates held, beside other ways to forecast."""
    from connector.errors import UsageError
    from connector.pipeline.backtesting import backtest as run
    from connector.pipeline.backtesting import read_days, rhythm, write_rows

    if every is not None and days is not None:
        raise UsageError("found both --every and --days; expected one of them")
    with session.opened(context) as workspace:
        chosen = workspace.project(project)
        today = _today(workspace, chosen)
        looked_at = () if days is None else read_days(days, today=today)
        found = run(workspace, chosen, every=rhythm(every or "7d"), days=looked_at)
    if jsonl is not None:
        write_rows(jsonl, found.rows)
    document = found.document
    session.say(document.model_dump_json(by_alias=True, indent=2) if as_json else "\n".join(_table(document)))


# ------------------------------------------------------------------------------------ reading


def _moment(workspace: Workspace, project: Project, text: str | None, option: str) -> dt.datetime:
    from connector.pipeline.moments import moment

    return moment(text, timezone=project.timezone, now=workspace.now(), option=option)


def _today(workspace: Workspace, project: Project) -> dt.date:
    from zoneinfo import ZoneInfo

    return workspace.now().astimezone(ZoneInfo(project.timezone)).date()


def _move(text: str) -> tuple[str, dt.date]:
    """Read `MILESTONE=DATE`; a name may hold `=`, a day does not."""
    from connector.errors import UsageError

    name, _, day = text.rpartition("=")
    try:
        return name.strip(), dt.date.fromisoformat(day.strip())
    except ValueError as exc:
        raise UsageError(
            f"--move: found {text!r}; expected a milestone's name or key and a day, such as R1=2026-11-23"
        ) from exc


def _capacity(text: str | None) -> Capacity:
    from connector.analysis.forecast.simulate import AS_IT_IS, Capacity
    from connector.errors import UsageError

    if text is None:
        return AS_IT_IS
    found = _CAPACITY.fullmatch(text.strip())
    if found is None or int(found[1]) <= -100:
        raise UsageError(
            f"--capacity: found {text!r}; expected a share of the present pace, more than -100%, and the"
            " days until it is reached, such as +20% or -50%:14"
        )
    ramp = _RAMP_DAYS if found[2] is None else int(found[2])
    return Capacity(factor=1 + int(found[1]) / 100, ramp_days=ramp)


def _refuse_disorder(question: Question) -> None:
    from connector.errors import UsageError

    if question.since is not None and question.since >= question.as_of:
        raise UsageError("--since: found an instant that is not before --as-of; expected an earlier one")


# ------------------------------------------------------------------------------------ telling


def _lines(document: ForecastDocument, *, whole: bool) -> Iterator[str]:
    yield f"{document.name}, as of {document.as_of:%Y-%m-%d %H:%M}Z"
    for heading, rows in (
        ("Milestones", document.milestones),
        ("Goals", document.goals),
        ("Sprints", document.iterations),
    ):
        if rows:
            yield f"\n{heading}"
            yield from _section(rows, whole=whole)
    if not (document.milestones or document.goals or document.iterations):
        yield "nothing is open that could be forecast"
    if document.what_if is not None:
        yield from _what_if(document.what_if)


def _section(rows: Sequence[OutlookPart], *, whole: bool) -> Iterator[str]:
    """Say what matters, and count what lies idle unless everything is asked for."""
    shown = [row for row in rows if whole or not row.idle]
    for row in shown:
        yield from _outlook(row)
    if len(shown) < len(rows):
        more = "more " if shown else ""
        yield f"  {len(rows) - len(shown)} {more}without a date, where nothing happened for 90 days: --all"


def _outlook(row: OutlookPart) -> Iterator[str]:
    planned = f"planned for {row.due_on}" if row.due_on else "no planned date"
    agreed = f", agreed for {row.agreed_on}" if row.agreed_on else ""
    yield f"  {row.name}: {row.open} of {row.total} items open, {planned}{agreed}"
    yield from (f"    {line}" for line in row.says)
    if row.warning is not None:
        yield f"    warning: {row.warning}"
    if row.creep is not None:
        yield f"    {row.creep.says}"
    if row.moved is not None:
        is_far = row.forecast.not_before_on is not None
        yield from (f"    {line}" for line in _moved(row.moved, is_far=is_far))


def _moved(moved: MovedPart, *, is_far: bool) -> Iterator[str]:
    from connector.pipeline.forecast_words import TOO_FAR, shift

    since = f"since {moved.since:%Y-%m-%d}"
    if moved.refused is not None:
        yield f"{since}: not explained, {moved.refused}"
        return
    if not moved.days:
        yield f"{since}: the 85 % date is where it was" + ("" if is_far else f", {moved.to_on}")
    else:
        dates = TOO_FAR if is_far else f"from {moved.from_on} to {moved.to_on}"
        yield f"{since}: the 85 % date is {shift(moved.days)}, {dates}"
    yield from (f"  {part.says}" for part in moved.parts if part.days)


def _what_if(found: WhatIfPart) -> Iterator[str]:
    yield "\nWhat if"
    for effect in found.effects:
        yield f"  {effect.name}: {effect.says}"
    if not found.effects:
        yield "  no milestone is open"


_HEAD = ("method", "refused", "50 % loss", "85 % loss", "85 % held", "interval", "error")
_NAMES = {
    "forecast": "this forecast",
    "tracker_date": "the tracker's date",
    "simulation": "plain simulation",
    "elapsed_rule": "elapsed time only",
}


def _table(document: BacktestDocument) -> Iterator[str]:
    ours = document.figures[0]
    yield (
        f"{document.name}: {_looked_at(document)}, {document.looks} forecasts;"
        f" {ours.milestones} finished milestones to compare with, at {ours.looks} looks"
    )
    if not ours.looks:
        yield "nothing can be compared yet: no milestone of five items and two weeks was finished"
        return
    yield from _aligned([_HEAD, *(_figures(each) for each in document.figures)])
    yield "losses and errors in days, averaged over milestones; refusals are filled with elapsed time only"
    yield (
        f"85 % dates, given half way, held for {ours.held} of {ours.answered} milestones;"
        " 85 % held is the share of all that were given"
    )
    warned = document.warnings
    yield (
        f"slips against the first plan: {warned.milestones} milestones with a plan, {warned.slipped} slipped,"
        f" {warned.warned} warned of; recall {_ratio(warned.recall)}, false alarms"
        f" {_ratio(warned.false_alarms)} of those that did not slip, precision {_ratio(warned.precision)},"
        f" lead {_number(warned.lead_days)} days"
    )


def _looked_at(document: BacktestDocument) -> str:
    span = f" from {document.first_on} to {document.last_on}" if document.days else ""
    left_out = f" ({document.left_out_days} quiet ones left out)" if document.left_out_days else ""
    return f"{document.days} days looked at{span}{left_out}"


def _figures(figures: FiguresPart) -> tuple[str, ...]:
    low, high = figures.coverage_85_low, figures.coverage_85_high
    return (
        _NAMES[figures.method.value],
        f"{figures.refused} of {figures.looks}",
        f"{figures.p50_loss:.1f}",
        f"{figures.p85_loss:.1f}",
        _ratio(figures.coverage_85),
        "-" if low is None or high is None else f"{low:.2f} to {high:.2f}",
        _number(figures.median_error_days),
    )


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [first.ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(others, widths[1:], strict=True))]
        yield "  ".join(cells).rstrip()


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
