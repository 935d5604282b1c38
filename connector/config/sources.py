"""A source of a project: our own keys here, the tracker's by its adapter's own model."""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from adapters.errors import AdapterError
from connector.config import secrets
from connector.config.addresses import REFERENCE
from connector.config.texts import Text, read_rules
from connector.config.values import near
from connector.errors import UsageError
from mappings.positions import dotted

DEFAULT_RULES = {"jira": "jira-scrum", "github": "github-milestones"}
OWN_KEYS = ("kind", "name", "rules")
_BUILT_IN = {  # importing an adapter imports its client library, which loading must not wait for
    "jira": ("adapters.jira.settings", "JiraSettings"),
    "github": ("adapters.github.settings", "GitHubSettings"),
}


class Source(BaseModel):
    """`[[project.source]]`: a tracker's project. Keys beside our own belong to the adapter."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    name: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    rules: str | None = None
    _folder: Path = PrivateAttr(default=Path())

    def model_post_init(self, context: Mapping[str, Path] | None, /) -> None:
        """Keep the folder that references and paths start from."""
        self._folder = (context or {}).get("folder", Path())

    @property
    def options(self) -> Mapping[str, object]:
        """The adapter's keys as written: secrets are references."""
        return dict(self.model_extra or {})

    @property
    def rules_name(self) -> str:
        """Name of the preset, or path, of the rules."""
        return self.rules or DEFAULT_RULES.get(self.kind, "")

    def rules_text(self) -> Text:
        """Read the rule file.

        Raises:
            UsageError: It cannot be read.
        """
        return read_rules(self.rules_name, self._folder)

    def settings(self, *, resolve: bool = True) -> BaseModel:
        """Make the adapter's settings.

        Args:
            resolve: Read the secrets. False: references stand in their place, which is enough to
                learn the source's name, and needs no secret at hand.

        Raises:
            UsageError: A secret is missing, or the adapter refuses a value; no secret is shown.
        """
        model = settings_model(self.kind)
        options = {
            key: self._read(value) if resolve else value for key, value in _placed(self, model).items()
        }
        try:
            return model.model_validate(options)
        except ValidationError as exc:
            told = "; ".join(_told(error) for error in exc.errors(include_input=False))
            raise UsageError(f"source of kind {self.kind}: {told}") from None

    def _read(self, value: object) -> object:
        return secrets.resolve(str(value), self._folder) if secrets.is_reference(value) else value


def settings_model(kind: str) -> type[BaseModel]:
    """Find the settings model of an adapter.

    Raises:
        UsageError: No adapter of that kind is installed, or it cannot be loaded.
    """
    if kind in _BUILT_IN:
        module, name = _BUILT_IN[kind]
        model: type[BaseModel] = getattr(import_module(module), name)
        return model
    from adapters import registry  # noqa: PLC0415 - only for plug-ins

    known = tuple(sorted(registry.plugins()))
    if kind not in known:
        raise UsageError(f"an installed kind, {near(kind, known)}")
    try:
        return registry.settings_model(kind)
    except AdapterError as exc:
        raise UsageError(f"an adapter that works: {exc} {exc.remedy}") from exc


def option_errors(options: Mapping[str, object], model: type[BaseModel]) -> tuple[ErrorDetails, ...]:
    """List what an adapter's model says against a source's keys, values of references apart.

    A value that is a reference is checked when it is resolved: all that can be said now is whether
    its key is known.
    """
    try:
        model.model_validate(dict(options))
    except ValidationError as exc:
        return tuple(error for error in exc.errors() if not _waits(error, options))
    return ()


def secret_keys(model: type[BaseModel]) -> frozenset[str]:
    """Name the keys that hold secrets."""
    return frozenset(
        name for name, field in model.model_fields.items() if SecretStr in _parts(field.annotation)
    )


def secret_fault(value: object) -> str | None:
    """Say what is expected of the value of a secret key; None where it is a good reference."""
    if secrets.is_reference(value) and secrets.is_well_formed(str(value)):
        return None
    return f"{REFERENCE}: a secret never stands in this file"


def _told(error: ErrorDetails) -> str:
    """Name the key and what was expected; what was found may be a secret's content."""
    wanted = re.search(r"expected .+", error["msg"], re.DOTALL)
    return ": ".join(filter(None, (dotted(error["loc"]), wanted[0] if wanted else error["msg"])))


def _waits(error: ErrorDetails, options: Mapping[str, object]) -> bool:
    key = error["loc"][0] if error["loc"] else ""
    return error["type"] != "extra_forbidden" and secrets.is_reference(options.get(str(key)))


def _placed(source: Source, model: type[BaseModel]) -> dict[str, object]:
    """Make relative paths of the adapter's keys absolute."""
    return {
        key: source._folder / value  # noqa: SLF001 - of the same module
        if isinstance(value, str)
        and key in model.model_fields
        and Path in _parts(model.model_fields[key].annotation)
        else value
        for key, value in source.options.items()
    }


def _parts(annotation: object) -> frozenset[object]:
    inner = typing.get_args(annotation)
    return (
        frozenset({annotation}).union(*(_parts(part) for part in inner)) if inner else frozenset({annotation})
    )
