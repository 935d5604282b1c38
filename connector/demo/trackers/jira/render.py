"""Issues printed as a face shows them: Cloud v3 (rich text), Cloud v2, or Data Center v2."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connector.demo.trackers.exchange import Payload, encode, milliseconds
from connector.demo.trackers.jira import defaults
from connector.demo.trackers.jira.state import EPIC_LEVEL, SITE, JiraIssue, JiraState, parse_time

_STUB = ("summary", "status", "priority", "issuetype")
_VERSION_KEYS = ("self", "id", "description", "name", "archived", "released", "releaseDate")
_CLOUD_PERSON = ("self", "accountId", "emailAddress", "displayName", "active", "timeZone", "accountType")
_SERVER_PERSON = ("self", "name", "key", "emailAddress", "displayName", "active", "timeZone")
_PEOPLE = frozenset(("assignee", "reporter", "creator"))
_HEAVY = frozenset(("comment", "worklog", "attachment"))
_EMBEDDED_COMMENTS = 20


class Tongue(enum.Enum):
    """Which product and which version of its API is spoken."""

    CLOUD_V3 = 3
    CLOUD_V2 = 2
    SERVER = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """Which fields a caller asked for. `changelog`: how many histories to embed, newest first; -1: all."""

    names: tuple[str, ...]
    changelog: int = 0

    @property
    def is_bare(self) -> bool:
        """Whether nothing but id and key is asked for: then pages may be long."""
        return not self.changelog and all(name in ("id", "key", "issuekey") for name in self.names)


def print_issue(state: JiraState, issue: JiraIssue, wish: Wish, tongue: Tongue) -> bytes:
    """Return an issue as JSON bytes; printed once for each wish while nothing changes."""
    prints = state.encoded.setdefault(issue.id, {})
    slot = f"{tongue.value}|{wish.changelog}|{','.join(wish.names)}"
    printed = prints.get(slot)
    if printed is None:
        shown = issue_payload(state, issue, wish, tongue)
        printed = encode(shown)
        fields = shown.get("fields", {})
        if "subtasks" not in fields:  # which issues are below this one, no print can be told of
            prints[slot] = printed
            _remember(state, issue, fields)
    return printed


def _remember(state: JiraState, issue: JiraIssue, fields: Payload) -> None:
    """Note whom a print shows, so that it is made anew when one of them changes."""
    others = [fields["parent"]] if fields.get("parent") else []
    entries = fields.get("issuelinks") or ()
    others += [entry.get("outwardIssue") or entry["inwardIssue"] for entry in entries]
    for other in others:
        state.shown_in.setdefault(int(other["id"]), set()).add(issue.id)


def issue_payload(state: JiraState, issue: JiraIssue, wish: Wish, tongue: Tongue) -> Payload:
    """Return an issue as a face shows it."""
    if tongue is not Tongue.SERVER and wish.names in ((), ("id",)) and not wish.changelog:
        return {"id": str(issue.id)}
    shown: Payload = {
        "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
        "id": str(issue.id),
        "self": f"{SITE}/rest/api/{tongue.value or 2}/issue/{issue.id}",
        "key": issue.key,
    }
    if not wish.is_bare:
        names = _chosen(wish.names, _held(state, issue, tongue))
        shown["fields"] = {name: _field(state, issue, name, tongue) for name in names}
    if wish.changelog:
        shown["changelog"] = _embedded(state, issue, wish.changelog, tongue)
    return shown


def histories(state: JiraState, issue: JiraIssue, tongue: Tongue) -> list[Payload]:
    """Return an issue's histories, oldest first, as a face tells them."""
    return [history_payload(state, entry, tongue) for entry in issue.histories]


def history_payload(state: JiraState, entry: Payload, tongue: Tongue, *, in_ms: bool = False) -> Payload:
    """Return one history as a face tells it. `in_ms`: the instant as a number, as bulk fetching has it."""
    told = {**entry}
    if "author" in entry:
        told["author"] = _person(entry["author"], tongue)
    if in_ms:
        told["created"] = milliseconds(parse_time(entry["created"]))
    told["items"] = [_item(state, item, tongue) for item in entry["items"]]
    return told


def rich_text(text: str) -> Payload:
    """Return plain text as an Atlassian document: a paragraph for each block of lines."""
    blocks = [block for block in text.split("\n\n") if block.strip()]
    paragraphs = [{"type": "paragraph", "content": [{"type": "text", "text": block}]} for block in blocks]
    return {"type": "doc", "version": 1, "content": paragraphs}


