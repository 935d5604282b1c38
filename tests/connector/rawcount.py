"""An independent count of scope, straight from raw Jira JSON. Shares no code with the product."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DROPPING = {"Won't Fix", "Won't Do", "Duplicate", "Cannot Reproduce"}


@dataclass(frozen=True)
class Count:
    """What one version held when it was agreed, and what came and went after."""

    agreed: int
    added: int
    removed: int
    current: int


@cache
def stamp(text: str) -> dt.datetime:
    """Read a Jira instant; reading is most of what counting costs, and each is read many times."""
    return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(dt.UTC)


def load(path: Path) -> list[dict[str, Any]]:
    """Read a file of raw issues."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def spans(raw: dict[str, Any], version: str) -> list[tuple[dt.datetime, bool]]:
    """Return (instant, is the issue in scope of this version) for every history entry, creation first."""
    fields = raw["fields"]
    entries = sorted(raw["changelog"]["histories"], key=lambda h: (stamp(h["created"]), int(h["id"])))
    member = any(each["id"] == version for each in fields["fixVersions"])
    resolution = (fields["resolution"] or {}).get("name") or ""
    done = fields["status"]["statusCategory"]["key"] == "done"
    states: list[tuple[dt.datetime, bool]] = []
    for entry in reversed(entries):
        states.append((stamp(entry["created"]), member and not (done and resolution in DROPPING)))
        for item in reversed(entry["items"]):
            if item["field"] == "Fix Version" and item.get("to") == version:
                member = False
            elif item["field"] == "Fix Version" and item.get("from") == version:
                member = True
            elif item["field"] == "resolution":
                resolution = item.get("fromString") or ""
            elif item["field"] == "status":
                done = item["fromString"] in {"Closed", "Resolved", "Done"}
    states.append((stamp(fields["created"]), member and not (done and resolution in DROPPING)))
    return states[::-1]


def first_item_at(raws: list[dict[str, Any]], version: str) -> dt.datetime:
    """Return when the first item was put into a version."""
    return min(at for raw in raws for at, inside in spans(raw, version) if inside)


def count(raws: list[dict[str, Any]], version: str, agreed_at: dt.datetime) -> Count:
    """Count a version's scope as agreed at an instant, and every coming and going after it."""
    agreed = added = removed = current = 0
    for raw in raws:
        was, states = False, spans(raw, version)
        for at, inside in states:
            if at > agreed_at:
                added += inside and not was
                removed += was and not inside
            was = inside
        current += was
        agreed += [inside for at, inside in states if at <= agreed_at][-1:] == [True]
    return Count(agreed=agreed, added=added, removed=removed, current=current)


@dataclass(frozen=True)
class Look:
    """What an issue was on a day, as far as scope goes."""

    title: str
    type: str
    status: str
    resolution: str
    versions: tuple[str, ...]  # ids, sorted
    labels: tuple[str, ...]  # sorted
    due: str


def look(raw: dict[str, Any], at: dt.datetime) -> Look | None:
    """Rebuild an issue as of an instant by undoing what its history tells of later; None: not there yet."""
    fields = raw["fields"]
    if stamp(fields["created"]) > at:
        return None
    now: dict[str, Any] = {
        "summary": fields["summary"],
        "issuetype": fields["issuetype"]["name"],
        "status": fields["status"]["name"],
        "resolution": (fields["resolution"] or {}).get("name") or "",
        "versions": {each["id"] for each in fields["fixVersions"]},
        "labels": set(fields.get("labels") or ()),
        "duedate": fields.get("duedate") or "",
    }
    entries = sorted(raw["changelog"]["histories"], key=lambda h: (stamp(h["created"]), int(h["id"])))
    for entry in reversed([h for h in entries if stamp(h["created"]) > at]):
        for item in reversed(entry["items"]):
            _undo(now, item)
    return Look(
        title=now["summary"],
        type=now["issuetype"],
        status=now["status"],
        resolution=now["resolution"],
        versions=tuple(sorted(now["versions"])),
        labels=tuple(sorted(now["labels"])),
        due=now["duedate"],
    )


def _undo(now: dict[str, Any], item: dict[str, Any]) -> None:
    name, old = item["field"], item.get("fromString") or ""
    if name == "Fix Version":
        now["versions"] -= {item.get("to")}
        now["versions"] |= {item["from"]} if item.get("from") else set()
    elif name == "labels":
        now["labels"] = set(old.split())
    elif name == "duedate":
        now["duedate"] = (item.get("from") or old)[:10]
    elif name in now:
        now[name] = old
