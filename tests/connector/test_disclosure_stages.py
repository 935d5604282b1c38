"""What comes next, what will be needed for it, how to answer, and how long something has waited."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest

from connector.analysis.calendar import WorkingCalendar
from connector.disclosure.policy import shipped
from connector.disclosure.view import ClientView
from mappings.concepts import ClientAction, Disposition, ScopeItem
from tests.connector import disclosure_ahead as ahead
from tests.connector import disclosure_sample as sample
from tests.connector.disclosure_sample import at, day

TERMS, ACCOUNTS = sample.PICTURE.client_actions


def stages(view: ClientView) -> list[tuple[str, str, list[str]]]:
    """Return the stages as a reader sees them."""
    return [
        (str(stage.title), str(stage.day.text if stage.day else ""), [str(need) for need in stage.needs])
        for stage in view.stages
    ]


def with_actions(*actions: ClientAction, items: tuple[ScopeItem, ...] = (), **more: object) -> ClientView:
    """Project the sample with other things that the client owes."""
    picture = replace(sample.PICTURE, client_actions=actions, items=items or sample.PICTURE.items)
    return ahead.view(replace(ahead.FORESEEN, picture=picture), **more)


def test_what_is_needed_stands_at_the_first_milestone_after_its_day() -> None:
    """Actions and open decisions stand at the first milestone that they are needed before, once."""
    assert stages(ahead.view()) == [
        (
            "Checkout open for test customers",
            "11 December 2026",
            [
                "“Final wording of the terms of sale” (was needed by 20 November 2026)",
                "“Two test accounts for your warehouse system” by 2 December 2026",
                "A decision on “Which payment provider goes live first” by 4 December 2026",
            ],
        ),
        ("Public launch", "29 January 2027", []),
    ]


def test_what_is_needed_later_stands_later() -> None:
    """Something needed after the first milestone is asked for at the next one."""
    later = replace(ACCOUNTS, needed_by=day("2026-12-12"))
    found = stages(with_actions(later))
    assert found[1][2] == ["“Two test accounts for your warehouse system” by 12 December 2026"]


def test_something_without_a_day_is_in_no_stage() -> None:
    """It stands among what is needed, and no stage claims it."""
    found = stages(with_actions(replace(ACCOUNTS, needed_by=None)))
    assert not any("warehouse" in need for _, _, needs in found for need in needs)


def test_what_holds_up_work_stands_at_its_milestone_where_that_is_open() -> None:
    """With `actions.holds_up` open, an action stands at the milestone whose work waits for it."""
    item = ScopeItem(
        key="jira:issue:201",
        ref="KITE-31",
        title="internal",
        milestones=(ahead.LAUNCH.key,),
        created_at=at("2026-10-05"),
    )
    action = replace(ACCOUNTS, needed_by=None, holds_up=(item.key,))
    opened = shipped("client-detailed")
    closed = replace(opened, show={**opened.show, "actions": opened.show["actions"] - {"holds_up"}})
    assert stages(with_actions(action, items=(item,), policy=closed))[1][2] == []
    found = stages(with_actions(action, items=(item,), policy=opened))
    assert found[1] == (
        "Public launch",
        "29 January 2027",
        ["“Two test accounts for your warehouse system”"],
    )


def test_stages_are_few_and_ahead() -> None:
    """Of many milestones ahead the next ones are told, and of those past their day at most two."""
    late = [
        sample.milestone(100 + number, f"Late {number}", due_on=day("2026-11-01") + dt.timedelta(days=number))
        for number in range(5)
    ]
    coming = [
        sample.milestone(200 + number, f"Next {number}", due_on=day("2026-12-01") + dt.timedelta(days=number))
        for number in range(40)
    ]
    state = replace(ahead.FORESEEN, milestones=(*late, *coming))
    titles = [title for title, _, _ in stages(ahead.view(state, trend=(), after={}))]
    assert titles == ["Late 3", "Late 4", "Next 0", "Next 1"]


# ------------------------------------------------------------------------------------ waiting


@pytest.mark.parametrize(
    ("since", "code", "said"),
    [
        ("2026-11-20", "DE-BE", "waiting for 1 working day"),  # a Friday; today is Monday
        ("2026-11-16", "DE-BE", "waiting for 5 working days"),
        ("2026-11-23", "DE-BE", "waiting since today"),
        ("2026-11-17", "DE-SN", "waiting for 3 working days"),  # the 18th is a holiday in Saxony
    ],
)
def test_waiting_is_counted_in_the_audience_working_days(since: str, code: str, said: str) -> None:
    """Weekends and the audience's holidays do not count as waiting."""
    calendar = WorkingCalendar(timezone="Europe/Berlin", code=code)
    view = with_actions(replace(TERMS, created_at=at(since)), waiting_calendar=calendar)
    assert str(view.needs[0].waiting) == said


