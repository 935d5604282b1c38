"""Raw Jira payloads as they stood at the end of a day, written from their own history.

What no history tells (links, custom fields, names of versions) stays as it is today.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_REFERENCES = {"status", "resolution", "issuetype", "priority", "assignee"}


def rolled_back(issues: Iterable[Mapping[str, Any]], day: dt.date) -> list[dict[str, Any]]:
    """Return the issues that existed at the end of a UTC day, as they stood then."""
    kept = list(issues)
    versions = {one["id"]: one for issue in kept for one in issue["fields"].get("fixVersions") or []}
    return [_rolled_back(issue, day, versions) for issue in kept if _day(issue["fields"]["created"]) <= day]


def versions_of(issues: Iterable[Mapping[str, Any]], project: str) -> list[dict[str, Any]]:
    """Return the versions that some issues name."""
    found = {one["id"]: one for issue in issues for one in issue["fields"]["fixVersions"]}
    return [{**one, "_project": project} for one in found.values()]


def write(folder: Path, name: str, issues: list[dict[str, Any]]) -> Path:
    """Write a recording; return how its files begin."""
    with gzip.open(folder / f"{name}.issues_changelog.jsonl.gz", "wt", 1, encoding="utf-8") as file:
        file.writelines(json.dumps(issue) + "\n" for issue in issues)
    with gzip.open(folder / f"{name}.versions.json.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(versions_of(issues, name)))
    return folder / name


def _rolled_back(
    issue: Mapping[str, Any], day: dt.date, versions: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    fields, history = dict(issue["fields"]), issue["changelog"]
    acts = sorted(history["histories"], key=lambda act: dt.datetime.fromisoformat(act["created"]))
    inside = {one["id"] for one in fields.get("fixVersions") or []}
    for item in (
        item for act in reversed(acts) if _day(act["created"]) > day for item in reversed(act["items"])
    ):
        if item["field"] == "Fix Version":
            inside -= {item.get("to")}
            inside |= {item["from"]} if item.get("from") else set()
        elif item["field"] in _REFERENCES:
            fields[item["field"]] = {"id": item["from"], "name": item["fromString"]} if item["from"] else None
        elif item["field"] == "summary":
            fields["summary"] = item["fromString"]
    past = [act for act in acts if _day(act["created"]) <= day]
    fields["fixVersions"] = [
        _hidden(versions.get(one, {"id": one, "name": one}), day) for one in sorted(inside)
    ]
    fields["resolutiondate"] = _resolved_at(fields, past)
    cut = {"histories": past, "total": len(past), "maxResults": len(past), "startAt": 0}
    return {**issue, "fields": fields, "changelog": cut}


def _resolved_at(fields: Mapping[str, Any], past: list[Any]) -> str | None:
    """Return when it was resolved, as far as the history tells."""
    if fields.get("resolution") is None:
        return None
    told = [
        act["created"]
        for act in past
        for item in act["items"]
        if item["field"] == "resolution" and item["to"]
    ]
    return told[-1] if told else fields.get("resolutiondate")


def _hidden(version: Mapping[str, Any], day: dt.date) -> dict[str, Any]:
    """Hide what was typed in later: dates and the end of a version not yet released."""
    date = version.get("releaseDate")
    is_over = bool(version.get("released") and date and dt.date.fromisoformat(date) <= day)
    secret = {"startDate", "userStartDate", "userReleaseDate", "overdue"} | (
        set() if is_over else {"releaseDate"}
    )
    kept = {key: value for key, value in version.items() if key not in secret}
    return kept if is_over else {**kept, "released": False, "archived": False}


def _day(text: str) -> dt.date:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC).date()
