"""What a tracker tells is doubted where it would make a good page wrong."""

from __future__ import annotations

import datetime as dt

import pytest

from connector.pipeline.guards import Tally, check, check_changes

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def tally(
    issues: int,
    *,
    milestones: int = 3,
    newest: dt.datetime | None = NOON,
    missing: int = 0,
    quarantined: int = 0,
    is_complete: bool = True,
) -> Tally:
    """Give the figures of a pull that ended well just now."""
    return Tally(
        issues=issues,
        milestones=milestones,
        newest_update_at=newest,
        missing=missing,
        quarantined=quarantined,
        is_complete=is_complete,
    )


@pytest.mark.parametrize(
    ("before", "now", "guard"),
    [
        pytest.param(tally(40), tally(0, missing=40, newest=None), "turned_empty", id="empty"),
        pytest.param(tally(1), tally(0, missing=1, newest=None), "turned_empty", id="the only issue is gone"),
        pytest.param(tally(40), tally(20, missing=20), "shrunk", id="half of them are gone"),
        pytest.param(tally(40), tally(60, missing=20), "shrunk", id="half replaced by others"),
        pytest.param(tally(40), tally(40, newest=NOON - dt.timedelta(1)), "stale", id="an older copy"),
        pytest.param(tally(40), tally(40, is_complete=False), "half_read", id="cut off"),
        pytest.param(tally(40), tally(34, quarantined=6), "half_read", id="too many unreadable"),
        pytest.param(tally(40), tally(40, milestones=0), "milestones_vanished", id="no milestones left"),
    ],
)
def test_trips(before: Tally, now: Tally, guard: str) -> None:
    """Each way of looking wrong trips its own guard."""
    assert guard in [trip.guard for trip in check(before, now)]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param(
            tally(0, milestones=0, newest=None), tally(0, milestones=0, newest=None), id="new and empty"
        ),
        pytest.param(tally(0, milestones=0, newest=None), tally(800), id="the first pull"),
        pytest.param(tally(40), tally(21, missing=19), id="under half gone"),
        pytest.param(tally(3), tally(1, missing=2), id="too few to speak of shares"),
        pytest.param(tally(40), tally(40), id="nothing changed"),
        pytest.param(tally(40), tally(40, newest=NOON - dt.timedelta(minutes=15)), id="an index that lags"),
        pytest.param(tally(40), tally(40, quarantined=1), id="one unreadable issue"),
        pytest.param(tally(40, milestones=0), tally(40, milestones=0), id="never had milestones"),
    ],
)
def test_lets_the_believable_pass(before: Tally, now: Tally) -> None:
    """Ordinary work of a project trips nothing."""
    assert check(before, now) == ()


def test_what_changed_is_doubted_where_half_is_said_to_be_elsewhere() -> None:
    """A pull of what changed may bring nothing; of too many leaving at once a person decides."""
    assert check_changes(tally(40), tally(0, missing=19)) == ()
    (trip,) = check_changes(tally(40), tally(0, missing=20))
    assert trip.guard == "shrunk"


def test_says_how_much() -> None:
    """The reason carries the figures a PM needs to judge."""
    (trip,) = check(tally(40), tally(10, missing=30))
    assert trip.reason == "30 of 40 issues are missing"
