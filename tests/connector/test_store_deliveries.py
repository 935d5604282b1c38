"""A delivery is in one hand at a time, and never again by itself once it may have arrived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Integer, MetaData, Table, insert

from connector.errors import UsageError
from connector.store.deliveries import CLAIM, Deliveries, Delivery, DeliveryState, Way
from connector.store.engine import Database, open_database
from connector.store.locks import this_process
from connector.store.migrate import MIGRATIONS, migrate

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
ANNA, BO = (Way.MAIL, "anna@acme.example"), (Way.MAIL, "bo@acme.example")
DEAD = f"{this_process().rpartition(':')[0]}:4194399"  # above the largest process number of Linux


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Open an empty store."""
    opened = open_database("sqlite:///store.db", folder=tmp_path)
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def box(database: Database) -> Deliveries:
    """Give the deliveries of a store in which one edition waits for one reader."""
    found = Deliveries(database)
    found.hand_over("apollo", "client", 1, addresses=[ANNA], at=NOW)
    return found


def only(box: Deliveries) -> Delivery:
    """Return the one delivery."""
    (one,) = box.list("apollo")
    return one


def claimed(box: Deliveries, owner: str = "") -> Delivery:
    """Take the one delivery."""
    found = box.claim(only(box).id, owner=owner or this_process(), now=NOW)
    assert found is not None
    return found


def test_an_edition_is_handed_over_once(box: Deliveries) -> None:
    """A second time changes nothing, whatever addresses there are by then."""
    assert box.hand_over("apollo", "client", 1, addresses=[ANNA, BO], at=NOW) == 0
    assert [one.address for one in box.list("apollo")] == [ANNA[1]]


def test_an_edition_for_nobody_counts_as_handed_over(box: Deliveries) -> None:
    """So that whoever joins later is sent no old one."""
    assert box.hand_over("apollo", "client", 2, addresses=[], at=NOW) == 0
    assert box.last_handed_over("apollo", "client") == 2
    assert box.last_handed_over("apollo", "board") == 0


def test_the_same_address_twice_is_one_delivery(box: Deliveries) -> None:
    """A slip in the configuration sends nobody two mails."""
    assert box.hand_over("apollo", "client", 3, addresses=[BO, BO], at=NOW) == 1


def test_what_somebody_has_in_hand_nobody_else_takes(box: Deliveries) -> None:
    """A living process keeps it until its time is over."""
    claimed(box)
    assert box.claim(only(box).id, owner="other:1", now=NOW + CLAIM / 2) is None
    assert box.claim(only(box).id, owner="other:1", now=NOW + CLAIM) is not None


def test_what_a_dead_process_had_in_hand_is_free_at_once(box: Deliveries) -> None:
    """Nothing was handed over yet: another one sends it."""
    claimed(box, DEAD)
    assert box.claim(only(box).id, owner=this_process(), now=NOW) is not None


def test_who_was_too_slow_may_not_begin(box: Deliveries) -> None:
    """Once another process took it over, the first one must not send it."""
    slow = claimed(box)
    quick = box.claim(slow.id, owner="other:1", now=NOW + CLAIM)
    assert quick is not None
    assert not box.begin(slow)
    assert box.begin(quick)


def test_what_was_being_handed_over_is_in_doubt(box: Deliveries) -> None:
    """Its process died, or its time is over: nobody knows, and nobody takes it by itself."""
    box.begin(claimed(box))
    assert box.settle("apollo", now=NOW) == 0
    assert box.settle("apollo", now=NOW + CLAIM) == 1
    assert only(box).state is DeliveryState.IN_DOUBT
    assert box.due("apollo", now=NOW + CLAIM, whatever_backoff=True) == ()
    assert box.claim(only(box).id, owner=this_process(), now=NOW + 2 * CLAIM) is None


def test_what_a_dead_process_was_handing_over_is_in_doubt_at_once(box: Deliveries) -> None:
    """The PM need not wait for it."""
    box.begin(claimed(box, DEAD))
    assert box.settle("apollo", now=NOW) == 1


def test_waits_for_its_time(box: Deliveries) -> None:
    """What was not taken is due again later, or at once for whoever ignores the wait."""
    box.retry(claimed(box).id, error="451", next_at=NOW + CLAIM)
    assert box.due("apollo", now=NOW) == ()
    assert len(box.due("apollo", now=NOW, whatever_backoff=True)) == 1
    assert len(box.due("apollo", now=NOW + CLAIM)) == 1


@pytest.mark.parametrize("state", [DeliveryState.FAILED, DeliveryState.IN_DOUBT])
def test_a_person_may_send_it_again(box: Deliveries, state: DeliveryState) -> None:
    """What failed or is in doubt waits again when asked."""
    box.end(only(box).id, state, at=NOW, error="550")
    box.again("apollo", only(box).id, at=NOW)
    assert only(box).state is DeliveryState.WAITING


@pytest.mark.parametrize("state", [DeliveryState.WAITING, DeliveryState.SENT, DeliveryState.CANCELLED])
def test_nobody_sends_again_what_arrived_or_is_on_its_way(box: Deliveries, state: DeliveryState) -> None:
    """Asking for that is a mistake, and says so."""
    box.end(only(box).id, state, at=NOW)
    with pytest.raises(UsageError, match=f"found one that is {state.value}"):
        box.again("apollo", only(box).id, at=NOW)


def test_another_projects_delivery_is_none(box: Deliveries) -> None:
    """Numbers of one project mean nothing in another."""
    with pytest.raises(UsageError, match="found no such delivery"):
        box.again("borealis", only(box).id, at=NOW)


def test_editions_of_an_older_store_are_not_sent_after_the_upgrade(tmp_path: Path) -> None:
    """They count as handed over."""
    database = open_database("sqlite:///store.db", folder=tmp_path)
    migrate(database, head="0006", folder=MIGRATIONS)
    with database.write() as connection:
        editions = Table("editions", MetaData(), autoload_with=connection)
        values = {c.name: 7 if isinstance(c.type, Integer) else "x" for c in editions.columns}
        values |= {"project": "apollo", "audience": "client", "published_at": "2026-11-01T00:00:00.000000Z"}
        connection.execute(insert(editions).values(values))
    migrate(database)
    assert Deliveries(database).last_handed_over("apollo", "client") == 7
    database.close()
