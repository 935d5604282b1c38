"""Will this sprint deliver what was committed: a served board with closed, running and future sprints."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from connector.demo.trackers.jira.world import JiraWorld
from tests.acceptance.desk import Desk, Document, by
from tests.acceptance.sites import Paper, center, cloud, jira_source
from tests.acceptance.test_forecast import schema
from tests.trackers.worlds import after

EVERY_DAYS, LENGTH_DAYS, COMMITTED, CLOSED = 10, 9, 6, 9
SHORT = (1, 4, 7)  # sprints of which two items were left
NOW = CLOSED * EVERY_DAYS + 4


def sprint(world: JiraWorld, board: int, number: int, *, done: int, is_over: bool) -> None:
    """Tell of a sprint of six items, one of which is done every day from the second on."""
    start = number * EVERY_DAYS + 1.0
    name = f"Sprint {number}"
    made = world.sprint(board, name, start=after(start), end=after(start + LENGTH_DAYS))
    for item in range(COMMITTED):
        issue = world.issue("APO", at=after(start - 0.5), summary=f"{name} {item}", type="Story", sprint=name)
        if item < done:
            issue.move(after(start + 1 + item), "Done", "Done")
    if is_over:
        made.close(after(start + LENGTH_DAYS))


def story(*, closed: int) -> JiraWorld:
    """Tell of closed sprints, three of them short, of one that runs, of an empty one, and of one to come."""
    world = JiraWorld()
    world.project("APO", "Apollo")
    board, other = world.board("APO", "Apollo board"), world.board("APO", "Side board")
    for number in range(CLOSED - closed, CLOSED):
        sprint(world, board, number, done=COMMITTED - 2 * (number in SHORT), is_over=True)
    sprint(world, board, CLOSED, done=1, is_over=False)
    world.sprint(other, "Empty", start=after(NOW - 2), end=after(NOW + 9))
    world.sprint(board, "To come", start=after(NOW + 6), end=after(NOW + 15))
    return world


def desk_of(folder: Path, *, closed: int, face: str) -> Desk:
    """Sync the story once, while the last sprint runs."""
    desk = Desk(folder)
    desk.now = after(NOW)
    with (cloud if face == "cloud" else center)(story(closed=closed), lambda: desk.now) as site:
        Paper(sources=[jira_source(desk, site)]).write(desk)
        desk.do("sync")
    return desk


@pytest.fixture(scope="module", params=["cloud", "center"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a desk where nine sprints are over."""
    return desk_of(tmp_path_factory.mktemp("sprints"), closed=CLOSED, face=request.param)


def forecast(desk: Desk, *options: str) -> Document:
    """Return what is forecast of sprints, by name, checked against the published schema."""
    document = desk.do("forecast", "apollo", "--json", *options).document
    jsonschema.validate(document, schema("forecast.schema.json"))
    return {one["name"]: one for one in document["iterations"]}


def test_a_running_sprint_is_judged_from_those_that_are_over(desk: Desk) -> None:
    """A likelihood, the closed sprints behind it, how many fell short, how such judgements of them held."""
    running = forecast(desk)[f"Sprint {CLOSED}"]["delivery"]
    assert 0 < running["less_than_committed"] < 1
    assert (running["n"], running["fell_short"]) == (CLOSED, len(SHORT))
    calls = running["calls"]
    assert calls["n"] == CLOSED - 3  # the first three have too few behind them
    assert 0 <= calls["right"] <= calls["n"]
    assert calls["error"] < 1


def test_it_is_said_in_words_by_both_commands(desk: Desk) -> None:
    """The same likelihood, and what it rests on."""
    running = forecast(desk)[f"Sprint {CLOSED}"]
    likely, calls = running["delivery"]["less_than_committed"], running["delivery"]["calls"]
    basis = f"3 of 9 closed sprints here did; judged as early, {calls['right']} of 6 were judged right"
    assert f"likelihood that it delivers less than committed: {100 * likely:.0f} %" in running["says"]
    assert basis in running["says"]
    text = desk.do("status", "apollo").out
    assert f"{likely:.0%}" in text
    assert basis in " ".join(text.split())


def test_status_has_the_sprints_that_run(desk: Desk) -> None:
    """With the same judgement; what is over or to come is not among them."""
    shown = desk.status()["sprints"]
    assert [one["name"] for one in shown] == [f"Sprint {CLOSED}", "Empty"]
    for one in shown:
        assert one["delivery"] == forecast(desk)[one["name"]]["delivery"]


def test_a_sprint_without_a_commitment_is_refused_with_its_reason(desk: Desk) -> None:
    """No likelihood is made up."""
    empty = by(desk.status()["sprints"], "name", "Empty")["delivery"]
    assert (empty["less_than_committed"], empty["refused"]) == (None, "nothing was committed at its start")
    assert "cannot be said: nothing was committed at its start" in desk.do("forecast", "apollo").out


def test_a_sprint_to_come_is_not_judged(desk: Desk) -> None:
    """Nothing is committed before it starts."""
    assert forecast(desk)["To come"]["delivery"] is None


def test_a_young_team_is_judged_by_general_experience(tmp_path: Path) -> None:
    """With two sprints behind it, that is said beside the number."""
    young = desk_of(tmp_path, closed=2, face="cloud")
    running = forecast(young)[f"Sprint {CLOSED}"]
    assert (running["delivery"]["n"], running["delivery"]["calls"]["n"]) == (2, 0)
    assert any("from general experience, not this project" in line for line in running["says"])


def test_a_client_s_edition_knows_nothing_of_it(desk: Desk) -> None:
    """Neither a sprint nor how likely it falls short is in what is published."""
    desk.do("publish", "apollo")
    published = desk.published()
    assert published
    assert not any(b"Sprint" in content for content in published.values())
