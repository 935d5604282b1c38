"""What became of issues that are no longer listed, by what is found of them by id. Pure.

Source:
    Ids never change and find an issue anywhere on the site. Jira answers the same for an issue that
    was deleted and for one that is hidden. It lists a project's security levels to those accounts
    alone that may set them: for any other an empty list proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.jira import queries
from adapters.protocol import Fate, Whereabouts


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the account may see of a project."""

    browses: bool  # the project at all
    knows_levels: bool  # whether issues can be restricted
    has_levels: bool = False

    @property
    def is_full(self) -> bool:
        """Whether nothing can hide an issue there."""
        return self.browses and self.knows_levels and not self.has_levels


def sight(rights: object, levels: object) -> Sight:
    """Read the answers about permissions and security levels; None for one that was refused."""
    told = levels.get("levels") if isinstance(levels, Mapping) else None
    return Sight(
        browses=queries.is_granted(rights, "BROWSE_PROJECTS"),
        knows_levels=isinstance(told, Sequence) and queries.is_granted(rights, "SET_ISSUE_SECURITY"),
        has_levels=bool(told),
    )


def fate_of(
    raw: Mapping[str, object] | None, *, is_here: bool, is_wanted: bool, sees_all: bool
) -> Whereabouts:
    """Say what became of an issue.

    Args:
        raw: What was found by its id; None: nothing.
        is_here: It is in the source's project.
        is_wanted: It meets the source's condition.
        sees_all: Nothing can hide an issue in the project.
    """
    if raw is None:
        return Whereabouts(fate=Fate.DELETED if sees_all else Fate.INVISIBLE)
    fate = Fate.MOVED
    if is_here:
        fate = Fate.PRESENT if is_wanted else Fate.OUTSIDE
    return Whereabouts(fate=fate, ref=str(raw.get("key", "")))
