"""What Jira's payloads mean, in the shapes that real sites give."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import MalformedError
from adapters.jira import assemble, parse
from adapters.jira.payloads import FieldPayload, IssueType, Status, Version, instant, shaped, sprint_ids
from adapters.records import Category, Issue, LinkKind, MilestoneStatus

CREATED = "2026-09-01T09:00:00.000+0200"
FLOAT = "com.atlassian.jira.plugin.system.customfieldtypes:float"


def raw(**fields: Any) -> dict[str, Any]:
    """Return a raw issue 10077 with these fields."""
    return {"id": "10077", "key": "APO-77", "fields": {"created": CREATED, "updated": CREATED, **fields}}


def context(**overrides: Any) -> parse.Context:
    """Return what reading an issue of APO needs."""
    return parse.Context(**{"prefix": "jira", "project": "APO", "site": "https://acme.example", **overrides})


def read(**fields: Any) -> Issue:
    """Return the record of an issue with these fields."""
    found = assemble.records([raw(**fields)], context())
    assert found.quarantined == ()
    return found.issues[0]


def field(field_id: str, name: str, *, kind: str = "number", custom: str = FLOAT) -> FieldPayload:
    """Return a field of a site's catalogue."""
    return FieldPayload.model_validate(
        {"id": field_id, "name": name, "schema": {"type": kind, "custom": custom}}
    )


CATALOGUE = (
    field("customfield_1", "Story Points"),
    field("customfield_2", "Story point estimate", custom=parse.POINTS_TYPE),
    field("customfield_3", "Sprint", kind="array", custom=parse.SPRINT_TYPE),
    field("customfield_4", "Epic Link", kind="any", custom=parse.EPIC_LINK_TYPE),
    field("customfield_5", "Start date", kind="date", custom="…:datepicker"),
    field("customfield_6", "Risk score"),
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("2026-09-01T09:00:00.000+0200", dt.datetime(2026, 9, 1, 7, tzinfo=dt.UTC), id="offset"),
        pytest.param("2026-09-01T09:00:00Z", dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC), id="zulu"),
        pytest.param(
            1492070429, dt.datetime(1970, 1, 18, 6, 27, 50, 429000, tzinfo=dt.UTC), id="milliseconds"
        ),
    ],
)
def test_reads_instants(value: object, expected: dt.datetime) -> None:
    """Instants are ISO text or epoch milliseconds, also where the number is small."""
    assert instant(value) == expected


@pytest.mark.parametrize("value", ["soon", None, 1e30, 10**30, "2026-13-01"])
def test_refuses_what_is_no_instant(value: object) -> None:
    """Anything else is no instant."""
    with pytest.raises(ValueError, match="instant"):
        instant(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param([{"id": 7, "name": "S 7"}, {"id": 8}], ("7", "8"), id="cloud"),
        pytest.param(
            ["com.x.Sprint@1a2b[id=7,state=ACTIVE,name=S 7, phase [b],id=9,goal=Ship, then rest]"],
            ("7",),
            id="data center, commas and brackets in the name",
        ),
        pytest.param(
            ["com.x.Sprint@41b0[rapidViewId=<null>,state=ACTIVE,name=a,id=3]"], ("3",), id="old, id last"
        ),
        pytest.param({"id": 4}, ("4",), id="agile: one object"),
        pytest.param(None, (), id="none"),
        pytest.param(["gibberish", 5, {}], (), id="gibberish"),
    ],
)
def test_trap_21_reads_sprints(value: object, expected: tuple[str, ...]) -> None:
    """Sprints are objects or text; what is neither is passed over."""
    assert sprint_ids(value) == expected


