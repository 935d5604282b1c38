"""What a Jira site's definitions mean: fields, statuses, levels, versions. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.jira.answers import SprintPayload
from adapters.jira.payloads import FieldPayload, IssueType, Status, Version
from adapters.records import Category, Field, Iteration, IterationStatus, Milestone, MilestoneStatus

SPRINT_TYPE = "com.pyxis.greenhopper.jira:gh-sprint"
EPIC_LINK_TYPE = "com.pyxis.greenhopper.jira:gh-epic-link"
EPIC_NAME_TYPE = "com.pyxis.greenhopper.jira:gh-epic-label"
PARENT_LINK_TYPE = "com.atlassian.jpo:jpo-custom-field-parent"
POINTS_TYPE = "com.pyxis.greenhopper.jira:jsw-story-points"
TARGET_START_TYPE = "com.atlassian.jpo:jpo-custom-field-baseline-start"
EPIC_LEVEL, SUBTASK_LEVEL = 1, -1

_CLIENT_TITLE_NAMES = frozenset({"client title", "customer title", "client-facing title", "客户标题"})

_CATEGORIES = {"new": Category.TODO, "indeterminate": Category.DOING, "done": Category.DONE}
_SPRINT_STATES = {
    "active": IterationStatus.ACTIVE,
    "closed": IterationStatus.CLOSED,
    "future": IterationStatus.FUTURE,
}
_POINT_NAMES = frozenset({"story points", "story point estimate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMap:
    """Which fields of a site hold what. Tuples of field ids: the first that an issue has counts."""

    points: tuple[str, ...] = ()
    sprints: tuple[str, ...] = ()
    epic_links: tuple[str, ...] = ()
    parent_links: tuple[str, ...] = ()
    epic_names: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    asked: Mapping[str, str] = field(default_factory=dict)  # as the rules name it -> field id
    names: Mapping[str, str] = field(default_factory=dict)  # lower-case name -> id
    lists: Mapping[str, str] = field(default_factory=dict)  # id of a list -> what parts it in a history
    known: frozenset[str] = frozenset()  # every id of the site's catalogue
    warnings: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()  # asked for by the rules, unknown to the site
    roles: Mapping[str, Field] = field(init=False, repr=False, compare=False)  # field id -> what it holds
    asked_by_id: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)  # in lower case

    def __post_init__(self) -> None:
        """Turn the roles round, for the many items of histories that ask by field id."""
        object.__setattr__(self, "roles", {one: role for role, ids in self._by_role() for one in ids})
        asked: dict[str, tuple[str, ...]] = {}
        for name, field_id in self.asked.items():
            asked[field_id.lower()] = (*asked.get(field_id.lower(), ()), name)
        object.__setattr__(self, "asked_by_id", asked)

    def _by_role(self) -> Iterator[tuple[Field, tuple[str, ...]]]:
        """Yield planning's fields by role; of two roles, the later one named here has the field."""
        yield Field.START, self.starts
        yield Field.POINTS, self.points
        yield Field.ITERATIONS, self.sprints
        yield Field.DUE, ("duedate",)
        yield Field.HOURS, ("timeoriginalestimate",)
        yield Field.PARENT, ("parent", *self.epic_links, *self.parent_links)

    @property
    def custom_ids(self) -> tuple[str, ...]:
        """Fields to ask for beside the system's own."""
        roles = (self.points, self.sprints, self.epic_links, self.parent_links, self.epic_names, self.starts)
        wanted = [field_id for role in roles for field_id in role]
        return tuple(dict.fromkeys([*wanted, *self.asked.values()]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What reading an issue needs to know beside the issue."""

    prefix: str  # `jira`, or the source's own name
    project: str
    site: str = ""  # address people use; "" makes no links
    fields: FieldMap = FieldMap()
    statuses: Mapping[str, Category] = field(default_factory=dict)  # by id and by lower-case name
    levels: Mapping[str, int] = field(default_factory=dict)  # of types, by id and by lower-case name
    issue_ids: Mapping[str, str] = field(default_factory=dict)  # issue key -> id, for links by key

    @property
    def source(self) -> str:
        """Name of the source."""
        return f"{self.prefix}:{self.project}"

    def issue_key(self, issue_id: str) -> str:
        """Return the record key of an issue."""
        return f"{self.prefix}:issue:{issue_id}"

    def version_key(self, version_id: str) -> str:
        """Return the record key of a version."""
        return f"{self.prefix}:version:{version_id}"

    def sprint_key(self, sprint_id: str) -> str:
        """Return the record key of a sprint."""
        return f"{self.prefix}:sprint:{sprint_id}"


def map_fields(
    catalogue: Sequence[FieldPayload], *, overrides: Mapping[str, str], asked: Iterable[str]
) -> FieldMap:
    """Find out which fields hold what: by type key first, by name only where no key tells.

    Args:
        catalogue: The site's fields; empty where unknown, then overrides count as ids.
        overrides: What the settings say: story_points, sprint, epic_link, start_date.
        asked: Fields the rules read, by id, type key or name.
    """
    warnings: list[str] = []

    def named(reference: str, role: str) -> tuple[str, ...]:
        found = _find(catalogue, reference)
        if not found and catalogue:
            warnings.append(f"{role}: found no field {reference!r}; expected an id, type key or name")
        if len(found) > 1:
            warnings.append(f"{role}: {reference!r} fits {', '.join(found)}; the first is used")
        return found[:1] or (() if catalogue else (reference,))

    def role(name: str, detected: tuple[str, ...]) -> tuple[str, ...]:
        return named(overrides[name], name) if name in overrides else detected

    wanted = sorted(asked)
    missing = tuple(name for name in wanted if catalogue and not _find(catalogue, name))
    return FieldMap(
        points=role("story_points", _points(catalogue, warnings)),
        sprints=role("sprint", _of_type(catalogue, SPRINT_TYPE)),
        epic_links=role("epic_link", _of_type(catalogue, EPIC_LINK_TYPE)),
        parent_links=_of_type(catalogue, PARENT_LINK_TYPE),
        epic_names=_of_type(catalogue, EPIC_NAME_TYPE),
        starts=role("start_date", _starts(catalogue)),
        asked={name: ids[0] for name in wanted if name not in missing and (ids := named(name, "rules"))},
        names={name: one.id for one in reversed(catalogue) for name in _lowered(one)},
        lists={one.id: _separator(one) for one in catalogue if one.shape and one.shape.type == "array"},
        known=frozenset(one.id for one in catalogue),
        warnings=tuple(dict.fromkeys(warnings)),
        missing=missing,
    )


def hints(fields: FieldMap, catalogue: Sequence[FieldPayload]) -> dict[str, str]:
    """Return the fields worth proposing to whoever writes a configuration: role -> field id."""
    titles = tuple(one.id for one in catalogue if _CLIENT_TITLE_NAMES & _lowered(one))
    found = {
        "story_points": fields.points,
        "sprint": fields.sprints,
        "epic_link": fields.epic_links,
        "start_date": fields.starts,
        "client_title": titles,
    }
    return {role: ids[0] for role, ids in found.items() if ids}


def map_statuses(statuses: Iterable[Status]) -> dict[str, Category]:
    """Return the category of each status, by its id and by its lower-case name."""
    mapped: dict[str, Category] = {}
    for status in statuses:
        mapped[status.id] = mapped[status.name.lower()] = category_of(status)
    return mapped


def map_levels(types: Iterable[IssueType]) -> dict[str, int]:
    """Return the hierarchy level of each issue type, by its id and by its lower-case name."""
    mapped: dict[str, int] = {}
    for issue_type in types:
        mapped[issue_type.id] = mapped[issue_type.name.lower()] = level_of(issue_type)
    return mapped


def category_of(status: Status | None) -> Category:
    """Return how far a status is, by its category's key: names are translated, keys are not."""
    key = status.status_category.key if status and status.status_category else ""
    return _CATEGORIES.get(key, Category.UNKNOWN)


def level_of(issue_type: IssueType | None) -> int:
    """Return the hierarchy level; a Data Center tells sub-tasks only, epics go by their name."""
    if issue_type is None:
        return 0
    if issue_type.hierarchy_level is not None:
        return issue_type.hierarchy_level
    if issue_type.subtask:
        return SUBTASK_LEVEL
    return EPIC_LEVEL if issue_type.name.lower() == "epic" else 0


def parse_version(version: Version, context: Context, *, position: int) -> Milestone:
    """Make a milestone of a version. Jira rewrites `releaseDate` on release: both dates show it."""
    status = MilestoneStatus.CANCELLED if version.archived else MilestoneStatus.OPEN
    if version.released:
        status = MilestoneStatus.DONE
    return Milestone(
        key=context.version_key(version.id),
        source=context.source,
        name=version.name,
        status=status,
        start_on=version.start_date,
        due_on=version.release_date,
        released_on=version.release_date if version.released else None,
        description=version.description or "",
        position=position,
    )


def parse_sprint(sprint: SprintPayload, context: Context) -> Iteration:
    """Make an iteration of a sprint. `completeDate` is its real end, `endDate` the planned one."""
    return Iteration(
        key=context.sprint_key(sprint.id),
        source=context.source,
        name=sprint.name,
        status=_SPRINT_STATES.get(sprint.state.lower(), IterationStatus.FUTURE),
        start_at=sprint.start_date,
        end_at=sprint.end_date,
        completed_at=sprint.complete_date,
        goal=sprint.goal,
    )


def _separator(one: FieldPayload) -> str:
    """Return what stands between a list's elements in a history: labels hold no spaces, names may."""
    return " " if one.type_key.endswith(":labels") else ","


def _lowered(one: FieldPayload) -> frozenset[str]:
    return frozenset({one.name.lower(), (one.untranslated_name or one.name).lower()})


def _find(catalogue: Sequence[FieldPayload], reference: str) -> tuple[str, ...]:
    """Find fields by id, else by type key, else by name whatever its case."""
    ways: tuple[Callable[[FieldPayload], bool], ...] = (
        lambda one: reference in {one.id, one.key},
        lambda one: one.type_key == reference,
        lambda one: reference.lower() in _lowered(one),
    )
    for fits in ways:
        if found := tuple(one.id for one in catalogue if fits(one)):
            return found
    return ()


def _of_type(catalogue: Sequence[FieldPayload], type_key: str) -> tuple[str, ...]:
    return tuple(one.id for one in catalogue if one.type_key == type_key)


def _points(catalogue: Sequence[FieldPayload], warnings: list[str]) -> tuple[str, ...]:
    """Find story points: plain number fields by name, and the team-managed kind by its key.

    An issue holds a value in one of them at most: the project's style decides which.
    """
    by_name = tuple(
        one.id
        for one in catalogue
        if one.shape and one.shape.type == "number" and _lowered(one) & _POINT_NAMES
    )
    by_type = _of_type(catalogue, POINTS_TYPE)
    plain = tuple(field_id for field_id in by_name if field_id not in by_type)
    if len(plain) > 1:
        warnings.append(
            f"story_points: {', '.join(plain)} are all called so; set story_points to one of them"
        )
    return tuple(dict.fromkeys([*plain, *by_type]))


def _starts(catalogue: Sequence[FieldPayload]) -> tuple[str, ...]:
    by_name = tuple(
        one.id
        for one in catalogue
        if one.shape and one.shape.type in {"date", "datetime"} and "start date" in _lowered(one)
    )
    return tuple(dict.fromkeys([*by_name, *_of_type(catalogue, TARGET_START_TYPE)]))
