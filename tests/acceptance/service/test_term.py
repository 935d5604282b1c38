"""Ten projects at a six-hour rhythm: a fortnight of them, or a year under CLIENTVIEW_SOAK=1.

Trackers are down, storm with 429 or refuse a token, mail and webhook refuse, the disk fills, the
process is killed, clocks change for winter and for summer. In the end every change of state was told.

The program under test runs in processes of its own, at instants that CLIENTVIEW_NOW says: one service
that lives through the whole term, and one `run --once` for each kill. Mail goes over real SMTP,
webhooks over real HTTP, and the trackers answer over real HTTP, all on loopback. A disk that is full is
a limit on the size of files (RLIMIT_FSIZE) of the service for one round, at a random number of bytes:
every write behind it fails in the middle of what is done.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from connector.cli.app import run
from connector.clock import VARIABLE
from tests.acceptance.service.books import Count, count, unsent
from tests.acceptance.service.editions import Published, published
from tests.acceptance.service.term import Plan, Term, term
from tests.acceptance.service.town import ZONES
from tests.acceptance.service.weather import OF_TRACKERS, SURVIVED, Spell
from tests.conftest import CAMPAIGN

IS_SOAKING = bool(os.environ.get("CLIENTVIEW_SOAK"))
BEGAN_AT = dt.datetime(2026, 10, 20, 0, 5, tzinfo=dt.UTC)  # Europe's winter time begins on the 25th
FORTNIGHT = Plan(
    began_at=BEGAN_AT, rounds=14 * 4, kills=4, publishing=range(4)
)  # New York's on the 1st of November
YEAR = Plan(began_at=BEGAN_AT, rounds=365 * 4, kills=200)
PLAN = YEAR if IS_SOAKING else FORTNIGHT
WARM_ROUNDS = 30  # until the first week with everything in it is over, memory may grow as it likes
MOST_GROWTH_KB = 100.0  # a round, by the line through all rounds

Tell = Callable[[str, object], None]
pytestmark = pytest.mark.timeout(6 * 3600 if IS_SOAKING else 1200)


@pytest.fixture(scope="module")
def gone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Term]:
    """Let the term go by, once."""
    with term(tmp_path_factory.mktemp("service"), PLAN) as passed:
        yield passed


@pytest.fixture(scope="module")
def counted(gone: Term) -> Count:
    """Settle its books."""
    return count(gone)


@pytest.fixture(scope="module")
def editions(gone: Term) -> Published:
    """Count its editions."""
    return published(gone)


def test_everything_befell_it(gone: Term, record_property: Tell) -> None:
    """Every kind of fault came, most kills met their process, and zones changed their clocks."""
    hindered = Counter(
        spell.value
        for key in gone.town.keys
        for number in range(PLAN.rounds)
        for spell in gone.weather.at(number, key) | gone.weather.at(number)
    )
    changed = [zone for zone in ZONES if _offset(gone.at(0), zone) != _offset(gone.ended_at, zone)]
    record_property(CAMPAIGN, f"{_told(gone)}; rounds of a project in each spell: {dict(hindered)}")
    assert set(hindered) == {spell.value for spell in Spell}
    assert len(gone.killed) >= 0.9 * PLAN.kills
    assert IS_SOAKING or changed == ["Europe/Berlin", "America/New_York", "Europe/London"]
    assert gone.town.post.hook.refusals
    assert gone.town.post.hook.forged == 0


def test_every_change_of_state_is_told_once(counted: Count, record_property: Tell) -> None:
    """Each is in one message and each message was taken once; twice only after a kill, and marked."""
    record_property(CAMPAIGN, f"alerts: {counted}")
    assert counted.changes > 0
    assert (counted.unannounced, counted.lost, counted.unlisted) == (0, 0, 0)
    assert (counted.invented, counted.strange) == (0, 0)
    assert (counted.twice_unmarked, counted.more_often) == (0, 0)


def test_what_was_told_twice_was_killed_between_send_and_record(gone: Term, counted: Count) -> None:
    """There are as many marked repeats as such kills, at most; and there are some."""
    assert 0 < counted.twice_marked <= len(gone.killed)


def test_nothing_waits_in_the_end(gone: Term) -> None:
    """After the last spell a few calm rounds bring out everything but what quiet hours hold back."""
    assert [one.subject for one in unsent(gone) if one.next_at <= gone.ended_at] == []


def test_no_project_starves(gone: Term, record_property: Tell) -> None:
    """In every round that nothing of its own hinders, a project is read, whatever befalls others."""
    starved = [
        f"{key}, round {number}"
        for key in gone.town.keys
        for number in range(PLAN.rounds)
        if gone.is_calm(number, key) and number not in gone.read[key]
    ]
    longest = max(later - number for read in gone.read.values() for number, later in pairwise(read))
    syncs = sum(len(read) for read in gone.read.values())
    record_property(CAMPAIGN, f"{syncs} syncs; longest time between two of a project: {longest * 6} hours")
    assert starved == []


def test_a_storm_is_waited_out(gone: Term) -> None:
    """A tracker that asks for patience three times in a sync is still read in that sync."""
    spans = [span for span in gone.weather.spans if span.spell is SURVIVED]
    inside = [(span.key, number) for span in spans for number in range(span.first, span.end)]
    calm = [(key, number) for key, number in inside if gone.is_calm(number, key)]
    assert calm
    assert all(number in gone.read[key] for key, number in calm)


def test_failed_rounds_say_so(gone: Term) -> None:
    """A round in which a tracker could not be read ends with 3, or with 2 where the disk was full."""
    bad = set(OF_TRACKERS) - {SURVIVED}
    for number, code in gone.codes.items():
        is_down = any(gone.weather.at(number, key) & bad for key in gone.town.keys)
        is_full = Spell.DISK in gone.weather.at(number)
        assert code in ({2, 3, 0} if is_full else {3} if is_down else {0}), (number, code)


def test_memory_is_flat(gone: Term, record_property: Tell) -> None:
    """The service needs no more memory from round to round."""
    sizes = gone.resident_kb[WARM_ROUNDS:]
    slope_kb, _ = statistics.linear_regression(range(len(sizes)), sizes)
    record_property(
        CAMPAIGN,
        f"memory of the service: {sizes[0] / 1024:.0f} MB after {WARM_ROUNDS} rounds,"
        f" {sizes[-1] / 1024:.0f} MB at the end, {slope_kb:+.1f} kB a round",
    )
    assert slope_kb < MOST_GROWTH_KB


def test_editions_come_each_in_its_week(editions: Published, record_property: Tell) -> None:
    """One for each time of the rhythm, numbered without a gap, each mailed once."""
    record_property(CAMPAIGN, f"editions: {editions}")
    assert editions.editions > 0
    assert (editions.weeks_without, editions.doubled, editions.misnumbered) == ((), (), ())
    assert editions.mailed_twice == 0
    assert editions.unmailed == 0


def test_every_edition_can_be_proved(gone: Term, monkeypatch: pytest.MonkeyPatch) -> None:
    """After all faults and kills the chain holds, and every published file is what was approved."""
    monkeypatch.setenv(VARIABLE, gone.town.desk.clock)
    for key in gone.town.keys:
        assert run(["--config", str(gone.town.desk.config), "editions", "verify", key]) == 0


def _told(gone: Term) -> str:
    return (
        f"{len(gone.town.keys)} projects, {PLAN.rounds} rounds, {len(gone.killed)} kills"
        f" ({gone.outlived} processes ended before theirs), {gone.cpu_s:.0f} CPU s of the service"
    )


def _offset(at: dt.datetime, zone: str) -> dt.timedelta | None:
    return at.astimezone(ZoneInfo(zone)).utcoffset()
