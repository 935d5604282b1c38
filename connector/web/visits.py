"""Keeps who read when: gathered for a second, written together, forgotten when old.

A page is never held up by the store's writer. What a kill loses is at most the last second.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from typing import Final

from connector.pipeline.linking import forget_old_visits
from connector.pipeline.workspace import Workspace
from connector.store.client_links import Visit
from connector.store.errors import StoreError

_EVERY_S: Final = 1.0
_FORGETS_EVERY: Final = 3600  # rounds
_ONE_VISIT_S: Final = 1800.0  # the same file from the same address again within it is the same visit
_MOST: Final = 10_000  # visits that wait, and that are remembered

_log = logging.getLogger(__name__)
_Same = tuple[int, int, str, str]


class VisitLog:
    """Takes visits from any thread and writes them in its own. `stop` writes what is left."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._waiting: list[Visit] = []
        self._recent: OrderedDict[_Same, float] = OrderedDict()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="visits", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and end."""
        self._stopped.set()
        self._thread.join(timeout=2 * _EVERY_S)

    def note(self, visit: Visit) -> None:
        """Take a visit; one of the same file from the same address within half an hour is the same."""
        same = (visit.link, visit.edition, visit.name, visit.address)
        at_s = visit.at.timestamp()
        with self._lock:
            before_s = self._recent.pop(same, None)
            self._recent[same] = at_s
            if len(self._recent) > _MOST:
                self._recent.popitem(last=False)
            if before_s is not None and at_s - before_s < _ONE_VISIT_S:
                return
            if len(self._waiting) < _MOST:
                self._waiting.append(visit)

    def write(self) -> None:
        """Write what waits; where the store refuses, it waits on."""
        with self._lock:
            visits, self._waiting = self._waiting, []
        try:
            self._workspace.store.client_links.record(visits)
        except StoreError as exc:
            _log.warning("Visits were not stored: %s", exc, extra={"event": "web.visits_waiting"})
            with self._lock:
                self._waiting = [*visits, *self._waiting][:_MOST]

    def _run(self) -> None:
        rounds = 0
        while not self._stopped.is_set():
            if rounds % _FORGETS_EVERY == 0:
                self._forget()
            rounds += 1
            self._stopped.wait(_EVERY_S)
            self.write()

    def _forget(self) -> None:
        try:
            forget_old_visits(self._workspace)
        except StoreError as exc:
            _log.warning("Old visits were not forgotten: %s", exc, extra={"event": "web.visits_kept"})
