"""Commands of the agreement: baseline set, list, show, diff."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import session

if TYPE_CHECKING:
    from connector.analysis.baseline import Difference
    from connector.analysis.facts import Baseline
    from connector.store.facts import StoredFacts

Number = Annotated[int | None, typer.Argument(metavar="[N]", help="Number; the latest without.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    commands.command("set")(set_)
    commands.command("list")(list_)
    commands.command()(show)
    commands.command()(diff)
    app.add_typer(commands, name="baseline", help="What was agreed: set, list, show, diff.")


def set_(
    context: typer.Context,
    project: session.ProjectKey,
    approved_by: Annotated[str, typer.Option("--approved-by", metavar="NAME", help="Who agreed to it.")],
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DATE", help="A day (its end) or instant; past ones use history."),
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Where it is written down.")] = "",
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", metavar="FILE", help="Signed document or mail; its bytes are kept."),
    ] = None,
) -> None:
    """Record scope and dates as they stood on a day as what was agreed."""
    from connector.errors import UsageError
    from connector.pipeline.agreeing import set_baseline
    from connector.pipeline.moments import moment

    if not approved_by.strip():
        raise UsageError("--approved-by: found nothing, expected the name of who agreed")
    with session.opened(context) as workspace:
        found = workspace.project(project)
        on_at = moment(on, timezone=found.timezone, now=workspace.now(), option="--on")
        taken = set_baseline(
            workspace, found, on_at=on_at, approved_by=approved_by.strip(), note=note, evidence=evidence
        )
    session.say("\n".join([_line(taken), *_evidence(taken)]))
    session.say(
        f"approved-by is what the operating user states; that user is recorded too ({taken.recorded_by})"
    )


def list_(context: typer.Context, project: session.ProjectKey, as_json: session.AsJson = False) -> None:
    """List all baselines; of several that hold, the latest counts."""
    with session.opened(context) as workspace:
        found = workspace.store.baselines.list(workspace.project(project).key)
    if as_json:
        session.say(json.dumps([_summary(one) for one in found], ensure_ascii=False, indent=2))
        return
    session.say("\n".join(_line(one) for one in found) or "no baseline yet")


def show(
    context: typer.Context,
    project: session.ProjectKey,
    number: Number = None,
    as_json: session.AsJson = False,
) -> None:
    """Show one baseline: who agreed, items and sizes, dates, reserve, tolerances, rules, evidence."""
    with session.opened(context) as workspace:
        chosen = workspace.project(project)
        found = _chosen(workspace.store.baselines.list(chosen.key), number, chosen.key)
        names = _named(workspace.store.facts.load(chosen.key))
        rules = {source.name: source.rules.fingerprint for source in chosen.sources}
    if as_json:
        session.say(json.dumps(_whole(found), ensure_ascii=False, indent=2))
        return
    session.say("\n".join(_shown(found, names, rules)))


def diff(
    context: typer.Context,
    project: session.ProjectKey,
    old: Annotated[int | None, typer.Argument(metavar="[OLD]", help="Number; the latest without.")] = None,
    new: Annotated[int | None, typer.Argument(metavar="[NEW]", help="Number; today without.")] = None,
    as_json: session.AsJson = False,
) -> None:
    """Compare a baseline with another one, or with today."""
    from connector.pipeline.agreeing import compare

    with session.opened(context) as workspace:
        found = workspace.project(project)
        held = workspace.store.baselines.list(found.key)
        first = _chosen(held, old, found.key)
        second = None if new is None else _chosen(held, new, found.key)
        differences = compare(workspace, found, first, second)
    if as_json:
        session.say(json.dumps([_difference(one) for one in differences], ensure_ascii=False, indent=2))
        return
    changed = [one for one in differences if one.diff_class.value != "unaffected"]
    session.say(f"{len(changed)} of {len(differences)} differ")
    session.say(", ".join(f"{name} {count}" for name, count in _counts(differences).items()))
    for one in changed:
        session.say(
            f"  {one.diff_class.value} {one.name}: {one.was or 'not there'} -> {one.now or 'not there'}"
        )


def _chosen(found: tuple[Baseline, ...], number: int | None, project: str) -> Baseline:
    from connector.errors import UsageError

    if not found:
        raise UsageError(
            f"project {project}: found no baseline; `clientview baseline set {project}` makes one"
        )
    if number is None:
        return found[-1]
    by_number = {one.number: one for one in found}
    if number not in by_number:
        known = ", ".join(map(str, sorted(by_number)))
        raise UsageError(f"project {project}: found no baseline {number}; expected one of: {known}")
    return by_number[number]


def _line(one: Baseline) -> str:
    items = len({key for items in one.containers.values() for key in items})
    note = f" ({one.note})" if one.note else ""
    return (
        f"baseline {one.number} of {one.on_at:%Y-%m-%dT%H:%M:%SZ}, approved by {one.approved_by}{note}:"
        f" {items} items, {len(one.dates)} milestones"
    )


def _named(stored: StoredFacts) -> Mapping[str, str]:
    """Say what people call issues and milestones, by key."""
    milestones = {sighting.milestone.key: sighting.milestone.name for sighting in stored.sightings}
    return milestones | {issue.key: issue.ref for issue in stored.issues}


def _shown(one: Baseline, names: Mapping[str, str], rules: Mapping[str, str]) -> Iterator[str]:
    yield _line(one)
    yield f"recorded {one.recorded_at:%Y-%m-%dT%H:%M:%SZ} by {one.recorded_by or 'nobody known'}"
    yield from _evidence(one)
    yield f"reserve before the last milestone: {_days(one.buffer_days)}"
    yield from (f"{name.replace('_', ' ')}: {value:g}" for name, value in one.tolerances.items())
    for milestone, due_on in one.dates.items():
        yield f"  {names.get(milestone, milestone)}: {due_on or 'no date'}"
    for container, items in one.containers.items():
        sized = sorted(
            ((names.get(key, key), size) for key, size in items.items()),
            key=lambda pair: (len(pair[0]), pair[0]),
        )
        told = [ref if size is None else f"{ref} ({size:g})" for ref, size in sized]
        yield f"  {names.get(container, container)}: {', '.join(told) or 'nothing'}"
    for source, fingerprint in one.rules.items():
        changed = "" if rules.get(source) == fingerprint else ", not those of today"
        yield f"counted by rules {fingerprint[:12]} of {source}{changed}"


def _days(days: int | None) -> str:
    return "none" if days is None else f"{days} working days"


def _evidence(one: Baseline) -> tuple[str, ...]:
    proof = one.evidence
    return (
        () if proof is None else (f"evidence {proof.name}, {proof.size_bytes} bytes, sha256 {proof.sha256}",)
    )


def _counts(differences: Sequence[Difference]) -> Mapping[str, int]:
    from connector.analysis.baseline import DiffClass

    found = Counter(one.diff_class for one in differences)
    return {kind.value: found[kind] for kind in DiffClass}


def _summary(one: Baseline) -> dict[str, object]:
    from connector.pipeline.parts import iso

    return {
        "number": one.number,
        "on_at": iso(one.on_at),
        "recorded_at": iso(one.recorded_at),
        "approved_by": one.approved_by,
        "recorded_by": one.recorded_by,
        "note": one.note,
        "items": len({key for items in one.containers.values() for key in items}),
        "milestones": len(one.dates),
        "evidence": session.evidence_row(one.evidence),
    }


def _whole(one: Baseline) -> dict[str, object]:
    return {
        **_summary(one),
        "containers": {container: dict(items) for container, items in one.containers.items()},
        "dates": {key: None if day is None else day.isoformat() for key, day in one.dates.items()},
        "buffer_days": one.buffer_days,
        "tolerances": dict(one.tolerances),
        "size_unit": one.size_unit or None,
        "rules": dict(one.rules),
    }


def _difference(one: Difference) -> dict[str, object]:
    return {"key": one.key, "name": one.name, "class": one.diff_class.value, "was": one.was, "now": one.now}
