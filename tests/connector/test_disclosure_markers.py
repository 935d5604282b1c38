"""Nothing internal reaches a client: a marker in every internal field appears in no published byte."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import pytest

from adapters.records import (
    Change,
    ChangeMode,
    Link,
    Milestone,
    MilestoneSighting,
    Person,
)
from connector.analysis.facts import SourceFacts
from connector.analysis.judge import judge
from connector.analysis.state import ProjectState
from connector.disclosure.fields import CONCEPTS, switches
from connector.disclosure.internal import values, withheld
from connector.disclosure.leaks import find_leaks
from connector.disclosure.policy import SHIPPED, shipped
from connector.disclosure.projector import project_for_client
from connector.disclosure.wording import Worded
from connector.errors import SafetyError
from connector.publish.render import fixed_texts, render
from mappings.concepts import Base, Picture, Risk
from mappings.presets import preset_text
from mappings.rules import parse_rules
from tests.connector import disclosure_sample as sample

MARKER = "zqx"
GROUPS = tuple(
    field.name for field in dataclasses.fields(Picture) if field.name not in {"unplaced", "nothing"}
)


def marked(name: str) -> str:
    """Return a marker that names its field and occurs nowhere else."""
    return f"{MARKER}{name.replace('_', '')}{MARKER}"


def marked_concept(thing: Base) -> Base:
    """Fill every internal text of a concept with a marker, and strip its client words."""
    table = switches()
    changes: dict[str, object] = {"client_title": "", "client_text": "", "source": marked("source")}
    for field in dataclasses.fields(thing):
        value = getattr(thing, field.name)
        is_internal = not table[f"{type(thing).__name__}.{field.name}"]
        if isinstance(value, str) and not hasattr(value, "value") and is_internal:
            changes[field.name] = marked(field.name) if field.name != "security" else ""
    changes["labels"] = (marked("labels"),)
    changes["ref"] = marked("ref")
    changes["key"] = f"{thing.key}-{marked('key')}"
    if type(thing).__name__ != "Goal":
        changes["title"] = marked("title")
    if isinstance(thing, Risk):
        changes["actions"] = tuple(map(marked_concept, thing.actions))
    return replace(thing, **changes)  # type: ignore[arg-type]  # fields of the concept, by name


def marked_state() -> ProjectState:
    """Return the sample with a marker in every internal text of its concepts and sources."""
    goal_keys = {goal.key: marked_concept(goal).key for goal in sample.PICTURE.goals}
    groups = {name: tuple(map(marked_concept, getattr(sample.PICTURE, name))) for name in GROUPS}
    source = SourceFacts(
        name=f"jira:{marked('source')}",
        last_success_at=sample.NOW,
        complete=False,
        failure=marked("failure"),
        failed_since=sample.NOW,
    )
    return replace(
        sample.STATE,
        project=marked("project"),
        name=marked("name"),
        sources=(source,),
        picture=replace(sample.PICTURE, **groups),  # type: ignore[arg-type]  # groups, by name
        goals=tuple(
            replace(goal, key=goal_keys[goal.key], ref=marked("ref"), title=marked("statetitle"))
            for goal in sample.STATE.goals
        ),
        milestones=tuple(
            replace(m, key=f"{m.key}-{marked('key')}", source=marked("source")) for m in sample.MILESTONES
        ),
        health=replace(sample.STATE.health, reasons=(f"scope_creep {marked('reason')}", marked("word"))),
        baseline=replace(sample.BASELINE, approved_by=marked("approvedby"), note=marked("note")),
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_no_marker_of_a_concept_appears(name: str) -> None:
    """Whatever shipped policy, no internal text of any concept or source is published."""
    projection = project_for_client(sample.given(marked_state(), policy=shipped(name)))
    for file, content in render(projection.view).items():
        assert MARKER.encode() not in content.lower(), file


def test_withheld_things_are_refused_before_anything_is_shown() -> None:
    """A state that still holds a confidential issue is not projected at all."""
    hidden = replace(sample.PICTURE.risks[0], labels=("Confidential",))
    state = replace(sample.STATE, picture=replace(sample.PICTURE, risks=(hidden,)))
    with pytest.raises(SafetyError, match="found 1 issues to be withheld"):
        project_for_client(sample.given(state))


def marked_facts() -> tuple[Mapping[str, object], ...]:
    """Return issues as keyword arguments: one open to the client, four withheld for one reason each."""
    people = (
        Person(
            role="assignee",
            account=marked("account"),
            name=f"Ann {marked('person')}",
            email=f"{marked('mail')}@x.de",
        ),
    )
    shared = {
        "body": f"{marked('body')} one.\n{marked('bodyline')} two. And {marked('sentence')} three.",
        "components": (marked("component"),),
        "people": people,
        "url": f"https://{marked('host')}.example/browse/KITE-1",
        "status": marked("status"),
        "priority": marked("priority"),
        "resolution": marked("resolution"),
        "iterations": (marked("iteration"),),
        "milestones": ("jira:version:21",),
        "fields": {"Budget": 987654.0, "Account": marked("customfield"), "Tags": (marked("tag"),)},
        "points": 13.0,
    }
    withheld_by = (
        {"security": marked("security")},
        {"labels": (f"internal-{marked('label')}",)},
        {"labels": ("CONFIDENTIAL",)},
        {"labels": ("Private",)},
    )
    return (
        {**shared, "labels": (marked("label"),)},
        *({**shared, **reason, "type": "Epic", "level": 1} for reason in withheld_by),
    )


def test_no_marker_of_a_record_appears_end_to_end() -> None:
    """From records through mapping, judgement and projection: no internal field is published."""
    issues = tuple(
        replace(sample.issue(number, marked("title")), ref=f"{marked('ref')}-{number}", **more)  # type: ignore[arg-type]  # fields by name
        for number, more in enumerate(marked_facts(), start=1)
    )
    change = Change(
        issue=issues[0].key,
        id="1.0",
        act="1",
        at=sample.at("2026-06-03"),
        field="title",
        mode=ChangeMode.SET,
        old=marked("old"),
        new=marked("title"),
        old_text=marked("oldtext"),
        author=marked("author"),
    )
    version = Milestone(
        key="jira:version:21",
        source="jira:KITE",
        name="Beta",
        due_on=sample.day("2026-12-01"),
        description=f"{marked('description')} of a version",
    )
    facts = sample.facts(
        *issues,
        changes={issues[0].key: (change,)},
        links=(
            Link(
                id=marked("link"),
                source="jira:KITE",
                a=issues[0].key,
                b=issues[1].key,
                name=marked("linkname"),
            ),
        ),
        sightings=(MilestoneSighting(seen_at=sample.at("2026-06-02"), milestone=version),),
        first_seen={issue.key: issue.created_at for issue in issues},
        rules={"jira:KITE": parse_rules(preset_text("jira-scrum"), file="jira-scrum.toml")},
        sources=(SourceFacts(name="jira:KITE", last_success_at=sample.NOW, complete=True, issues=5),),
    )
    policy = shipped("client-detailed")
    hidden = withheld(facts, policy)
    state = judge(facts.without(hidden), sample.AGREEMENT, as_of=sample.NOW)
    projection = project_for_client(sample.given(state, policy=policy))
    artefacts = render(projection.view)
    assert hidden == {issue.key for issue in issues[1:]}
    assert all(MARKER.encode() not in content.lower() for content in artefacts.values())
    report = find_leaks(artefacts, values(facts), projection.manifest, fixed=fixed_texts())
    assert report.leaks == ()
    assert report.searched > 20


def test_children_of_a_withheld_goal_are_withheld() -> None:
    """What stands below a confidential issue is confidential, however deep."""
    top = sample.issue(1, "goal", labels=("internal",))
    child = sample.issue(2, "story", parent=top.key)
    grandchild = sample.issue(3, "sub-task", parent=child.key)
    other = sample.issue(4, "story")
    facts = sample.facts(top, child, grandchild, other)
    assert withheld(facts, sample.policy()) == {top.key, child.key, grandchild.key}


def test_what_lacks_client_words_is_counted_and_not_told() -> None:
    """An item without client words shows nowhere; the preview says how many there are."""
    projection = sample.projection()
    page = render(projection.view)["index.html"].decode()
    assert "Lead dev may quit" not in page
    assert projection.missing_wording == 1


def test_the_wording_file_tells_what_has_no_words() -> None:
    """Words of the wording file tell what had none in the tracker."""
    risk = sample.PICTURE.risks[2]
    projection = sample.projection(wording={risk.key: Worded(title="One key person may leave")})
    titles = [str(view.head.title) for view in projection.view.risks]
    assert "One key person may leave" in titles
    assert projection.missing_wording == 0


def test_a_label_may_open_the_tracker_title() -> None:
    """Where the policy opens a label, items with it show the tracker's own title, and only those."""
    labelled = replace(sample.PICTURE.risks[2], labels=("Client-OK",))
    state = replace(sample.STATE, picture=replace(sample.PICTURE, risks=(labelled,)))
    opened = sample.policy(title_labels=frozenset({"client-ok"}))
    told = project_for_client(sample.given(state, policy=opened)).view.risks
    assert [str(risk.head.title) for risk in told] == ["Lead dev may quit"]
    assert project_for_client(sample.given(state)).view.risks == ()


def test_every_text_has_an_origin() -> None:
    """The manifest names field, record and rule of every text of the view but the page's own."""
    for entry in sample.projection().manifest:
        assert entry.source_field, entry.path
        assert entry.rule, entry.path


def test_concepts_have_policy_names() -> None:
    """Every concept of a picture can be opened or closed by name; steps are part of their risk."""
    assert len(set(CONCEPTS.values())) == len(GROUPS)


def test_days_are_told_in_the_readers_zone() -> None:
    """An edition published at 23:30 UTC carries the next day's date in Shanghai."""
    late = dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC)
    view = sample.projection(published_at=late, timezone="Asia/Shanghai").view
    assert view.edition.today.on == sample.day("2026-11-24")
