"""Recorded GitHub payloads as records: lines of `{"issue": …, "events": […]}`, and milestones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from adapters.github.assemble import Cursor, Face, Gathering
from adapters.github.parse import Context, UnreadableError, parse_milestone
from adapters.protocol import Batch
from adapters.records import Milestone, Quarantined
from adapters.replay.files import Line, Recording, lines
from adapters.replay.settings import ReplaySettings
from adapters.wire import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubRecording:
    """A recorded repository that is ready to be read."""

    recording: Recording
    context: Context
    milestones: tuple[Milestone, ...]

    def lines(self) -> Iterator[Line]:
        """Yield the recorded issues; pull requests are none."""
        return (line for line in lines(self.recording.issues) if not _is_pull_request(line.value))

    def batch(self, chunk: Iterable[Line]) -> Batch:
        """Make the records of some lines."""
        gathering = Gathering(context=self.context)
        for line in chunk:
            raw = _issue(line.value)
            if raw is None:
                gathering.quarantined.append(
                    Quarantined(ref=f"line {line.number}", field="issue", reason="found none, expected one")
                )
                continue
            gathering.add(raw, _events(line.value))
        return gathering.batch(Cursor(face=Face.REST, at=""), is_last=False, total=None)


def open_github(recording: Recording, settings: ReplaySettings, *, prefix: str) -> GitHubRecording:
    """Read the milestones: as saved, else the last snapshot of each, else as the issues show them."""
    repository = settings.repository or ""
    context = Context(prefix=prefix, repository=repository, source=f"{prefix}:{repository}")
    saved = recording.document("milestones")
    rows = saved if isinstance(saved, list) else list(_last_seen(recording).values())
    return GitHubRecording(recording=recording, context=context, milestones=tuple(_milestones(rows, context)))


def _milestones(rows: Sequence[object], context: Context) -> Iterator[Milestone]:
    for row in rows:
        try:
            yield parse_milestone(cast("JSON", row), context=context)
        except UnreadableError:
            continue


def _last_seen(recording: Recording) -> dict[object, object]:
    """Return each milestone by number as it was last seen, by snapshots or on issues."""
    seen: dict[object, object] = {}
    for line in recording.other_lines("milestone_snapshots"):
        _keep(seen, (line.value or {}).get("milestone"))
    if not seen:
        for line in lines(recording.issues):
            _keep(seen, (_issue(line.value) or {}).get("milestone"))
    return seen


def _keep(seen: dict[object, object], row: object) -> None:
    if isinstance(row, Mapping) and "number" in row:
        seen[row["number"]] = row


def _is_pull_request(value: Mapping[str, object] | None) -> bool:
    issue = _issue(value)
    return value is not None and ("pull" in value or (issue is not None and "pull_request" in issue))


def _issue(value: Mapping[str, object] | None) -> Mapping[str, JSON] | None:
    issue = (value or {}).get("issue", value)
    return cast("Mapping[str, JSON]", issue) if isinstance(issue, Mapping) else None


def _events(value: Mapping[str, object] | None) -> Sequence[JSON]:
    events = (value or {}).get("events")
    return cast("Sequence[JSON]", events) if isinstance(events, list) else ()
