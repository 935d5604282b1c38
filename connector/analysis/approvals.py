"""Which additions a client approved: change requests, when they were decided, what they cover."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from connector.analysis.booking import Cover, CoverOf
from connector.analysis.history import Version
from mappings.classify import verdict_of
from mappings.concepts import ChangeRequest, Picture, Verdict
from mappings.rules import Rules


def decided_at(
    histories: Mapping[str, Sequence[Version]], rules: Mapping[str, Rules], *, as_of: dt.datetime
) -> dict[str, dt.datetime]:
    """Return, by issue, since when its present verdict stands; issues still undecided are absent."""
    found = {}
    for key, history in histories.items():
        since = _since(history, rules, as_of)
        if since is not None:
            found[key] = since
    return found


def coverage(requests: Sequence[ChangeRequest]) -> CoverOf:
    """Return which approved request covers an item. The earliest decision counts."""
    covers: dict[str, Cover] = {}
    for request in requests:
        if request.verdict is not Verdict.APPROVED or request.decided_at is None:
            continue
        for key in request.covers:
            known = covers.get(key)
            if known is None or request.decided_at < known.decided_at:
                covers[key] = Cover(request=request.ref, decided_at=request.decided_at)
    return covers.get


def requests_of(picture: Picture) -> frozenset[str]:
    """Return the keys of all change requests and decisions: the issues whose verdict matters."""
    return frozenset(c.key for c in (*picture.change_requests, *picture.decisions))


def _since(history: Sequence[Version], rules: Mapping[str, Rules], as_of: dt.datetime) -> dt.datetime | None:
    since, verdict = None, Verdict.PROPOSED
    for version in history:
        if version.at > as_of:
            break
        now = verdict_of(version.issue, rules[version.issue.source])
        if now is not verdict:
            since, verdict = version.at, now
    return since if verdict is not Verdict.PROPOSED else None
