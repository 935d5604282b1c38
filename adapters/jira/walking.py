"""Walking through lists of pages, with guards: a list that repeats itself would never end.

Pages are asked for by functions that are handed in; nothing here sends anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice, repeat
from typing import Protocol, TypeVar

from adapters.errors import MalformedError, SettingsError, UnreachableError
from adapters.parallel import in_order

MAX_EMPTY_PAGES = 5  # short and empty pages are legal; more of them in a row are a loop

Value = TypeVar("Value")


class TokenPage(Protocol):
    """A page that names the next one."""

    @property
    def next_page_token(self) -> str | None:
        """Token of the next page; None or "" on the last one."""
        ...

    @property
    def is_last(self) -> bool | None:
        """Whether it calls itself the last one; None where it does not say."""
        ...


Page = TypeVar("Page", bound=TokenPage)


def by_token(turn: Callable[[str | None], Page], *, told: str) -> Iterator[Page]:
    """Follow page tokens to the end. Whether a page is full, or calls itself the last, means nothing.

    A page that says that it is not the last, and names no next one, is no end: what follows is lost.

    Args:
        turn: Asks for the page of a token; None is the first.
        told: What is walked through, for messages.

    Raises:
        MalformedError: A token came twice, or is missing from a page that says more follow.
        UnreachableError: The tracker does not know its own token any more.
    """
    token: str | None = None
    had: set[str] = set()
    while True:
        page = _turned(turn, token, told=told)
        token = page.next_page_token or None
        if token in had:
            raise MalformedError(f"{told} repeats itself; expected another page or an end")
        if token is None and page.is_last is False:
            raise MalformedError(f"{told} says that more follows and names no next page; expected a token")
        yield page
        if token is None:
            return
        had.add(token)


def guarded(pages: Iterable[Value], *, has_news: Callable[[Value], bool], told: str) -> Iterator[Value]:
    """Pass pages on, as long as they bring anything.

    Raises:
        MalformedError: Too many pages in a row brought nothing new, and there is no end to them.
    """
    idle = 0
    for page in pages:
        idle = 0 if has_news(page) else idle + 1
        if idle > MAX_EMPTY_PAGES:
            raise MalformedError(f"{told} repeats itself; expected another page or an end")
        yield page


def ahead(values: Iterator[Value]) -> Iterator[Value]:
    """Yield values, the next one on its way while the caller works on this one."""
    for found in in_order(repeat(partial(_one_of, values)), at_a_time=1):
        if not found:
            return
        yield found[0]


def _one_of(values: Iterator[Value]) -> tuple[Value, ...]:
    return tuple(islice(values, 1))


def _turned(turn: Callable[[str | None], Page], token: str | None, *, told: str) -> Page:
    try:
        return turn(token)
    except SettingsError as exc:
        if token is None:
            raise
        raise UnreachableError(f"{told} lost its place in mid-way: {exc}") from exc
