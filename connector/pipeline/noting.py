"""What the project manager says to the next edition: kept with the draft, searched before it is kept.

Inside a page the words that people wrote for the client may hold words of the tracker. So a note is
searched by itself, too, by these rules: names of people, keys, addresses, hosts and names of other
projects never stand in it; of other internal values only those of two words or more count, because a
label or a field of one word is a word of the language.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connector.disclosure.internal import InternalValue
from connector.disclosure.leaks import find_leaks
from connector.errors import SafetyError
from connector.pipeline import judging
from connector.pipeline.disclosing import internal_values, see
from connector.pipeline.neighbours import of_other_projects
from connector.pipeline.workspace import Project, Workspace

NOTE: Final = "note.txt"
_ALWAYS: Final = ("Person.", "OtherProject.", "Change.author", "Issue.key", "Issue.ref", "Issue.url")
_HOSTS: Final = frozenset({"tracker host", "source host"})


def write_note(workspace: Workspace, project: Project, audience: str, text: str) -> None:
    """Keep a note to the next edition of an audience, in place of the one before.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        audience: Name of the audience.
        text: Markdown; "" takes the note away.

    Raises:
        SafetyError: An internal value stands in it; nothing is kept.
        UsageError: There is no such audience or policy.
    """
    project.settings.audience(audience)
    if text.strip():
        _refuse_leaks(workspace, project, audience, text)
    workspace.store.drafts.write_note(project.key, audience, text.strip(), at=workspace.now())


def _refuse_leaks(workspace: Workspace, project: Project, audience: str, text: str) -> None:
    facts = judging.facts_of(workspace, project)
    told = see(workspace, project, facts, audience).projection.manifest
    others = [entry for entry in told if not entry.path.startswith("note")]
    values = (*internal_values(workspace, project, facts), *of_other_projects(workspace, project))
    report = find_leaks({NOTE: text.encode()}, _searched(values), others, fixed=(NOTE,))
    if not report.is_clean:
        found = "\n".join(f"  {leak}" for leak in report.leaks)
        raise SafetyError(
            f"audience {audience}: internal values stand in the note:\n{found}\n"
            "Nothing was kept. Say it in other words."
        )


def _searched(values: Sequence[InternalValue]) -> list[InternalValue]:
    return [each for each in values if _is_searched(each)]


def _is_searched(value: InternalValue) -> bool:
    source = value.source_field
    return source.startswith(_ALWAYS) or source in _HOSTS or not value.is_one_word
