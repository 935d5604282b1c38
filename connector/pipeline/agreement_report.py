"""Builds the document of the agreement for an audience: projected, rendered, searched for leaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from connector.analysis.facts import Agreement, Baseline
from connector.disclosure.agreed import AgreementInput, agreement_view
from connector.disclosure.leaks import find_leaks
from connector.errors import UsageError
from connector.pipeline import judging
from connector.pipeline.disclosing import Built, internal_values, refuse_leaks, see
from connector.pipeline.keyring import id_key
from connector.pipeline.workspace import Project, Workspace
from connector.publish.agreement import NAMES, Format, render_agreement
from connector.publish.render import fixed_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementReport:
    """The document's bytes, and the day it was written in the audience's time zone."""

    content: bytes
    written_on: dt.date


def agreement_report(
    workspace: Workspace, project: Project, *, audience: str, form: Format
) -> AgreementReport:
    """Build the document of what is agreed with a client, safe for them to read.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        audience: Whose policy and language it follows.
        form: `md` or `html`.

    Raises:
        UsageError: There is no agreement yet, or no such audience or policy.
        SafetyError: An internal value stands in the document.
    """
    facts = judging.facts_of(workspace, project)
    seen = see(workspace, project, facts, audience)
    agreement = judging.agreement_of(workspace, project, audience)
    baseline, earlier = _versions(project, agreement, seen.state.as_of)
    document, manifest = agreement_view(
        AgreementInput(
            view=seen.view,
            policy=seen.policy,
            baseline=baseline.without(seen.hidden),
            earlier=None if earlier is None else earlier.without(seen.hidden),
            milestones={m.key: m.name for m in seen.state.milestones},
            written_at=seen.state.as_of,
            id_key=id_key(workspace.config.folder),
        )
    )
    content = render_agreement(document, form)
    artefacts = {NAMES[form]: content}
    told = (*seen.projection.manifest, *manifest)
    fixed = (*fixed_texts(seen.view.theme), NAMES[form])
    leaks = find_leaks(artefacts, internal_values(workspace, project, facts), told, fixed=fixed)
    refuse_leaks(Built(seen=seen, built_at=seen.state.as_of, artefacts=artefacts, leaks=leaks))
    return AgreementReport(content=content, written_on=document.terms.written_on.on)


def _versions(project: Project, agreement: Agreement, as_of: dt.datetime) -> tuple[Baseline, Baseline | None]:
    """Return the baseline in force, and the one that was before it."""
    held: Sequence[Baseline] = sorted(
        (one for one in agreement.baselines if one.on_at <= as_of), key=lambda one: (one.on_at, one.number)
    )
    if not held:
        raise UsageError(
            f"project {project.key}: found no agreement to report; first: clientview baseline set"
            f' {project.key} --approved-by "NAME" [--on DAY]'
        )
    return held[-1], held[-2] if len(held) > 1 else None
