"""A round of the service: what it costs by the number of projects, when nothing changed in the tracker.

All projects are on one site, which answers at the pace of a hosted one. `run_once` takes one after the
other, so its time is about the waits for the tracker plus the work; that work grows with the number of
projects and not faster.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pull import Measured, measure
from benchmarks.served import CLOUD, Pace, Served, served
from benchmarks.worlds import NOW
from connector.clock import Clock
from connector.pipeline.workspace import Workspace, open_workspace
from connector.scheduler import run_once

ISSUES = 300  # of each project
PROJECTS = (1, 10, 40)
ROUNDS = 2  # the better of them: what else the machine does is no cost of ours
PACE = Pace(request_s=0.05, issue_s=0.0)
SITE = '[site]\npublisher = "Bench"\n'
PROJECT = """
[[project]]
key = "p{number}"

  [[project.source]]
  kind = "jira"
  site = "{url}"
  project = "APO"
  email = "{email}"
  token = "file:token"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What a round took."""

    requests: int
    cost: Measured


def main() -> None:
    """Print a line for each number of projects; ratios are per project, to the line before."""
    print(f"{ISSUES} issues a project, {PACE.request_s * 1000:.0f} ms a request, nothing changed")
    print("".join(f"{title:>16}" for title in ("projects", "requests", "wall s", "CPU s", "ratio of CPU")))
    with served(CLOUD, ISSUES, PACE) as site:
        before = 0.0
        for projects in PROJECTS:
            found = _rounds(site, projects)
            share_s = found.cost.cpu_s / projects
            ratio = f"{share_s / before:16.2f}" if before else f"{'-':>16}"
            print(
                f"{projects:16}{found.requests:16}{found.cost.wall_s:16.2f}{found.cost.cpu_s:16.2f}{ratio}",
                flush=True,
            )
            before = share_s


def _rounds(site: Served, projects: int) -> Round:
    """Read all projects once, then measure rounds in which nothing is new."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "clientview.toml"
        tables = [PROJECT.format(number=n, url=site.url, email=site.email) for n in range(projects)]
        config.write_text(SITE + "".join(tables), encoding="utf-8")
        token = config.parent / "token"
        token.write_text(site.token, encoding="utf-8")
        token.chmod(0o600)
        with open_workspace(config, Clock(rehearsed_from=NOW)) as workspace:
            _quietly(workspace)
            site.slow_down()
            site.taken_log()
            costs = [measure(lambda: _quietly(workspace)) for _ in range(ROUNDS)]
            sent = len(site.taken_log())
    return Round(requests=sent // ROUNDS, cost=min(costs, key=lambda cost: cost.cpu_s))


def _quietly(workspace: Workspace) -> None:
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        code = run_once(workspace)
    if code:
        raise RuntimeError(f"the round ended with {code}, expected 0")
