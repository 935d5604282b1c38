"""GraphQL queries, asked until their answers are whole. Sends through what it is handed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Protocol, TypeVar

from adapters import wire
from adapters.errors import MalformedError, NotFoundError, OverloadedError, RefusedError, UnreachableError
from adapters.github.answers import Connection, Fault, Judgement, judge, onward
from adapters.github.documents import EVERY_FEATURE, Feature
from adapters.github.queries import headers_of
from adapters.github.settings import GitHubSettings
from adapters.parallel import in_order
from adapters.wire import JSON

PAGE_ISSUES = 100  # most that GitHub gives; halved when it does not manage them within its ten seconds
LEAST_PAGE_ISSUES = 6
PAGES_AHEAD = 3  # of whoever works on them; they are still asked for one after the other
GOOD_RUN = 4  # pages in a row that went well, after which a halved page is doubled again
LONGEST_RUN = 64  # each doubling that fails at once doubles the run up to here
MAX_REPEATS = 8  # of one query, while a server lacks parts of the schema

Item = TypeVar("Item")
Found = TypeVar("Found")


class Send(Protocol):
    """The way out: `Transport.send`."""

    def __call__(self, request: wire.Request, *, patient: bool = True) -> wire.Response:
        """Send one request; `patient`: again, where the host's gateway did not manage it."""
        ...


class StaleCursorError(MalformedError):
    """GitHub no longer knows the cursor a resumed pull was to go on from."""


class Asking:
    """Asks one GitHub. Which parts of its schema are lacking is learnt once."""

    def __init__(self, settings: GitHubSettings, send: Send) -> None:
        """Take the source and the way out."""
        self._settings = settings
        self._send = send
        self._features = EVERY_FEATURE

    @property
    def names(self) -> Mapping[str, JSON]:
        """Owner and name of the repository, as variables."""
        return {"owner": self._settings.owner, "name": self._settings.repository_name}

    def query(
        self,
        document: Callable[[frozenset[Feature]], str],
        variables: Mapping[str, JSON],
        *,
        is_smallest: bool = True,
    ) -> Mapping[str, JSON]:
        """Run a query until its answer is whole, asking for less where the server's schema lacks it.

        Args:
            document: Makes the text of what the server is known to have.
            variables: For the text.
            is_smallest: Whether the caller could not ask for fewer issues. Else a query that is too
                heavy is not repeated as it is: each attempt costs points of the next hour.

        Returns:
            The answer's data.

        Raises:
            OverloadedError: It is too heavy, or came in part for a reason we do not know.
            NotFoundError: There is no such repository for this token; RefusedError likewise.
            StaleCursorError: The cursor among the variables is no good any more.
            AdapterError: As `Transport.send` raises; limits are waited out there.
        """
        words = ""
        for _ in range(MAX_REPEATS):
            request = wire.Request(
                method="POST",
                url=self._settings.graphql_url,
                headers=headers_of(self._settings),
                json={"query": document(self._features), "variables": variables},
            )
            payload = self._send(request, patient=is_smallest).json()
            judgement = judge(payload, features=self._features)
            if judgement is None:
                data = payload.get("data") if isinstance(payload, Mapping) else None
                return data if isinstance(data, Mapping) else {}
            words = judgement.words
            self._heed(judgement)
        raise UnreachableError(f"GraphQL lacked something {MAX_REPEATS} times in a row: {words}")

    def _heed(self, judgement: Judgement) -> None:
        """Ask for less the next time, or raise."""
        host = wire.host_of(self._settings.api)
        told = f"GraphQL of {host}: {judgement.fault}: {judgement.words}"
        match judgement.fault:
            case Fault.UNSUPPORTED:
                self._features -= judgement.lacking
            case Fault.REFUSED:
                raise RefusedError(told)
            case Fault.NOT_FOUND:
                raise NotFoundError(told)
            case Fault.STALE_CURSOR:
                raise StaleCursorError(told)
            case Fault.RATE_LIMITED:  # waited out before, as often as a run may
                raise UnreachableError(told)
            case Fault.PARTIAL:
                raise OverloadedError(told)


