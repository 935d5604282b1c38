"""Commands of change control: change record, list, draft, evidence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import session

if TYPE_CHECKING:
    from connector.analysis.facts import Evidence
    from connector.pipeline.change_draft import ChangeDraft
    from connector.pipeline.changing import Listed
    from mappings.concepts import Verdict

Keys = list[str] | None


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    commands.command()(record)
    commands.command("list")(list_)
    commands.command()(draft)
    commands.command()(evidence)
    app.add_typer(commands, name="change", help="Change control: record, list, draft, evidence.")


def record(  # noqa: PLR0913, PLR0917 - the parameters of a command are its options
    context: typer.Context,
    project: session.ProjectKey,
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="What it is about; internal.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who decided, or proposes.")],
    approve: Annotated[bool, typer.Option("--approve", help="It was approved.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="It was declined.")] = False,
    propose: Annotated[bool, typer.Option("--propose", help="It waits for a decision.")] = False,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DATE", help="When; a day (its end) or an instant, never to come."),
    ] = None,
    item: Annotated[
        Keys, typer.Option("--item", metavar="KEY", help="Covers this issue; may be repeated.")
    ] = None,
    label: Annotated[
        Keys,
        typer.Option("--label", metavar="LABEL", help="Covers what carries this label; may be repeated."),
    ] = None,
    parent: Annotated[
        Keys,
        typer.Option("--parent", metavar="KEY", help="Covers this issue and all below it; may be repeated."),
    ] = None,
    request: Annotated[
        str,
        typer.Option("--request", metavar="KEY", help="Gives its verdict to this request of the tracker."),
    ] = "",
    supersedes: Annotated[
        str, typer.Option("--supersedes", metavar="N", help="Takes the place of record N.")
    ] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Where it is written down.")] = "",
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", metavar="FILE", help="Signed document or mail; its bytes are kept."),
    ] = None,
    client_title: Annotated[
        str, typer.Option("--client-title", metavar="TEXT", help="Client words; the page shows it with them.")
    ] = "",
) -> None:
    """Record a decision about a change, where the tracker has none. Nothing recorded is ever changed."""
    from connector.pipeline.changing import Wish
    from connector.pipeline.changing import record as keep
    from connector.pipeline.moments import past

    verdict = _verdict(approve=approve, reject=reject, propose=propose)
    with session.opened(context) as workspace:
        found = workspace.project(project)
        wish = Wish(
            title=_said(title, "--title", "what the change is about"),
            verdict=verdict,
            by=_said(by, "--by", "the name of who decided"),
            on_at=past(on, timezone=found.timezone, now=workspace.now(), option="--on"),
            items=tuple(item or ()),
            labels=tuple(label or ()),
            parents=tuple(parent or ()),
            request=request.strip(),
            supersedes=_number(supersedes),
            note=note,
            client_title=client_title.strip(),
            evidence=evidence,
        )
        kept, covers = keep(workspace, found, wish)
    session.say(
        f"{kept.ref} {verdict.value} by {kept.decided_by} on {kept.on_at:%Y-%m-%dT%H:%M:%SZ}: {kept.title}"
    )
    session.say(f"covers {_names(covers)}")
    if kept.evidence is not None:
        session.say(_evidence(kept.evidence))
    session.say(f"by is what the operating user states; that user is recorded too ({kept.recorded_by})")
    if not covers:
        session.warn(f"{kept.ref} covers no issue as things stand, so no growth is approved by it")


def list_(context: typer.Context, project: session.ProjectKey, as_json: session.AsJson = False) -> None:
    """List all change requests: the tracker's, and those recorded here. Internal."""
    from connector.pipeline.changing import listed

    with session.opened(context) as workspace:
        found = listed(workspace, workspace.project(project))
    if as_json:
        document = {
            "schema": "clientview.changes/1",
            "project": project,
            "changes": [_row(one) for one in found],
        }
        session.say(json.dumps(document, ensure_ascii=False, indent=2))
        return
    session.say("\n".join(line for one in found for line in _lines(one)) or "no change request yet")


def draft(
    context: typer.Context,
    project: session.ProjectKey,
    milestone: Annotated[
        str, typer.Option("--milestone", metavar="NAME", help="Name or key of the only milestone to look at.")
    ] = "",
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="Only what came after; since the agreement without."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where to write it; stdout without.")
    ] = None,
) -> None:
    """Draft a change request of what came in without a decision, as Markdown to reword and send."""
    from connector.pipeline import change_draft
    from connector.pipeline.change_letter import markdown
    from connector.pipeline.documents import write_document
    from connector.pipeline.moments import past

    with session.opened(context) as workspace:
        chosen = workspace.project(project)
        now = workspace.now()
        after = None if since is None else past(since, timezone=chosen.timezone, now=now, option="--since")
        found = change_draft.draft(workspace, chosen, milestone=milestone.strip(), since=after)
        text = markdown(found)
        if not found.pieces and not found.removed:
            session.say("nothing came in without a decision, so there is no change request to draft")
        elif output is None:
            session.say(text)
        else:
            session.say(str(write_document(workspace, output, text.encode())))
    _advise(project, found)


