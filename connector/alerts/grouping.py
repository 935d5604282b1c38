"""Which notices are told under one heading, so that one fact is told once. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connector.alerts.decide import Notice, Transition
from connector.alerts.scene import BOOKED, Scene
from connector.analysis.state import Severity

_LEVELS = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A notice, and those that follow from the same entries and are only named with it."""

    notice: Notice
    with_it: tuple[Notice, ...] = ()

    @property
    def severity(self) -> Severity:
        """The gravest level of all it tells."""
        return gravest((self.notice, *self.with_it))


def gravest(notices: Sequence[Notice]) -> Severity:
    """Return the gravest level among notices; of none, and of what is over, `INFO`."""
    levels = [n.alert.severity for n in notices if n.transition is not Transition.RESOLVED]
    return max(levels, key=_LEVELS.index, default=Severity.INFO)


def headings(notices: Sequence[Notice], scene: Scene) -> tuple[Heading, ...]:
    """Put notices that tell of the same ledger entries under one heading.

    A goal's or the project's creep is named with a milestone's where all its entries are among the
    milestone's, the project's likewise with a goal's: who mends the one has mended the other.

    Args:
        notices: What is to be told, without what is over, gravest first.
        scene: Where their entries stand.

    Returns:
        The headings, gravest first, else in the order given.
    """
    with_it: dict[int, list[Notice]] = {}  # by the host's place
    for place in sorted(range(len(notices)), key=lambda at: scene.rank(notices[at].alert.object)):
        host = next((at for at in sorted(with_it) if _holds(notices[at], notices[place], scene)), None)
        if host is None:
            with_it[place] = []
        else:
            with_it[host].append(notices[place])
    found = [Heading(notice=notices[at], with_it=tuple(with_it[at])) for at in sorted(with_it)]
    return tuple(sorted(found, key=lambda heading: -_LEVELS.index(heading.severity)))


def _holds(host: Notice, notice: Notice, scene: Scene) -> bool:
    """Tell whether every entry of a notice is among those of a host nearer to a date."""
    rule = notice.alert.rule
    if rule not in BOOKED or host.alert.rule != rule:
        return False
    if scene.rank(host.alert.object) >= scene.rank(notice.alert.object):
        return False
    items = scene.items(rule, notice.alert.object)
    return bool(items) and items <= scene.items(rule, host.alert.object)
