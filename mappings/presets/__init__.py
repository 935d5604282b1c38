"""Rule files that ship with the product, by name. Data of this package, and its only reading."""

from __future__ import annotations

import functools
from importlib.resources import files

NAMES = ("jira-scrum", "jira-releases", "github-milestones")
"""Names of the presets; any other `rules` in the configuration is a path."""


@functools.cache
def preset_text(name: str) -> str:
    """Return the TOML text of a preset.

    Args:
        name: One of `NAMES`.

    Raises:
        KeyError: There is no such preset.
    """
    if name not in NAMES:
        raise KeyError(name)
    return files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
