"""The promises every adapter keeps, as tests. For authors of adapters; needs no test library.

    class TestMyAdapter(AdapterContract):
        def make(self) -> Adapter:
            return MyAdapter.open(MySettings(...), environment)

The source behind `make` must not change between two calls, and hold at least one issue.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass

from pydantic import BaseModel

from adapters.errors import MalformedError
from adapters.protocol import Adapter, Batch, Fate, Hints, Present, Window
from adapters.records import Change, ChangeMode, Issue, Iteration, LinkKind, Milestone

UNKNOWN_NUMBER = "999999999"  # of an issue no source has
MANY = 150  # keys asked for one by one


class AdapterContract:
    """Subclass it in a test module and say how to make the adapter."""

    def make(self) -> Adapter:
        """Return a fresh adapter of the same unchanging source."""
        raise NotImplementedError("make: found none, expected a method that returns a fresh adapter")

    def test_declares_itself(self) -> None:
        """An adapter has a kind, a settings model that refuses unknown keys, and a name."""
        with _opened(self.make()) as adapter:
            model = type(adapter).settings_model
            _expect(bool(type(adapter).kind), "kind is empty")
            _expect(issubclass(model, BaseModel), "settings_model is no pydantic model")
            _expect(model.model_config.get("extra") == "forbid", "settings_model admits unknown keys")
            _expect(bool(adapter.name), "name is empty")

    def test_name_is_stable(self) -> None:
        """Two adapters of the same settings have the same name, before and after a pull."""
        with _opened(self.make()) as first, _opened(self.make()) as second:
            before = first.name
            list(first.pull(Window()))
            _expect(
                before == first.name == second.name, f"name changed: {before}, {first.name}, {second.name}"
            )

    def test_first_batch_has_milestones(self) -> None:
        """Milestones come complete in the first batch of a pull, and only there."""
        batches = self._batches()
        _expect(batches[0].milestones is not None, "the first batch has no milestones, not even none of them")
        later = [number for number, batch in enumerate(batches[1:], start=1) if batch.milestones is not None]
        _expect(not later, f"batches {later} have milestones again")

    def test_iterations_come_with_the_milestones(self) -> None:
        """Iterations come complete in the first batch too, or never; an issue's are among them."""
        batches = self._batches()
        later = [number for number, batch in enumerate(batches[1:], start=1) if batch.iterations is not None]
        _expect(not later, f"batches {later} have iterations")
        if batches[0].iterations is None:
            return
        known = {one.key for one in batches[0].iterations}
        named = {key for batch in batches for one in batch.issues for key in one.iterations}
        _expect(named <= known, f"iterations nobody described: {sorted(named - known)[:3]}")

    def test_last_batch_is_marked(self) -> None:
        """The last batch, and no other, is marked; a pull always yields one."""
        marks = [batch.last for batch in self._batches()]
        _expect(marks == [False] * (len(marks) - 1) + [True], f"marks of the batches: {marks}")

    def test_keys_carry_the_source(self) -> None:
        """Keys start with the source's prefix and records name the source."""
        with _opened(self.make()) as adapter:
            batches, name = list(adapter.pull(Window())), adapter.name
        prefix = f"{name.partition(':')[0]}:"
        records: list[Issue | Milestone | Iteration] = [one for batch in batches for one in batch.issues]
        records += [one for batch in batches for one in batch.milestones or ()]
        records += [one for batch in batches for one in batch.iterations or ()]
        _expect(bool(records), "the source is empty: nothing is proved")
        strangers = [one.key for one in records if not one.key.startswith(prefix)]
        _expect(not strangers, f"keys without prefix {prefix}: {strangers[:3]}")
        others = sorted({one.source for one in records} - {name})
        _expect(not others, f"records of {others}, expected {name}")

    def test_ids_are_unique(self) -> None:
        """Within one batch an issue comes once, and a change's id is unique in its issue."""
        for batch in self._batches():
            _expect_unique((one.key for one in batch.issues), "issue")
            _expect_unique(((one.issue, one.id) for one in batch.changes), "change")
            _expect_unique((one.id for one in batch.links), "link")

    def test_changes_belong_and_are_ordered(self) -> None:
        """Changes belong to issues of their batch, oldest first."""
        for batch in self._batches():
            keys = {one.key for one in batch.issues}
            latest: dict[str, dt.datetime] = {}
            for change in batch.changes:
                _expect(
                    change.issue in keys, f"change {change.id} belongs to {change.issue}, not in its batch"
                )
                _expect(
                    latest.get(change.issue, change.at) <= change.at,
                    f"{change.issue}: {change.id} is too late",
                )
                latest[change.issue] = change.at

    def test_changes_keep_their_mode(self) -> None:
        """An element entered or left; a list has lists; a whole value has none."""
        for change in (one for batch in self._batches() for one in batch.changes):
            _expect(
                _is_sound(change), f"{change.issue}: {change.id} ({change.field}) breaks mode {change.mode}"
            )

    def test_what_left_is_not_here(self) -> None:
        """Issues seen outside the source's selection are named by key, and do not come with it."""
        with _opened(self.make()) as adapter:
            batches, name = list(adapter.pull(Window())), adapter.name
        prefix = f"{name.partition(':')[0]}:"
        left = [key for batch in batches for key in batch.left]
        _expect(all(key.startswith(prefix) for key in left), f"keys without prefix {prefix}: {left[:3]}")
        both = sorted({one.key for batch in batches for one in batch.issues} & set(left))
        _expect(not both, f"inside and outside at once: {both[:3]}")

    def test_instants_are_utc(self) -> None:
        """Every instant is aware and UTC."""
        for batch in self._batches():
            for record in (
                *batch.issues,
                *batch.changes,
                *(batch.milestones or ()),
                *(batch.iterations or ()),
            ):
                for at in _instants(record):
                    _expect(at.utcoffset() == dt.timedelta(0), f"{record}: {at} is not UTC")

    def test_two_pulls_are_equal(self) -> None:
        """Pulling an unchanged source twice gives the same records."""
        first, second = _contents(self._batches()), _contents(self._batches())
        _expect(first == second, f"records differ: {sorted(map(str, first ^ second))[:2]}")

    def test_resumes_behind_every_cursor(self) -> None:
        """Going on behind a batch yields the rest, and no issue that was had before."""
        batches = self._batches()
        for number, batch in enumerate(batches):
            rest = self._batches(Window(cursor=batch.cursor))
            had = {one.key for earlier in batches[: number + 1] for one in earlier.issues}
            wanted = {one.key for later in batches[number + 1 :] for one in later.issues}
            got = {one.key for later in rest for one in later.issues}
            _expect(wanted - had <= got, f"behind batch {number}, missing: {sorted(wanted - got)[:3]}")
            _expect(not got & (had - wanted), f"behind batch {number}, again: {sorted(got & had)[:3]}")
            _expect(rest[-1].last, f"behind batch {number}, no end")

    def test_begins_anew_behind_an_unreadable_cursor(self) -> None:
        """A cursor that cannot be read costs a pull from the start, and nothing else."""
        whole = {one.key for batch in self._batches() for one in batch.issues}
        got = {
            one.key for batch in self._batches(Window(cursor="{no cursor of ours")) for one in batch.issues
        }
        _expect(got == whole, f"behind an unreadable cursor, missing: {sorted(whole - got)[:3]}")

    def test_since_leaves_out_the_old(self) -> None:
        """A pull since the latest update finds the issues updated then; in the far future, no batch fails."""
        issues = [one for batch in self._batches() for one in batch.issues]
        latest_at = max(one.updated_at for one in issues)
        got = {one.key for batch in self._batches(Window(since=latest_at)) for one in batch.issues}
        missing = {one.key for one in issues if one.updated_at == latest_at} - got
        _expect(not missing, f"updated at {latest_at} but not found since then: {sorted(missing)[:3]}")

    def test_fetches_what_a_pull_brings(self) -> None:
        """Fetched issues are the ones a pull brings, history and all; what never was is left out."""
        batches = self._batches()
        issues = [one for batch in batches for one in batch.issues][:MANY]
        keys = {one.key for one in issues}
        with _opened(self.make()) as adapter:
            fetched = list(adapter.fetch([*(one.key for one in issues), _stranger(issues[0].key)]))
            _expect(
                not any(batch.issues for batch in adapter.fetch([])), "issues nobody asked for were fetched"
            )
        _expect(all(batch.milestones is None for batch in fetched), "fetched batches have milestones")
        pulled = {repr(one) for batch in batches for one in _told(batch) if _about(one) in keys}
        got = {repr(one) for batch in fetched for one in _told(batch)}
        _expect(got == pulled, f"fetched differs from pulled: {sorted(got ^ pulled)[:2]}")

    def test_census_sees_what_a_pull_brings(self) -> None:
        """A census names every issue of a pull and no other, ends marked, and what it says is so."""
        batches = self._batches()
        with _opened(self.make()) as adapter:
            parts = list(adapter.census())
        marks = [part.last for part in parts]
        _expect(marks == [False] * (len(marks) - 1) + [True], f"marks of the census: {marks}")
        seen = {one.key: one for part in parts for one in part.present}
        issues = {one.key: one for batch in batches for one in batch.issues}
        unread = sum(len(batch.quarantined) for batch in batches)
        _expect(set(issues) <= set(seen), f"not in the census: {sorted(set(issues) - set(seen))[:3]}")
        _expect(len(seen) <= len(issues) + unread, f"only in it: {sorted(set(seen) - set(issues))[:3]}")
        blockers = _blockers(batches)
        wrong = [key for key, one in issues.items() if not _agrees(seen[key], one, blockers.get(key, 0))]
        _expect(not wrong, f"the census says otherwise of {wrong[:3]}")

    def test_hints_at_nothing_it_does_not_know(self) -> None:
        """A payload of nobody's webhook is refused, or hints at nothing."""
        with _opened(self.make()) as adapter:
            try:
                hinted = adapter.hints({"unheard": "of"})
            except MalformedError:
                return
        _expect(hinted == Hints(), f"an unknown payload hints at {hinted}")

    def test_locates_every_key(self) -> None:
        """Every key gets an answer: present for issues that are there, not found for one that never was."""
        keys = [one.key for batch in self._batches() for one in batch.issues][:MANY]
        stranger = _stranger(keys[0])
        with _opened(self.make()) as adapter:
            found = adapter.locate([*keys, stranger])
            _expect(not adapter.locate([]), "no key was asked for, but some were answered")
        _expect(set(found) == {*keys, stranger}, "locate leaves keys without an answer")
        lost = [key for key in keys if found[key].fate is not Fate.PRESENT or not found[key].ref]
        _expect(not lost, f"not present though there: {lost[:3]}")
        _expect(not found[stranger].found, f"{stranger} is found though it never was")

    def test_catalogue_describes_the_source(self) -> None:
        """The catalogue says what the tracker is."""
        with _opened(self.make()) as adapter:
            _expect(bool(adapter.catalogue().deployment), "the catalogue names no deployment")

    def test_close_is_idempotent(self) -> None:
        """Closing twice, also without a pull, harms nothing."""
        adapter = self.make()
        adapter.close()
        adapter.close()

    def _batches(self, window: Window | None = None) -> list[Batch]:
        with _opened(self.make()) as adapter:
            return list(adapter.pull(window or Window()))


