"""The service as a process of its own, its log read as it is written."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from connector.clock import VARIABLE

_PATIENCE_S = 60.0  # for what takes a second on an idle machine

Line = dict[str, object]


@dataclass(slots=True)
class Daemon:
    """A running `clientview run`; its log lines come out of `until`."""

    process: subprocess.Popen[str]
    seen: list[Line] = field(default_factory=list)
    _coming: queue.SimpleQueue[Line] = field(default_factory=queue.SimpleQueue)

    def read(self) -> None:
        """Take in what the process writes, to its end."""
        assert self.process.stderr is not None
        for text in self.process.stderr:
            is_line = text.startswith("{")
            self._coming.put(json.loads(text) if is_line else {"event": "", "text": text})

    def until(self, event: str, **facts: object) -> Line:
        """Wait for a line of an event that tells all these facts; lines before it are passed over."""
        ends_at = time.monotonic() + _PATIENCE_S
        while True:
            left_s = ends_at - time.monotonic()
            try:
                line = self._coming.get(timeout=max(left_s, 0.001))
            except queue.Empty:
                told = "\n".join(str(one) for one in self.seen)
                raise AssertionError(f"no {event} {facts} came:\n{told}") from None
            self.seen.append(line)
            if line["event"] == event and facts.items() <= line.items():
                return line

    def events(self) -> list[object]:
        """List the events told so far and until now."""
        while not self._coming.empty():
            self.seen.append(self._coming.get())
        return [line["event"] for line in self.seen]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Ask it to stop, and wait until it has; returns after how many seconds."""
        asked_s = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(_PATIENCE_S)
        return time.monotonic() - asked_s

    def reload(self) -> None:
        """Ask it to read its configuration again."""
        self.process.send_signal(signal.SIGHUP)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def daemon(config: Path, *arguments: str, clock: str) -> Iterator[Daemon]:
    """Run the service while the block runs.

    Args:
        config: Its configuration; `[service] log = "json"` is needed for `until`.
        arguments: Behind `run`.
        clock: `CLIENTVIEW_NOW`.
    """
    environment = {**os.environ, VARIABLE: clock}
    command = [sys.executable, "-m", "connector", "--config", str(config), "run", *arguments]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    running = Daemon(process)
    reader = threading.Thread(target=running.read, daemon=True)
    reader.start()
    try:
        yield running
    finally:
        process.kill()
        process.wait()
        reader.join()
        if process.stderr is not None:
            process.stderr.close()
