"""Where a project's alerts go, and when they may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connector.config.values import QuietHours


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a project's alerts go. `to` are the channels as the configuration names them."""

    project: str
    to: tuple[str, ...]
    resolve: Callable[[str], str]  # a channel's name to its address with credentials; may raise UsageError
    timezone: str = "UTC"  # of the project; quiet hours are local
    quiet: QuietHours | None = None
