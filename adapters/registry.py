"""Finds adapters by kind: entry points of the group `clientview.adapters`, ours among them.

Nothing is imported before its kind is asked for, and a plug-in that is broken harms no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from pydantic import BaseModel

from adapters.errors import AdapterError, PluginError
from adapters.protocol import Adapter

GROUP = "clientview.adapters"
OWNER = "clientview"

_BUILT_IN = {  # also without installed entry points, as in a source checkout
    "jira": "adapters.jira.adapter:JiraAdapter",
    "github": "adapters.github.adapter:GitHubAdapter",
    "replay": "adapters.replay:ReplayAdapter",
    "memory": "adapters.memory:MemoryAdapter",
}
_PROMISED = (
    "kind",
    "settings_model",
    "open",
    "name",
    "pull",
    "fetch",
    "census",
    "locate",
    "hints",
    "catalogue",
    "close",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """An adapter that is installed, loaded or not. `owners`: distributions that claim the kind."""

    kind: str
    target: str  # module:attribute
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A kind as `kinds` shows it. `problem` is "" where the adapter works."""

    kind: str
    owner: str
    problem: str = ""


def adapter_class(kind: str) -> type[Adapter]:
    """Load the adapter of a kind.

    Raises:
        PluginError: There is none, two distributions claim it, or it cannot be loaded.
    """
    return load(kind, plugins())


def settings_model(kind: str) -> type[BaseModel]:
    """Return the settings model of a kind.

    Raises:
        PluginError: As `adapter_class`.
    """
    return adapter_class(kind).settings_model


def kinds() -> tuple[Listing, ...]:
    """List every kind that is installed, also those that do not work, with the reason."""
    found = plugins()
    return tuple(_listing(one, found) for one in sorted(found.values(), key=lambda one: one.kind))


def plugins(installed: Iterable[EntryPoint] | None = None) -> Mapping[str, Plugin]:
    """Return what is installed, by kind, without importing any of it.

    Args:
        installed: Entry points; by default those of this interpreter, as they were at the first call.
    """
    points = _installed() if installed is None else installed
    found = {kind: Plugin(kind=kind, target=target, owners=(OWNER,)) for kind, target in _BUILT_IN.items()}
    for point in points:
        owner = point.dist.name if point.dist else "unknown distribution"
        if owner == OWNER and point.value == _BUILT_IN.get(point.name):
            continue
        others = found[point.name].owners if point.name in found else ()
        owners = tuple(dict.fromkeys([*others, owner]))
        found[point.name] = Plugin(kind=point.name, target=point.value, owners=owners)
    return found


@cache
def _installed() -> tuple[EntryPoint, ...]:
    """Look once: every distribution's list is read from disk, and each sync asks."""
    return tuple(entry_points(group=GROUP))


def load(kind: str, found: Mapping[str, Plugin]) -> type[Adapter]:
    """Load one of the plug-ins found.

    Raises:
        PluginError: There is none of this kind, two distributions claim it, or it cannot be loaded.
    """
    plugin = found.get(kind)
    if plugin is None:
        raise PluginError(f"found kind {kind!r}, expected one of {', '.join(sorted(found))}")
    if len(plugin.owners) > 1:
        raise PluginError(f"kind {kind!r} is claimed by {' and by '.join(plugin.owners)}; remove one of them")
    loaded = _imported(plugin)
    lacking = [name for name in _PROMISED if not hasattr(loaded, name)]
    if lacking or not isinstance(loaded, type):
        raise PluginError(f"{_told(plugin)} is no adapter: it lacks {', '.join(lacking) or 'a class'}")
    if not _is_model(getattr(loaded, "settings_model", None)):
        raise PluginError(f"{_told(plugin)}: settings_model is no pydantic model")
    return cast("type[Adapter]", loaded)


def _imported(plugin: Plugin) -> object:
    module, _, attribute = plugin.target.partition(":")
    try:
        return _attribute(import_module(module), attribute)
    except Exception as exc:
        raise PluginError(f"{_told(plugin)} cannot be loaded: {type(exc).__name__}: {exc}") from exc


def _attribute(module: object, path: str) -> object:
    found = module
    for name in path.split("."):
        found = getattr(found, name)
    return found


def _is_model(model: object) -> bool:
    return isinstance(model, type) and issubclass(model, BaseModel)


def _listing(plugin: Plugin, found: Mapping[str, Plugin]) -> Listing:
    owner = " and ".join(plugin.owners)
    try:
        load(plugin.kind, found)
    except AdapterError as exc:
        return Listing(kind=plugin.kind, owner=owner, problem=str(exc))
    return Listing(kind=plugin.kind, owner=owner)


def _told(plugin: Plugin) -> str:
    return f"adapter {plugin.kind!r} of {plugin.owners[0]} ({plugin.target})"
