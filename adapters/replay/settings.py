"""What a replayed source is told: where the payloads lie, and what they are of."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from adapters.jira.settings import FieldSettings


class ReplaySettings(FieldSettings):
    """A recorded project. Field overrides are for Jira recordings without a field catalogue."""

    path: Path = Field(description="folder, or the beginning of the files' names, e.g. saved/APOLLO")
    format: Literal["jira", "github"]
    project: str | None = Field(default=None, description="Jira project key, as the keys of records have it")
    repository: str | None = Field(default=None, pattern=r"^[^/\s]+/[^/\s]+$", description="owner/name")
    site: str = Field(default="", description="address for links to issues; without it there are none")

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if self.format == "jira" and not self.project:
            raise ValueError("project: found none, expected the key of the recorded Jira project")
        if self.format == "github" and not self.repository:
            raise ValueError("repository: found none, expected owner/name of the recorded repository")
        return self
