"""A project that is published once and mailed many times: each test gets a copy of its folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from connector.clock import VARIABLE, system_clock
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.pipeline import mailing
from connector.pipeline.workspace import open_workspace
from tests.connector.postbox import Postbox, postbox
from tests.connector.workbench import Workbench, tracker

ANNA, BO = "anna@acme.example", "bo@acme.example"
CONFIG = """
  mail = [{readers}]
{chat}
[mail]
{server}
sender = "status@northwind.example"
"""
DELIVER = """
import pathlib, sys
from connector.clock import system_clock
from connector.pipeline import mailing
from connector.pipeline.workspace import open_workspace
with open_workspace(pathlib.Path(sys.argv[1]), system_clock()) as workspace:
    mailing.deliver(workspace, workspace.project("apollo"), whatever_backoff=True)
"""


def published(
    folder: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, kept: Path, chat: str = ""
) -> Workbench:
    """Give a workbench whose first edition waits for Anna and Bo: their mail server was down.

    Args:
        folder: Where the test works.
        patch: Of the test.
        capsys: Of the test.
        kept: Where what is published once is kept between tests.
        chat: A line that names chat channels, for the audience's table.
    """
    if not (kept / "clientview.db").exists():
        made = Workbench(kept, patch, capsys)
        with tracker(made) as server:
            with postbox() as gone:
                configure(made, gone, server=server, chat=chat)
            made.do("sync")
            made.do("publish", "apollo")
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    return Workbench(folder, patch, capsys)


def configure(
    bench: Workbench,
    box: Postbox,
    *,
    readers: tuple[str, ...] = (ANNA, BO),
    chat: str = "",
    server: JiraCloud | None = None,
) -> None:
    """Write a configuration that mails each edition to readers; without a server nothing can be pulled."""
    named = ", ".join(f'"{reader}"' for reader in readers)
    more = CONFIG.format(readers=named, chat=chat, server=f'server = "{box.url}"')
    if server is None:
        with tracker(bench) as gone:
            bench.configure(gone, more=more)
    else:
        bench.configure(server, more=more)
    text = bench.config.read_text()
    text = text.replace("[site]\n", '[site]\nbase_url = "https://status.northwind.example"\n')
    bench.config.write_text(text)


def states(bench: Workbench) -> list[object]:
    """List how the deliveries stand: Anna's, then Bo's."""
    return [row["state"] for row in bench.do("deliveries", "list", "apollo", "--json").rows]


def deliver(bench: Workbench) -> mailing.Delivered:
    """Try everything that waits, as the service does."""
    bench.patch.setenv(VARIABLE, f"{bench.now:%Y-%m-%dT%H:%M:%SZ}")
    with open_workspace(bench.config, system_clock()) as workspace:
        return mailing.deliver(workspace, workspace.project("apollo"), whatever_backoff=True)


def delivering(bench: Workbench) -> subprocess.Popen[bytes]:
    """Start a process of its own that does the same."""
    environment = {**os.environ, VARIABLE: f"{bench.now:%Y-%m-%dT%H:%M:%SZ}"}
    return subprocess.Popen([sys.executable, "-c", DELIVER, str(bench.config)], env=environment)
