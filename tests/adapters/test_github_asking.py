"""How GitHub's GraphQL is asked: chains of pages, halves of what is too heavy, schemas that lack parts."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import MalformedError, OverloadedError, UnreachableError
from adapters.github.answers import Connection
from adapters.github.asking import MAX_REPEATS, PAGES_AHEAD, StaleCursorError, Walk, divided
from adapters.protocol import Window
from tests.adapters.github_world import World, row, serving


class Chain:
    """A chain of pages that keeps what was asked of it, and how many at a time."""

    def __init__(self, length: int, *, fails_at: int = -1) -> None:
        """Make a chain of so many pages, one of which may fail."""
        self.length = length
        self.fails_at = fails_at
        self.asked: list[str] = []
        self.at_a_time = threading.Lock()

    def __call__(self, after: str) -> Connection:
        """Answer the page behind a cursor."""
        if not self.at_a_time.acquire(blocking=False):
            raise MalformedError("two pages of a chain were asked for at a time")
        try:
            self.asked.append(after)
            place = int(after or 0)
            if place == self.fails_at:
                raise UnreachableError("no answer")
            return Connection(
                nodes=({"number": place},),
                end_cursor=str(place + 1),
                has_next=place + 1 < self.length,
                total=self.length,
            )
        finally:
            self.at_a_time.release()


def numbers(walk: Walk) -> list[object]:
    """Return what the pages hold, in the order they came."""
    return [page.nodes[0]["number"] for _, page in walk.pages()]


@given(length=st.integers(min_value=1, max_value=12))
def test_pages_come_in_their_order_asked_one_by_one(length: int) -> None:
    """Each once, none behind the last, each with the cursor behind it."""
    chain = Chain(length)
    found = list(Walk(chain).pages())
    assert [(after, page.nodes[0]["number"]) for after, page in found] == [
        (str(place + 1), place) for place in range(length)
    ]
    assert chain.asked == ["", *map(str, range(1, length))]


def test_whoever_leaves_early_is_not_asked_for_more() -> None:
    """What is on its way is awaited; the pages behind it are left alone."""
    chain = Chain(100)
    pages = Walk(chain).pages()
    next(pages)
    pages.close()  # type: ignore[attr-defined]  # a generator
    assert len(chain.asked) <= 1 + PAGES_AHEAD


@given(st.integers(min_value=0, max_value=8))
def test_pages_before_a_failure_are_given(fails_at: int) -> None:
    """And none behind it is asked for."""
    chain = Chain(9, fails_at=fails_at)
    found: list[object] = []
    pages = Walk(chain).pages()
    with pytest.raises(UnreachableError):
        found.extend(page.nodes[0]["number"] for _, page in pages)
    assert found == list(range(fails_at))
    assert chain.asked[-1] == (str(fails_at) if fails_at else "")


def test_a_stale_cursor_begins_anew_but_once() -> None:
    """A resumed walk may have to; in the middle of one, GitHub forgets nothing."""
    chain = Chain(3)

    def forgetful(after: str) -> Connection:
        if after == "old":
            raise StaleCursorError("stale")
        return chain(after)

    assert numbers(Walk(forgetful, after="old")) == [0, 1, 2]

    def broken(after: str) -> Connection:
        if after == "2":
            raise StaleCursorError("stale")
        return chain(after)

    with pytest.raises(StaleCursorError):
        numbers(Walk(broken))


@given(st.lists(st.integers(), max_size=20), st.integers(min_value=1, max_value=20))
def test_halves_give_what_the_whole_would(items: list[int], bearable: int) -> None:
    """In order, whatever size passes."""

    def ask(some: Sequence[int]) -> Sequence[int]:
        if len(some) > bearable:
            raise OverloadedError("too heavy")
        return some

    assert list(divided(ask, items)) == items


def test_a_single_one_that_is_too_heavy_is_told() -> None:
    """There is nothing left to halve."""

    def ask(_: Sequence[int]) -> Sequence[int]:
        raise OverloadedError("too heavy")

    with pytest.raises(OverloadedError):
        divided(ask, [1, 2, 3])


def test_a_schema_that_lacks_ever_more_is_given_up() -> None:
    """A server that refuses each document is not asked for ever."""
    error = {"errors": [{"message": "Field 'parent' doesn't exist on type 'Issue'"}]}
    with serving(World(rows=[row(1)])) as world:
        world.fail("/graphql", 200, error, times=99)
        with pytest.raises(UnreachableError):
            list(world.adapter().pull(Window()))
        assert len(world.asked("/graphql")) <= MAX_REPEATS
