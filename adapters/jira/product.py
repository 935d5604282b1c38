"""What Cloud and Data Center both offer a reader, each by its own means; and what they share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Protocol, TypeVar

from adapters.errors import AdapterError, NotFoundError, RefusedError, SettingsError
from adapters.jira import assemble, queries
from adapters.jira.answers import SearchPage
from adapters.jira.payloads import read
from adapters.jira.positions import Position
from adapters.jira.queries import Ask, Question, Wanted
from adapters.protocol import Present

BATCH_ISSUES = 700  # issues of a portion, about
CHAINED = 4  # pages of a few changes that are read one after the other; more are worth a sweep
AT_A_TIME = 8  # requests under way
IN_HAND = 16  # answers on their way or waiting while others are read

Raw = Mapping[str, object]
"""An issue as it came."""
Value = TypeVar("Value")
Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Raw issues with their whole histories, in the order of creation, and the position behind them."""

    raws: Sequence[Raw]
    behind: Position
    total: int | None = None
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What both products read by.

    Attributes:
        ask: Sends a question.
        prove: Raises RefusedError unless the token still logs in as the account it was.
        key: Makes the record key of an issue's id.
        name: Of the source, for messages.
        now: The time, aware UTC.
    """

    ask: Ask
    prove: Callable[[], None]
    key: Callable[[str], str]
    name: str
    now: Callable[[], dt.datetime]

    def search(self, shape: type[Shape], question: Question) -> Shape:
        """Read a page of a search.

        Raises:
            NotFoundError: The project is not there, or not for us.
            SettingsError: The condition is refused.
        """
        try:
            return read(shape, self.ask(question), question.told)
        except SettingsError as exc:
            if "field 'project'" in str(exc):
                raise NotFoundError(str(exc)) from exc
            raise

    def count(self, query: str) -> int | None:
        """Return about how many issues Cloud finds; None if it does not say."""
        question = queries.estimate(query)
        try:
            found = read(dict[str, object], self.ask(question), question.told).get("count")
        except (NotFoundError, RefusedError, SettingsError):  # the search itself will say why
            return None
        return found if isinstance(found, int) else None


class Product(Protocol):
    """A product's ways. Every issue is given with all of its histories."""

    def first(self, wanted: Wanted, start: Position, fields: Sequence[str]) -> SearchPage:
        """Read the first page of issues behind a position; the first few where only changes are wanted."""
        ...

    def portions(
        self, wanted: Wanted, start: Position, fields: Sequence[str], first: SearchPage
    ) -> Iterator[Portion]:
        """Yield the issues behind a position, the first page among them; the last portion marked."""
        ...

    def sweep(self, wanted: Wanted) -> Iterator[tuple[Present, ...]]:
        """Yield every issue, as briefly as the product allows."""
        ...

    def whole(self, issue_ids: Sequence[str], fields: Sequence[str]) -> Iterator[Sequence[Raw]]:
        """Yield these issues from wherever on the site they are; those that are not are left out."""
        ...

    def find(self, values: Sequence[str], *, by: str) -> Iterator[Raw]:
        """Yield what names these issues and their projects. `by`: `id` or `key`."""
        ...

    def matching(self, wanted: Wanted, issue_ids: Sequence[str]) -> frozenset[str]:
        """Return which of these issues, all of which exist, are wanted."""
        ...


def gathered(
    parts: Iterable[Sequence[Raw]], start: Position, *, total: Callable[[], int | None]
) -> Iterator[Portion]:
    """Put parts of a project together until a portion is large enough to be worth storing."""
    held: dict[str, Raw] = {}  # an issue that came twice counts as it was the second time
    behind = start
    for raws in parts:
        if len(held) >= BATCH_ISSUES:
            yield Portion(raws=tuple(held.values()), behind=behind, total=total())
            held = {}
        held |= {id_of(raw): raw for raw in raws}
        behind = behind.after(assemble.placed(raws))
    yield Portion(raws=tuple(held.values()), behind=behind, total=total(), last=True)


def deferred(
    portions: Iterator[Portion], finish: Callable[[Portion], Portion]
) -> Iterator[Callable[[], Portion]]:
    """Yield a job for each portion. Where their making fails, a job that says so: those before it count."""
    try:
        for portion in portions:
            yield partial(finish, portion)
    except AdapterError as exc:
        yield partial(_fail, exc)


def batched(values: Iterable[Value], size: int) -> Iterator[tuple[Value, ...]]:
    """Yield values in groups of at most `size`."""
    waiting = iter(values)
    while group := tuple(islice(waiting, size)):
        yield group


def id_of(raw: Raw) -> str:
    """Return an issue's id."""
    return str(raw.get("id"))


def _fail(exc: AdapterError) -> Portion:
    raise exc
