"""Decisions, evidence and rule texts in the store: kept whole, numbered, never changed."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.analysis.facts import Baseline, Evidence, RecordedChange
from connector.errors import UsageError
from connector.store import Store, migrate, open_store
from connector.store.engine import open_database
from mappings.concepts import Verdict
from tests.builders import day

LETTER = b"%PDF-1.7\x00\xff signed by J. Doe"
DIGEST = hashlib.sha256(LETTER).hexdigest()
PROOF = Evidence(name="signed.pdf", sha256=DIGEST, size_bytes=len(LETTER))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file."""
    with open_store("sqlite:///store.db", folder=tmp_path) as opened:
        yield opened


def change(**overrides: object) -> RecordedChange:
    """Make an approval of one item."""
    values: dict[str, object] = {
        "number": 0,
        "title": "Gift cards",
        "verdict": Verdict.APPROVED,
        "decided_by": "J. Doe, Acme",
        "on_at": day(3),
        "recorded_at": day(4),
        "items": ("jira:issue:7",),
    }
    return RecordedChange(**(values | overrides))  # type: ignore[arg-type] # whatever the test overrides


def baseline(**overrides: object) -> Baseline:
    """Make a baseline that holds nothing."""
    values: dict[str, object] = {"number": 0, "on_at": day(1), "recorded_at": day(1), "approved_by": "J. Doe"}
    return Baseline(**(values | overrides))  # type: ignore[arg-type] # whatever the test overrides


def test_records_are_numbered_a_project_and_come_back_as_they_were(store: Store) -> None:
    """CR-1, CR-2: in the order they are recorded, each project for itself."""
    first = store.changes.add("apollo", change(number=9, evidence=PROOF, labels=("gift",)), evidence=LETTER)
    second = store.changes.add("apollo", change(supersedes=1, verdict=Verdict.REJECTED))
    assert [first.ref, second.ref] == ["CR-1", "CR-2"]
    assert store.changes.add("other", change()).ref == "CR-1"
    assert store.changes.list("apollo") == (first, second)
    assert first == change(number=1, evidence=PROOF, labels=("gift",))


def test_only_what_is_there_and_in_force_can_be_superseded(store: Store) -> None:
    """A chain has one end: the error names what stands there."""
    with pytest.raises(UsageError, match="found no CR-1 to supersede; expected one of: none"):
        store.changes.add("apollo", change(supersedes=1))
    store.changes.add("apollo", change())
    store.changes.add("apollo", change(supersedes=1))
    with pytest.raises(UsageError, match="CR-1 was superseded by CR-2 before; expected --supersedes 2"):
        store.changes.add("apollo", change(supersedes=1))
    assert len(store.changes.list("apollo")) == 2


def test_evidence_comes_back_byte_for_byte(store: Store) -> None:
    """Given twice it is kept once; asked for by its hash or the beginning of it, in its project alone."""
    store.changes.add("apollo", change(evidence=PROOF), evidence=LETTER)
    store.baselines.add("apollo", baseline(evidence=PROOF), evidence=LETTER)
    assert store.evidence.read("apollo", DIGEST) == LETTER
    assert store.evidence.read("apollo", DIGEST[:6].upper()) == LETTER
    assert store.baselines.get("apollo", 1).evidence == PROOF
    for project, wanted in (("other", DIGEST), ("apollo", DIGEST[:5]), ("apollo", "0" * 64), ("apollo", "")):
        with pytest.raises(UsageError, match=r"found \d+ (documents|characters) for evidence"):
            store.evidence.read(project, wanted)


def test_a_baseline_keeps_the_rules_it_was_counted_by(store: Store) -> None:
    """Fingerprint by source, and once the text behind each fingerprint."""
    counted = {"jira:APO": "a" * 64}
    for text in ("the rules", "never stored: the fingerprint is known"):
        store.baselines.add("apollo", baseline(rules=counted), rule_texts={"a" * 64: text})
    assert store.baselines.get("apollo", 2).rules == counted
    assert store.baselines.rule_text("apollo", "a" * 64) == "the rules"
    assert store.baselines.rule_text("other", "a" * 64) == ""


def test_it_is_kept_since_when_a_source_is_counted_by_its_rules(store: Store) -> None:
    """The first day of the present use counts: rules that come back are used anew from then on."""
    for at, rules in ((1, "a"), (2, "a"), (3, "b"), (4, "a"), (5, "a")):
        store.rules.note("apollo", {"jira:APO": rules, "github:acme/apollo": "x"}, at=day(at))
    assert store.rules.since("apollo", {"jira:APO": "a", "github:acme/apollo": "x"}) == {
        "jira:APO": day(4),
        "github:acme/apollo": day(1),
    }
    assert store.rules.since("apollo", {"jira:APO": "new"}) == {}
    assert store.rules.since("other", {"jira:APO": "a"}) == {}


@pytest.mark.parametrize("table", ["recorded_changes", "evidence", "rule_texts", "rule_uses"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET project = 'x'", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_them(
    store: Store, tmp_path: Path, table: str, statement: str
) -> None:
    """Not even another program rewrites a decision, a proof or the rules of a baseline."""
    store.changes.add("apollo", change(evidence=PROOF), evidence=LETTER)
    store.baselines.add("apollo", baseline(), rule_texts={"a": "the rules"})
    store.rules.note("apollo", {"jira:APO": "a"}, at=day(1))
    connection = sqlite3.connect(tmp_path / "store.db")
    with pytest.raises(sqlite3.IntegrityError, match="what is recorded stays as it is"):
        connection.execute(statement.format(table))
    connection.close()


def test_a_store_of_the_version_before_keeps_its_baselines(tmp_path: Path) -> None:
    """Migrated with a backup; its baselines say of no rules that they were counted by them."""
    database = open_database("sqlite:///store.db", folder=tmp_path)
    migrate.migrate(database, head="0001")
    database.close()
    on = "2026-09-02T09:00:00Z"
    old = f'{{"number":1,"on_at":"{on}","recorded_at":"{on}","approved_by":"J. Doe"}}'
    connection = sqlite3.connect(tmp_path / "store.db")
    at = "2026-09-02T09:00:00.000000Z"
    connection.execute("INSERT INTO baselines VALUES ('apollo', 1, ?, ?, ?)", (at, at, old))
    connection.commit()
    connection.close()
    with open_store("sqlite:///store.db", folder=tmp_path) as store:
        assert store.baselines.list("apollo") == (baseline(number=1),)
        assert store.changes.list("apollo") == ()
    assert (tmp_path / "store.db.v0001.bak").exists()
