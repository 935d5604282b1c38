"""Signs what an audience is given: each publication and withdrawal is the next link of its chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from connector import __version__
from connector.pipeline.disclosing import policy_of
from connector.pipeline.signing import signing_key
from connector.pipeline.statement import (
    PAGE,
    Made,
    Statement,
    digest,
    digests,
    ended,
    sealed,
    sign,
)
from connector.pipeline.workspace import Project, Workspace
from connector.publish.bundle import templates_digest
from connector.store.chain import ChainLink, LinkFiles, LinkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What an audience is to be given: the edition's files, and those beside the editions."""

    kind: LinkKind
    audience: str
    number: int
    at: dt.datetime
    inside: Mapping[str, bytes]
    beside: Mapping[str, bytes]
    by: str = ""  # who withdrew it
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The next link of a chain, the edition's files with their statement, and what is kept with the link."""

    link: ChainLink
    inside: Mapping[str, bytes]
    files: LinkFiles


def made_by(workspace: Workspace, project: Project, audience: str) -> Made:
    """Say by which versions an edition for an audience is made now.

    Of the policy only what it opens is named: its text lists what is withheld, which is internal.
    """
    policy = policy_of(workspace, project, audience)
    return Made(
        policy=policy.name,
        policy_digest=policy.fingerprint,
        templates=templates_digest(),
        program=__version__,
    )


def seal(workspace: Workspace, project: Project, given: Given) -> Link:
    """Sign what an audience is to be given. The caller holds the project's lock, and stores the link.

    Args:
        workspace: Store and signing key.
        project: The project.
        given: What is to be given.

    Raises:
        UsageError: The key cannot be read.
        SafetyError: The key lies where everybody could fetch it.
    """
    key = signing_key(workspace)
    links = workspace.store.chain.list(project.key, given.audience)
    inside = {**given.inside, PAGE: ended(given.inside[PAGE])}
    statement = Statement(
        kind="published" if given.kind is LinkKind.PUBLISHED else "withdrawn",
        sequence=len(links) + 1,
        edition=given.number,
        published_at=given.at,
        artefacts=digests(inside),
        beside=digests(given.beside),
        made=made_by(workspace, project, given.audience),
        previous=digest(links[-1].statement) if links else None,
        key=key.public,
    )
    signed = sign(statement, key)
    files = sealed(inside, signed)
    link = ChainLink(
        project=project.key,
        audience=given.audience,
        sequence=statement.sequence,
        number=given.number,
        kind=given.kind,
        statement=signed.content,
        signature=signed.signature,
        recorded_at=given.at,
        by=given.by,
        reason=given.reason,
    )
    kept = LinkFiles(beside=given.beside, inside=files if given.kind is LinkKind.WITHDRAWN else {})
    return Link(link=link, inside=files, files=kept)
