"""Whether a project manager can be told in the language that was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from connector.alerts.texts import LANGUAGES, spoken
from connector.config.schema import Config


def unspoken_lines(config: Config) -> Iterator[str]:
    """Say of each project whose alerts have no words of their language that they come in English."""
    for project in config.projects:
        if spoken(project.alerts.language) is None:
            yield (
                f"project {project.key}: alerts.language: found {project.alerts.language};"
                f" alerts speak {', '.join(LANGUAGES)}, so these come in English"
            )