def _chosen(wanted: Sequence[str], held: Iterable[str]) -> list[str]:
    """Return which of an issue's fields a wish names: `*all`, `*navigable`, names, `-names`."""
    without = {name[1:] for name in wanted if name.startswith("-")}
    plain = {name for name in wanted if not name.startswith("-")}
    if "*all" in plain:
        return [name for name in held if name not in without]
    if "*navigable" in plain or not plain:
        return [name for name in held if name not in without and name not in _HEAVY]
    return [name for name in held if name in plain and name not in without]


def _held(state: JiraState, issue: JiraIssue, tongue: Tongue) -> list[str]:
    hidden = set(hidden_fields(state, tongue))
    if not issue.fields.get("parent") or (tongue is Tongue.SERVER and _is_epic_child(state, issue)):
        hidden.add("parent")
    held = [name for name in issue.fields if name not in hidden]
    return held if "subtasks" in held else [*held, "subtasks"]


def hidden_fields(state: JiraState, tongue: Tongue) -> tuple[str, ...]:
    """Return the fields a face does not have: Cloud retired epic links for `parent`."""
    if tongue is Tongue.SERVER:
        return ("statuscategorychangedate",)
    custom = state.fields.get(defaults.EPIC_LINK, {}).get("schema", {}).get("custom", "")
    return (defaults.EPIC_LINK,) if custom.endswith(":gh-epic-link") else ()


def _field(state: JiraState, issue: JiraIssue, name: str, tongue: Tongue) -> object:
    held = issue.fields.get(name)
    if name in _PRINTERS:
        return _PRINTERS[name](state, issue, held, tongue)
    if name in _PEOPLE:
        return _person(held, tongue) if held else None
    if tongue is Tongue.CLOUD_V3 and name in ("description", "environment") and isinstance(held, str):
        return rich_text(held)
    if name == "issuetype" and isinstance(held, dict):
        return type_payload(held, tongue)
    return held


def type_payload(kind: Payload, tongue: Tongue) -> Payload:
    """Return an issue type as a face shows it: only Cloud knows levels."""
    if tongue is Tongue.SERVER:
        return {name: value for name, value in kind.items() if name != "hierarchyLevel"}
    if "hierarchyLevel" in kind:
        return kind
    level = -1 if kind.get("subtask") else EPIC_LEVEL if kind.get("name") == "Epic" else 0
    return {**kind, "hierarchyLevel": level}


def _versions(state: JiraState, _issue: JiraIssue, held: object, _tongue: Tongue) -> object:
    entries = held if isinstance(held, list) else []
    full: list[Payload] = [state.versions.get(entry["id"]) or entry for entry in entries]
    return [{name: version[name] for name in _VERSION_KEYS if name in version} for version in full]


def _components(state: JiraState, _issue: JiraIssue, held: object, _tongue: Tongue) -> object:
    entries = held if isinstance(held, list) else []
    full: list[Payload] = [state.components.get(entry["id"]) or entry for entry in entries]
    return [{name: value for name, value in entry.items() if name != "project"} for entry in full]


def _parent(state: JiraState, _issue: JiraIssue, held: object, tongue: Tongue) -> object:
    return _stub(state, held, tongue) if isinstance(held, dict) else None


def _links(state: JiraState, _issue: JiraIssue, held: object, tongue: Tongue) -> object:
    shown = []
    for entry in held if isinstance(held, list) else []:
        side = "outwardIssue" if "outwardIssue" in entry else "inwardIssue"
        other = state.issues.get(int(entry[side]["id"]))
        is_known = other is not None and state.may_see(other)
        if is_known or "fields" in entry[side]:
            shown.append({**entry, side: _stub(state, entry[side], tongue)})
    return shown


def _stub(state: JiraState, held: Payload, tongue: Tongue) -> Payload:
    issue = state.issues.get(int(held["id"]))
    if issue is None:
        return held
    fields = {name: _field(state, issue, name, tongue) for name in _STUB if name in issue.fields}
    link = f"{SITE}/rest/api/{tongue.value or 2}/issue/{issue.id}"
    return {"id": str(issue.id), "key": issue.key, "self": link, "fields": fields}


def _subtasks(state: JiraState, issue: JiraIssue, held: object, tongue: Tongue) -> object:
    if held is not None:
        return held
    below = [
        other
        for other in state.visible()
        if (other.fields.get("parent") or {}).get("id") == str(issue.id)
        and other.fields["issuetype"]["subtask"]
    ]
    return [_stub(state, {"id": str(other.id)}, tongue) for other in below]


