"""A Jira project with a marker in everything that is nobody's business."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from connector.demo.trackers.exchange import Payload
from connector.demo.trackers.jira import defaults
from connector.demo.trackers.jira.issues import IssueActs
from connector.demo.trackers.jira.state import JiraState
from connector.demo.trackers.jira.world import JiraWorld
from mappings.presets import preset_text
from tests.acceptance.markers import Markers
from tests.trackers.worlds import after

CLIENT_TITLE = "customfield_10060"
RESPONSE = "customfield_10063"
_KINDS: tuple[tuple[str, str, str], ...] = (  # id, what it is, JSON kind
    ("customfield_10050", "text", "string"),
    ("customfield_10051", "paragraph", "string"),
    ("customfield_10052", "option", "option"),
    ("customfield_10053", "options", "array:option"),
    ("customfield_10054", "person", "user"),
    ("customfield_10055", "people", "array:user"),
    ("customfield_10056", "labels", "array:string"),
    ("customfield_10057", "money", "number"),
    ("customfield_10058", "cascade", "option-with-child"),
    ("customfield_10059", "address", "string"),
)
_WITHHELD = ("Epic", "Story", "Risk", "Client Action", "Decision", "Change Request", "Feedback")
_WAYS: tuple[tuple[str, str], ...] = (  # how an issue is withheld
    ("security", "Board only"),
    ("labels", "Internal-Notes"),
    ("labels", "CONFIDENTIAL"),
)


@dataclass(slots=True)
class PlantedJira:
    """The project and its markers. `told` are the words that were written for the client."""

    markers: Markers
    world: JiraWorld
    rules: str

    @property
    def told(self) -> frozenset[str]:
        """Texts that the client may read whatever the policy."""
        return frozenset({"Checkout", "R1", "Supplier may be late"})


def planted_jira(markers: Markers, *, extra_withheld: int = 0) -> PlantedJira:
    """Make the project. `extra_withheld`: more issues that nobody may know of."""
    world = JiraWorld()
    _definitions(world, markers)
    epic = _issue(world, markers, "Epic", summary="Checkout", at=1)
    for number in range(5):
        story = _issue(world, markers, "Story", parent=epic.key, fix_versions="R1", at=2 + number)
        _live(story, markers, number)
    for kind in ("Risk", "Client Action", "Decision", "Change Request", "Feedback"):
        _issue(world, markers, kind, at=20)
    _issue(world, markers, "Risk", client_title="Supplier may be late", at=21)
    for field_name, value in _WAYS:
        for kind in _WITHHELD:
            secret = markers(f"withheld {kind} by {value}: client title")
            hidden = _issue(
                world, markers, kind, client_title=secret, at=22, **{field_name: value}, fix_versions="R1"
            )
            _issue(world, markers, "Story", parent=hidden.key, client_title=secret, at=23)
    for number in range(extra_withheld):
        _issue(world, markers, "Story", at=24 + number, security="Board only", points=number + 1)
    return PlantedJira(markers, world, rules_text(markers))


def rules_text(markers: Markers) -> str:
    """Return the preset, made to ask for every custom field: what is fetched must not get out either."""
    names = ", ".join(f'"{_field_name(markers, what)}" = "no such value"' for _, what, _ in _KINDS)
    asking = f'[[rule]]\nname = "asks"\nconcept = "none"\nwhen = {{ field = {{ {names} }} }}\n\n'
    head, mark, tail = preset_text("jira-scrum").partition("[[rule]]")
    return head + asking + mark + tail


def _field_name(markers: Markers, what: str) -> str:
    return f"Field {markers(f'name of the {what} field')}"


def _definitions(world: JiraWorld, markers: Markers) -> None:
    anna = world.person("anna", f"Anna {markers('display name')}", email=f"{markers('e-mail')}@x.example")
    person: Payload = {"accountId": markers("account id"), "name": markers("user name")}
    person |= {"key": markers("user key")}
    person |= {"avatarUrls": {"48x48": f"https://x.example/{markers('avatar')}"}}
    world.act(after(-400), lambda state: state.people[anna].update(person))
    world.project("APO", f"Project {markers('project name')}", category=markers("project category"))
    _names(world, markers)
    for number, what, kind in _KINDS:
        world.field(number, _field_name(markers, what), kind=kind, type_key=f"x:{what}")
    for number, name in (("10060", "Client title"), ("10061", "Client text"), ("10063", "Response")):
        world.field(f"customfield_{number}", name)
    world.component("APO", markers("component"))
    world.version("APO", "R1", release_on=dt.date(2026, 12, 15), description=markers("version description"))
    board = world.board("APO", markers("board"))
    world.sprint(board, markers("sprint"), start=after(1), end=after(15), goal=markers("sprint goal"))


def _names(world: JiraWorld, markers: Markers) -> None:
    for number, key in (("10000", "new"), ("3", "indeterminate"), ("10001", "done")):
        world.define("statuses", defaults.status(number, markers(f"status {key}"), key))
    for number, level in (("10001", 0), ("10003", -1)):  # epics keep their name: Data Center tells no levels
        world.define("types", defaults.issue_type(number, markers(f"type {level}"), level))
    for table, kind, number in (("priorities", "priority", "3"), ("resolutions", "resolution", "10000")):
        named = defaults.named(kind, number, markers(kind))
        world.define(table, named | {"description": markers(f"{kind} description")})
    link: Payload = {side: markers(f"link {side}") for side in ("name", "inward", "outward")}
    world.define("link_types", {"id": "10000", **link})


def _type(markers: Markers, kind: str) -> str:
    return {"Story": markers("type 0"), "Sub-task": markers("type -1")}.get(kind, kind)


def _issue(
    world: JiraWorld,
    markers: Markers,
    kind: str,
    *,
    at: float,
    summary: str = "",
    client_title: str = "",
    **given: object,
) -> IssueActs:
    here = f"{kind} of day {at:g}"
    initial: Payload = {
        "labels": markers(f"{here}: label"),
        "components": markers("component"),
        "priority": markers("priority"),
        "description": f"First {markers(f'{here}: description')}.\n\nh3. Notes\n{markers(f'{here}: second')}",
        "assignee": "anna",
        "reporter": "anna",
        "points": 77.0,
        "estimate_h": 1234.0,
        "fields": _fields(markers, here) | ({CLIENT_TITLE: client_title} if client_title else {}),
    }
    title = summary or markers(f"{here}: title")
    made = world.issue("APO", at=after(at), summary=title, type=_type(markers, kind), **{**initial, **given})
    _raw(world, made, markers, here, at)
    return made


def _fields(markers: Markers, here: str) -> Payload:
    person = {
        "displayName": f"Ben {markers('other person')}",
        "emailAddress": f"{markers('other mail')}@x.example",
    }
    person |= {
        "accountId": markers("other account"),
        "name": markers("other name"),
        "key": markers("other key"),
    }
    option = {"id": "1", "value": markers(f"{here}: option"), "self": markers("option address")}
    return {
        "customfield_10050": markers(f"{here}: text field"),
        "customfield_10051": f"Line one {markers(f'{here}: paragraph field')}\nand two",
        "customfield_10052": option,
        "customfield_10053": [option, {"id": "2", "value": markers("second option")}],
        "customfield_10054": person,
        "customfield_10055": [person],
        "customfield_10056": [markers("label field")],
        "customfield_10057": markers.number(f"{here}: money"),
        "customfield_10058": {"value": markers("cascade"), "child": {"value": markers("cascade child")}},
        "customfield_10059": f"https://{markers('address field')}.example/a?b={markers('query')}",
        RESPONSE: f"We will {markers(f'{here}: response')}",
    }


def _raw(world: JiraWorld, made: IssueActs, markers: Markers, here: str, at: float) -> None:
    """Put in what no builder method plants: environment, worklogs, votes, attachments."""

    def do(state: JiraState) -> None:
        issue = state.issues[made.id]
        work = {"comment": markers(f"{here}: worklog"), "timeSpent": "3h", "author": state.people["anna"]}
        issue.fields["environment"] = markers(f"{here}: environment")
        issue.fields["worklog"] = {"startAt": 0, "maxResults": 20, "total": 1, "worklogs": [work]}
        issue.fields["attachment"] = [
            {"filename": markers(f"{here}: attachment"), "author": state.people["anna"]}
        ]
        state.changed(issue)

    world.act(after(at) + dt.timedelta(seconds=1), do)


def _live(story: IssueActs, markers: Markers, number: int) -> None:
    """Let things happen that only the history tells."""
    day = 8 + number
    story.comment(after(day), f"Between us: {markers(f'comment {number}')}", by="anna")
    story.label(after(day), add=markers(f"former label {number}"), by="anna")
    story.label(after(day + 0.1), remove=markers(f"former label {number}"), by="anna")
    former = markers(f"former title {number}")
    story.rename(after(day + 0.2), former, by="anna").rename(after(day + 0.3), markers(f"title {number}"))
    story.sprint(after(day + 0.4), add=markers("sprint"), by="anna")
    story.set(after(day + 0.5), "customfield_10050", markers(f"new text field {number}"), by="anna")
    if number < 2:
        story.move(after(day + 0.6), markers("status done"), markers("resolution"), by="anna")
