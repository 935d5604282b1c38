"""Notes that a test can look into, and the world of a source that has them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from adapters.protocol import Environment
from tests.adapters.jira_world import NOW


@dataclass
class Notebook:
    """Keeps notes as long as they are good, by a clock that a test sets."""

    now: dt.datetime = NOW
    kept: dict[str, tuple[str, dt.datetime]] = field(default_factory=dict)

    def read(self, name: str) -> str | None:
        """Return a note that is still good."""
        text, until = self.kept.get(name, ("", self.now))
        return text if self.now < until else None

    def write(self, name: str, text: str, *, until: dt.datetime) -> None:
        """Keep a note."""
        self.kept[name] = (text, until)

    def environment(self) -> Environment:
        """Return a world for adapters that remembers these notes."""
        return Environment(now=lambda: self.now, sleep=lambda _: None, notes=self)