def _sprints(state: JiraState, _issue: JiraIssue, held: object, tongue: Tongue) -> object:
    if not isinstance(held, list) or not all(isinstance(entry, dict) for entry in held):
        return held
    full: list[Payload] = [state.sprints.get(entry["id"]) or entry for entry in held]
    return [_server_sprint(one) if tongue is Tongue.SERVER else _cloud_sprint(one) for one in full]


def _cloud_sprint(sprint: Payload) -> Payload:
    shown = {name: value for name, value in sprint.items() if name not in ("self", "originBoardId")}
    return {**shown, "boardId": sprint.get("originBoardId", sprint.get("boardId"))}


def _server_sprint(sprint: Payload) -> str:
    def date(name: str) -> str:
        return str(sprint.get(name, "<null>"))

    parts = [f"id={sprint['id']}", f"rapidViewId={sprint.get('originBoardId', '')}"]
    parts += [f"state={sprint['state'].upper()}", f"name={sprint['name']}"]
    parts += [f"{name}={date(name)}" for name in ("startDate", "endDate", "completeDate")]
    parts += ["activatedDate=<null>", f"sequence={sprint['id']}", f"goal={sprint.get('goal', '')}"]
    inner = ",".join([*parts, "autoStartStop=false"])
    return f"com.atlassian.greenhopper.service.sprint.Sprint@{sprint['id'] * 7919:x}[{inner}]"


def _epic_link(state: JiraState, issue: JiraIssue, held: object, tongue: Tongue) -> object:
    if tongue is Tongue.SERVER and _is_epic_child(state, issue):
        return issue.fields["parent"]["key"]
    return held


def _comments(_state: JiraState, _issue: JiraIssue, held: object, tongue: Tongue) -> object:
    if not isinstance(held, dict):
        return held
    all_of = held["comments"] if tongue is Tongue.SERVER else held["comments"][:_EMBEDDED_COMMENTS]
    shown = [_comment(entry, tongue) for entry in all_of]
    return {**held, "comments": shown, "maxResults": len(shown)}


def _comment(entry: Payload, tongue: Tongue) -> Payload:
    shown = {**entry}
    for side in ("author", "updateAuthor"):
        if side in entry:
            shown[side] = _person(entry[side], tongue)
    if tongue is Tongue.CLOUD_V3:
        shown["body"] = rich_text(entry["body"])
    return shown


_PRINTERS = {
    "fixVersions": _versions,
    "versions": _versions,
    "components": _components,
    "parent": _parent,
    "issuelinks": _links,
    "subtasks": _subtasks,
    defaults.SPRINT: _sprints,
    defaults.EPIC_LINK: _epic_link,
    "comment": _comments,
}


def _person(person: Payload, tongue: Tongue) -> Payload:
    names = _SERVER_PERSON if tongue is Tongue.SERVER else _CLOUD_PERSON
    shown = {name: person[name] for name in names if name in person}
    if tongue is not Tongue.SERVER and "accountId" not in shown:
        shown["accountId"] = person.get("key") or person.get("name") or ""
    return shown


def _is_epic_child(state: JiraState, issue: JiraIssue) -> bool:
    above = issue.fields.get("parent")
    return bool(above) and not issue.fields["issuetype"]["subtask"] and defaults.EPIC_LINK in state.fields


def _item(state: JiraState, item: Payload, tongue: Tongue) -> Payload:
    if tongue is Tongue.SERVER:
        told = {name: value for name, value in item.items() if name != "fieldId"}
        if item.get("fieldId") == "parent" and _leads_to_epic(state, item):
            told |= {"field": "Epic Link", "fieldtype": "custom"}
        return told
    return item if "fieldId" in item else {**item, "fieldId": _field_id(state, item["field"])}


def _leads_to_epic(state: JiraState, item: Payload) -> bool:
    above = state.issues.get(int(item["to"] or item["from"] or 0))
    return above is not None and above.fields["issuetype"].get("hierarchyLevel", 0) >= EPIC_LEVEL


def _field_id(state: JiraState, name: str) -> str:
    known = {
        "Fix Version": "fixVersions",
        "Version": "versions",
        "Component": "components",
        "Link": "issuelinks",
        "Key": "issuekey",
    }
    if name in known:
        return known[name]
    named = (field_id for field_id, field in state.fields.items() if field["name"] == name)
    return next(named, name)


def _embedded(state: JiraState, issue: JiraIssue, limit: int, tongue: Tongue) -> Payload:
    told = histories(state, issue, tongue)
    if limit > 0:
        told = told[::-1][:limit]
    return {"startAt": 0, "maxResults": len(told), "total": len(issue.histories), "histories": told}
