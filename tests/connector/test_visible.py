"""What an audience may know is forecast and drawn from what it may know alone, and only where it is open."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.records import Category, Link, LinkKind, MilestoneStatus
from connector.analysis.baseline import Approval, take
from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.state import NOT_FORECAST
from connector.clock import Clock
from connector.disclosure.curves import MOST_BURN_POINTS
from connector.disclosure.internal import withheld
from connector.disclosure.policy import Policy, shipped
from connector.disclosure.projector import ProjectionInput
from connector.pipeline.presenting import Visible, presented, projected
from connector.pipeline.workspace import Workspace, open_workspace
from tests.builders import START, closed, day, facts, issue, milestone, seen, version
from tests.connector.pictures import png

OPEN = shipped("client-detailed")
SHUT = Policy(name="shut")
NOW = day(60)
R1, R2 = version(1), version(2)


def link(blocking: int, blocked: int, kind: LinkKind = LinkKind.BLOCKS) -> Link:
    """Return a link between two issues."""
    name = f"{blocking}-{blocked}"
    return Link(id=name, source="jira:APO", a=f"jira:issue:{blocking}", b=f"jira:issue:{blocked}", kind=kind)


def project(*links: Link, **more: Any) -> ProjectFacts:
    """Return a project of two open versions: 1 to 4 lie in R1, 5 to 8 in R2; 1 and 2 are done."""
    over = {"status": "Done", "category": Category.DONE, "resolution": "Done"}
    issues = [
        issue(number, milestones=(R1 if number < 5 else R2,), **(over if number < 3 else {}))
        for number in range(1, 9)
    ]
    return facts(
        issues,
        changes=[*closed(1, 10), *closed(2, 20)],
        sightings=[
            *seen(
                0,
                milestone(1, due_on=(START + dt.timedelta(days=50)).date(), start_on=START.date()),
                milestone(2, due_on=(START + dt.timedelta(days=90)).date()),
            )
        ],
        links=links,
        **more,
    )


def visible(given: ProjectFacts, policy: Policy = OPEN, agreement: Agreement | None = None) -> Visible:
    """Judge a project for an audience."""
    return Visible.judged(policy, given, agreement or Agreement(), as_of=NOW)


def agreed(given: ProjectFacts, offset: float) -> Agreement:
    """Agree on a project on a day."""
    approval = Approval(approved_by="M. Okafor")
    one = take(given, Agreement(), on_at=day(offset), recorded_at=NOW, approval=approval, number=1)
    return Agreement(baselines=(one,))


def test_forecasts_change_neither_class_nor_health() -> None:
    """The state with forecasts is the state without, but for the forecasts."""
    found = visible(project())
    told = found.with_forecasts
    assert any(each.forecast != NOT_FORECAST for each in told.milestones)
    without = tuple(replace(each, forecast=NOT_FORECAST) for each in told.milestones)
    assert replace(told, milestones=without) == found.state


def test_what_is_closed_is_not_worked_out() -> None:
    """A policy that opens nothing gets no forecasts, no curves and no order."""
    found = visible(project(link(1, 5)), SHUT)
    assert found.with_forecasts == found.state
    assert (found.trend, found.burn_up, found.after) == ((), None, {})


def test_a_withheld_item_changes_no_forecast() -> None:
    """Facts without a withheld item give what they would give if it had never been."""
    secret = issue(99, milestones=(R1,), labels=("internal",))
    with_it = project()
    with_it = replace(with_it, issues=(*with_it.issues, secret))
    hidden = withheld(with_it, OPEN)
    assert hidden == {secret.key}
    assert visible(with_it.without(hidden)).with_forecasts == visible(project()).with_forecasts


def test_a_milestone_waits_for_one_whose_open_work_blocks_its_own() -> None:
    """An open story of R1 blocks one of R2: R2 comes after R1."""
    assert visible(project(link(3, 5))).after == {R2: (R1,)}


@pytest.mark.parametrize(
    "links",
    [
        (link(1, 5),),  # the blocking story is done
        (link(3, 5, LinkKind.RELATES),),
        (link(3, 4),),  # both in one milestone
        (link(3, 98),),  # nobody knows the other
    ],
)
def test_other_links_say_nothing_of_the_order(links: tuple[Link, ...]) -> None:
    """Done work, other links, links within one milestone, and links to nowhere make no order."""
    assert visible(project(*links)).after.get(R2, ()) == ()


def test_two_that_wait_for_each_other_have_no_order() -> None:
    """A circle is drawn neither way."""
    found = visible(project(link(3, 5), link(6, 4))).after
    assert [found.get(key, ()) for key in (R1, R2)] == [(), ()]


def test_scope_over_time_begins_with_the_agreement() -> None:
    """An agreement older than half a year is the first point; the last is now; few lie between."""
    given, long_ago = project(), -5 * 365
    found = visible(given, agreement=agreed(given, long_ago)).burn_up
    assert found is not None
    assert (found.points[0].at, found.points[-1].at) == (day(long_ago), NOW)
    assert len(found.points) <= MOST_BURN_POINTS


def test_scope_over_time_is_half_a_year_at_least() -> None:
    """With an agreement of last week, or none, the months before are shown too, week by week."""
    given = project()
    for agreement in (Agreement(), agreed(given, 53)):
        found = visible(given, agreement=agreement).burn_up
        assert found is not None
        assert found.points[0].at == NOW - dt.timedelta(weeks=26)
        assert len(found.points) == 27
        assert found.unit == "items"


def test_the_last_point_is_the_account() -> None:
    """Agreed, in all and done of today equal the scope account."""
    given = project()
    found = visible(given, agreement=agreed(given, 0))
    row = next(row for row in found.state.scope if row.container == "project" and row.unit == "items")
    assert found.burn_up is not None
    last = found.burn_up.points[-1]
    assert (last.agreed, last.actual, last.done) == (row.baseline, row.current, row.done)


def test_first_days_are_those_the_tracker_tells_now() -> None:
    """Of several sightings the last one counts."""
    given = project()
    later = seen(5, milestone(1, start_on=(START + dt.timedelta(days=7)).date()))
    moved = replace(given, sightings=(*given.sightings, *later))
    assert visible(given).starts == {R1: START.date()}
    assert visible(moved).starts == {R1: (START + dt.timedelta(days=7)).date()}


def test_lines_of_dates_are_of_this_project() -> None:
    """A milestone that was seen with two days has both in its line."""
    given = project()
    later = seen(30, milestone(2, due_on=(START + dt.timedelta(days=100)).date()))
    (line,) = (
        each for each in visible(replace(given, sightings=(*given.sightings, *later))).trend if each.key == R2
    )
    assert {on for _, on in line.points} == {(START + dt.timedelta(days=days)).date() for days in (90, 100)}


# --------------------------------------------------------------------------- as it is configured

CONFIGURED = """
[site]
publisher = "Northwind Studio"
base_url = "https://status.example.com"
logo = "logo.png"
footer = "Northwind Studio, Harbour Street 4"
colours = { accent = "#0b5c3f", good = "#0b5c3f" }