def test_trap_19_finds_fields_by_type_key_then_by_name() -> None:
    """Type keys settle what they can; plain number fields go by their usual names."""
    found = parse.map_fields(CATALOGUE, overrides={}, asked=["risk SCORE", FLOAT, "customfield_5"])
    assert (found.points, found.sprints) == (("customfield_1", "customfield_2"), ("customfield_3",))
    assert (found.epic_links, found.starts) == (("customfield_4",), ("customfield_5",))
    assert found.asked == {
        "risk SCORE": "customfield_6",
        FLOAT: "customfield_1",
        "customfield_5": "customfield_5",
    }


def test_warns_of_two_fields_of_one_name() -> None:
    """Two fields called story points are told; the settings settle it."""
    twice = (*CATALOGUE, field("customfield_9", "story points"))
    assert "customfield_1, customfield_9" in parse.map_fields(twice, overrides={}, asked=()).warnings[0]
    settled = parse.map_fields(twice, overrides={"story_points": "customfield_9"}, asked=())
    assert settled.points == ("customfield_9",)


def test_warns_of_a_field_that_is_not_there() -> None:
    """A field the settings name and the site lacks is a warning; what rules miss is only named."""
    found = parse.map_fields(CATALOGUE, overrides={"sprint": "Nope"}, asked=["Missing"])
    assert [warning.partition(":")[0] for warning in found.warnings] == ["sprint"]
    assert found.missing == ("Missing",)
    assert found.asked == {}


@pytest.mark.parametrize(
    ("version", "status", "released_on"),
    [
        pytest.param(
            {"released": True, "archived": True}, MilestoneStatus.DONE, dt.date(2026, 10, 1), id="released"
        ),
        pytest.param({"archived": True}, MilestoneStatus.CANCELLED, None, id="archived, never released"),
        pytest.param({}, MilestoneStatus.OPEN, None, id="open"),
    ],
)
def test_a_version_is_a_milestone(
    version: dict[str, Any], status: MilestoneStatus, released_on: dt.date | None
) -> None:
    """Released counts before archived; the release date is always the due date as it stands."""
    payload = Version.model_validate({"id": 10021, "name": "R1", "releaseDate": "2026-10-01", **version})
    milestone = parse.parse_version(payload, context(), position=3)
    assert (milestone.key, milestone.status, milestone.released_on) == (
        "jira:version:10021",
        status,
        released_on,
    )
    assert milestone.due_on == dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    ("key", "category"),
    [("new", Category.TODO), ("indeterminate", Category.DOING), ("done", Category.DONE),
     ("undefined", Category.UNKNOWN), ("in-flight", Category.UNKNOWN)],
)  # fmt: skip
def test_trap_23_a_status_counts_by_its_categorys_key(key: str, category: Category) -> None:
    """The category's key says how far a status is, whatever both are called."""
    status = Status.model_validate(
        {"id": "1", "name": "Erledigt", "statusCategory": {"key": key, "name": "x"}}
    )
    assert parse.map_statuses([status]) == {"1": category, "erledigt": category}


@pytest.mark.parametrize(
    ("issue_type", "level"),
    [
        pytest.param({"name": "Initiative", "hierarchyLevel": 2}, 2, id="told"),
        pytest.param({"name": "Epic"}, 1, id="data center epic"),
        pytest.param({"name": "Epic", "hierarchyLevel": 0}, 0, id="told before named"),
        pytest.param({"name": "Technische Aufgabe", "subtask": True}, -1, id="sub-task"),
        pytest.param({"name": "Story"}, 0, id="base"),
    ],
)
def test_reads_hierarchy_levels(issue_type: dict[str, Any], level: int) -> None:
    """Cloud tells the level; a Data Center tells sub-tasks, and epics go by their name."""
    assert parse.level_of(IssueType.model_validate(issue_type)) == level


def test_an_epic_name_makes_an_epic() -> None:
    """On a translated Data Center an issue with an epic name is an epic."""
    fields = parse.FieldMap(epic_names=("customfield_7",))
    found = assemble.records(
        [raw(issuetype={"name": "Großes"}, customfield_7="Shop")], context(fields=fields)
    )
    assert found.issues[0].level == 1


