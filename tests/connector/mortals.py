"""Commands of our own that die by kill -9: at a given file operation, or at a given moment.

Operations are counted by Python's audit events; moments also hit what happens inside SQLite.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

CHILDREN = """
import os, signal, sys, time
from pathlib import Path
from connector.cli.app import run
from connector.clock import system_clock
import connector.pipeline.purging, connector.pipeline.restoring, connector.pipeline.workspace
import sqlalchemy.dialects.sqlite

EVENTS = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "sqlite3.connect", "shutil.rmtree"}

def killed_at(step):
    seen = 0
    def look(event, arguments):
        nonlocal seen
        if event not in EVENTS:
            return
        seen += 1
        if seen == step:
            os.kill(os.getpid(), signal.SIGKILL)
    return look

for line in sys.stdin:
    how, number, *arguments = line.rstrip("\\n").split("\\t")
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if how == "step":
            sys.addaudithook(killed_at(int(number)))
        os._exit(run(arguments))
    if how == "moment":
        time.sleep(float(number))
        os.kill(child, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Mortals:
    """Commands of our own that are killed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", CHILDREN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def run(self, how: str, number: float, *arguments: str | Path) -> int:
        """Run a command to its end, or to its kill; return its exit code, or minus the signal."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\t".join([how, str(number), *map(str, arguments)]) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End the mother of all children."""
        self._process.communicate()
