"""Generated histories: a tracker that writes history as Jira does, from random acts in order of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from adapters.records import Category, Change, Field, Issue, Link, LinkKind
from connector.analysis.baseline import Approval, take
from connector.analysis.facts import Agreement, Gone, ProjectFacts
from tests.builders import SOURCE, change, closed, day, facts, issue, milestone, moved, rules, seen, version

Script = list[tuple[int, float, str, int]]

OTHER = "jira:OPS"
RULES = rules("jira-scrum")
SIGHTS = seen(0, milestone(1), milestone(2), milestone(3))
LAST = 60
ISSUES = range(1, 7)
EPICS = (91, 92, 93)
REQUESTS = {81: (1, 2), 82: (3, 4, 11, 21), 83: (5, 12, 22)}  # change request -> what it covers
WHAT = (
    *("enter", "leave", "move", "size", "drop", "reopen", "epic", "type", "gone"),
    *("split", "shrink", "convert", "approve", "rehome"),
)

acts = st.tuples(
    st.sampled_from(ISSUES),
    st.floats(0.5, LAST, allow_nan=False),  # day
    st.sampled_from(WHAT),
    st.integers(1, 3),  # milestone, size, epic, …: what the act makes of it
)
scripts = st.lists(acts, max_size=40)


def key(number: int) -> str:
    """Return the key of an issue."""
    return f"jira:issue:{number}"


@dataclass
class Tracker:
    """Issues 1-6; 11-16 and 21-26 come of splitting them; 81-83 are change requests, 91-93 epics."""

    issues: dict[int, Issue] = field(default_factory=lambda: {n: issue(n) for n in ISSUES})
    changes: list[Change] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    gone: dict[str, Gone] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with three epics and three open change requests."""
        self.issues |= {n: issue(n, type="Epic", level=1) for n in EPICS}
        self.issues |= {n: issue(n, type="Change Request") for n in REQUESTS}
        for request, covered in REQUESTS.items():
            self.links += [_link(request, number, LinkKind.COVERS) for number in covered]

    def act(self, number: int, at: float, what: str, value: int) -> None:
        """Do one act; one that makes no sense now does nothing."""
        if self.issues[number].key not in self.gone:
            getattr(self, f"_{what}")(number, at, value)

    # -- containers ------------------------------------------------------------------------------

    def _enter(self, number: int, at: float, value: int) -> None:
        inside = self.issues[number].milestones
        if version(value) not in inside:
            self._put(number, moved(number, at, into=value), milestones=(*inside, version(value)))

    def _leave(self, number: int, at: float, value: int) -> None:
        inside = self.issues[number].milestones
        if version(value) in inside:
            left = tuple(m for m in inside if m != version(value))
            self._put(number, moved(number, at, out=value), milestones=left)

    def _move(self, number: int, at: float, value: int) -> None:
        inside = self.issues[number].milestones
        if inside and version(value) not in inside:
            told = moved(number, at, out=int(inside[0].rpartition(":")[2]), into=value)
            self._put(number, told, milestones=(*inside[1:], version(value)))

    def _epic(self, number: int, at: float, value: int) -> None:
        old, parent = self.issues[number].parent, key(90 + value)
        if parent != old:
            self._put(number, (change(number, at, Field.PARENT, old=old, new=parent),), parent=parent)

    def _gone(self, number: int, at: float, value: int) -> None:
        if at > LAST / 2:
            self.gone[key(number)] = Gone(at=day(at), why="deleted" if value == 1 else "moved_out")

    def _rehome(self, number: int, at: float, value: int) -> None:
        """Move the issue to the project's other source, or back: it keeps its id."""
        source = OTHER if self.issues[number].source == SOURCE else SOURCE
        told = change(number, at, Field.PROJECT, old=str(value), new=source)
        self._put(number, (told,), source=source, project=source)

    # -- the issue itself ------------------------------------------------------------------------

    def _size(self, number: int, at: float, value: int) -> None:
        old = self.issues[number].points
        told = change(number, at, Field.POINTS, old=None if old is None else f"{old:g}", new=str(value))
        self._put(number, (told,), points=float(value))

    def _drop(self, number: int, at: float, value: int) -> None:
        if self.issues[number].category is not Category.DONE:
            resolution = "Won't Do" if value == 1 else "Done"
            told = closed(number, at, resolution=resolution)
            self._put(number, told, category=Category.DONE, status="Done", resolution=resolution)

    def _reopen(self, number: int, at: float, value: int) -> None:
        one, act = self.issues[number], f"r{value}{at}"
        if one.category is Category.DONE:
            told = (
                change(number, at, Field.STATUS, act=act, old="3", old_text="Done", new_text="To Do"),
                change(number, at, Field.CATEGORY, act=act, old=Category.DONE, new=Category.TODO),
                change(number, at, Field.RESOLUTION, act=act, old="1", old_text=one.resolution),
            )
            self._put(number, told, category=Category.TODO, status="To Do", resolution="")

    def _type(self, number: int, at: float, value: int) -> None:
        kind = {1: "Risk", 2: "Story", 3: "Bug"}[value]
        self._retype(number, at, kind, 0)

    def _convert(self, number: int, at: float, value: int) -> None:
        """Make it an epic, with a story below it that takes its place; a second time, a story again."""
        is_epic = self.issues[number].level == 1
        self._retype(number, at, "Story" if is_epic else "Epic", 0 if is_epic else 1)
        if not is_epic:
            self._make_child(number, 10 + number, at, value, parent=key(number))

    def _retype(self, number: int, at: float, kind: str, level: int) -> None:
        one, act = self.issues[number], f"t{at}"
        if one.type == kind and one.level == level:
            return
        told = (
            change(number, at, Field.TYPE, act=act, old_text=one.type, new_text=kind),
            change(number, at, Field.LEVEL, act=act, old=str(one.level), new=str(level)),
        )
        self._put(number, told, type=kind, level=level)

    # -- splits and decisions --------------------------------------------------------------------

    def _split(self, number: int, at: float, value: int) -> None:
        """Close it as a duplicate of two new ones; one that was split before is only closed."""
        for child in (10 + number, 20 + number):
            if self._make_child(number, child, at, value):
                self.links.append(_link(number, child, LinkKind.SPLIT))
        self._drop(number, at, 1)

    def _shrink(self, number: int, at: float, value: int) -> None:
        """Split a part off and estimate the rest smaller."""
        if self._make_child(number, 20 + number, at, value):
            self.links.append(_link(number, 20 + number, LinkKind.SPLIT))
            self._size(number, at, value)

    def _make_child(
        self, number: int, child: int, at: float, value: int, *, parent: str | None = None
    ) -> bool:
        one = self.issues[number]
        if child in self.issues:
            return False
        inside = (version(value),) if value == 1 else one.milestones
        self.issues[child] = issue(
            child, milestones=inside, points=float(value), parent=parent or one.parent, created_at=day(at)
        )
        return True

    def _approve(self, number: int, at: float, value: int) -> None:
        """Approve a change request; approved already, take it back."""
        request, act = 80 + value, f"a{at}"
        is_open = self.issues[request].category is not Category.DONE
        statuses, steps = ("To Do", "Approved"), (Category.TODO, Category.DONE)
        old, new = (0, 1) if is_open else (1, 0)
        told = (
            change(
                request,
                at,
                Field.STATUS,
                act=act,
                old_text=statuses[old],
                new_text=statuses[new],
                new=str(number),
            ),
            change(request, at, Field.CATEGORY, act=act, old=steps[old], new=steps[new]),
        )
        self._put(request, told, status=statuses[new], category=steps[new])

    # -- the records -----------------------------------------------------------------------------

    def _put(self, number: int, told: tuple[Change, ...], **values: object) -> None:
        self.issues[number] = replace(self.issues[number], **values)  # type: ignore[arg-type] # its own fields
        self.changes += told

    def facts(self, *, until: float = LAST + 1) -> ProjectFacts:
        """Return what a pull sees."""
        gone = {key: each for key, each in self.gone.items() if each.at <= day(until)}
        return facts(
            self.issues.values(),
            self.changes,
            sightings=SIGHTS,
            ruleset=RULES,
            rules={SOURCE: RULES, OTHER: RULES},
            links=tuple(self.links),
            gone=gone,
        )


def _link(a: int, b: int, kind: LinkKind) -> Link:
    return Link(id=f"{kind}-{a}-{b}", source=SOURCE, a=key(a), b=key(b), kind=kind, name=kind.value)


def play(script: Script, *, until: float = LAST + 1) -> ProjectFacts:
    """Return the facts of a project after a script of acts."""
    tracker = Tracker()
    for number, at, what, value in sorted(script, key=lambda each: each[1]):
        if at <= until:
            tracker.act(number, at, what, value)
    return tracker.facts(until=until)


def with_baseline(base: ProjectFacts, offset: float) -> Agreement:
    """Return an agreement as of a day."""
    approval = Approval(approved_by="J. Doe")
    baseline = take(base, Agreement(), on_at=day(offset), recorded_at=day(100), approval=approval, number=1)
    return Agreement(baselines=(baseline,))


def contents(base: ProjectFacts) -> Mapping[str, tuple[Issue, tuple[Change, ...]]]:
    """Return every issue with its history."""
    return {one.key: (one, base.changes.get(one.key, ())) for one in base.issues}
