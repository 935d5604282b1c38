"""Whether a running sprint delivers less than committed: ranked by how it stands, levelled by own sprints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connector.analysis.delivery import Delivery
from connector.analysis.forecast.chronicle import Chronicle, Kind
from connector.analysis.forecast.sprints import coefficients, deliveries, level
from tests.connector.chronicles import Life, chronicle_of, cut, day, track

LENGTH = 14.0


def team(closed: Sequence[int], *, done_now: int, committed: int = 8) -> Chronicle:
    """Return a team's sprints: of eight items each, so many were done; the last one runs."""
    parts = []
    for number, done in enumerate([*closed, done_now]):
        start = number * LENGTH
        is_last = number == len(closed)
        lives: list[Life] = [
            (start - 1.0, start + 1.0 + n / 10 if n < done else None, None) for n in range(committed)
        ]
        made, spells = track(
            f"s{number}",
            lives,
            finished=None if is_last else start + LENGTH,
            plans=[(start - 1.0, start + LENGTH)],
            kind=Kind.ITERATION,
        )
        parts.append((replace(made, began_at=day(start)), spells))
    return chronicle_of(*parts)


def chance_of(whole: Chronicle, on: float) -> float:
    """Return the running sprint's chance of falling short."""
    (found,) = deliveries(whole, as_of=day(on)).values()
    assert found.less_than_committed is not None
    return found.less_than_committed


def test_more_done_is_a_better_sprint() -> None:
    """Of two sprints at half time, the one with more done is less likely to fall short."""
    mixed = [8, 5, 8, 6]
    assert chance_of(team(mixed, done_now=7), 63) < chance_of(team(mixed, done_now=1), 63)


def test_the_team_sets_the_level() -> None:
    """The same sprint is likelier to fall short in a team whose sprints always did."""
    always, never = team([3, 4, 5, 4, 3], done_now=4), team([8, 8, 8, 8, 8], done_now=4)
    assert chance_of(always, 77) > chance_of(never, 77) + 0.2


def test_it_says_how_many_sprints_it_rests_on() -> None:
    """Closed sprints of the project count, the running one does not."""
    (found,) = deliveries(team([8, 5], done_now=4), as_of=day(35)).values()
    assert found.n == 2


def test_a_sprint_without_commitment_is_refused() -> None:
    """Nothing committed, nothing to fall short of."""
    (found,) = deliveries(team([], done_now=0, committed=0), as_of=day(5)).values()
    assert found == Delivery(less_than_committed=None, refused="nothing was committed at its start")


def test_a_sprint_of_unknown_end_is_refused() -> None:
    """Without a planned end nobody knows how far a sprint is."""
    whole = team([], done_now=4)
    bare = replace(whole, tracks={"s0": replace(whole.tracks["s0"], plans=())})
    (found,) = deliveries(bare, as_of=day(5)).values()
    assert found.refused == "its start or planned end is not known"


def test_only_running_sprints_are_judged() -> None:
    """Closed and future sprints are not."""
    assert set(deliveries(team([8, 5], done_now=4), as_of=day(35))) == {"s2"}
    assert set(deliveries(team([8, 5], done_now=4), as_of=day(20))) == {"s1"}


def test_the_future_changes_nothing() -> None:
    """What happens after an instant changes no judgement as of it."""
    whole = team([8, 5, 6], done_now=5)
    for on in (3.0, 20.0, 33.0, 47.0):
        assert deliveries(whole, as_of=day(on)) == deliveries(cut(whole, day(on)), as_of=day(on))


def test_coefficients_change_steadily() -> None:
    """Between the shares that were fitted, coefficients lie between theirs; outside, they stay."""
    low, middle, high = coefficients(0.3), coefficients(0.4), coefficients(0.5)
    assert all(min(a, c) <= b <= max(a, c) for a, b, c in zip(low, middle, high, strict=True))
    assert coefficients(-0.2) == coefficients(0.0)
    assert coefficients(1.7) == coefficients(0.8)


def test_a_level_is_held_near_nothing_by_little() -> None:
    """One sprint moves the level less than ten like it."""
    assert level([], []) == 0.0
    assert 0.0 < level([0.0], [True]) < level([0.0] * 10, [True] * 10)
