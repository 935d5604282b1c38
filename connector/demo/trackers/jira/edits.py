"""What can happen to an issue's fields. Each edit changes them and says how the changelog tells it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from connector.demo.trackers.exchange import Payload
from connector.demo.trackers.jira import defaults
from connector.demo.trackers.jira.state import SITE, JiraIssue, JiraState, jira_time

Edit = Callable[[JiraState, JiraIssue, dt.datetime], list[Payload]]
"""Changes an issue's fields at an instant; returns the changelog items of that."""

Names = str | Sequence[str]

_ITEM_NAMES = {  # the changelog's word for a system field, where it is not the field's id
    "fixVersions": "Fix Version",
    "versions": "Version",
    "components": "Component",
    "parent": "Parent",
    "security": "Security",
}
_LISTS = {"fixVersions": "versions", "versions": "versions", "components": "components"}


def item(field_id: str, old: tuple[str | None, str | None], new: tuple[str | None, str | None]) -> Payload:
    """Make one changelog item; `old` and `new` are (id, text)."""
    return {
        "field": _ITEM_NAMES.get(field_id, field_id),
        "fieldtype": "jira",
        "fieldId": field_id,
        "from": old[0],
        "fromString": old[1],
        "to": new[0],
        "toString": new[1],
    }


def status(name: str, resolution: str | None = None) -> Edit:
    """Move to a status. `resolution`: its name; "" takes it away; None keeps what there is."""

    def apply(state: JiraState, issue: JiraIssue, at: dt.datetime) -> list[Payload]:
        old, new = issue.fields["status"], state.named("statuses", name)
        issue.fields["status"] = new
        if old["statusCategory"]["key"] != new["statusCategory"]["key"]:
            issue.fields["statuscategorychangedate"] = jira_time(at)
        items = [item("status", (old["id"], old["name"]), (new["id"], new["name"]))]
        return items + ([] if resolution is None else _resolve(state, issue, at, resolution))

    return apply


def _resolve(state: JiraState, issue: JiraIssue, at: dt.datetime, name: str) -> list[Payload]:
    old = issue.fields.get("resolution")
    new = state.named("resolutions", name) if name else None
    issue.fields["resolution"] = new
    issue.fields["resolutiondate"] = jira_time(at) if new else None
    return [] if old == new else [item("resolution", _pair(old), _pair(new))]


def elements(field_id: str, *, add: Names = (), remove: Names = ()) -> Edit:
    """Put elements into `fixVersions`, `versions` or `components`, take others out."""

    def apply(state: JiraState, issue: JiraIssue, _at: dt.datetime) -> list[Payload]:
        items: list[Payload] = []
        held: list[Payload] = list(issue.fields.get(field_id) or [])
        for name in _several(remove):
            gone = _element(state, issue, field_id, name)
            held = [element for element in held if element["id"] != gone["id"]]
            items.append(item(field_id, _pair(gone), (None, None)))
        for name in _several(add):
            entering = _element(state, issue, field_id, name)
            held.append({"id": entering["id"]})
            items.append(item(field_id, (None, None), _pair(entering)))
        issue.fields[field_id] = held
        return items

    return apply


def labels(*, add: Names = (), remove: Names = ()) -> Edit:
    """Put labels on, take others off."""

    def apply(_state: JiraState, issue: JiraIssue, _at: dt.datetime) -> list[Payload]:
        old: list[str] = issue.fields["labels"]
        gone, entering = _several(remove), _several(add)
        new = sorted({*(label for label in old if label not in gone), *entering})
        issue.fields["labels"] = new
        return [item("labels", (None, " ".join(old)), (None, " ".join(new)))]

    return apply


def sprint(*, add: str = "", remove: str = "") -> Edit:
    """Put into a sprint, take out of one."""

    def apply(state: JiraState, issue: JiraIssue, _at: dt.datetime) -> list[Payload]:
        old: list[Payload] = list(issue.fields.get(defaults.SPRINT) or [])
        gone = state.sprint(remove)["id"] if remove else None
        new = [held for held in old if held["id"] != gone]
        if add:
            new.append({"id": state.sprint(add)["id"]})
        issue.fields[defaults.SPRINT] = new or None
        return [_custom(state, defaults.SPRINT, _sprints(state, old), _sprints(state, new))]

    return apply


def parent(key: str | None) -> Edit:
    """Hang below another issue, or below none."""

    def apply(state: JiraState, issue: JiraIssue, _at: dt.datetime) -> list[Payload]:
        old = issue.fields.get("parent")
        above = state.issues[state.keys[key.upper()]] if key else None
        issue.fields["parent"] = None if above is None else {"id": str(above.id), "key": above.key}
        was = (old["id"], old["key"]) if old else (None, None)
        return [item("parent", was, (str(above.id), above.key) if above else (None, None))]

    return apply


