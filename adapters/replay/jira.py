"""Recorded Jira payloads as records. What was not saved is gathered from the issues themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from adapters.jira import assemble, parse
from adapters.jira.payloads import FieldPayload, IssueType, Status, Version, is_sprint, shaped
from adapters.protocol import Batch
from adapters.records import Category, Milestone, Quarantined
from adapters.replay.files import Line, Recording, lines
from adapters.replay.settings import ReplaySettings

_POINT_NAMES = ("story points", "story point estimate")
_AGREEMENT_RATIO = 0.8  # of issues whose number equals the last one in the history, to believe in a field
_STUBS = ("parent", "issuelinks", "subtasks")
# The statuses every site begins with have these ids; an issue is in them no more once they are renamed away.
_FIRST_STATUSES = {
    "1": Category.TODO,
    "3": Category.DOING,
    "4": Category.TODO,
    "5": Category.DONE,
    "6": Category.DONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraRecording:
    """A recorded Jira project that is ready to be read."""

    recording: Recording
    context: parse.Context
    types: Mapping[str, int]
    statuses: Mapping[str, Category]
    fields: Sequence[FieldPayload]
    milestones: tuple[Milestone, ...]

    def lines(self) -> Iterator[Line]:
        """Yield the recorded issues."""
        return lines(self.recording.issues)

    def batch(self, chunk: Iterable[Line]) -> Batch:
        """Make the records of some lines."""
        held = list(chunk)
        found = assemble.records((line.value for line in held if line.value is not None), self.context)
        bad = tuple(
            Quarantined(ref=f"line {line.number}", field="", reason="found no JSON object, expected an issue")
            for line in held
            if line.value is None
        )
        return Batch(
            issues=found.issues,
            changes=found.changes,
            links=found.links,
            quarantined=(*found.quarantined, *bad),
        )


def open_jira(
    recording: Recording, settings: ReplaySettings, *, prefix: str, asked: Iterable[str]
) -> JiraRecording:
    """Read what the site defines; where that was not saved, read through the issues once."""
    saved_fields = shaped(tuple[FieldPayload, ...], recording.document("fields") or (), "fields.json")
    saved_statuses = shaped(tuple[Status, ...], recording.document("statuses") or (), "statuses.json")
    saved_types = shaped(tuple[IssueType, ...], recording.document("issuetypes") or (), "issuetypes.json")
    gathered = _gather(lines(recording.issues))
    statuses = saved_statuses or tuple(gathered.statuses.values())
    told = [one for one in statuses if saved_statuses or one.status_category]
    types = saved_types or tuple(gathered.types.values())
    fields = parse.map_fields(saved_fields, overrides=settings.overrides, asked=asked)
    context = parse.Context(
        prefix=prefix,
        project=settings.project or "",
        site=settings.site.rstrip("/"),
        fields=fields if saved_fields else gathered.completed(fields),
        statuses={**({} if saved_statuses else _FIRST_STATUSES), **parse.map_statuses(told)},
        levels=parse.map_levels(types),
        issue_ids=gathered.issue_ids,
    )
    versions = shaped(tuple[Version, ...], _versions(recording), "versions.json")
    return JiraRecording(
        recording=recording,
        context=context,
        types={one.name: parse.level_of(one) for one in types},
        statuses={one.name: parse.category_of(one) for one in statuses},
        fields=saved_fields,
        milestones=tuple(parse.parse_version(one, context, position=i) for i, one in enumerate(versions)),
    )


@dataclass(slots=True)
class _Gathered:
    """What a pass over the issues tells of the site."""

    statuses: dict[str, Status] = field(default_factory=dict)
    types: dict[str, IssueType] = field(default_factory=dict)
    issue_ids: dict[str, str] = field(default_factory=dict)
    sprints: dict[str, None] = field(default_factory=dict)
    compared: int = 0  # issues whose history tells of story points
    agreeing: Counter[str] = field(default_factory=Counter)  # fields with that very number

    def completed(self, fields: parse.FieldMap) -> parse.FieldMap:
        """Fill the roles that neither settings nor a catalogue settle."""
        best = self.agreeing.most_common(1)
        is_sure = best and best[0][1] >= _AGREEMENT_RATIO * self.compared
        points = fields.points or ((best[0][0],) if is_sure else ())
        return replace(fields, points=points, sprints=fields.sprints or tuple(self.sprints))

    def add(self, raw: Mapping[str, object]) -> None:
        """Learn from an issue."""
        fields = raw.get("fields")
        if not isinstance(fields, Mapping):
            return
        self._name(raw, fields)
        for stub in _stubs(fields):
            inner = stub.get("fields")
            self._name(stub, inner if isinstance(inner, Mapping) else {})
        for field_id, value in fields.items():
            if isinstance(value, list) and is_sprint(value) and str(field_id).startswith("customfield_"):
                self.sprints[str(field_id)] = None
        self._compare(raw, fields)

    def _name(self, raw: Mapping[str, object], fields: Mapping[str, object]) -> None:
        if raw.get("key") and raw.get("id"):
            self.issue_ids[str(raw["key"])] = str(raw["id"])
        status, issue_type = fields.get("status"), fields.get("issuetype")
        if isinstance(status, Mapping):
            self._learn(shaped(Status, status, "status"))
        if isinstance(issue_type, Mapping) and str(issue_type.get("id")) not in self.types:
            self.types[str(issue_type.get("id"))] = shaped(IssueType, issue_type, "issuetype")

    def _learn(self, status: Status) -> None:
        """Keep a status; one that tells its category rather than one that does not."""
        known = self.statuses.get(status.id)
        if known is None or known.status_category is None:
            self.statuses[status.id] = status

    def _compare(self, raw: Mapping[str, object], fields: Mapping[str, object]) -> None:
        """Compare the last story points of the history with each number the issue has."""
        told = _last_points(raw)
        if told is None:
            return
        self.compared += 1
        self.agreeing.update(
            str(field_id)
            for field_id, value in fields.items()
            if isinstance(value, (int, float)) and str(field_id).startswith("customfield_") and value == told
        )


def _gather(issues: Iterable[Line]) -> _Gathered:
    gathered = _Gathered()
    for line in issues:
        if line.value is not None:
            gathered.add(line.value)
    return gathered


def _stubs(fields: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Yield the issues that an issue shows: parent, sub-tasks, far ends of links."""
    for name in _STUBS:
        value = fields.get(name)
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, Mapping):
                ends = (one.get("inwardIssue"), one.get("outwardIssue"), one)
                yield from (end for end in ends if isinstance(end, Mapping))


def _last_points(raw: Mapping[str, object]) -> float | None:
    """Return the story points the newest history that tells of them ends with."""
    changelog = raw.get("changelog")
    histories = changelog.get("histories") if isinstance(changelog, Mapping) else None
    told = [
        (str(history.get("created")), item.get("toString"))
        for history in histories or ()
        if isinstance(history, Mapping)
        for item in history.get("items") or ()
        if isinstance(item, Mapping) and str(item.get("field")).lower() in _POINT_NAMES
    ]
    try:
        return float(str(max(told)[1])) if told else None
    except ValueError:
        return None


def _versions(recording: Recording) -> object:
    """Return saved versions: a list, or part of a project's document."""
    versions = recording.document("versions")
    if versions is None:
        project = recording.document("project")
        versions = project.get("versions") if isinstance(project, Mapping) else None
    return versions or ()
