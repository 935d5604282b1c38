"""Open tables of dated milestones and of sprints, as they were known at shares of their time."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.analysis.forecast.sprints import shares

SHARES = (0, 30, 50, 80)  # per cent of a sprint's planned days
TABLES = ("apache", "jira")
WITH_SPRINTS = ("TIMOB_2011-2013", "DAEMON", "MOD")
_COLUMNS = (
    *("vel_diff", "planday", "no_issue_starttime", "vel_starttime", "no_issue_added", "vel_added"),
    *("no_issue_removed", "vel_removed", "no_issuetodo", "vel_todo", "no_issueinprogress"),
    *("vel_inprogress", "no_issuedone", "vel_done", "no_admin", "no_teammember"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """Something with a planned day that was finished."""

    project: str
    began_at: dt.datetime
    planned_at: dt.datetime
    ended_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Iterated:
    """A sprint at a share of its time, and whether it delivered less than committed in the end."""

    board: str
    number: int
    features: Sequence[float]
    fell_short: bool


def sprints(data: Path) -> list[Dated]:
    """Return the closed sprints that issues tell of, in the order of their ends."""
    found: dict[tuple[str, int], Dated] = {}
    for name in WITH_SPRINTS:
        for fields in _fields(data / "jira" / f"{name}.issues.jsonl.gz"):
            for one in _told(fields):
                found[name, one["id"]] = Dated(
                    project=name,
                    began_at=dt.datetime.fromisoformat(one["startDate"]),
                    planned_at=dt.datetime.fromisoformat(one["endDate"]),
                    ended_at=dt.datetime.fromisoformat(one["completeDate"]),
                )
    return sorted(found.values(), key=lambda one: one.ended_at)


def milestones(data: Path) -> list[Dated]:
    """Return the closed milestones with a due date, in the order of their ends."""
    found = []
    for name in ("teams", "kubernetes"):
        for row in _rows(data / "github_csv" / f"{name}_milestones.csv.gz"):
            if row["due_on"] and row["closed_at"]:
                instants = [
                    dt.datetime.fromisoformat(row[key]) for key in ("created_at", "due_on", "closed_at")
                ]
                began, planned, ended = instants
                project = f"{name} {row.get('team') or ''}".strip()
                found.append(Dated(project=project, began_at=began, planned_at=planned, ended_at=ended))
    return sorted(found, key=lambda one: one.ended_at)


def iterations(data: Path, share: int) -> Mapping[str, list[Iterated]]:
    """Return the sprints that committed points, by board in the order of their numbers."""
    found: dict[str, list[Iterated]] = defaultdict(list)
    for table in TABLES:
        path = data / "sprints" / f"{table}_iteration_{share}.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
            next(file)
            for line in file:
                one = _iterated(table, line.rstrip("\n").split(","))
                if one is not None:
                    found[one.board].append(one)
    return {board: sorted(told, key=lambda one: one.number) for board, told in sorted(found.items())}


def _iterated(table: str, cells: Sequence[str]) -> Iterated | None:
    try:
        values = dict(zip(_COLUMNS, map(float, cells[-len(_COLUMNS) :]), strict=True))
    except ValueError:
        return None  # a name that breaks the line
    if values["vel_starttime"] <= 0:
        return None
    features = shares(
        committed=values["vel_starttime"],
        done=values["vel_done"],
        added=values["vel_added"],
        removed=values["vel_removed"],
    )
    return Iterated(
        board=f"{table} {cells[0]}",
        number=int(cells[1]),
        features=features,
        fell_short=values["vel_diff"] < 0,
    )


def _told(fields: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in ("closedSprints", "sprint"):
        told = fields.get(name)
        for one in told if isinstance(told, list) else [told] if told else []:
            if one.get("startDate") and one.get("endDate") and one.get("completeDate"):
                yield one


def _fields(path: Path) -> Iterator[Mapping[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)["fields"]


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
