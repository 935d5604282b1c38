"""Records handed in come out as the protocol says."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from adapters.errors import UnreachableError
from adapters.memory import MemoryAdapter
from adapters.protocol import Adapter, Batch, Census, Present, Window
from adapters.records import Change, Field, Issue, Link, Milestone
from adapters.testing import AdapterContract

START = dt.datetime(2026, 9, 1, 9, 0, tzinfo=dt.UTC)


def issue(number: int) -> Issue:
    """Return an issue, created and updated on day `number`."""
    at = START + dt.timedelta(days=number)
    key = f"memory:issue:{number}"
    return Issue(
        key=key, source="memory", ref=f"M-{number}", title=f"Item {number}", created_at=at, updated_at=at
    )


def adapter(count: int = 7) -> MemoryAdapter:
    """Return a source of `count` issues in batches of three."""
    issues = [issue(number) for number in range(count)]
    return MemoryAdapter(
        issues=issues,
        changes=[
            Change(issue=one.key, id="1.0", act="1", at=one.created_at, field=Field.TITLE) for one in issues
        ],
        links=[Link(id="l1", source="memory", a="memory:issue:0", b="memory:issue:6")],
        milestones=[Milestone(key="memory:milestone:1", source="memory", name="R1")],
        outside=[issue(70)],
        batch_issues=3,
    )


class TestMemory(AdapterContract):
    """The memory adapter keeps the contract."""

    def make(self) -> Adapter:
        """Return the same records every time."""
        return adapter()


class TestEmptyBatch(AdapterContract):
    """A source whose issues fill its batches exactly keeps it too."""

    def make(self) -> Adapter:
        """Return two full batches."""
        return adapter(6)


def test_an_empty_source_yields_one_last_batch() -> None:
    """Without issues there still is a batch, with the milestones."""
    batches = list(adapter(0).pull(Window()))
    assert [(batch.last, len(batch.milestones or ())) for batch in batches] == [(True, 1)]


def test_fails_when_told_and_goes_on_from_the_cursor() -> None:
    """What was yielded before a failure stays good, and a new pull goes on behind it."""
    source = adapter()
    source.fail_after = 2
    pulled = source.pull(Window())
    had = [next(pulled), next(pulled)]
    with pytest.raises(UnreachableError):
        next(pulled)
    source.fail_after = None
    rest = list(source.pull(Window(cursor=had[-1].cursor)))
    assert [one.ref for batch in [*had, *rest] for one in batch.issues] == [f"M-{n}" for n in range(7)]


def test_since_is_inclusive() -> None:
    """An issue updated at the very instant is found."""
    batches = list(adapter().pull(Window(since=START + dt.timedelta(days=6))))
    assert [one.ref for batch in batches for one in batch.issues] == ["M-6"]


@pytest.mark.parametrize(
    ("change", "promise", "words"),
    [
        pytest.param({"key": "other:1"}, "test_keys_carry_the_source", "without prefix", id="foreign key"),
        pytest.param({"source": "other"}, "test_keys_carry_the_source", "other", id="foreign source"),
        pytest.param({"updated_at": dt.datetime(2026, 9, 1)}, "test_instants_are_utc", "not UTC", id="naive"),  # noqa: DTZ001 - on purpose
        pytest.param({"ref": ""}, "test_locates_every_key", "not present though there", id="no ref"),
    ],
)  # fmt: skip
def test_the_contract_notices_a_broken_adapter(change: dict[str, Any], promise: str, words: str) -> None:
    """The contract fails on what it promises to notice, and says what."""

    class Broken(AdapterContract):
        def make(self) -> Adapter:
            source = adapter()
            source.issues = [dataclasses.replace(source.issues[0], **change), *source.issues[1:]]
            return source

    with pytest.raises(AssertionError, match=words):
        getattr(Broken(), promise)()


@dataclasses.dataclass(kw_only=True)
class _Liar(MemoryAdapter):
    """An adapter whose census is spoilt and whose fetch brings no history."""

    spoil: Callable[[Census], Census] = lambda part: part

    def census(self) -> Iterator[Census]:
        """Spoil every part."""
        yield from map(self.spoil, MemoryAdapter.census(self))

    def fetch(self, keys: Sequence[str]) -> Iterator[Batch]:
        """Leave the history out."""
        for batch in MemoryAdapter.fetch(self, keys):
            yield dataclasses.replace(batch, changes=())


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(lambda part: dataclasses.replace(part, last=False), "marks of the census", id="no end"),
        pytest.param(
            lambda part: dataclasses.replace(part, present=part.present[1:]),
            "not in the census",
            id="one missing",
        ),
        pytest.param(
            lambda part: dataclasses.replace(part, present=(*part.present, Present(key="memory:issue:77"))),
            "only in it",
            id="one too many",
        ),
        pytest.param(
            lambda part: dataclasses.replace(
                part, present=tuple(dataclasses.replace(one, blockers=9) for one in part.present)
            ),
            "says otherwise",
            id="untrue",
        ),
    ],
)
def test_the_contract_notices_a_wrong_census(spoil: Callable[[Census], Census], words: str) -> None:
    """A census that ends unmarked, lacks or invents an issue, or says what is not so, is noticed."""

    class Broken(AdapterContract):
        def make(self) -> Adapter:
            return _Liar(issues=adapter().issues, spoil=spoil)

    with pytest.raises(AssertionError, match=words):
        Broken().test_census_sees_what_a_pull_brings()


def test_the_contract_notices_a_fetch_without_history() -> None:
    """An issue fetched without its history would lose it in the store."""

    class Broken(AdapterContract):
        def make(self) -> Adapter:
            return _Liar(issues=adapter().issues, changes=adapter().changes)

    with pytest.raises(AssertionError, match="differs from pulled"):
        Broken().test_fetches_what_a_pull_brings()
