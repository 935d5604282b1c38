"""Decisions recorded here part approved growth from creep as the tracker's requests do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.records import ChangeMode, Field, LinkKind
from adapters.records import Link as TrackerLink
from connector.analysis.baseline import Approval, take
from connector.analysis.facts import Agreement, ProjectFacts, RecordedChange
from connector.analysis.judge import judge
from connector.analysis.state import PROJECT, ScopeRow
from mappings.concepts import ChangeRequest, Verdict
from tests.builders import SOURCE, day, facts, issue, version
from tests.builders import change as edit

LATE = day(6)  # when 4, 5 and 6 came in
APPROVED_AT = 12.0


def world() -> ProjectFacts:
    """Three agreed items; three more after the baseline: labelled, below an epic, and alone; one request."""
    inside = {"milestones": (version(1),)}
    late = inside | {"created_at": LATE, "updated_at": LATE}
    return facts(
        [
            *(issue(number, **inside) for number in (1, 2, 3)),
            issue(4, labels=("Gift",), **late),
            issue(5, parent="jira:issue:8", **late),
            issue(6, **late),
            issue(8, type="Epic", level=1, title="Vouchers"),
            issue(9, type="Change Request", title="Asked for"),
        ],
        [edit(4, 10, Field.LABELS, new="Gift", new_text="Gift", mode=ChangeMode.ELEMENT)],
        links=(
            TrackerLink(
                id="1", source=SOURCE, kind=LinkKind.COVERS, name="covers", a="jira:issue:9", b="jira:issue:6"
            ),
        ),
    )


def recorded(number: int = 1, **overrides: object) -> RecordedChange:
    """Make an approval of day 12 that covers APO-4."""
    values: dict[str, object] = {
        "number": number,
        "title": "Gift cards",
        "verdict": Verdict.APPROVED,
        "decided_by": "J. Doe, Acme",
        "on_at": day(APPROVED_AT),
        "recorded_at": day(20),
        "items": ("jira:issue:4",),
    }
    return RecordedChange(**(values | overrides))  # type: ignore[arg-type] # whatever the test overrides


def agreed(*changes: RecordedChange) -> Agreement:
    """Return an agreement of day 5 with what was recorded since."""
    at = day(5)
    first = take(
        world(), Agreement(), on_at=at, recorded_at=at, approval=Approval(approved_by="J. Doe"), number=1
    )
    return Agreement(baselines=(first,), changes=changes)


def row(as_of: float, *changes: RecordedChange) -> ScopeRow:
    """Return the project's ledger in items at a day."""
    state = judge(world(), agreed(*changes), as_of=day(as_of))
    return next(row for row in state.scope if (row.container, row.unit) == (PROJECT, "items"))


def approved(as_of: float, *changes: RecordedChange) -> dict[str, str | None]:
    """Return what counts as approved growth at a day: item and the request that covers it."""
    return {e.item: e.change_request for e in row(as_of, *changes).entries if e.kind == "approved_add"}


def requests(as_of: float, *changes: RecordedChange) -> dict[str, ChangeRequest]:
    """Return the picture's change requests at a day by what people call them."""
    state = judge(world(), agreed(*changes), as_of=day(as_of))
    return {request.ref: request for request in state.picture.change_requests}


def test_the_instant_of_the_decision_parts_growth_from_creep() -> None:
    """Before it everything that came is creep, from it on the covered item is approved."""
    assert approved(11.9, recorded()) == {}
    assert approved(APPROVED_AT, recorded()) == {"APO-4": "CR-1"}
    assert (row(13, recorded()).approved_added, row(13, recorded()).unapproved_added) == (1, 2)


@pytest.mark.parametrize(
    ("cover", "expected"),
    [
        ({"items": ("jira:issue:4", "jira:issue:6")}, {"APO-4", "APO-6"}),
        ({"items": (), "labels": ("gift",)}, {"APO-4"}),
        ({"items": (), "parents": ("jira:issue:8",)}, {"APO-5"}),
        ({"items": (), "parents": ("jira:issue:6",)}, {"APO-6"}),
        ({"items": ()}, set()),
    ],
    ids=["listed", "label", "below a parent", "a parent itself", "nothing"],
)
def test_what_a_record_covers(cover: dict[str, Any], expected: set[str]) -> None:
    """Items by list, by label in any case, and a parent with all that stands below it."""
    assert set(approved(13, recorded(**cover))) == expected


def test_labels_are_those_of_the_day() -> None:
    """An item that gets the label later is covered from then on, and not before."""
    early = recorded(items=(), labels=("Gift",), on_at=day(7))
    assert approved(9, early) == {}
    assert approved(10, early) == {"APO-4": "CR-1"}


@pytest.mark.parametrize("verdict", [Verdict.PROPOSED, Verdict.REJECTED])
def test_only_an_approval_approves(verdict: Verdict) -> None:
    """What is proposed or rejected stays unapproved; the request is there with its verdict."""
    assert approved(13, recorded(verdict=verdict)) == {}
    found = requests(13, recorded(verdict=verdict))["CR-1"]
    assert found.verdict is verdict
    assert (found.decided_at is None) == (verdict is Verdict.PROPOSED)
    assert found.covers == ("jira:issue:4",)


def test_a_verdict_for_a_request_of_the_tracker() -> None:
    """The tracker's request keeps its name and what it covers; the verdict and its instant are ours."""
    verdict = recorded(items=(), request="jira:issue:9", client_title="Vouchers by mail")
    assert approved(11.9, verdict) == {}
    assert approved(13, verdict) == {"APO-6": "APO-9"}
    found = requests(13, verdict)
    assert set(found) == {"APO-9"}
    assert (found["APO-9"].decided_at, found["APO-9"].client_title) == (day(APPROVED_AT), "Vouchers by mail")
    assert requests(13, replace(verdict, request="jira:issue:77")).keys() == {"APO-9"}


def test_a_later_record_takes_the_place_of_an_earlier_one_from_its_own_instant() -> None:
    """Approved on day 12, withdrawn on day 15: as of day 13 it is approved, as of day 16 it is not."""
    chain = (recorded(), recorded(2, verdict=Verdict.REJECTED, on_at=day(15), supersedes=1))
    assert approved(13, *chain) == {"APO-4": "CR-1"}
    assert approved(16, *chain) == {}
    assert set(requests(13, *chain)) == {"CR-1", "APO-9"}
    assert set(requests(16, *chain)) == {"CR-2", "APO-9"}
    assert requests(13, *chain)["CR-1"].key == requests(16, *chain)["CR-2"].key


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Verdict)), st.integers(0, 30), st.sampled_from([4, 5, 6]), st.booleans()
        ),
        max_size=6,
    ),
    st.integers(0, 31),
)
def test_whatever_is_recorded_the_ledger_balances(
    told: list[tuple[Verdict, int, int, bool]], as_of: int
) -> None:
    """Decisions move growth between approved and unapproved, and never change how much there is."""
    changes = tuple(
        recorded(
            number,
            verdict=verdict,
            on_at=day(at),
            items=(f"jira:issue:{item}",),
            supersedes=number - 1 if follows and number > 1 else None,
        )
        for number, (verdict, at, item, follows) in enumerate(told, start=1)
    )
    with_them, without = row(as_of, *changes), row(as_of)
    assert with_them.current == without.current
    grown = [(r.approved_added or 0) + (r.unapproved_added or 0) for r in (with_them, without)]
    assert grown[0] == grown[1]