def chosen(field_id: str, kind: str, name: str) -> Edit:
    """Set a field that takes one definition: issuetype, priority."""

    def apply(state: JiraState, issue: JiraIssue, _at: dt.datetime) -> list[Payload]:
        old, new = issue.fields.get(field_id), state.named(kind, name)
        issue.fields[field_id] = new
        return [item(field_id, _pair(old), _pair(new))]

    return apply


def person(field_id: str, account: str) -> Edit:
    """Set assignee or reporter, by the account `JiraWorld.person` made."""

    def apply(state: JiraState, issue: JiraIssue, _at: dt.datetime) -> list[Payload]:
        old, new = issue.fields.get(field_id), state.people[account] if account else None
        issue.fields[field_id] = new
        ids = [(None, None) if p is None else (p["accountId"], p["displayName"]) for p in (old, new)]
        return [item(field_id, ids[0], ids[1])]

    return apply


def security(name: str | None) -> Edit:
    """Restrict to a security level by name, or lift the restriction."""

    def apply(state: JiraState, issue: JiraIssue, _at: dt.datetime) -> list[Payload]:
        old = issue.fields.get("security")
        new = defaults.security_level(name) if name else None
        if new:
            state.levels.setdefault(new["id"], new)
        issue.fields["security"] = new
        return [item("security", _pair(old), _pair(new))]

    return apply


def value(field_id: str, new: object) -> Edit:
    """Set a field that holds a plain value: summary, duedate, timeoriginalestimate, a custom field."""

    def apply(state: JiraState, issue: JiraIssue, _at: dt.datetime) -> list[Payload]:
        old = issue.fields.get(field_id)
        issue.fields[field_id] = new.isoformat() if isinstance(new, dt.date) else new
        was, now = _text(old), _text(issue.fields[field_id])
        if field_id in state.fields and state.fields[field_id]["custom"]:
            return [_custom(state, field_id, (None, was), (None, now))]
        is_coded = field_id in ("duedate", "timeoriginalestimate", "timeestimate")
        return [item(field_id, (was if is_coded else None, was), (now if is_coded else None, now))]

    return apply


def project(key: str, new_key: str) -> Edit:
    """Move into another project, where the issue is called `new_key`."""

    def apply(state: JiraState, issue: JiraIssue, _at: dt.datetime) -> list[Payload]:
        old, new = issue.fields["project"], state.project(key)
        if new is None:
            raise KeyError(f"no project {key!r}")
        issue.fields["project"] = {name: new[name] for name in ("self", "id", "key", "name")}
        was, issue.key = issue.key, new_key
        return [
            item("project", (old["id"], old["name"]), (new["id"], new["name"])),
            item("Key", (None, was), (None, new_key)) | {"fieldId": "issuekey"},
        ]

    return apply


def link(type_name: str, other_key: str, link_id: str, *, outward: bool) -> Edit:
    """Add a link: `outward` reads "this issue <outward word> other"."""

    def apply(state: JiraState, issue: JiraIssue, _at: dt.datetime) -> list[Payload]:
        kind = state.named("link_types", type_name)
        other = state.issues[state.keys[other_key.upper()]]
        side, word = ("outwardIssue", kind["outward"]) if outward else ("inwardIssue", kind["inward"])
        entry = {
            "id": link_id,
            "self": f"{SITE}/rest/api/2/issueLink/{link_id}",
            "type": kind,
            side: {"id": str(other.id), "key": other.key},
        }
        issue.fields["issuelinks"] = [*issue.fields["issuelinks"], entry]
        told = item("issuelinks", (None, None), (other.key, f"This issue {word} {other.key}"))
        return [told | {"field": "Link"}]

    return apply


def _several(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _element(state: JiraState, issue: JiraIssue, field_id: str, name: str) -> Payload:
    if _LISTS[field_id] == "versions":
        return state.version(issue.fields["project"]["id"], name)
    return state.named("components", name)


def _sprints(state: JiraState, held: Sequence[Payload]) -> tuple[str, str]:
    names = [state.sprints[entry["id"]]["name"] for entry in held]
    return ", ".join(str(entry["id"]) for entry in held), ", ".join(names)


def _custom(
    state: JiraState, field_id: str, old: tuple[str | None, str | None], new: tuple[str | None, str | None]
) -> Payload:
    named = {"field": state.fields[field_id]["name"], "fieldtype": "custom"}
    return item(field_id, old, new) | named


def _pair(payload: Payload | None) -> tuple[str | None, str | None]:
    return (None, None) if payload is None else (payload["id"], payload["name"])


def _text(held: object) -> str | None:
    if held is None:
        return None
    if isinstance(held, dict):
        return str(held.get("value") or held.get("name"))
    if isinstance(held, list):
        return ",".join(_text(part) or "" for part in held)
    return f"{held:g}" if isinstance(held, float) else str(held)