@pytest.mark.parametrize(
    ("fields", "parent"),
    [
        pytest.param({"parent": {"id": "1", "key": "APO-1"}, "epic": {"id": 2}}, "jira:issue:1", id="parent"),
        pytest.param({"epic": {"id": 154699, "key": "APO-48"}}, "jira:issue:154699", id="agile epic"),
        pytest.param({"customfield_4": "APO-5"}, "jira:issue:5", id="epic link, known"),
        pytest.param({"customfield_4": "OPS-9"}, None, id="epic link, unknown"),
        pytest.param({"customfield_4": {"data": {"id": 6, "key": "X-6"}}}, "jira:issue:6", id="parent link"),
        pytest.param({}, None, id="none"),
    ],
)
def test_finds_the_parent(fields: dict[str, Any], parent: str | None) -> None:
    """A parent is named by id, or by key where the key's id is known."""
    known = context(fields=parse.FieldMap(epic_links=("customfield_4",)), issue_ids={"APO-5": "5"})
    assert assemble.records([raw(**fields)], known).issues[0].parent == parent


def test_trap_20_says_which_epics_it_needs_the_ids_of() -> None:
    """Keys without a known id are named, each once, and not where a parent is named by id."""
    known = context(fields=parse.FieldMap(epic_links=("customfield_4",)), issue_ids={"APO-5": "5"})
    raws = [raw(customfield_4=key) for key in ("APO-5", "OPS-9", "OPS-9")]
    raws.append(raw(customfield_4="OPS-1", parent={"id": "3"}))
    assert assemble.keys_to_find(raws, known) == ("OPS-9",)


@pytest.mark.parametrize(
    ("words", "side", "kind", "ends", "name"),
    [
        pytest.param(
            ("blocks", "is blocked by"), "outward", LinkKind.BLOCKS, ("77", "9"), "blocks", id="this blocks"
        ),
        pytest.param(
            ("blocks", "is blocked by"), "inward", LinkKind.BLOCKS, ("9", "77"), "blocks", id="is blocked"
        ),
        pytest.param(
            ("is blocked by", "blocks"), "outward", LinkKind.BLOCKS, ("9", "77"), "blocks", id="reversed"
        ),
        pytest.param(
            ("split to", "split from"), "inward", LinkKind.SPLIT, ("9", "77"), "split to", id="split"
        ),
        pytest.param(
            ("split from", "split to"), "outward", LinkKind.SPLIT, ("9", "77"), "split to", id="split back"
        ),
        pytest.param(
            ("is depended by", "depends on"),
            "outward",
            LinkKind.BLOCKS,
            ("77", "9"),
            "is depended by",
            id="another depends on this",
        ),
        pytest.param(
            ("is depended by", "depends on"),
            "inward",
            LinkKind.BLOCKS,
            ("9", "77"),
            "is depended by",
            id="this depends on another",
        ),
        pytest.param(
            ("depends on", "is depended on by"),
            "outward",
            LinkKind.BLOCKS,
            ("9", "77"),
            "is depended on by",
            id="the other way round",
        ),
        pytest.param(
            ("requires", "is required by"),
            "inward",
            LinkKind.BLOCKS,
            ("77", "9"),
            "is required by",
            id="requires",
        ),
        pytest.param(
            ("has to be done before", "has to be done after"),
            "outward",
            LinkKind.BLOCKS,
            ("77", "9"),
            "has to be done before",
            id="of a plan",
        ),
        pytest.param(
            ("covers", "is covered by"), "inward", LinkKind.RELATES, ("9", "77"), "covers", id="other"
        ),
    ],
)
def test_trap_25_reads_links_the_right_way(
    words: tuple[str, str], side: str, kind: LinkKind, ends: tuple[str, str], name: str
) -> None:
    """An outward issue X reads "this <outward> X", an inward one "X <outward> this"; who waits is told."""
    link_type = {"name": "Any", "outward": words[0], "inward": words[1]}
    entry = {"id": "5", "type": link_type, f"{side}Issue": {"id": "9", "key": "APO-9"}}
    issue = {**raw(issuelinks=[entry]), "id": "77"}
    [link] = assemble.records([issue], context()).links
    assert (link.kind, link.name, link.id) == (kind, name, "jira:link:5")
    assert (link.a, link.b) == tuple(f"jira:issue:{end}" for end in ends)