@dataclass(slots=True)
class Pace:
    """How many issues a page has: halved when GitHub does not manage, doubled back after a good run."""

    size: int = PAGE_ISSUES
    _good: int = 0
    _run: int = GOOD_RUN
    _is_trial: bool = False  # the size was just doubled

    def ask(self, ask: Callable[[int], Found]) -> Found:
        """Ask for a page of this size; for a smaller one while GitHub does not manage it.

        Raises:
            OverloadedError: Not even the smallest one.
        """
        while True:
            try:
                found = ask(self.size)
            except OverloadedError:
                if self.is_least:
                    raise
                self._shrink()
            else:
                self._went_well()
                return found

    @property
    def is_least(self) -> bool:
        """Whether no smaller page is asked for."""
        return self.size <= LEAST_PAGE_ISSUES

    def _shrink(self) -> None:
        if self._is_trial:
            self._run = min(self._run * 2, LONGEST_RUN)
        self.size, self._good, self._is_trial = self.size // 2, 0, False

    def _went_well(self) -> None:
        self._good, self._is_trial = self._good + 1, False
        if self._good >= self._run and self.size < PAGE_ISSUES:
            self.size, self._good, self._is_trial = min(self.size * 2, PAGE_ISSUES), 0, True


class Walk:
    """A chain of pages by cursor, asked for one after the other, a few ahead of whoever works on them."""

    def __init__(self, ask: Callable[[str], Connection], *, after: str = "") -> None:
        """Take how a page behind a cursor is asked for, and where to begin."""
        self._ask = ask
        self._after = after
        self._has_begun = False
        self._is_done = False
        self._turn = 0
        self._turned = threading.Condition()

    def pages(self) -> Iterator[tuple[str, Connection]]:
        """Yield each page with the cursor behind it.

        Raises:
            AdapterError: A page could not be had, or the chain goes in a circle.
        """
        steps = in_order(self._steps(), at_a_time=PAGES_AHEAD)
        try:
            for page in steps:
                if page is not None:
                    yield page
        finally:
            self._is_done = True  # steps that wait for their turn ask for nothing more
            steps.close()

    def _steps(self) -> Iterator[Callable[[], tuple[str, Connection] | None]]:
        for turn in count():
            if self._is_done:
                return
            yield partial(self._in_turn, turn)

    def _in_turn(self, turn: int) -> tuple[str, Connection] | None:
        """Wait for the page before this one, and ask for this one; None behind the last."""
        with self._turned:
            self._turned.wait_for(lambda: self._turn == turn)
        try:
            return None if self._is_done else self._step()
        except BaseException:
            self._is_done = True
            raise
        finally:
            with self._turned:
                self._turn += 1
                self._turned.notify_all()

    def _step(self) -> tuple[str, Connection]:
        page = self._page()
        self._has_begun, self._is_done = True, not page.has_next
        self._after = (
            onward(page.end_cursor, before=self._after) if page.has_next else page.end_cursor or self._after
        )
        return self._after, page

    def _page(self) -> Connection:
        try:
            return self._ask(self._after)
        except StaleCursorError:
            if self._has_begun or not self._after:
                raise
            self._after = ""
            return self._ask("")


def divided(ask: Callable[[Sequence[Item]], Sequence[Found]], items: Sequence[Item]) -> Sequence[Found]:
    """Ask for several at once; for each half apart where GitHub does not manage them together.

    Raises:
        OverloadedError: It does not manage a single one.
    """
    try:
        return ask(items)
    except OverloadedError:
        if len(items) <= 1:
            raise
        middle = len(items) // 2
        return [*divided(ask, items[:middle]), *divided(ask, items[middle:])]
