"""Where a project's alerts go, and when they may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from connector.alerts.decide import Notice, Transition
from connector.analysis.state import Severity
from connector.config.values import QuietHours

CHANNEL_FAILED: Final = "channel_failed"  # the rule whose alerts are about a channel itself
_LEVELS = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Channels that are told the same: from a level on, of some rules or all, or what nobody acknowledged."""

    to: tuple[str, ...]  # channels as the configuration names them
    level: Severity = Severity.INFO
    rules: frozenset[str] = frozenset()  # empty: all
    is_lead: bool = False  # told only of what nobody acknowledged, and of its end
    is_signed: bool = False  # gets JSON with a signature

    def takes(self, notice: Notice) -> bool:
        """Whether these channels are told of a notice."""
        alert = notice.alert
        if self.is_lead:
            is_end = notice.transition is Transition.RESOLVED and alert.escalated_at is not None
            return notice.transition is Transition.ESCALATED or is_end
        if notice.transition is Transition.ESCALATED or (self.rules and alert.rule not in self.rules):
            return False
        level = _LEVELS.index(alert.severity) + (notice.transition is Transition.BETTER)  # it came from above
        return level >= _LEVELS.index(self.level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a project's alerts go."""

    project: str
    targets: tuple[Target, ...]
    resolve: Callable[[str], str]  # a channel's name to its address with credentials; may raise UsageError
    secrets: Mapping[str, str] = field(default_factory=dict)  # a webhook's channel to its secret's name
    timezone: str = "UTC"  # of who is told; quiet hours are local
    quiet: QuietHours | None = None
    language: str | None = None  # of what is said; None: English
    title: str = ""  # what people call the project

    def hears(self, channel: str, notice: Notice) -> bool:
        """Whether a channel is told of a notice.

        A channel that fails is told through the others: those that take such alerts, else all of them.
        """
        if notice.alert.rule != CHANNEL_FAILED:
            return self._takes(channel, notice)
        others = [one for one in self.to if one != notice.alert.object]
        return channel in ([one for one in others if self._takes(one, notice)] or others)

    def _takes(self, channel: str, notice: Notice) -> bool:
        return any(target.takes(notice) for target in self.targets if channel in target.to)

    @property
    def to(self) -> tuple[str, ...]:
        """Every channel once, in the order of the configuration."""
        return tuple(dict.fromkeys(channel for target in self.targets for channel in target.to))