def test_an_issue_says_little_and_is_still_read() -> None:
    """Nothing but id, key and creation is needed: other fields may be hidden or absent."""
    issue = assemble.records([{"id": 5, "key": "APO-5", "fields": {"created": CREATED}}], context()).issues[0]
    assert (issue.key, issue.title, issue.category) == ("jira:issue:5", "", Category.UNKNOWN)
    assert issue.updated_at == issue.created_at


@pytest.mark.parametrize(
    ("fields", "field_name"),
    [
        pytest.param({"duedate": "tomorrow"}, "duedate", id="day"),
        pytest.param({"status": "Open"}, "status", id="status"),
        pytest.param({"fixVersions": [{"id": {}}]}, "fixVersions.0.id", id="nested"),
    ],
)
def test_a_bad_field_quarantines_its_issue_alone(fields: dict[str, Any], field_name: str) -> None:
    """A bad issue is told by ref, field and reason, without its text, and the others are read."""
    good = {**raw(), "id": "1", "key": "APO-1"}
    found = assemble.records([raw(**fields), good], context())
    [bad] = found.quarantined
    assert (bad.ref, bad.field, [one.ref for one in found.issues]) == ("APO-77", field_name, ["APO-1"])
    assert "tomorrow" not in bad.reason


def test_a_restricted_issue_is_never_unrestricted() -> None:
    """A security level without a name still restricts."""
    assert [read(security=value).security for value in ({"id": "1", "name": "Board"}, {"id": "1"}, {})] == [
        "Board",
        "1",
        "restricted",
    ]


def test_asked_fields_become_plain_values() -> None:
    """Options, lists, users and documents become texts, numbers numbers; absent fields are absent."""
    values = {
        "option": {"id": "1", "value": "High", "child": {"value": "Very"}},
        "list": [{"name": "a"}, "b"],
        "user": {"displayName": "Ann"},
        "number": 3,
        "text": {
            "type": "doc",
            "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hi"}]}],
        },
        "empty": None,
    }
    asked = parse.FieldMap(asked={name: f"customfield_{name}" for name in values})
    custom = {f"customfield_{name}": value for name, value in values.items()}
    [issue] = assemble.records([raw(**custom)], context(fields=asked)).issues
    assert issue.fields == {
        "option": "High / Very",
        "list": ("a", "b"),
        "user": "Ann",
        "number": 3.0,
        "text": "Hi",
    }


def test_an_answer_of_another_shape_is_malformed() -> None:
    """The message names place and expectation, and never shows a value."""
    with pytest.raises(MalformedError, match=r"field: 0\.id") as caught:
        shaped(tuple[FieldPayload, ...], [{"name": "hush"}], "field")
    assert "hush" not in str(caught.value)


KEYS = (
    "id",
    "key",
    "name",
    "fields",
    "created",
    "status",
    "issuelinks",
    "type",
    "fixVersions",
    "histories",
    "items",
)
PAYLOADS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)


@given(PAYLOADS)
def test_no_payload_breaks_the_reader(value: Any) -> None:
    """Whatever an issue holds, it is read or quarantined."""
    made = {"id": "1", "key": "A-1", "fields": {"created": CREATED, "x": value}, "changelog": value}
    for one in (made, {**made, "fields": value}, value if isinstance(value, dict) else {}):
        found = assemble.records([one], context())
        assert len(found.issues) + len(found.quarantined) == 1
