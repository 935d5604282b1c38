"""The service in a process of its own, which lives through every round: `python -m ….worker CONFIG`.

It reads orders from standard input, one JSON object a line, and answers each with one. A round is
`run --once` of one workspace that stays open, as the service's does. What it prints goes to standard
error.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from connector.cli.app import run
from connector.clock import VARIABLE, system_clock
from connector.errors import ConnectorError
from connector.pipeline.workspace import Workspace, open_workspace
from connector.publish import bundle
from connector.scheduler import run_once

_PAGE_KB = resource.getpagesize() // 1024
_UNFORESEEN = 1


def main() -> None:
    """Obey orders until there are no more."""
    config = Path(sys.argv[1])
    setattr(bundle, "can_print", lambda: False)  # noqa: B010 - paper takes a second each
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.environ[VARIABLE] = json.loads(sys.stdin.readline())["at"]
    with open_workspace(config, system_clock()) as workspace:
        for line in iter(sys.stdin.readline, ""):
            print(json.dumps(_obey(workspace, config, json.loads(line))), file=answers, flush=True)


def _obey(workspace: Workspace, config: Path, order: Mapping[str, str]) -> dict[str, object]:
    """Carry out one order, at its instant, with as much room on the disk as it says."""
    os.environ[VARIABLE] = order["at"]
    workspace.clock = system_clock()
    workspace.sleep = workspace.clock.sleep
    cpu_s = time.process_time()
    if room := order.get("room_bytes", ""):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), resource.RLIM_INFINITY))
    try:
        code = _command(workspace, config, order)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    resident_kb = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE_KB
    return {"code": code, "rss_kb": resident_kb, "cpu_s": time.process_time() - cpu_s}


def _command(workspace: Workspace, config: Path, order: Mapping[str, str]) -> int:
    try:
        if order["do"] == "round":
            return run_once(workspace)
        return run(["--config", str(config), *order["do"].split()])
    except ConnectorError as error:
        print(f"clientview: {error}", file=sys.stderr, flush=True)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - what `run` would end with 1 for
        print(f"unforeseen: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        return _UNFORESEEN


if __name__ == "__main__":
    main()
