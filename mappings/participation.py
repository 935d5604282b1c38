"""What client and team do together: change requests, decisions, client actions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from adapters.records import Issue, Link, LinkKind
from mappings.classify import shared_by_all, verdict_of
from mappings.concepts import ChangeRequest, ClientAction, Decision, Disposition, Verdict
from mappings.predicates import folded
from mappings.rules import Rules
from mappings.values import block_of, day_of, field_of, value_of


def make_change_request(
    issue: Issue,
    rules: Rules,
    disposition: Disposition,
    *,
    covers: tuple[str, ...],
) -> ChangeRequest:
    """Make the change request that an issue is.

    Args:
        issue: The issue.
        rules: The rules of its source.
        disposition: Where it stands.
        covers: Keys of the issues it covers.

    Returns:
        It is decided on the mapped day, from that day's first instant UTC, or else when it was
        closed; history, where there is any, tells better.
    """
    verdict = verdict_of(issue, rules)
    return ChangeRequest(
        **shared_by_all(issue, rules, disposition),
        verdict=verdict,
        decided_at=None if verdict is Verdict.PROPOSED else _decided_at(issue, rules),
        covers=covers,
    )


def make_decision(issue: Issue, rules: Rules, disposition: Disposition) -> Decision:
    """Make the decision that an issue is."""
    shared = shared_by_all(issue, rules, disposition)
    return Decision(
        **shared,
        needed_by=_needed_by(issue, rules, shared["due_on"]),
        decided_on=day_of(value_of(issue, rules, "decided")),
        decided_by=value_of(issue, rules, "decided_by"),
        options=value_of(issue, rules, "options"),
        client_options=field_of(issue, rules, "client_options"),
        block_options=block_of(issue, rules, "client_options"),
        outcome=value_of(issue, rules, "outcome"),
        client_outcome=field_of(issue, rules, "client_outcome"),
        block_outcome=block_of(issue, rules, "client_outcome"),
    )


def make_client_action(
    issue: Issue, rules: Rules, disposition: Disposition, *, holds_up: tuple[str, ...]
) -> ClientAction:
    """Make the client action that an issue is; `holds_up` are keys of the issues it blocks."""
    shared = shared_by_all(issue, rules, disposition)
    return ClientAction(**shared, needed_by=_needed_by(issue, rules, shared["due_on"]), holds_up=holds_up)


def covered_by(
    key: str,
    rules: Rules,
    *,
    links: Iterable[Link],
    children_of: Callable[[str], Iterable[str]],
    is_container: Callable[[str], bool],
) -> tuple[str, ...]:
    """Find what a change request covers.

    A link of kind COVERS counts from request to item, a link whose word the rules name counts
    in either direction. Whatever stands below the request, or below an item it covers, is covered
    too, unless the rules say otherwise. A linked goal is covered itself, what stands below it is
    not: otherwise one link to an old goal would approve everything ever added to it.

    Args:
        key: Key of the change request.
        rules: The rules of its source.
        links: Links with this issue at an end.
        children_of: Keys of the issues directly below one.
        is_container: Whether a key is a goal or a change request: nothing below is taken along.

    Returns:
        Keys of issues, ordered, without `key`.
    """
    covered = {other for link in links if (other := _covered_end(link, key, rules))}
    if not rules.cover_children:
        return tuple(sorted(covered))
    waiting = [key, *(other for other in covered if not is_container(other))]
    opened: set[str] = set()
    while waiting:
        above = waiting.pop()
        opened.add(above)
        below = set(children_of(above)) - {key}
        covered |= below
        waiting.extend(other for other in below - opened if not is_container(other))
    return tuple(sorted(covered))


def held_up_by(key: str, links: Iterable[Link]) -> tuple[str, ...]:
    """Find the issues that one blocks: keys, ordered, each once."""
    return tuple(sorted({link.b for link in links if link.kind is LinkKind.BLOCKS and link.a == key}))


# ----------------------------------------------------------------------------------- private


def _covered_end(link: Link, key: str, rules: Rules) -> str | None:
    if link.kind is LinkKind.COVERS:
        return link.b if link.a == key and link.b != key else None
    if folded(link.name) not in rules.cover_links or link.a == link.b:
        return None
    return link.b if link.a == key else link.a


def _decided_at(issue: Issue, rules: Rules) -> dt.datetime | None:
    decided_on = day_of(value_of(issue, rules, "decided"))
    if decided_on is None:
        return issue.closed_at
    return dt.datetime.combine(decided_on, dt.time(), dt.UTC)


def _needed_by(issue: Issue, rules: Rules, due_on: dt.date | None) -> dt.date | None:
    return day_of(value_of(issue, rules, "needed_by")) or due_on