def test_a_weekend_worked_in_china_counts() -> None:
    """10 October 2026 is a Saturday on which people in China work to make up for a holiday."""
    monday = dt.datetime(2026, 10, 12, 8, tzinfo=dt.UTC)
    for code, said in (("CN", "waiting for 2 working days"), ("DE", "waiting for 1 working day")):
        view = with_actions(
            replace(TERMS, created_at=at("2026-10-09")),
            waiting_calendar=WorkingCalendar(timezone="Asia/Shanghai", code=code),
            published_at=monday,
        )
        assert str(view.needs[0].waiting) == said


def test_the_waiting_switch_closes_it() -> None:
    """Without `actions.waiting` neither the days nor the day since when is told."""
    policy = ahead.with_switches(shipped("client-detailed"), "actions", "title", "needed_by")
    need = with_actions(TERMS, policy=policy).needs[0]
    assert need.waiting is None
    assert need.since is None


# ------------------------------------------------------------------------------------ answers


def test_each_need_and_open_decision_can_be_answered() -> None:
    """The mail goes to the contact; its subject names the opaque id and nothing of the tracker."""
    view = ahead.view()
    answers = {str(need.head.id): need.answer for need in view.needs}
    answers |= {str(each.head.id): each.answer for each in view.decisions if each.decided is None}
    assert len(answers) == 3
    for handle, answer in answers.items():
        assert answer is not None
        parts = urlsplit(answer.value)
        assert (parts.scheme, parts.path) == ("mailto", "ada@northwind.example")
        assert unquote(parts.query) == f"subject=[{handle}] Answer"


def test_a_decision_taken_asks_for_no_answer() -> None:
    """What is decided is not asked again."""
    taken = [each for each in ahead.view().decisions if each.decided]
    assert taken
    assert all(each.answer is None for each in taken)


def test_the_edition_can_be_answered_by_an_opaque_name() -> None:
    """Its reference is another one in each edition and for each audience, and names neither."""
    answers = {
        ahead.view(**more).edition.answer for more in ({}, {"edition_number": 8}, {"audience": "board"})
    }
    assert len(answers) == 3
    assert all(
        answer and re.search(r"subject=%5Bk[0-9a-f]{10}%5D%20Answer$", answer.value) for answer in answers
    )


def test_an_answer_reads_in_the_language_of_the_page() -> None:
    """The subject is percent-encoded, also in Chinese."""
    answer = ahead.view(language="zh-CN").needs[0].answer
    assert answer is not None
    assert answer.value.isascii()
    assert unquote(answer.value).endswith("] 答复")


def test_without_an_address_there_is_no_answer() -> None:
    """Nothing is configured: no link, no contact."""
    view = ahead.view(contact_email="", contact_name="")
    assert view.edition.answer is None
    assert view.needs[0].answer is None
    assert view.contact is None


def test_a_contact_is_named_with_the_address() -> None:
    """The page says whom to ask; without a name the address stands for it."""
    contact = ahead.view().contact
    assert contact is not None
    assert (str(contact.name), str(contact.link)) == ("Ada Rieger", "mailto:ada@northwind.example")
    nameless = ahead.view(contact_name="").contact
    assert nameless is not None
    assert str(nameless.name) == "ada@northwind.example"


def test_what_was_delivered_is_no_need() -> None:
    """An action that is done is in no stage."""
    done = replace(TERMS, disposition=Disposition.DONE)
    assert all(not any("terms" in need for need in needs) for _, _, needs in stages(with_actions(done)))
