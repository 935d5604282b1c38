"""A desk to work at: a folder, a configuration, the real command line, and a clock that tests move."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from connector.cli.app import run
from connector.clock import VARIABLE
from tests.trackers.worlds import NOW

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "docs/reference/status.schema.json").read_text(encoding="utf-8")
)
DAY = dt.timedelta(days=1)
Document = dict[str, Any]  # a JSON document, as another program would read it


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Document:
        """The JSON document it printed, and nothing else."""
        found: Document = json.loads(self.out)
        return found

    @property
    def rows(self) -> list[Document]:
        """The JSON list it printed."""
        found: list[Document] = json.loads(self.out)
        return found

    @property
    def text(self) -> str:
        """Everything a person saw."""
        return self.out + self.err


@dataclass(slots=True)
class Desk:
    """Runs commands in a folder at a moment. Everything printed is kept, for searches afterwards."""

    folder: Path
    now: dt.datetime = NOW
    env: dict[str, str] = field(default_factory=dict)
    is_rehearsed: bool = True
    seen: list[str] = field(default_factory=list)

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.folder / "clientview.toml"

    @property
    def output(self) -> Path:
        """The folder of published pages."""
        return self.folder / "site"

    @property
    def clock(self) -> str:
        """What the clock variable says."""
        return f"{self.now:%Y-%m-%dT%H:%M:%SZ}" if self.is_rehearsed else ""

    def run(self, *arguments: str) -> Ended:
        """Run a command in this process, as the shell would."""
        with _process_kept({**self.env, VARIABLE: self.clock}) as (out, err):
            code = run(["--config", str(self.config), *arguments])
        return self._keep(Ended(code, out.getvalue(), err.getvalue()))

    def do(self, *arguments: str) -> Ended:
        """Run a command that must end with 0."""
        ended = self.run(*arguments)
        assert ended.code == 0, f"{arguments} ended with {ended.code}\n{ended.text}"
        return ended

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command in a process of its own, as the shell would."""
        return subprocess.Popen(
            [sys.executable, "-m", "connector", *arguments],
            cwd=self.folder,
            env={**os.environ, **self.env, VARIABLE: self.clock},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def shell(self, *arguments: str) -> Ended:
        """Run a command in a process of its own to its end."""
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=120)
        return self._keep(Ended(process.returncode, out, err))

    def status(self, project: str = "apollo", *options: str) -> Document:
        """Return the status document, checked against the published schema."""
        document = self.do("status", project, "--json", *options).document
        jsonschema.validate(document, SCHEMA)
        return document

    def published(self) -> dict[str, bytes]:
        """Return every published file by its path below the output folder."""
        if not self.output.exists():
            return {}
        files = (path for path in sorted(self.output.rglob("*")) if path.is_file())
        return {str(path.relative_to(self.output)): path.read_bytes() for path in files}

    def _keep(self, ended: Ended) -> Ended:
        self.seen.append(ended.text)
        assert "Traceback" not in ended.text, ended.text[-600:]
        return ended


def by(rows: list[Document], name: str, value: object) -> Document:
    """Return the one row whose key has a value."""
    (found,) = [row for row in rows if row[name] == value]
    return found


def ledger(document: Document, container: str, unit: str = "items") -> Document:
    """Return a container's row of the scope ledger."""
    rows: list[Document] = document["scope"]
    (found,) = [row for row in rows if (row["container"], row["unit"]) == (container, unit)]
    return found


def entries(row: Document) -> list[tuple[str, str, float]]:
    """Return a ledger row's entries as (item, kind, amount), in order."""
    return [(entry["item"], entry["kind"], entry["amount"]) for entry in row["entries"]]


def assert_balanced(document: Document) -> None:
    """Check the contract's identity on every row that has a baseline."""
    for row in document["scope"]:
        if row["baseline"] is None:
            continue
        plus = row["baseline"] + row["approved_added"] + row["unapproved_added"] + row["reestimated"]
        total = plus - row["removed"] + row["transferred_in"] - row["transferred_out"]
        assert row["current"] == pytest.approx(total), row
        booked = dict.fromkeys(("approved_add", "unapproved_add", "removed", "reestimated"), 0.0)
        booked |= {"transferred_in": 0.0, "transferred_out": 0.0, "decomposed": 0.0}
        for entry in row["entries"]:
            booked[entry["kind"]] += entry["amount"]
        columns = ("approved_added", "unapproved_added", "removed", "reestimated", "transferred_in")
        assert [row[name] for name in columns] == pytest.approx(list(booked.values())[:5]), row
        assert row["transferred_out"] == pytest.approx(booked["transferred_out"])


@contextlib.contextmanager
def _process_kept(env: Mapping[str, str]) -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """Give a command its environment and streams, and put back what it changes of this process."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        for name, value in env.items():
            patch.setenv(name, value)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                yield out, err
        finally:
            logging.captureWarnings(False)
            root.handlers[:] = handlers
            root.setLevel(level)
