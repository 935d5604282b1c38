"""What Jira's webhooks tell that a pull cannot. Pure; a payload is untrusted, its age unknown.

Source:
    A payload holds `webhookEvent`, `timestamp` (milliseconds) and, by event, `issue` or `version`,
    perhaps with a `changelog`. A version comes as it is now: only a changelog holds the date before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from adapters.errors import MalformedError
from adapters.jira.answers import Hook, HookIssue
from adapters.jira.parse import Context
from adapters.jira.payloads import Item, Named, day, shaped
from adapters.protocol import DateHint, Fate, Hints, Whereabouts

_DELETED = "jira:issue_deleted"
_TOUCHED = frozenset({"jira:issue_created", "jira:issue_updated"})
_DATE_FIELDS = frozenset({"releasedate", "release date"})


def hints(payload: Mapping[str, object], context: Context, *, project_id: str) -> Hints:
    """Read a webhook's payload.

    Args:
        payload: The JSON object that came.
        context: Of the source; its project is a key or an id.
        project_id: Id of the project as last noted; "" where it is not known.

    Raises:
        MalformedError: It is no payload of Jira's webhooks.
    """
    hook = shaped(Hook, payload, "the webhook's payload")
    ours = {one.lower() for one in (context.project, project_id) if one}
    if hook.issue is not None:
        return _of_issue(hook, hook.issue, context, ours)
    if hook.version is not None and hook.version.project_id in ours:
        return Hints(dates=_dates(hook, context))
    return Hints()


def _of_issue(hook: Hook, issue: HookIssue, context: Context, ours: set[str]) -> Hints:
    is_ours = _names_one_of(issue.fields.project, issue.key, ours)
    left = any(_left_from(item, ours) for item in hook.changelog.items)
    key = context.issue_key(issue.id)
    if not issue.id or not (is_ours or left):
        return Hints()
    if hook.webhook_event == _DELETED:
        return Hints(fates={key: Whereabouts(fate=Fate.DELETED, ref=issue.key)})
    return Hints(touched=(key,) if hook.webhook_event in _TOUCHED else ())


def _names_one_of(project: Named | None, ref: str, ours: set[str]) -> bool:
    if project is not None and (project.id or project.key):
        return bool({project.id, project.key.lower()} & ours)
    return ref.rpartition("-")[0].lower() in ours


def _left_from(item: Item, ours: set[str]) -> bool:
    """Whether an item says that the issue was moved out of the project."""
    name = (item.field_id or item.field).lower()
    if name == "project":
        return (item.from_ or "").lower() in ours
    return name in {"key", "issuekey"} and (item.from_string or "").rpartition("-")[0].lower() in ours


def _dates(hook: Hook, context: Context) -> tuple[DateHint, ...]:
    version, at = hook.version, hook.timestamp
    for item in hook.changelog.items:
        if version is None or at is None or (item.field_id or item.field).lower() not in _DATE_FIELDS:
            continue
        old_on, new_on = _day(item.from_ or item.from_string), _day(item.to or item.to_string)
        if old_on != new_on:
            key = context.version_key(version.id)
            return (DateHint(key=key, name=version.name, at=at, old_on=old_on, new_on=new_on),)
    return ()


def _day(text: str | None) -> dt.date | None:
    try:
        return day(text) if text else None
    except ValueError as exc:
        raise MalformedError(f"the webhook's payload: {exc}") from exc
