"""Dates of milestones as text: where they go, what was promised, how many were kept. Internal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.markup import escape
from rich.table import Table

from adapters.records import MilestoneStatus
from connector.alerts.outlook import rests_on, short, warning
from connector.analysis.delivery import SprintState
from connector.analysis.state import ExecutionIndex, Fever, Forecast, MilestoneState, ProjectState, Trend
from connector.cli.layout import at, day, signed, table
from connector.pipeline.forecast_words import delivery_basis

_ZONES = {"green": "green", "amber": "yellow", "red": "red"}


def outlooks(state: ProjectState, milestones: Iterable[MilestoneState]) -> Table:
    """Return, for every open milestone, its trend, its buffer and its forecast with what it rests on.

    Args:
        state: The project as it was judged.
        milestones: The milestones to show.
    """
    found = table("milestone", "moved", "trend", "buffer", "forecast", "chance", "rests on")
    for milestone in milestones:
        if milestone.status is MilestoneStatus.OPEN:
            forecast = milestone.forecast
            found.add_row(
                escape(milestone.name),
                _moved(milestone.trend),
                _slope(milestone.trend),
                _buffer(milestone),
                escape(forecast.refused or short(forecast, today=state.as_of.date())),
                _likelihood(forecast),
                "-" if forecast.refused is not None else _ground(forecast, state),
            )
    return found


def sprints(found: Iterable[SprintState]) -> Table:
    """Return, for every sprint that runs, how likely it delivers less than committed."""
    told = table("sprint", "ends", "falls short", "rests on")
    for sprint in found:
        delivery = sprint.delivery
        likely = delivery.less_than_committed
        told.add_row(
            escape(sprint.name),
            day(sprint.due_on),
            "-" if likely is None else f"{likely:.0%}",
            escape(f"{delivery.refused}" if likely is None else delivery_basis(delivery)),
        )
    return told


def promises(milestones: Iterable[MilestoneState]) -> Table:
    """Return the promise ledger of milestones: every date each was ever given."""
    found = table("milestone", "day", "kind", "since", "source", "by", "reason")
    for milestone in milestones:
        for entry in milestone.promises:
            name = entry.name or milestone.name
            told = (entry.source, entry.by, entry.reason)
            found.add_row(
                escape(name), day(entry.day), entry.kind.value, at(entry.at), *(escape(text) for text in told)
            )
    return found


def kept(index: ExecutionIndex) -> Sequence[str]:
    """Say how many of the milestones that were due were done by their agreed day; nothing if none was due."""
    if index.ratio is None:
        return ()
    return (f"kept: {index.kept} of {index.due} due by their agreed day ({index.ratio:.0%})",)


def _moved(trend: Trend) -> str:
    turned = f", {trend.turns} turns" if trend.turns > 1 else ", 1 turn" if trend.turns else ""
    return f"{trend.moves}x {signed(trend.net_days)}{turned}" if trend.moves else "-"


def _slope(trend: Trend) -> str:
    if trend.slope is None:
        return "-"
    if trend.slope >= 1:
        return f"{trend.slope:+.2f} never"
    ends = f" to {day(trend.extrapolated_on)}" if trend.slope and trend.extrapolated_on else ""
    return f"{trend.slope:+.2f}{ends}"


def _buffer(milestone: MilestoneState) -> str:
    if milestone.buffer_days is None:
        return "-"
    told = f"{milestone.buffer_used_days or 0} of {milestone.buffer_days} wd"
    return told + (_fever(milestone.fever) if milestone.fever else "")


def _fever(fever: Fever) -> str:
    zone = fever.zone.value
    return f" [{_ZONES[zone]}]{zone}[/]"


def _ground(forecast: Forecast, state: ProjectState) -> str:
    doubt = warning(forecast.basis, state.record)
    return rests_on(forecast.basis, state.record) + (" [yellow](doubtful)[/]" if doubt else "")


def _likelihood(forecast: Forecast) -> str:
    return "-" if forecast.likelihood is None else f"{forecast.likelihood:.0%}"