[[project]]
key = "apollo"
name = "Apollo"
timezone = "Europe/Berlin"
holidays = "DE-BE"
review_cron = "0 10 * * thu"
  [project.contact]
  name = "Ada Rieger"
  email = "ada@northwind.example"
  [[project.source]]
  kind = "github"
  repository = "acme/apollo"
  token = "env:T"
  [project.audience.client]
  policy = "client-detailed"
  [project.audience.china]
  holidays = "CN"
  timezone = "Asia/Shanghai"
  path = "opaque"
"""


def opened(folder: Path, text: str = CONFIGURED) -> Workspace:
    """Open a workspace on the day of the project."""
    (folder / "logo.png").write_bytes(png(40, 20))
    file = folder / "clientview.toml"
    file.write_text(text, encoding="utf-8")
    return open_workspace(file, Clock(rehearsed_from=NOW))


def input_for(workspace: Workspace, audience: str) -> ProjectionInput:
    """Put together what an edition is made from."""
    return presented(workspace, workspace.project("apollo"), audience, visible(project()))


def test_the_configuration_presents_the_edition(tmp_path: Path) -> None:
    """Contact, review, look, addresses and the key's fingerprint reach the view."""
    with opened(tmp_path) as workspace:
        view = projected(input_for(workspace, "client")).view
    assert view.contact is not None
    assert str(view.contact.link) == "mailto:ada@northwind.example"
    assert view.edition.review_on is not None
    assert view.edition.review_on.on == dt.date(2026, 11, 5)  # the Thursday after Saturday 31 October
    assert str(view.edition.page) == "https://status.example.com/apollo/client/"
    assert str(view.edition.calendar) == "https://status.example.com/apollo/client/milestones.ics"
    assert view.theme.logo is not None
    assert view.theme.logo.value.startswith("data:image/png;base64,")
    assert str(view.theme.footer) == "Northwind Studio, Harbour Street 4"
    assert view.theme.accent.value == view.theme.colours["good"].value == "#0b5c3f"
    assert "accent" not in view.theme.colours
    assert view.proof is not None
    assert len(str(view.proof.key).replace(" ", "")) == 64


def test_an_audience_has_its_own_working_days(tmp_path: Path) -> None:
    """The audience's holidays count for what waits on it; without, the project's."""
    national_day, unity_day = dt.date(2026, 10, 1), dt.date(2025, 10, 3)
    with opened(tmp_path) as workspace:
        china = input_for(workspace, "china").waiting_calendar
        client = input_for(workspace, "client").waiting_calendar
    assert not china.is_working(national_day)
    assert client.is_working(national_day)
    assert not client.is_working(unity_day)


def test_an_opaque_audience_has_opaque_addresses(tmp_path: Path) -> None:
    """Neither the project's key nor the audience's name stands in an address of the view."""
    with opened(tmp_path) as workspace:
        edition = projected(input_for(workspace, "china")).view.edition
    for link_ in (edition.page, edition.archive, edition.feed, edition.calendar):
        assert link_ is not None
        assert "apollo" not in link_.value
        assert "china" not in link_.value


def test_without_a_base_address_nothing_is_linked(tmp_path: Path) -> None:
    """Nobody knows where the pages are served, so no page claims to."""
    bare = CONFIGURED.replace('base_url = "https://status.example.com"\n', "")
    with opened(tmp_path, bare) as workspace:
        edition = projected(input_for(workspace, "client")).view.edition
    assert (edition.page, edition.archive, edition.feed, edition.calendar) == (None, None, None, None)


def test_a_day_told_now_is_a_promise_in_this_edition(tmp_path: Path) -> None:
    """Else the next edition, with nothing new, would read otherwise."""
    with opened(tmp_path) as workspace:
        given = input_for(workspace, "client")
    shown = {str(each.head.title): each for each in projected(given).view.milestones}
    assert given.state.milestones[0].status is MilestoneStatus.OPEN
    for each in shown.values():
        assert each.promised is not None
        assert each.planned is not None
        assert each.promised.on == each.planned.on