@contextmanager
def _opened(adapter: Adapter) -> Iterator[Adapter]:
    try:
        yield adapter
    finally:
        adapter.close()


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)


def _stranger(key: str) -> str:
    return f"{key.rpartition(':')[0]}:{UNKNOWN_NUMBER}"


def _told(batch: Batch) -> tuple[Issue | Change, ...]:
    return (*batch.issues, *batch.changes)


def _about(record: Issue | Change) -> str:
    return record.key if isinstance(record, Issue) else record.issue


def _blockers(batches: Iterable[Batch]) -> Counter[str]:
    links = {link.id: link for batch in batches for link in batch.links}
    return Counter(link.b for link in links.values() if link.kind is LinkKind.BLOCKS)


def _agrees(seen: Present, issue: Issue, blockers: int) -> bool:
    return (
        seen.updated_at in {None, issue.updated_at}
        and seen.parent in {None, issue.parent or ""}
        and seen.blockers in {None, blockers}
    )


def _expect_unique(values: Iterable[object], what: str) -> None:
    seen: set[object] = set()
    for value in values:
        _expect(value not in seen, f"{what} {value} comes twice in a batch")
        seen.add(value)


def _is_sound(change: Change) -> bool:
    if change.mode is ChangeMode.ELEMENT:
        return (change.old is None) != (change.new is None) and not (change.old_list or change.new_list)
    if change.mode is ChangeMode.LIST:
        return change.old is None and change.new is None
    return not (change.old_list or change.new_list)


def _instants(record: object) -> Iterator[dt.datetime]:
    if is_dataclass(record):
        values = (getattr(record, one.name) for one in fields(record))
        yield from (value for value in values if isinstance(value, dt.datetime))


def _contents(batches: Iterable[Batch]) -> set[str]:
    return {
        repr(one)
        for batch in batches
        for one in (
            *batch.issues,
            *batch.changes,
            *batch.links,
            *(batch.milestones or ()),
            *(batch.iterations or ()),
        )
    }
