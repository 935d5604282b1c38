"""Rounds: when every project has had its sync, the watching service hears that all is well.

A round is complete when, since the last ping,

    each configured project was synced to the end, at least once,
    no sync ended in something unforeseen, or for a fault of configuration,
    and of all projects at least one was read.

A tracker that is down or a guard that tripped is the PM's to know, and they are told; it keeps no round
open. All trackers down at once does: then the fault is here.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from connector.alerts.ping import ping
from connector.config.secrets import resolve_if_reference
from connector.errors import UsageError
from connector.pipeline.report import EXIT_DONE, EXIT_SAFETY, EXIT_TRACKER, ProjectReport
from connector.pipeline.workspace import Workspace

_FORESEEN = frozenset({EXIT_DONE, EXIT_TRACKER, EXIT_SAFETY})

_log = logging.getLogger(__name__)


class Rounds:
    """Counts projects that were synced since the last complete round. Thread-safe."""

    def __init__(self, expected: Iterable[str], *, complete: Callable[[], None]) -> None:
        """Take the keys of all configured projects, and what is done after each complete round."""
        self._expected = frozenset(expected)
        self._complete = complete
        self._lock = threading.Lock()
        self._synced: set[str] = set()
        self._read: set[str] = set()

    def expect(self, keys: Iterable[str]) -> None:
        """Take the keys of a changed configuration; what was synced already stays so."""
        with self._lock:
            self._expected = frozenset(keys)

    def ended(self, report: ProjectReport) -> None:
        """Take in how a sync ended."""
        if self._closes(report):
            self._complete()

    def _closes(self, report: ProjectReport) -> bool:
        with self._lock:
            if report.exit_code not in _FORESEEN or not report.sources:
                self._synced.discard(report.project)
                return False
            self._synced.add(report.project)
            if any(source.exit_code == EXIT_DONE for source in report.sources):
                self._read.add(report.project)
            if not (self._expected <= self._synced and self._read & self._expected):
                return False
            self._synced.clear()
            self._read.clear()
            return True


def send_ping(workspace: Workspace) -> str:
    """Tell the watching service, where one is configured, that a round is complete.

    Returns:
        Why it could not be told; "" where it was, or nobody watches.
    """
    url = workspace.config.service.ping_url
    if url is None:
        return ""
    try:
        fault = ping(resolve_if_reference(url, workspace.config.folder))
    except UsageError as error:
        fault = str(error)
    if not fault:
        _log.debug("a round is complete; the watching service was told", extra={"event": "round.complete"})
        return ""
    return f"[service] ping_url: {fault}"
