"""What GitHub's published description says of the requests we make: a small table, and how it is made.

    python -m tests.trackers.github_openapi FOLDER/api.github.com.json

writes `github_openapi.json` beside this file. The description is in the npm package
`@octokit/openapi` (`generated/api.github.com.json`); only facts are taken from it: paths, names of
parameters, names and JSON types of keys, statuses.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

TABLE = Path(__file__).with_name("github_openapi.json")
PATHS = (
    "/user",
    "/rate_limit",
    "/repos/{owner}/{repo}",
    "/repos/{owner}/{repo}/issue-types",
    "/repos/{owner}/{repo}/labels",
    "/repos/{owner}/{repo}/milestones",
    "/repos/{owner}/{repo}/milestones/{milestone_number}",
    "/repos/{owner}/{repo}/issues",
    "/repos/{owner}/{repo}/issues/{issue_number}",
    "/repos/{owner}/{repo}/issues/{issue_number}/timeline",
    "/repos/{owner}/{repo}/issues/{issue_number}/events",
    "/repos/{owner}/{repo}/issues/{issue_number}/sub_issues",
    "/repos/{owner}/{repo}/issues/{issue_number}/parent",
    "/repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by",
    "/repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocking",
)
UNDESCRIBED = frozenset({"after", "before", "per_page"})
"""Parameters that need no description: cursors that `Link` headers carry, and a size for every list,
which a list that comes whole passes over."""
SEEN = frozenset({("actor", "null"), ("state_reason", "null"), ("state_reason", "string")})
"""Keys of events as real answers have them, the description notwithstanding: recordings show both."""
_BY_ID = re.compile(r"\A/repositories/\d+")
_PARTS = ("allOf", "anyOf", "oneOf")
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One path of the description.

    `query`: names of its parameters, each with its known values (none: any). `keys`: of a row of its
    answer, with their JSON types. `required`: those that every row has. `is_list`: rows come in one.
    """

    path: str
    query: Mapping[str, Sequence[str]]
    statuses: Sequence[int]
    is_list: bool
    required: Sequence[str]
    keys: Mapping[str, Sequence[str]]

    def unknown_query(self, asked: Iterable[tuple[str, str]]) -> list[str]:
        """Name the parameters, or values of them, that the description does not know."""
        return [
            f"{name}={value}"
            for name, value in asked
            if name not in UNDESCRIBED
            and (name not in self.query or (self.query[name] and value not in self.query[name]))
        ]

    def faults_of(self, body: Any) -> list[str]:
        """Say what of an answer the description does not allow."""
        if isinstance(body, list) != self.is_list:
            return [f"found {type(body).__name__}, expected {'a list' if self.is_list else 'an object'}"]
        rows: list[Mapping[str, object]] = body if isinstance(body, list) else [body]
        return sorted({fault for row in rows for fault in self._row_faults(row)})

    def _row_faults(self, row: Mapping[str, object]) -> Iterable[str]:
        yield from (f"{name} is missing" for name in self.required if name not in row)
        for name, value in row.items():
            if (name, json_type(value)) in SEEN and "event" in row:
                continue
            if name not in self.keys:
                yield f"{name} is not described"
            elif json_type(value) not in self.keys[name] and not _is_whole(value, self.keys[name]):
                yield f"{name} is {json_type(value)}, described as {', '.join(self.keys[name])}"


def described(path: str, table: Mapping[str, Any]) -> Described | None:
    """Return what the table says of a path as it was asked for; None where it has none."""
    named = _BY_ID.sub("/repos/owner/repo", unquote(path).removeprefix("/api/v3"))
    for template, told in table["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", r"[^/]+", template), named):
            return Described(path=template, **told)
    return None


def read_table() -> Mapping[str, Any]:
    """Return the table beside this file."""
    table: Mapping[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table


def derived(description: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take from the whole description what the table holds."""
    reader = _Reader(description)
    return {"version": description["info"]["version"], "paths": {path: reader.path(path) for path in PATHS}}


def json_type(value: object) -> str:
    """Return the JSON type of a value."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
    return "null" if value is None else names[type(value)]


def _is_whole(value: object, types: Sequence[str]) -> bool:
    return json_type(value) == "integer" and "number" in types


class _Reader:
    """Follows references through a description."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self._description = description

    def path(self, path: str) -> Mapping[str, Any]:
        operation = self._description["paths"][path]["get"]
        answer = self._seen(operation["responses"]["200"])["content"]["application/json"]["schema"]
        top = self._seen(answer)
        is_list = top.get("type") == "array"
        rows = self._shapes(top["items"] if is_list else top)
        keys: dict[str, set[str]] = {}
        for shape in rows:
            for name, schema in shape[0].items():
                keys.setdefault(name, set()).update(self._types(schema))
        return {
            "query": self._query(operation),
            "statuses": sorted(int(status) for status in operation["responses"]),
            "is_list": is_list,
            "required": sorted(set.intersection(*(set(shape[1]) for shape in rows))),
            "keys": {name: sorted(types) for name, types in sorted(keys.items())},
        }

    def _query(self, operation: Schema) -> dict[str, list[str]]:
        parameters = [self._seen(one) for one in operation.get("parameters", ())]
        asked = [one for one in parameters if one["in"] == "query"]
        return {one["name"]: [str(value) for value in one["schema"].get("enum", ())] for one in asked}

    def _seen(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            found: Any = self._description
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    def _shapes(self, schema: Schema) -> list[tuple[dict[str, Schema], list[str]]]:
        """Return the objects that a schema may be: their properties and which of them each has."""
        schema = self._seen(schema)
        either = schema.get("anyOf") or schema.get("oneOf")
        if either:
            return [shape for one in either for shape in self._shapes(one)]
        properties, required = dict(schema.get("properties", {})), list(schema.get("required", ()))
        for one in schema.get("allOf", ()):
            ((more, needed),) = self._shapes(one)
            properties |= more
            required += needed
        return [(properties, required)]

    def _types(self, schema: Schema) -> set[str]:
        schema = self._seen(schema)
        given = schema.get("type")
        types = set(given) if isinstance(given, list) else {given} if given else set()
        types |= {"null"} if schema.get("nullable") else set()
        for part in _PARTS:
            for one in schema.get(part, ()):
                types |= self._types(one)
        return types or {"object"}


if __name__ == "__main__":
    whole = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    found = derived(whole)
    lines = [f"  {json.dumps(path)}: {json.dumps(told)}" for path, told in found["paths"].items()]
    text = ",\n".join(lines)
    TABLE.write_text(f'{{"version": "{found["version"]}", "paths": {{\n{text}\n}}}}\n', encoding="utf-8")