def evidence(
    context: typer.Context,
    project: session.ProjectKey,
    sha256: Annotated[str, typer.Argument(metavar="SHA256", help="Hash of the document, or its beginning.")],
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="Where to write it; a new file.")],
) -> None:
    """Write a stored document of evidence back to a file."""
    from connector.errors import UsageError

    with session.opened(context) as workspace:
        content = workspace.store.evidence.read(workspace.project(project).key, sha256)
    try:
        with output.open("xb") as stream:
            stream.write(content)
    except OSError as exc:
        raise UsageError(f"--output: {output}: {exc.strerror}; expected a file that can be made") from exc
    session.say(str(output.absolute()))


def _advise(project: str, found: ChangeDraft) -> None:
    """Tell the PM, beside the draft, what is not in it and how its decision is recorded."""
    if found.hidden:
        session.warn(
            f"not in it, because an audience of the project must not know of it: {', '.join(found.hidden)}"
        )
    if found.pieces:
        items = " ".join(f"--item {piece.ref}" for piece in found.pieces)
        session.warn(
            f'once decided: clientview change record {project} --title "…" --approve --by "NAME" {items}'
            " --evidence FILE"
        )


def _verdict(*, approve: bool, reject: bool, propose: bool) -> Verdict:
    from connector.errors import UsageError
    from mappings.concepts import Verdict

    said = {Verdict.APPROVED: approve, Verdict.REJECTED: reject, Verdict.PROPOSED: propose}
    chosen = [verdict for verdict, is_said in said.items() if is_said]
    if len(chosen) != 1:
        raise UsageError(
            f"found {len(chosen)} of --approve, --reject and --propose; expected exactly one of them"
        )
    return chosen[0]


def _said(text: str, option: str, expected: str) -> str:
    from connector.errors import UsageError

    if not text.strip():
        raise UsageError(f"{option}: found nothing, expected {expected}")
    return text.strip()


def _number(text: str) -> int | None:
    from connector.errors import UsageError

    digits = text.strip().upper().removeprefix("CR-")
    if not digits:
        return None
    if not digits.isdecimal():
        raise UsageError(f"--supersedes: found {text!r}, expected the number of a record: 2 or CR-2")
    return int(digits)


def _names(covers: tuple[str, ...]) -> str:
    return f"{len(covers)}: {', '.join(covers)}" if covers else "nothing"


def _evidence(proof: Evidence) -> str:
    return f"evidence {proof.name}, {proof.size_bytes} bytes, sha256 {proof.sha256}"


def _lines(one: Listed) -> list[str]:
    change = one.record
    decided = "" if one.decided_at is None else f" on {one.decided_at:%Y-%m-%dT%H:%M:%SZ}"
    who = "" if change is None else f" by {change.decided_by} (recorded by {change.recorded_by})"
    where = "recorded here" if one.is_recorded else "tracker"
    if not one.is_recorded and change is not None:
        where = f"tracker, decided here as {change.ref}"
    if one.lost_request:
        where = f"recorded here, about {one.lost_request}, which is no change request now: without effect"
    state = (
        f"superseded by {one.superseded_by}; was {one.verdict.value}"
        if one.superseded_by
        else one.verdict.value
    )
    lines = [f"{one.ref} [{where}] {state}{decided}{who}: {one.title}", f"  covers {_names(one.covers)}"]
    if change is not None:
        lines += [f"  label {name}" for name in change.labels]
        lines += [f"  note: {change.note}"] if change.note else []
        lines += [f"  {_evidence(change.evidence)}"] if change.evidence else []
    return [*lines, f"  client words: {one.client_title}"] if one.client_title else lines


def _row(one: Listed) -> dict[str, object]:
    from connector.pipeline.parts import iso

    change = one.record
    return {
        "ref": one.ref,
        "recorded_here": one.is_recorded,
        "record": None if change is None else change.ref,
        "title": one.title,
        "client_title": one.client_title,
        "state": one.verdict.value,
        "superseded_by": one.superseded_by or None,
        "lost_request": one.lost_request or None,
        "covers": list(one.covers),
        "decided_at": None if one.decided_at is None else iso(one.decided_at),
        "decided_by": None if change is None else change.decided_by,
        "recorded_by": None if change is None else change.recorded_by,
        "recorded_at": None if change is None else iso(change.recorded_at),
        "note": "" if change is None else change.note,
        "evidence": None if change is None else session.evidence_row(change.evidence),
    }
