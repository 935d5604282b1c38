"""The wording file of a project: where it lies, and what it says of which issue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from connector.analysis.facts import ProjectFacts
from connector.config.schema import Project as Settings
from connector.config.texts import read_text
from connector.disclosure.wording import Worded
from connector.disclosure.wordingfile import parse_wording


def wording_file(folder: Path, settings: Settings) -> Path:
    """Return where the wording file of a project lies: as configured, else `wording/KEY.toml`."""
    return settings.wording or folder / "wording" / f"{settings.key}.toml"


def words_of(folder: Path, settings: Settings, facts: ProjectFacts) -> Mapping[str, Worded]:
    """Read what the wording file of a project says, by issue key.

    Args:
        folder: Of the configuration.
        settings: Of the project.
        facts: Those whose issues it may name, by reference or key; a name of two issues names none.

    Raises:
        UsageError: The file is configured and cannot be read.
        FaultsError: The file has faults.
    """
    file = wording_file(folder, settings)
    if settings.wording is None and not file.is_file():
        return {}
    text = read_text(file)
    said = parse_wording(text.text, file=text.file)
    names = names_of(facts)
    named = {names[key]: key for key in names} | {key: key for key in names}
    return {named[name]: worded for name, worded in said.items() if name in named}


def names_of(facts: ProjectFacts) -> Mapping[str, str]:
    """Return what the wording file calls each issue, by key: its reference unless two share it."""
    count = Counter(issue.ref for issue in facts.issues)
    return {issue.key: issue.ref if count[issue.ref] == 1 else issue.key for issue in facts.issues}
