"""No forecast knows its future: as of a day, the whole history and one rolled back to that day say the same.

Public data: DuraSpace's Jira (DURACLOUD), from a research data set on delayed issues.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.replay import ReplayAdapter
from connector.analysis.forecast.chronicle import Chronicle, Kind, chronicle
from connector.analysis.forecast.forecast import Forecaster, forecast
from connector.analysis.state import Forecast
from connector.analysis.walk import histories
from tests.builders import rules
from tests.connector.pulled import open_source, pull_facts
from tests.connector.rollback import rolled_back, write

pytestmark = pytest.mark.real_data
DAYS = [dt.date(2010, 3, 1) + dt.timedelta(days=120 * number) for number in range(13)]


@pytest.fixture(scope="module")
def raws(real_data: Path) -> list[dict[str, Any]]:
    """Return the raw issues."""
    with gzip.open(real_data / "jira/DURACLOUD.issues_changelog.jsonl.gz", "rt") as file:
        return [json.loads(line) for line in file]


def read(path: Path) -> Chronicle:
    """Return the chronicle of a recording."""
    settings = {"path": str(path), "format": "jira", "project": "DURACLOUD"}
    facts = pull_facts(open_source(ReplayAdapter, settings), rules())
    return chronicle(facts, histories(facts), timezone="UTC")


def end_of(day: dt.date) -> dt.datetime:
    """Return the last second of a UTC day."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), tzinfo=dt.UTC)


def of_milestones(chronicled: Chronicle, found: Mapping[str, Forecast]) -> dict[str, Forecast]:
    """Leave sprints out: they stand in a custom field, which has no history to roll back by."""
    return {key: each for key, each in found.items() if chronicled.tracks[key].kind is Kind.MILESTONE}


def test_forecasts_know_nothing_of_their_future(
    raws: list[dict[str, Any]], real_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For at least 50 pairs of milestone and day, payloads rolled back to it give the very same forecast."""
    whole = read(real_data / "jira/DURACLOUD")
    forecaster, pairs = Forecaster(whole), 0
    for day in DAYS:
        then = read(write(tmp_path, "DURACLOUD", rolled_back(raws, day)))
        known = of_milestones(then, forecast(then, as_of=end_of(day)))
        assert of_milestones(whole, forecaster.at(end_of(day))) == known
        pairs += len(known)
    with capsys.disabled():
        print(f" {pairs} pairs", end="")
    assert pairs >= 50


def test_few_points_are_refused(real_data: Path) -> None:
    """A month into the project's life, at most one forecast in twenty is refused."""
    forecaster = Forecaster(read(real_data / "jira/DURACLOUD"))
    made = [one for day in DAYS for one in forecaster.at(end_of(day)).values()]
    assert sum(one.refused is not None for one in made) <= 0.05 * len(made)
