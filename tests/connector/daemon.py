"""The service as a process of its own, its log read as it is written.

Processes are forked from one that has read the program before: to start Python and read everything anew
takes two seconds each.
"""

from __future__ import annotations

import ctypes
import json
import multiprocessing
import os
import queue
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from connector.cli.app import run
from connector.clock import VARIABLE

_PATIENCE_S = 60.0  # for what takes a second on an idle machine

Line = dict[str, object]


@dataclass(slots=True)
class Daemon:
    """A running `clientview run`; its log lines come out of `until`."""

    process: ForkServerProcess
    seen: list[Line] = field(default_factory=list)
    _coming: queue.SimpleQueue[Line] = field(default_factory=queue.SimpleQueue)

    def read(self, pipe: Path) -> None:
        """Take in what the process writes, to its end."""
        with pipe.open(encoding="utf-8") as written:
            for text in written:
                is_line = text.startswith("{")
                self._coming.put(json.loads(text) if is_line else {"event": "", "text": text})

    def until(self, event: str, **facts: object) -> Line:
        """Wait for a line of an event that tells all these facts; lines before it are passed over."""
        ends_at = time.monotonic() + _PATIENCE_S
        while time.monotonic() < ends_at:
            is_ended = not self.process.is_alive() and self._coming.empty()
            try:
                line = self._coming.get(timeout=0.001 if is_ended else 0.5)
            except queue.Empty:
                if is_ended:
                    break
                continue
            self.seen.append(line)
            if line["event"] == event and facts.items() <= line.items():
                return line
        told = "\n".join(str(one) for one in self.seen)
        raise AssertionError(f"no {event} {facts} came:\n{told}")

    def told(self, event: str) -> list[Line]:
        """List the lines of an event until now."""
        while not self._coming.empty():
            self.seen.append(self._coming.get())
        return [line for line in self.seen if line["event"] == event]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Ask it to stop, and wait until it has; returns after how many seconds."""
        asked_s = time.monotonic()
        self.send(number)
        self.process.join(_PATIENCE_S)
        return time.monotonic() - asked_s

    def send_to_thread(self, number: signal.Signals) -> None:
        """Send a signal to one of its threads, not the main one."""
        pid = self.process.pid
        other = next(one.name for one in Path(f"/proc/{pid}/task").iterdir() if one.name != str(pid))
        assert ctypes.CDLL(None).tgkill(pid, int(other), number) == 0

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)


@contextmanager
def daemon(config: Path, *arguments: str, clock: str) -> Iterator[Daemon]:
    """Run the service while the block runs.

    Args:
        config: Its configuration; `[service] log = "json"` is needed for `until`.
        arguments: Behind `run`.
        clock: `CLIENTVIEW_NOW`.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["connector.cli.app", "connector.scheduler"])
    pipe = config.parent / f"log-{time.monotonic_ns()}"
    os.mkfifo(pipe)
    command = ["--config", str(config), "run", *arguments]
    process = context.Process(target=_live, args=(command, {**os.environ, VARIABLE: clock}, pipe))
    running = Daemon(process)
    process.start()
    reader = threading.Thread(target=running.read, args=(pipe,), daemon=True)
    reader.start()
    try:
        yield running
    finally:
        process.kill()
        process.join()
        reader.join()
        pipe.unlink()


def _live(command: list[str], environment: Mapping[str, str], pipe: Path) -> None:
    """Be the process: `clientview COMMAND`, its log in the pipe."""
    os.environ.clear()
    os.environ.update(environment)
    log = os.open(pipe, os.O_WRONLY)
    os.dup2(log, 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.close(log)
    raise SystemExit(run(command))
