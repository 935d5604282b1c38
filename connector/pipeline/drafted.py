"""Drafts: what would be published, kept until it is, with when a person looked at it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping

from connector.disclosure.changes import NoveltyKind, new_to_audience
from connector.disclosure.manifest import Disclosure
from connector.disclosure.serial import dump_view, fingerprint
from connector.pipeline.disclosing import Built
from connector.pipeline.workspace import Project, Workspace
from connector.store.drafts import Draft
from connector.store.editions import Edition


def keep_draft(
    workspace: Workspace, project: Project, built: Built, *, reviewed_at: dt.datetime | None
) -> Draft:
    """Keep what was built as the draft of its audience.

    A draft that the service made never takes the place of one that a person has seen: what they saw
    is what they may publish.

    Args:
        workspace: Whose store keeps it.
        project: The project.
        built: What was built.
        reviewed_at: When a person looks at it; None: nobody does.

    Returns:
        The draft that is kept now.
    """
    before = workspace.store.drafts.get(project.key, built.seen.audience)
    if before is not None and before.reviewed_at is not None and reviewed_at is None:
        return before
    waiting_since_at = (before.waiting_since_at if before else None) or built.built_at
    draft = Draft(
        project=project.key,
        audience=built.seen.audience,
        built_at=built.built_at,
        content_hash=fingerprint(built.seen.view),
        artefact_hash=digest_of(built.artefacts),
        view=dump_view(built.seen.view),
        manifest=manifest_of(built),
        waiting_since_at=None if is_unchanged(built) else waiting_since_at,
        reviewed_at=reviewed_at,
    )
    workspace.store.drafts.put(draft)
    return draft


def needs_approval(project: Project, built: Built) -> bool:
    """Say whether a person must approve this view before it goes out.

    Whatever the configuration says, a person decides on what follows a withdrawn edition.
    """
    mode = project.settings.audience(built.seen.audience).approval
    if mode == "always" or built.seen.follows_withdrawal:
        return True
    return mode == "new-text" and _has_new_text(built)


def is_unchanged(built: Built) -> bool:
    """Say whether the audience has seen all of this already."""
    previous = built.seen.previous
    if previous is None or built.seen.follows_withdrawal:
        return False
    return previous.content_hash == fingerprint(built.seen.view)


def manifest_of(built: Built) -> str:
    """Write what was disclosed, and what the search let pass, as JSON."""
    entries = [
        {"path": d.path, "text": d.text, "source_field": d.source_field, "record": d.record, "rule": d.rule}
        for d in built.seen.projection.manifest
    ]
    exemptions = [
        {"source_field": e.source_field, "record": e.record, "rule": e.rule, "count": e.count}
        for e in built.leaks.exemptions
    ]
    return json.dumps(
        {"disclosed": entries, "exemptions": exemptions, "searched": built.leaks.searched}, ensure_ascii=False
    )


def disclosed_by(edition: Edition) -> tuple[Disclosure, ...]:
    """Read what an edition disclosed from its stored manifest; see `manifest_of`."""
    return tuple(Disclosure(**entry) for entry in json.loads(edition.manifest)["disclosed"])


def digest_of(artefacts: Mapping[str, bytes]) -> str:
    """Return one digest of all files, names included, in hex."""
    digest = hashlib.sha256()
    for name in sorted(artefacts):
        digest.update(f"{name}\0{len(artefacts[name])}\0".encode())
        digest.update(artefacts[name])
    return digest.hexdigest()


def _has_new_text(built: Built) -> bool:
    """Tell whether there are words nobody approved; a note is, even where the one before said the same."""
    view, previous = built.seen.view, built.seen.previous_view
    novelties = new_to_audience(view, previous)
    return view.note is not None or any(novelty.kind is NoveltyKind.TEXT for novelty in novelties)
