"""What stands before a small tracker and holds its answers back."""

from __future__ import annotations

import threading

from connector.demo.trackers.exchange import Answer, Request, Serve


class Door:
    """Lets requests pass until one for issues comes; that and the next ones wait, or hear what it says."""

    def __init__(self, says: Answer | None = None) -> None:
        """Take the answer; None: there is none until the door is released."""
        self.reached = threading.Event()
        self.released = threading.Event()
        self.requests = 0
        self._says = says

    def __call__(self, request: Request, serve: Serve) -> Answer:
        """Stand before the server."""
        self.requests += 1
        if not request.path.endswith("/search/jql") or self.released.is_set():
            return serve(request)
        self.reached.set()
        if self._says is not None:
            return self._says
        self.released.wait(60)
        return serve(request)
