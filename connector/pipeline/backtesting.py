"""`backtest`: replays a project's own past from the store, and keeps how its forecasts held."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.analysis.forecast.backtest import (
    Forecaster,
    Look,
    Method,
    Summary,
    days_between,
    days_worth,
    first_day,
    replay,
    summarise,
)
from connector.analysis.record import Record
from connector.errors import UsageError
from connector.pipeline.forecast_document import BacktestDocument, FiguresPart, RowPart, WarningsPart
from connector.pipeline.forecasting import Past, past_of
from connector.pipeline.workspace import Project, Workspace

_RHYTHM: Final = re.compile(r"([1-9]\d{0,3})([dw])")
_DAYS_OF: Final = {"d": 1, "w": 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtested:
    """What a backtest found, and every row it rests on."""

    document: BacktestDocument
    rows: tuple[RowPart, ...]


def rhythm(text: str) -> int:
    """Read `7d` or `2w` as days.

    Raises:
        UsageError: It is neither.
    """
    found = _RHYTHM.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"--every: found {text!r}; expected a number of days or weeks such as 7d or 2w")
    return int(found[1]) * _DAYS_OF[found[2]]


def read_days(file: Path, *, today: dt.date) -> tuple[dt.date, ...]:
    """Read as-of days, one a line, in rising order, each once; empty lines and `#` are skipped.

    Raises:
        UsageError: The file cannot be read, a line is no day, or a day is still to come.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageError(f"--days: {file} cannot be read as UTF-8 text: {exc}") from exc
    told = ((number, line.split("#")[0].strip()) for number, line in enumerate(lines, 1))
    days = {_day(text, f"--days: {file}, line {number}", today) for number, text in told if text}
    if not days:
        raise UsageError(f"--days: {file} holds no day; expected days such as 2026-11-23, one a line")
    return tuple(sorted(days))


def backtest(
    workspace: Workspace, project: Project, *, every: int = 7, days: Sequence[dt.date] = ()
) -> Backtested:
    """Replay a project's past, and keep the record in the store.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        every: Days between two looks, from the day the first item came into a milestone. Days on
            which nothing is to be seen are left out; see `days_worth`.
        days: The days to look at instead, all of them.
    """
    past, now = past_of(workspace, project), workspace.now()
    asked = tuple(days) or _every(past, every, now)
    chosen = asked if days else days_worth(past.chronicle, asked, past.calendar)
    looks = list(replay(past.chronicle, chosen, _forecaster(past), calendar=past.calendar))
    found = summarise(past.chronicle, looks, past.calendar)
    workspace.store.backtests.add(project.key, record_of(found), at=now)
    document = BacktestDocument(
        project=project.key,
        name=project.settings.title,
        made_at=now,
        first_on=chosen[0] if chosen else None,
        last_on=chosen[-1] if chosen else None,
        days=len(chosen),
        left_out_days=len(asked) - len(chosen),
        looks=len(looks),
        figures=[FiguresPart.model_validate(figures) for figures in found.figures],
        warnings=WarningsPart.model_validate(found.warnings),
    )
    return Backtested(document=document, rows=tuple(_rows(project.key, looks)))


def record_of(found: Summary) -> Record:
    """Return what of a summary is shown with every forecast from now on."""
    ours, warnings = found.of(Method.FORECAST), found.warnings
    return Record(
        recall=warnings.recall,
        false_alarms=warnings.false_alarms,
        precision=warnings.precision,
        coverage=ours.coverage_85,
        held=ours.held,
        n=ours.answered,
    )


def write_rows(file: Path, rows: Sequence[RowPart]) -> None:
    """Write rows as JSON Lines.

    Raises:
        UsageError: The file cannot be written.
    """
    try:
        file.write_text("".join(f"{row.model_dump_json()}\n" for row in rows), encoding="utf-8")
    except OSError as exc:
        raise UsageError(f"--jsonl: {file} cannot be written: {exc}") from exc


def _forecaster(past: Past) -> Forecaster:
    return lambda _chronicle, at: past.forecasts(at)


def _every(past: Past, every: int, now: dt.datetime) -> tuple[dt.date, ...]:
    first = first_day(past.chronicle, past.calendar)
    return () if first is None else days_between(first, past.calendar.local_day(now), every)


def _day(text: str, where: str, today: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as exc:
        raise UsageError(f"{where}: found {text!r}; expected a day such as 2026-11-23") from exc
    if day > today:
        raise UsageError(f"{where}: found {text!r}, which is still to come; expected today or a past day")
    return day


def _rows(project: str, looks: Sequence[Look]) -> Iterator[RowPart]:
    for look in looks:
        said = look.forecast
        yield RowPart(
            project=project,
            milestone=look.container,
            as_of=look.as_of,
            p50=said.p50_on,
            p85=said.p85_on,
            likelihood=said.likelihood,
        )
