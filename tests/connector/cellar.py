"""An installation in a folder, filled without a tracker: configuration, store, keys; and what it is now."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from adapters.protocol import Batch
from connector.config import Config, load_config
from connector.pipeline.keyring import FOLDER, id_key
from connector.store import Store, open_store
from connector.store.staging import Plan, PullKind
from mappings.presets import preset_text
from tests.builders import SOURCE, day, issue, milestone
from tests.connector.test_store_agreed import edition

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
CONFIG = """\
[site]
publisher = "Northwind Studio"

[[project]]
key = "apollo"
name = "Apollo web shop"
wording = "words/apollo.toml"

  [[project.source]]
  kind = "jira"
  site = "https://acme.atlassian.net"
  project = "APO"
  rules = "rules/apollo.toml"
  email = "env:TEST_JIRA_EMAIL"
  token = "file:.clientview/jira.key"
"""


def install(folder: Path, *, issues: int = 5, editions: int = 1, body: str = "") -> Config:
    """Make an installation with a project `apollo`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("clientview.toml", CONFIG),
        ("rules/apollo.toml", preset_text("jira-scrum")),
        ("words/apollo.toml", ""),
        (f"{FOLDER}/jira.key", "s3cret-token"),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    with open_store("sqlite:///clientview.db", folder=folder) as store:
        fill(store, "apollo", issues=issues, editions=editions, body=body)
    id_key(folder)
    return load_config(folder / "clientview.toml")


def fill(store: Store, project: str, *, issues: int, editions: int, body: str = "") -> None:
    """Pull some issues and a milestone, and publish."""
    pull = store.pulls.begin(project, SOURCE, Plan(kind=PullKind.FULL, started_at=day(0)))
    batch = Batch(
        issues=tuple(issue(n, title=f"Secret story {n}", body=body) for n in range(issues)),
        milestones=(milestone(1),),
        cursor="1",
        last=True,
    )
    store.pulls.apply(store.pulls.stage(pull, batch), finished_at=day(1), gone={})
    for number in range(1, editions + 1):
        made = replace(edition(number), project=project)
        store.editions.add(made, artefacts={"index.html": f"<p>told of {project}</p>".encode()})
    store.runs.add(project, started_at=day(1), ended_at=day(1), report="{}")


def fingerprint(folder: Path) -> str:
    """Tell an installation by the rows of its store and by its keys; locks apart."""
    digest = hashlib.sha256()
    with closing(sqlite3.connect(folder / "clientview.db")) as connection:
        for line in connection.iterdump():
            if '"locks"' not in line:
                digest.update(line.encode())
    for key in ("id.key", "signing.key"):
        file = folder / FOLDER / key
        digest.update(file.read_bytes() if file.is_file() else b"-")
    return digest.hexdigest()
