"""Which additions a client approved: change requests, when they were decided, what they cover."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from connector.analysis.booking import Cover, CoverOf
from connector.analysis.history import Version
from mappings.classify import verdict_of
from mappings.concepts import ChangeRequest, Picture, Verdict
from mappings.rules import Rules


def dated(
    picture: Picture,
    histories: Mapping[str, Sequence[Version]],
    rules: Mapping[str, Rules],
    *,
    as_of: dt.datetime,
) -> Picture:
    """Return the picture with its change requests dated: since when their present verdict stands.

    A request that had its verdict from the start keeps the day it was mapped to: no history tells.
    """
    requests = tuple(_dated(each, histories[each.key], rules, as_of) for each in picture.change_requests)
    return replace(picture, change_requests=requests)


def coverage(requests: Sequence[ChangeRequest], *, as_of: dt.datetime) -> CoverOf:
    """Return which request approved by `as_of` covers an item. The earliest decision counts."""
    covers: dict[str, Cover] = {}
    for request in requests:
        decided_at = request.decided_at
        if request.verdict is not Verdict.APPROVED or decided_at is None or decided_at > as_of:
            continue
        for key in request.covers:
            known = covers.get(key)
            if known is None or decided_at < known.decided_at:
                covers[key] = Cover(request=request.ref, decided_at=decided_at)
    return covers.get


def _dated(
    request: ChangeRequest, history: Sequence[Version], rules: Mapping[str, Rules], as_of: dt.datetime
) -> ChangeRequest:
    since = _since(history, rules, as_of)
    if since == history[0].at and request.decided_at is not None:
        return request
    return replace(request, decided_at=since)


def _since(history: Sequence[Version], rules: Mapping[str, Rules], as_of: dt.datetime) -> dt.datetime | None:
    since, verdict = None, Verdict.PROPOSED
    for version in history:
        if version.at > as_of:
            break
        now = verdict_of(version.issue, rules[version.issue.source])
        if now is not verdict:
            since, verdict = version.at, now
    return since if verdict is not Verdict.PROPOSED else None
