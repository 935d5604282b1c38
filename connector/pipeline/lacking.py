"""What lacks words for a project's audiences, and the wording file brought up to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.analysis.facts import ProjectFacts
from connector.analysis.judge import judge
from connector.config.texts import read_text
from connector.disclosure.catalogue import catalogue
from connector.disclosure.internal import withheld
from connector.disclosure.known import known
from connector.disclosure.redaction import Redactions, Redactor
from connector.disclosure.scribe import Scribe
from connector.disclosure.told import Words, tellable
from connector.disclosure.wordingfile import Updated, Wanted, update
from connector.pipeline import judging
from connector.pipeline.disclosing import policy_of
from connector.pipeline.documents import write_document
from connector.pipeline.wording import names_of, wording_file
from connector.pipeline.workspace import Project, Workspace
from mappings.concepts import Base, Decision, Disposition, Feedback, Risk, Stage

_OPEN: Final = frozenset({Disposition.OPEN, Disposition.DOING})
_NOUNS: Final = {
    "goals": "goal",
    "items": "piece of work",
    "risks": "risk",
    "actions": "needed from the client",
    "decisions": "decision",
    "requests": "change request",
    "feedback": "feedback",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What one audience could be told: names in the file of everything, and what lacks words."""

    alive: frozenset[str]
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A wording file that was brought up to what lacks words."""

    file: Path
    update: Updated


def bring_up(workspace: Workspace, project: Project, audiences: Sequence[str]) -> Brought:
    """Write the wording file of a project, or add to it what lacks words for some of its audiences.

    What a person wrote stays as it is. Nothing withheld from an audience is listed for it.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        audiences: For whom to list; what others are told is not gone.

    Raises:
        UsageError: The file cannot be read or written.
        FaultsError: The file, or a policy, has faults.
    """
    facts = judging.facts_of(workspace, project)
    every = {name: _listed(workspace, project, facts, name) for name in project.settings.audiences}
    wanted = {one.name: one for name in audiences for one in every[name].wanted}
    alive = frozenset().union(*(listed.alive for listed in every.values()))
    file = wording_file(workspace.config.folder, project.settings)
    text = read_text(file).text if file.is_file() else ""
    updated = update(text, tuple(wanted.values()), alive=alive, file=str(file))
    if updated.text != text:
        write_document(workspace, file, updated.text.encode())
    return Brought(file=file, update=updated)


def _listed(workspace: Workspace, project: Project, facts: ProjectFacts, audience: str) -> Listed:
    """List what an audience could be told; nothing where its policy does not read the file."""
    policy = policy_of(workspace, project, audience)
    shown = facts.without(withheld(facts, policy))
    names = names_of(facts)
    words = Words(
        scribe=Scribe(catalogue("en"), timezone=project.timezone, k=policy.k, id_key=b""),
        policy=policy,
        wording={},
        urls={},
        redactions=Redactions(Redactor(known(shown, hosts=project.hosts), phrase="[removed]")),
    )
    agreement = judging.agreement_of(workspace, project, audience)
    picture = judge(shown, agreement, as_of=workspace.now()).picture
    things = tuple(tellable(policy, picture))
    lacking = [each for each in things if "file" in policy.order and words.title(*each) is None]
    return Listed(
        alive=frozenset(names[thing.key] for _, thing in things if thing.key in names),
        wanted=tuple(_wanted(concept, thing, names) for concept, thing in lacking if thing.key in names),
    )


def _wanted(concept: str, thing: Base, names: Mapping[str, str]) -> Wanted:
    noun = f"{_NOUNS[concept]}, {thing.disposition}"
    return Wanted(name=names[thing.key], noun=noun, title=thing.title, lines=("title", *_further(thing)))


def _further(thing: Base) -> tuple[str, ...]:
    """Return what else a thing is told by: a risk by its response, feedback by why it was declined."""
    if isinstance(thing, Risk):
        return ("response",)
    if isinstance(thing, Decision):
        return ("options",) if thing.disposition in _OPEN else ("outcome",)
    if isinstance(thing, Feedback) and thing.stage is Stage.DECLINED:
        return ("reason",)
    return ()
