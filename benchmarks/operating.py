"""Operating: what one scrape costs, against a plain read of one table; issues must not slow it."""

from __future__ import annotations

import datetime as dt
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import insert

from connector.clock import Clock
from connector.pipeline.readiness import readiness
from connector.pipeline.vitals import vitals
from connector.pipeline.workspace import Workspace, open_workspace
from connector.store import edition_tables, tables
from connector.store.engine import open_database
from connector.store.totals import RunTotal
from connector.web.metrics import text

NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
PROJECTS = 40
EDITIONS = 52
MESSAGES = 500  # of a project
ALERTS = 60
RECORD = '{"severity": "warning", "text": "%s"}' % ("x" * 2000)
SIZES = (1_000, 10_000, 100_000)
TIMES = 5
PROJECT = """
[[project]]
key = "p{number}"

  [[project.source]]
  kind = "github"
  repository = "acme/p{number}"
  token = "env:TOKEN"
"""


def main() -> None:
    """Print milliseconds of CPU of one scrape and of one look at readiness, by issues in the store."""
    print(f"{'issues':>8}{'store MB':>10}{'scrape ms':>11}{'ready ms':>10}{'page kB':>9}")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            print(_measured(Path(folder), size))


def _measured(folder: Path, size: int) -> str:
    file = folder / "clientview.toml"
    projects = "".join(PROJECT.format(number=number) for number in range(PROJECTS))
    file.write_text(f'[site]\npublisher = "x"\n{projects}', encoding="utf-8")
    with open_workspace(file, Clock(rehearsed_from=NOW)) as workspace:
        _fill(folder, workspace, size)
        page = text(vitals(workspace))  # reads the rules of every project, once
        scrape_ms = _least_ms(lambda: text(vitals(workspace)))
        ready_ms = _least_ms(lambda: readiness(workspace))
        stored_mb = workspace.store.counting.size_bytes() / 1e6
    return f"{size:8}{stored_mb:10.0f}{scrape_ms:11.1f}{ready_ms:10.1f}{len(page) / 1e3:9.1f}"


def _fill(folder: Path, workspace: Workspace, size: int) -> None:
    database = open_database("sqlite:///clientview.db", folder=folder)
    with database.write() as connection:
        for number in range(PROJECTS):
            connection.execute(insert(tables.issues), list(_issues(number, size // PROJECTS)))
            connection.execute(insert(tables.messages), list(_messages(number)))
            connection.execute(insert(tables.alert_states), list(_alerts(number)))
            connection.execute(insert(edition_tables.editions), list(_editions(number)))
            connection.execute(
                insert(tables.sources).values(
                    project=f"p{number}",
                    source=f"github:acme/p{number}",
                    last_success_at=NOW,
                    complete=True,
                    failure="",
                )
            )
    database.close()
    for number in range(PROJECTS):
        workspace.store.totals.add(_total(number, source) for source in ("", f"github:acme/p{number}"))


def _total(project: int, source: str) -> RunTotal:
    return RunTotal(
        project=f"p{project}", source=source, outcome="done", seconds=1.0, last_at=NOW, last_s=1.0
    )


def _issues(project: int, count: int) -> Iterator[dict[str, object]]:
    chance = random.Random(project)
    for number in range(count):
        yield {
            "project": f"p{project}",
            "key": f"github:issue:{number}",
            "source": f"github:acme/p{project}",
            "ref": f"p{project}#{number}",
            "updated_at": NOW,
            "parent": "",
            "first_seen_at": NOW,
            "gone_at": NOW if chance.random() < 0.05 else None,
            "gone_why": "",
            "record": RECORD,
            "history": RECORD,
        }


def _messages(project: int) -> Iterator[dict[str, object]]:
    for number in range(MESSAGES):
        yield {
            "project": f"p{project}",
            "channel": "env:X",
            "subject": "s",
            "body": RECORD,
            "dedupe_key": str(number),
            "state": "waiting" if number % 50 == 0 else "sent",
            "created_at": NOW,
            "attempts": 0,
            "next_at": NOW,
            "last_error": "",
        }


def _alerts(project: int) -> Iterator[dict[str, object]]:
    for number in range(ALERTS):
        state = "resolved" if number % 3 else "firing"
        key = {"project": f"p{project}", "rule": "slipping", "object": str(number)}
        yield {**key, "state": state, "record": RECORD}


def _editions(project: int) -> Iterator[dict[str, object]]:
    for number in range(1, EDITIONS + 1):
        yield {
            "project": f"p{project}",
            "audience": "client",
            "number": number,
            "published_at": NOW,
            "view": RECORD * 10,
            "manifest": RECORD * 10,
            **dict.fromkeys(("approved_by", "note", "content_hash", "artefact_hash"), ""),
            **dict.fromkeys(("sources_as_of", "versions", "told"), "{}"),
        }


def _least_ms(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(TIMES):
        began_s = time.process_time()
        work()
        taken.append(time.process_time() - began_s)
    return min(taken) * 1000
